"""What people fill in about themselves: signing up, the languages they read, a token, a new password, and roles."""

from typing import Any

from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.actions import sign_up
from accounts.choices import Role
from accounts.models import User
from accounts.rules import scopes_of
from core.errors import Conflict
from core.languages import LANGUAGES

# What the language of the page says about what somebody reads.
READS = {"fr": "fr", "zh-hans": "zh-Hans"}

A_YEAR = 365
# How many days a token may live; 0 is for ever.
LIVES = [(30, _("30 days")), (90, _("90 days")), (A_YEAR, _("A year")), (0, _("Until I revoke it"))]


class SignupForm(AllauthSignupForm):  # type: ignore[misc]  # allauth carries no types
    """One short form. The language of the page is taken as the one the person reads; they can say more later."""

    def custom_signup(self, request: HttpRequest, user: User) -> None:
        sign_up(by=user, languages=[READS.get((get_language() or "en").lower(), "en")])

    @transaction.atomic
    def save(self, request: HttpRequest) -> User:
        """The account with all that belongs to it, or none."""
        try:
            user: User = super().save(request)
        except IntegrityError:
            # Somebody took the name between the form's look and the writing.
            raise Conflict(str(_("This name has just been taken. Go back and choose another."))) from None
        return user


class LanguagesForm(forms.Form):
    """Which languages a person reads."""

    languages = forms.MultipleChoiceField(
        label=_("Languages you read"),
        choices=[(code, own) for code, (own, _english) in LANGUAGES.items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one language you read.")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        kwargs["initial"] = {"languages": user.languages}
        super().__init__(*args, **kwargs)


class TokenForm(forms.Form):
    """A name for a token, how long it lives, and what it may do beyond reading what is public."""

    name = forms.CharField(
        label=_("What is it for?"),
        max_length=60,
        error_messages={"required": _("Give the token a name, so that you know it again.")},
    )
    days = forms.TypedChoiceField(
        label=_("How long it works"),
        choices=LIVES,
        coerce=int,
        initial=A_YEAR,
        required=False,
        empty_value=str(A_YEAR),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        help_text=_("Reading what is public needs none of these."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(scope.value, scope.label) for scope in scopes_of(user)]
        self.fields["scopes"].choices = choices  # type: ignore[attr-defined]

    def clean_days(self) -> int | None:
        """None where it is to work until it is revoked."""
        return int(self.cleaned_data["days"]) or None


class NewPasswordForm(forms.Form):
    """One new password, checked by the same rules as at sign-up."""

    password = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Choose a password.")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password


class SearchForm(forms.Form):
    """Part of a name."""

    name = forms.CharField(
        label=_("Name"), required=False, max_length=40, widget=forms.SearchInput(attrs={"class": "input"})
    )

    def chosen(self) -> str:
        """What is looked for; nothing where it cannot be a name."""
        self.is_valid()
        return str(self.cleaned_data.get("name", ""))


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
