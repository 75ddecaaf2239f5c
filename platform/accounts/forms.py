"""The sign-up form: a name, a password, and which languages one reads."""

from typing import Any

from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.languages import LANGUAGES

# What the language of the page says about what somebody reads.
READS = {"fr": "fr", "zh-hans": "zh-Hans"}


class SignupForm(AllauthSignupForm):  # type: ignore[misc]  # allauth carries no types
    """One short form. The language of the page is taken as the one the person reads; they can say more later."""

    def custom_signup(self, request: HttpRequest, user: User) -> None:
        page = READS.get((get_language() or "en").lower(), "en")
        user.languages = [page]
        user.save(update_fields=["languages"])


class LanguagesForm(forms.Form):
    """Which languages a person reads."""

    languages = forms.MultipleChoiceField(
        label=_("Languages you read"),
        choices=[(code, own) for code, (own, _english) in LANGUAGES.items()],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, initial={"languages": user.languages}, **kwargs)
