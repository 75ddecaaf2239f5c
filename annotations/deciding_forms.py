"""What reviewers, maintainers and people who report fill in. Actions check the values; here is what a page shows."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from annotations import guidelines
from annotations.choices import Decision, Facet, ReportKind, Value
from annotations.written import REASON_AT_MOST, REMARK_AT_MOST
from core.languages import LANGUAGES
from prompts.models import Topic

# Of all languages, those the reviewer reads.
READ = ""
ALL = "all"


class DisputesForm(forms.Form):
    """What narrows the list of disputes; sent by GET, and what makes no sense does not count."""

    language = forms.ChoiceField(label=_("Language"), required=False)
    topic = forms.ChoiceField(label=_("Topic"), required=False)

    def __init__(self, *args: Any, reads: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reads = [code for code in LANGUAGES if code in set(reads)]
        others = [code for code in LANGUAGES if code not in self.reads]
        named = [(code, LANGUAGES[code][0]) for code in (*self.reads, *others)]
        topics = [(topic.slug, topic.name(get_language() or "en")) for topic in Topic.objects.all()]
        languages = [(READ, _("Those I read")), *named, (ALL, _("All"))]
        self.fields["language"].choices = languages  # type: ignore[attr-defined]
        self.fields["topic"].choices = [("", _("All")), *topics]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"

    def chosen(self) -> dict[str, Any]:
        """As selectors.disputes takes it."""
        self.is_valid()
        language = self.cleaned_data.get("language", READ)
        languages = self.reads if language == READ else None if language == ALL else [language]
        return {"languages": languages, "topic": self.cleaned_data.get("topic", "")}


class DecisionForm(forms.Form):
    """What a reviewer decides about a disputed answer."""

    decision = forms.ChoiceField(
        label=_("Your decision"),
        choices=Decision,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one from the list.")},
    )
    rule = forms.ChoiceField(
        label=_("The rule that decided it"),
        error_messages={
            "required": _("Choose the rule that decided it."),
            "invalid_choice": _("Choose one from the list."),
        },
    )
    reason = forms.CharField(
        label=_("Why?"),
        help_text=_("In a sentence or two. It is published beside the labels, without your name."),
        max_length=REASON_AT_MOST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why, so that others can follow it.")},
    )
    # The decision that stood when the page was read.
    instead_of = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = [(rule.slug, rule.text) for rule in guidelines.RULES.values()]
        self.fields["rule"].choices = [("", _("Choose one")), *rules]  # type: ignore[attr-defined]


class ReportForm(forms.Form):
    """What is wrong with an answer or a prompt."""

    kind = forms.ChoiceField(
        label=_("What is wrong?"),
        choices=ReportKind,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one from the list.")},
    )
    note = forms.CharField(
        label=_("What have you seen?"),
        required=False,
        max_length=REASON_AT_MOST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReportDecisionForm(forms.Form):
    """What a reviewer decides about what was reported."""

    reason = forms.CharField(
        label=_("Why?"),
        help_text=_("It is kept with the reports and not published."),
        max_length=REASON_AT_MOST,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why, for whoever asks about it later.")},
    )


class RemarkForm(forms.Form):
    text = forms.CharField(
        label=_("What do you think of this rule?"),
        help_text=_("Everybody sees it, without your name."),
        max_length=REMARK_AT_MOST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write what you think of this rule.")},
    )


class AskAgainForm(forms.Form):
    """Which labels are asked for again."""

    before = forms.ChoiceField(
        label=_("Given under a version older than"),
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one from the list.")},
    )
    values = forms.MultipleChoiceField(
        label=_("Labels"),
        help_text=_("None ticked: all three."),
        choices=Value,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose from the list.")},
    )
    facets = forms.MultipleChoiceField(
        label=_("With one of these facets"),
        help_text=_("None ticked: whatever their facets are."),
        choices=Facet,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose from the list.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = [version.number for version in reversed(guidelines.VERSIONS)]
        self.fields["before"].choices = [(number, number) for number in numbers]  # type: ignore[attr-defined]
