"""Models: setting their facts right, and retiring them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.names import STATES
from probes.actions import correct_llm
from probes.forms.correcting import CorrectingForm
from probes.models import LLM, Probe

COLUMNS = ("slug", "name", "maker", "maker_country", "open_weights", "url", "remark")


def states() -> list[tuple[str, str]]:
    """Every state by its name in the reader's language, after a line that chooses none."""
    return [("", "–"), *sorted(((code, str(name)) for code, name in STATES.items()), key=lambda pair: pair[1])]


class LLMForm(CorrectingForm):
    """What is known of a model."""

    correctable = frozenset(COLUMNS)

    name = forms.CharField(label=_("Name"), max_length=120)
    slug = forms.CharField(
        label=_("Short name"),
        max_length=80,
        help_text=_("It stands in addresses and data, and stays once it was asked."),
    )
    maker = forms.CharField(label=_("Maker"), max_length=120)
    maker_country = forms.ChoiceField(label=_("State of the maker’s seat"), choices=states)
    open_weights = forms.BooleanField(label=_("Its weights are open"), required=False)
    url = forms.URLField(label=_("Page about it"), max_length=300, required=False, assume_scheme="https")
    remark = forms.CharField(
        label=_("Remark"),
        max_length=300,
        required=False,
        help_text=_("What a reader has to know before drawing conclusions, such as “a small coder model”."),
    )

    def __init__(self, data: Any = None, *, llm: LLM) -> None:
        super().__init__(data, initial={name: getattr(llm, name) for name in COLUMNS})
        self.row = self.llm = llm
        if Probe.objects.filter(endpoint__llm=llm).exists():
            self.fields["slug"].disabled = True
            self.fields["slug"].help_text = _("It has been asked under this name, so it stays.")
        country = self.fields["maker_country"]
        if isinstance(country, forms.ChoiceField) and llm.maker_country not in STATES:
            # An import may have named one that is in no list; that it cannot be chosen must not change it.
            country.choices = [*states(), (llm.maker_country, llm.maker_country)]

    def save(self, *, by: User) -> LLM | None:
        """The model as it is now; None with the errors on their fields where it cannot be, and nothing was changed."""
        values = {name: self.cleaned_data[name] for name in COLUMNS}
        return self.corrected(
            lambda: correct_llm(by=by, llm=self.llm, seen=self.sent_back(), **values),
            taken=None if self.llm.retired_at else "slug",
        )


class RetireForm(forms.Form):
    """Why a model is retired."""

    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)
