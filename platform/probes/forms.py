"""Forms of the maintainer's page."""

import re
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.errors import Conflict, Invalid
from core.names import STATES
from probes.actions import add_endpoint, add_llm, open_round
from probes.choices import EndpointKind
from probes.models import LLM, Endpoint, Round

KINDS = [(kind.value, kind.label) for kind in EndpointKind if kind != EndpointKind.IMPORT]
SLUG = re.compile(r"[a-z0-9][a-z0-9._-]*")


def states() -> list[tuple[str, str]]:
    """Every state by its name in the reader's language, after a line that chooses none."""
    return [("", "–"), *sorted(((code, str(name)) for code, name in STATES.items()), key=lambda pair: pair[1])]


class RoundForm(forms.Form):
    """Opens a round."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("For people, such as “Spring 2027”."))
    samples = forms.IntegerField(
        label=_("Samples"), min_value=1, max_value=100, initial=3, help_text=_("How often each prompt is asked.")
    )

    def save(self, *, by: User) -> Round:
        return open_round(by=by, name=self.cleaned_data["name"], samples=self.cleaned_data["samples"])


class ModelOrNew(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's own class takes none when it runs
    """A choice of model in which choosing none means a new one."""

    def clean(self, value: Any) -> Any:
        return None if value in self.empty_values else super().clean(value)


class EndpointForm(forms.Form):
    """A place that serves a model, and the model itself where it is new."""

    llm = ModelOrNew(LLM.objects.order_by("maker", "name"), label=_("Model"), empty_label=_("A new model"))
    name = forms.CharField(label=_("Name of the new model"), max_length=120)
    maker = forms.CharField(label=_("Its maker"), max_length=120)
    maker_country = forms.ChoiceField(label=_("State of the maker’s seat"), choices=states)
    open_weights = forms.BooleanField(label=_("Its weights are open"), required=False)
    remark = forms.CharField(
        label=_("Remark"),
        max_length=300,
        required=False,
        help_text=_("What a reader has to know before drawing conclusions, such as “a small coder model”."),
    )
    slug = forms.CharField(
        label=_("Short name of the endpoint"),
        max_length=100,
        help_text=_("Lower-case letters, digits, dots and hyphens, such as ollama-qwen3-8b."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS)
    base_url = forms.CharField(
        label=_("Address"), max_length=300, help_text=_("Up to and with /v1, such as https://api.example.com/v1.")
    )
    allow_private = forms.BooleanField(
        label=_("The address is on this machine or network"),
        required=False,
        help_text=_("Without this, private addresses are refused."),
    )
    served_name = forms.CharField(
        label=_("Name it is served under"), max_length=200, help_text=_("What goes into “model” in each call.")
    )
    key_variable = forms.RegexField(
        "^[A-Z][A-Z0-9_]*$",
        label=_("Environment variable of the key"),
        max_length=80,
        required=False,
        help_text=_("Such as OPENAI_API_KEY: it ends in _KEY or _TOKEN. Never the key itself."),
        error_messages={"invalid": _("Capital letters, digits and underscores, beginning with a letter.")},
    )
    max_tokens = forms.IntegerField(
        label=_("Tokens at most"),
        min_value=1,
        max_value=1_000_000,
        required=False,
        help_text=_("Empty: the endpoint’s own limit."),
    )

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        for field in ("name", "maker", "maker_country"):
            self.fields[field].required = not self.data.get("llm")

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if not SLUG.fullmatch(slug):
            raise forms.ValidationError(_("Use lower-case letters, digits, dots and hyphens only."))
        if Endpoint.objects.filter(slug=slug).exists():
            raise forms.ValidationError(_("There is an endpoint by this name already."))
        return slug

    def clean_base_url(self) -> str:
        address: str = self.cleaned_data["base_url"]
        try:
            parts = urlsplit(address)
            _port = parts.port
        except ValueError:
            raise forms.ValidationError(_("Give it as https://host/v1.")) from None
        return address

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("llm") is not None:
            return data
        slug = slugify(data.get("name", ""), allow_unicode=True)[:80]
        if data.get("name") and not slug:
            self.add_error("name", _("A name has at least one letter or digit."))
        elif LLM.objects.filter(slug=slug).exists():
            self.add_error("name", _("A model by this name is there already. Choose it above, or find another name."))
        data["llm_slug"] = slug
        return data

    @transaction.atomic
    def add(self, *, by: User) -> Endpoint:
        data = self.cleaned_data
        llm = data["llm"] or add_llm(
            by=by,
            slug=data["llm_slug"],
            name=data["name"],
            maker=data["maker"],
            maker_country=data["maker_country"],
            open_weights=data["open_weights"],
            remark=data["remark"],
        )
        return add_endpoint(
            by=by,
            llm=llm,
            slug=data["slug"],
            kind=data["kind"],
            base_url=data["base_url"],
            served_name=data["served_name"],
            key_variable=data["key_variable"],
            params={"max_tokens": data["max_tokens"]} if data["max_tokens"] else {},
            allow_private=data["allow_private"],
        )

    def save(self, *, by: User) -> Endpoint | None:
        """The new endpoint; None with the errors on their fields where it cannot be, and then nothing was added."""
        try:
            return self.add(by=by)
        except Invalid as error:
            for field, sentences in error.fields.items():
                self.add_error(field if field in self.fields else None, sentences)
        except Conflict as error:
            self.add_error("slug", error.message)
        return None


class SteerForm(forms.Form):
    """Pauses, resumes or retires an endpoint."""

    PAUSE, RESUME, RETIRE = "pause", "resume", "retire"

    do = forms.ChoiceField(choices=[(word, word) for word in (PAUSE, RESUME, RETIRE)])
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)
