"""What makers fill in to reply, what maintainers decide, and a correction."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.languages import LANGUAGES
from observatory.rules import LENGTHS, REASON_AT_MOST, TEXT_AT_MOST, TITLE_AT_MOST
from probes.models import LLM
from probes.selectors import asked_llms
from releases.selectors.published import published

if TYPE_CHECKING:  # Django's own class takes no type at run time
    ModelChoice = forms.ModelChoiceField[LLM]
else:
    ModelChoice = forms.ModelChoiceField

LANGUAGE_CHOICES = [(code, own) for code, (own, _english) in LANGUAGES.items()]
# The languages of the pages, as texts have them.
WRITES = {"fr": "fr", "zh-hans": "zh-Hans"}


class ReplyForm(forms.Form):
    """A maker's answer to what was found about one of its models."""

    text = forms.CharField(
        label=_("Your reply"),
        help_text=_("Plain text, as it will stand beside the findings. Nobody changes a word of it."),
        max_length=TEXT_AT_MOST,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Write the reply.")},
    )
    language = forms.ChoiceField(label=_("Language of the reply"), choices=LANGUAGE_CHOICES)
    speaker = forms.CharField(
        label=_("Who speaks"),
        help_text=_("The maker and the office, as it will stand above the reply. No name of a person is needed."),
        max_length=LENGTHS["speaker"],
        error_messages={"required": _("Say in whose name you write.")},
    )
    proof = forms.URLField(
        label=_("Where the maker says so"),
        help_text=_("A page on the maker’s own site that holds or announces this reply. It will be linked."),
        required=False,
        max_length=LENGTHS["proof"],
        assume_scheme="https",
        validators=[URLValidator(schemes=["http", "https"])],
        widget=forms.URLInput(attrs={"placeholder": "https://", "inputmode": "url"}),
        error_messages={"invalid": _("Write a whole address that starts with https:// or http://.")},
    )
    contact = forms.CharField(
        label=_("How maintainers can reach you"),
        help_text=_("An address at the maker. Only maintainers read it; it is not published."),
        max_length=LENGTHS["contact"],
        error_messages={"required": _("Without it nobody can check that the reply is the maker’s.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"language": WRITES.get((get_language() or "en").lower(), "en")})
        super().__init__(*args, **kwargs)


class DecisionForm(forms.Form):
    """What a maintainer says of a reply: an answer that is published with it, or why it is not."""

    response = forms.CharField(
        label=_("Answer to it, published below it"),
        required=False,
        max_length=TEXT_AT_MOST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reason = forms.CharField(
        label=_("Why it is not published"),
        help_text=_("Needed to turn it down. Whoever sent it reads this."),
        required=False,
        max_length=REASON_AT_MOST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class TogetherForm(forms.Form):
    """Why several replies are turned down; which ones is ticked beside each."""

    why = forms.CharField(
        label=_("Why none of them is published"),
        help_text=_("Whoever sent one of them reads this."),
        max_length=REASON_AT_MOST,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why.")},
    )


class CorrectionForm(forms.Form):
    """What was wrong, since when, and what is right."""

    title = forms.CharField(
        label=_("In one line"),
        max_length=TITLE_AT_MOST,
        error_messages={"required": _("Say in one line what is corrected.")},
    )
    text = forms.CharField(
        label=_("What was wrong, since when, and what is right"),
        help_text=_("It can be neither changed nor removed once it is there."),
        max_length=TEXT_AT_MOST,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Say what was wrong and what is right.")},
    )
    llm = ModelChoice(
        label=_("Model"),
        queryset=LLM.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label=_("No model in particular"),
        error_messages={"invalid_choice": _("Choose a model from the list.")},
    )
    release = forms.ChoiceField(label=_("Release"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["llm"].queryset = asked_llms().order_by("name")  # type: ignore[attr-defined]
        versions = [(version, version) for version in published().values_list("version", flat=True)]
        self.fields["release"].choices = [("", _("No release in particular")), *versions]  # type: ignore[attr-defined]
