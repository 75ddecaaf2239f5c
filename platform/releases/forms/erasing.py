"""What people fill in to leave, and maintainers to have something erased."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from releases.actions.withdraw import NOTE_AT_MOST
from releases.choices import WithdrawalReason

KEEP, ERASE = "keep", "erase"
LABELS = [(KEEP, _("Keep my labels, without my name")), (ERASE, _("Erase my labels too"))]
THEIRS = [(KEEP, _("Their labels stay, without their name")), (ERASE, _("Their labels are erased too"))]


class LeaveForm(forms.Form):
    """Says what becomes of one's labels, and that one means it. Who says nothing of their labels leaves them."""

    labels = forms.ChoiceField(
        label=_("What is to become of your labels?"),
        choices=LABELS,
        initial=KEEP,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose one of the two.")},
    )
    typed = forms.CharField(required=False, strip=False, widget=forms.PasswordInput)

    def __init__(self, data: QueryDict | None = None) -> None:
        if data is not None and "labels" not in data:
            data = data.copy()
            data["labels"] = KEEP
        super().__init__(data)

    @property
    def erases(self) -> bool:
        return bool(self.cleaned_data["labels"] == ERASE)

    @property
    def under(self) -> dict[str, str]:
        """What stands under each choice."""
        keep = _("Others rely on them: a label taken away may open an answer again. Nothing tells whose they were.")
        erase = _("With what you could not judge and what you said about rules. They go from past releases too.")
        return {KEEP: str(keep), ERASE: str(erase)}


class ErasureForm(forms.Form):
    """Why something is to be erased. Whoever erases what is their own is not asked."""

    reason = forms.ChoiceField(
        label=_("Why"),
        help_text=_("Anyone can read this beside the releases it is taken out of."),
        choices=WithdrawalReason,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why."), "invalid_choice": _("Choose why.")},
    )
    note = forms.CharField(
        label=_("A note for maintainers"),
        help_text=_("Never published, and deleted once it is taken out of every release."),
        required=False,
        max_length=NOTE_AT_MOST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    sure = forms.BooleanField(
        label=_("I know that this cannot be undone"),
        error_messages={"required": _("Tick this to go on.")},
    )

    def __init__(self, *args: Any, own: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        if own:
            del self.fields["reason"], self.fields["note"]

    @property
    def why(self) -> dict[str, str]:
        """What was said of it."""
        return {name: self.cleaned_data[name] for name in ("reason", "note") if name in self.fields}


class PersonErasureForm(ErasureForm):
    """The same for a person, of whom their labels may stay."""

    labels = forms.ChoiceField(
        label=pgettext_lazy("of a person", "Their labels"), choices=THEIRS, initial=KEEP, widget=forms.RadioSelect
    )
    field_order = ("labels", "reason", "note", "sure")

    @property
    def under(self) -> dict[str, str]:
        """What stands under each choice."""
        keep = _("In the releases that are out and in those to come they are nobody’s.")
        erase = _("With what they could not judge and what they said about rules. They go from past releases too.")
        return {KEEP: str(keep), ERASE: str(erase)}

    @property
    def erases(self) -> bool:
        return bool(self.cleaned_data["labels"] == ERASE)


class FindPersonForm(forms.Form):
    """Whom to erase, by their whole name."""

    name = forms.CharField(label=_("Name"), max_length=150, error_messages={"required": _("Write the whole name.")})

    def found(self) -> User | None:
        """The person; where there is none, the form says so."""
        if not self.is_valid():
            return None
        person = User.objects.filter(username__iexact=self.cleaned_data["name"]).first()
        if person is None:
            self.add_error("name", _("Nobody has exactly this name."))
        return person
