"""What maintainers fill in about machine judges."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from annotations.judging import INSTRUCTIONS
from probes.choices import EndpointKind, EndpointStatus
from probes.models import Endpoint

WHOLE_NUMBER = dict.fromkeys(("required", "invalid", "min_value", "max_value"), _("Give a whole number."))


class JudgeForm(forms.Form):
    """A judge, or another version of one; the action checks what the words say."""

    slug = forms.CharField(
        label=_("Its name"),
        max_length=80,
        help_text=_("Small letters, digits and hyphens. The name of one that is here makes another version of it."),
    )
    endpoint = forms.ChoiceField(
        label=_("Endpoint"),
        help_text=_(
            "One of the kind “A machine judge” is asked for verdicts alone. Any other goes on answering prompts too."
        ),
        error_messages={"required": _("Choose an endpoint."), "invalid_choice": _("Choose an endpoint.")},
    )
    a_day = forms.IntegerField(
        label=_("Answers a day at most"), initial=500, min_value=0, max_value=100_000, error_messages=WHOLE_NUMBER
    )
    instructions = forms.CharField(
        label=_("Instructions"),
        required=False,
        help_text=_("Left empty, the ones that come with Candor: the guideline, in English."),
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usable = Endpoint.objects.exclude(kind=EndpointKind.IMPORT).exclude(status=EndpointStatus.RETIRED)
        self.places = {one.slug: one for one in usable.select_related("llm").order_by("slug")}
        field = self.fields["endpoint"]
        assert isinstance(field, forms.ChoiceField)
        named = [(slug, f"{slug} ({one.llm.name})") for slug, one in self.places.items()]
        field.choices = [("", "–"), *named]

    def clean_endpoint(self) -> Endpoint:
        return self.places[self.cleaned_data["endpoint"]]

    @property
    def standard(self) -> str:
        """The instructions that come with Candor."""
        return INSTRUCTIONS

    def refuse(self, wrong: dict[str, list[str]]) -> None:
        """Puts what the action found beside its field."""
        for name, sentences in wrong.items():
            for sentence in sentences:
                self.add_error(name, sentence)


class BoundForm(forms.Form):
    a_day = forms.IntegerField(
        label=_("Answers a day at most"), min_value=0, max_value=100_000, error_messages=WHOLE_NUMBER
    )
