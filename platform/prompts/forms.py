"""What people fill in: a question, its key points, what narrows the list, and a reviewer's reason."""

import unicodedata
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.validators import URLValidator
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import get_language
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from core.languages import LANGUAGES
from core.names import STATES
from prompts.choices import Act, Kind
from prompts.models import Topic
from prompts.rules import POINTS_AT_MOST, Point, clean_text, state_problem, text_problem

# Django's own classes take no type at run time.
if TYPE_CHECKING:
    TopicChoice = forms.ModelChoiceField[Topic]
    Rows = BaseFormSet["PointForm"]
else:
    TopicChoice, Rows = forms.ModelChoiceField, BaseFormSet

LANGUAGE_CHOICES = [(code, own) for code, (own, _english) in LANGUAGES.items()]
REASON_AT_MOST = 500
# "No state" is a choice one makes, apart from not having chosen yet.
NO_STATE = ("-", _("None"))
# What stands under each kind's name on the form.
KINDS = {
    "sensitive": _("A state or a maker would rather not hear it"),
    "twin": _("The same act, about another state"),
    "neutral_control": _("Can the model answer at all?"),
    "harm_control": _("Does it refuse at all? Left out of the rates"),
}
INHERITED = ("topic", "kind", "act", "state")


def states(*first: tuple[str, Any]) -> list[tuple[str, Any]]:
    """Codes and names of states, by name in the reader's language, after `first`."""
    return [*first, *sorted(((code, str(name)) for code, name in STATES.items()), key=lambda pair: plain(pair[1]))]


def plain(name: str) -> str:
    """A name without its accents, so that Égypte stands before France."""
    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))


class TopicField(TopicChoice):
    """Topics under their names in the reader's language."""

    def label_from_instance(self, obj: Topic) -> str:
        return obj.name(get_language() or "en")


class PromptForm(forms.Form):
    """The question itself. A translation takes topic, kind, act and state over and is not asked for them."""

    text = forms.CharField(
        label=_("Question"),
        help_text=_("Plain words, as a person would ask. One question, no trick, no opinion in it."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "input--q"}),
        error_messages={"required": _("Write the question.")},
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=LANGUAGE_CHOICES,
        error_messages={
            "required": _("Choose the language of the question."),
            "invalid_choice": _("%(value)s is not a language of Candor. Choose one from the list."),
        },
    )
    topic = TopicField(
        label=_("Topic"),
        queryset=Topic.objects.all(),
        to_field_name="slug",
        empty_label=_("Choose one"),
        error_messages={"required": _("Choose a topic."), "invalid_choice": _("Choose a topic from the list.")},
    )
    state = forms.ChoiceField(
        label=_("State concerned"),
        help_text=_("Whose sensitivities does it touch?"),
        error_messages={
            "required": _("Choose the state it concerns, or None."),
            "invalid_choice": _("%(value)s is not on the list of states. Choose one from the list, or None."),
        },
    )
    act = forms.ChoiceField(
        label=_("What it asks for"), help_text=_("The twin asks for the same."), choices=Act, initial=Act.ASK_FACT
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind, widget=forms.RadioSelect, initial=Kind.SENSITIVE)
    licence = forms.BooleanField(
        label=_("I wrote this. It may be published under CC0: free for any use, without conditions."),
        error_messages={"required": _("Only what may be published can be taken. Tick this to send it.")},
    )

    def __init__(self, *args: Any, translated: bool = False, taken: set[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [("", _("Choose one")), *states(NO_STATE)]  # type: ignore[attr-defined]
        if translated:
            for name in INHERITED:
                del self.fields[name]
            free = [choice for choice in LANGUAGE_CHOICES if choice[0] not in (taken or set())]
            self.fields["language"].choices = free  # type: ignore[attr-defined]

    def clean_text(self) -> str:
        text = clean_text(self.cleaned_data["text"])
        if problem := text_problem(text):
            raise forms.ValidationError(problem)
        return text

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if "state" in values:
            values["state"] = values["state"].strip("-")
            if problem := state_problem(values.get("kind", ""), values["state"]):
                self.add_error("state", problem)
        return values


class PointForm(forms.Form):
    """One key point. A row left blank altogether does not count."""

    text = forms.CharField(
        label=_("Key point"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 1, "class": "input--line"}),
        error_messages={"required": _("Write the key point, or clear its source.")},
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 1, "class": "input--line", "placeholder": _("Author, title, year")}),
        error_messages={"required": _("Add a source. Reviewers send back key points without one.")},
    )
    url = forms.URLField(
        label=_("Its address"),
        required=False,
        max_length=490,
        assume_scheme="https",
        validators=[URLValidator(schemes=["http", "https"])],
        widget=forms.URLInput(attrs={"placeholder": "https://", "inputmode": "url"}),
        error_messages={"invalid": _("Write a whole address that starts with http:// or https://.")},
    )

    def clean_text(self) -> str:
        return clean_text(self.cleaned_data["text"])

    def clean_source(self) -> str:
        return clean_text(self.cleaned_data["source"])


class PointRows(Rows):
    """The key points of a prompt; `essential` is the number of the row marked as the essential one, from 0."""

    essential: int = 0

    def initial_form_count(self) -> int:
        """Of what is sent back, none: every row may have been emptied."""
        return 0 if self.is_bound else super().initial_form_count()

    def filled(self) -> list[tuple[int, dict[str, Any]]]:
        """The rows that are not blank, with their numbers."""
        return [(number, form.cleaned_data) for number, form in enumerate(self.forms) if form.cleaned_data]

    def clean(self) -> None:
        if any(self.errors):
            return
        filled = [number for number, _values in self.filled()]
        if not filled:
            raise forms.ValidationError(say("Name at least one key point: what a faithful answer has to contain."))
        if self.essential not in filled:
            if len(filled) > 1:
                raise forms.ValidationError(say("Mark which key point is the essential one."))
            self.essential = filled[0]

    def points(self) -> list[Point]:
        return [Point(essential=number == self.essential, **values) for number, values in self.filled()]


PointFormSet = cast(
    type[PointRows],
    formset_factory(
        PointForm, formset=PointRows, extra=0, max_num=POINTS_AT_MOST, absolute_max=POINTS_AT_MOST, validate_max=True
    ),
)


class FilterForm(forms.Form):
    """What narrows the list of prompts; sent by GET, every field may be empty."""

    text = forms.CharField(label=_("Words"), required=False, max_length=100, widget=forms.SearchInput)
    topic = TopicField(label=_("Topic"), queryset=Topic.objects.all(), to_field_name="slug", required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("All")), *Kind.choices], required=False)
    state = forms.ChoiceField(label=_("State concerned"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topic"].empty_label = _("All")  # type: ignore[attr-defined]
        self.fields["language"].choices = [("", _("All")), *LANGUAGE_CHOICES]  # type: ignore[attr-defined]
        self.fields["state"].choices = [("", _("All")), *states(NO_STATE)]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"

    def chosen(self) -> dict[str, Any]:
        """The filters that are filled in and make sense; the others are left out."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class ReasonForm(forms.Form):
    """Why a prompt is sent back, for its author to act on."""

    reason = forms.CharField(
        label=_("What should the author change?"),
        max_length=REASON_AT_MOST,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why, so that the author can mend it.")},
    )
