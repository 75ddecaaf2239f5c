"""Endpoints: adding one with its model, setting its columns right, stopping and resuming it."""

import json
import re
from decimal import Decimal
from typing import Any

from django import forms
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.errors import Conflict, Invalid
from probes.actions import add_endpoint, add_llm, correct_endpoint
from probes.actions.llms import ENDPOINT_COLUMNS
from probes.choices import EndpointKind
from probes.forms.columns import COLUMNS, EndpointColumns
from probes.forms.correcting import CorrectingForm
from probes.forms.llms import states
from probes.forms.refusals import put_on
from probes.models import LLM, Endpoint

SLUG = re.compile(r"[a-z0-9][a-z0-9._-]*")
# What an import has: it is asked nowhere.
COLUMNS_OF_AN_IMPORT = ("served_name",)
# What cannot change once there are probes, and why.
FIXED = {
    "llm": _("It has been asked as this model, so it stays."),
    "slug": _("It has been asked under this name, so it stays."),
}


class ModelOrNew(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's own class takes none when it runs
    """A choice of model in which choosing none means a new one."""

    def clean(self, value: Any) -> Any:
        return None if value in self.empty_values else super().clean(value)


class EndpointForm(EndpointColumns):
    """Adds an endpoint, and its model where it is new."""

    llm = ModelOrNew(
        label=_("Model"), queryset=LLM.objects.filter(retired_at=None).order_by("name", "slug"),
        empty_label=_("A new one"), required=False,
    )  # fmt: skip
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    maker = forms.CharField(label=_("Maker"), max_length=120, required=False)
    maker_country = forms.ChoiceField(label=_("State of the maker’s seat"), choices=states, required=False)
    open_weights = forms.BooleanField(label=_("Its weights are open"), required=False)
    remark = forms.CharField(
        label=_("Remark"),
        max_length=300,
        required=False,
        help_text=_("What a reader has to know before drawing conclusions, such as “a small coder model”."),
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

    def clean(self) -> dict[str, Any]:
        data = super().clean()
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
        return add_endpoint(by=by, llm=llm, **self.columns())

    def save(self, *, by: User) -> Endpoint | None:
        """The new endpoint; None with the errors on their fields where it cannot be, and then nothing was added."""
        try:
            return self.add(by=by)
        except Invalid as error:
            put_on(self, error)
        except Conflict as error:
            put_on(self, error, conflict="slug")
        return None


class CorrectEndpointForm(CorrectingForm, EndpointColumns):
    """Sets the columns of an endpoint right. Of an import only what it was served under."""

    correctable = ENDPOINT_COLUMNS
    llm = forms.ModelChoiceField(label=_("Model"), queryset=LLM.objects.order_by("name", "slug"))

    def __init__(self, data: Any = None, *, endpoint: Endpoint) -> None:
        initial = {name: getattr(endpoint, name) for name in COLUMNS}
        params = dict(endpoint.params)
        # A limit has a field of its own; anything else that stands under its name is left where it is.
        if isinstance(params.get("max_tokens"), int) and not isinstance(params["max_tokens"], bool):
            initial["max_tokens"] = params.pop("max_tokens")
        initial |= {
            "llm": endpoint.llm_id,
            "params": json.dumps(params, ensure_ascii=False, indent=1) if params else "",
            # As somebody would type it: 0.15 and not 0.1500.
            **{name: plain(initial[name]) for name in ("price_input", "price_output", "budget")},
            "reasoning": {None: "", True: "yes", False: "no"}[endpoint.reasoning],
        }
        super().__init__(data, initial=initial)
        self.row = self.endpoint = endpoint
        if endpoint.kind == EndpointKind.IMPORT:
            for name in set(self.fields) - set(COLUMNS_OF_AN_IMPORT):
                del self.fields[name]
            self.fields["served_name"].required = False
        elif endpoint.probes.exists():
            for name, why in FIXED.items():
                self.fields[name].disabled = True
                self.fields[name].help_text = why

    def columns(self) -> dict[str, Any]:
        if self.endpoint.kind == EndpointKind.IMPORT:
            return {name: self.cleaned_data[name] for name in COLUMNS_OF_AN_IMPORT}
        return {**super().columns(), "llm": self.cleaned_data["llm"]}

    def save(self, *, by: User) -> Endpoint | None:
        """The endpoint as it is now; None with the errors on their fields where it cannot be: nothing was changed."""
        values = self.columns()
        return self.corrected(
            lambda: correct_endpoint(by=by, endpoint=self.endpoint, seen=self.sent_back(), **values), taken=None
        )


def plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


class SteerForm(forms.Form):
    """Pauses, resumes or retires an endpoint."""

    PAUSE, RESUME, RETIRE = "pause", "resume", "retire"

    do = forms.ChoiceField(choices=[(word, word) for word in (PAUSE, RESUME, RETIRE)])
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)
