"""How allauth behaves here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Sign-up is always open; what a newcomer reads at first is the language of the page they came through."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return True
