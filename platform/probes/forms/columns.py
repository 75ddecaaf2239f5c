"""The columns of an endpoint as fields, for adding one and for correcting one."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from probes.choices import Dialect, EndpointKind, Protocol
from probes.rules.addresses import address_parts

KINDS = [(kind.value, kind.label) for kind in EndpointKind if kind != EndpointKind.IMPORT]
# Columns that are fields as they are; `reasoning` and `params` are put together from what was typed.
COLUMNS = (
    "slug", "kind", "protocol", "dialect", "base_url", "allow_private", "served_name", "upstream", "key_variable",
    "key_file", "system", "stream", "samples", "max_in_flight", "requests_a_minute", "tokens_a_minute", "timeout_s",
    "price_input", "price_output", "budget",
)  # fmt: skip
REASONING = {"": None, "yes": True, "no": False}


def money(label: Any, hint: Any, places: int) -> forms.DecimalField:
    """US dollars; empty where nobody knows."""
    return forms.DecimalField(
        label=label, min_value=0, max_digits=10, decimal_places=places, required=False, help_text=hint
    )


class EndpointColumns(forms.Form):
    """All that a maintainer may say about a place that serves a model."""

    slug = forms.CharField(
        label=_("Short name of the endpoint"),
        max_length=100,
        help_text=_("Lower-case letters, digits, dots and hyphens, such as ollama-qwen3-8b."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS)
    protocol = forms.ChoiceField(label=_("Protocol"), choices=Protocol.choices, initial=Protocol.OPENAI_CHAT)
    dialect = forms.ChoiceField(
        label=_("Dialect"),
        choices=[("", _("As its address tells")), *Dialect.choices],
        required=False,
        help_text=_("Choose it for a server of your own: its address does not tell."),
    )
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
    upstream = forms.CharField(
        label=_("Upstream"),
        max_length=100,
        required=False,
        help_text=_("The one provider a router may use. OpenRouter needs it."),
    )
    key_variable = forms.RegexField(
        "^[A-Z][A-Z0-9_]*$",
        label=_("Environment variable of the key"),
        max_length=80,
        required=False,
        help_text=_("Such as OPENAI_API_KEY: it ends in _KEY or _TOKEN. Never the key itself."),
        error_messages={"invalid": _("Capital letters, digits and underscores, beginning with a letter.")},
    )
    key_file = forms.CharField(
        label=_("Or a file in the folder of keys"),
        max_length=80,
        required=False,
        help_text=_("Such as openai.key in KEYS_FOLDER: its name ends in .key, _key, .token or _token."),
    )
    stream = forms.BooleanField(
        label=_("Ask for the answer piece by piece"),
        required=False,
        initial=True,
        help_text=_("So that a text withdrawn in mid-stream is seen."),
    )
    reasoning = forms.ChoiceField(
        label=_("Reasoning"),
        choices=[("", _("Provider decides")), ("yes", _("Ask for it")), ("no", _("Ask for none"))],
        required=False,
    )
    system = forms.CharField(
        label=_("System prompt"),
        max_length=20_000,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Best left empty, so that the model shows itself."),
    )
    samples = forms.IntegerField(
        label=_("Samples"),
        min_value=0,
        max_value=100,
        initial=0,
        help_text=_("Answers to each prompt; 0 takes the round’s number."),
    )
    max_tokens = forms.IntegerField(
        label=_("Tokens at most"),
        min_value=1,
        max_value=1_000_000,
        required=False,
        help_text=_("Empty: the endpoint’s own limit."),
    )
    params = forms.CharField(
        label=_("Other parameters"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "class": "mono"}),
        help_text=_('JSON sent with each call, such as {"temperature": 0.7}. Empty: the provider’s defaults.'),
    )
    max_in_flight = forms.IntegerField(
        label=_("Calls at a time"),
        min_value=1,
        max_value=10_000,
        initial=100,
        help_text=_("At most; Candor finds out how many it really takes."),
    )
    requests_a_minute = forms.IntegerField(
        label=_("Requests a minute"), min_value=1, max_value=2_147_483_647, required=False
    )
    tokens_a_minute = forms.IntegerField(
        label=_("Tokens a minute"), min_value=1, max_value=2_147_483_647, required=False
    )
    timeout_s = forms.IntegerField(label=_("Seconds to wait"), min_value=1, max_value=3600, initial=120)
    price_input = money(_("Price of input"), _("US dollars for a million tokens."), 4)
    price_output = money(_("Price of output"), _("US dollars for a million tokens; reasoning counts as output."), 4)
    budget = money(_("Budget a month"), _("US dollars. Nothing is asked beyond it."), 2)

    def clean_base_url(self) -> str:
        address: str = self.cleaned_data["base_url"]
        if address_parts(address) is None:
            raise forms.ValidationError(_("Give it as https://host/v1, without a name, a password or a query."))
        return address

    def clean_system(self) -> str:
        """Browsers send every line's end as two characters; the model gets what was typed."""
        typed: str = self.cleaned_data["system"]
        return typed.replace("\r\n", "\n")

    def clean_params(self) -> dict[str, Any]:
        typed: str = self.cleaned_data["params"].strip()
        try:
            params = json.loads(typed) if typed else {}
        except (ValueError, RecursionError) as error:
            where = f"{error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else "1:1"
            raise forms.ValidationError(_("This is not JSON; look at %(where)s."), params={"where": where}) from None
        if not isinstance(params, dict):
            raise forms.ValidationError(_("Give a JSON object, such as {}."))
        return params

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("max_tokens") is not None and "max_tokens" in (data.get("params") or {}):
            self.add_error("params", _("max_tokens has a field of its own. Give it once."))
        return data

    def columns(self) -> dict[str, Any]:
        """The columns of the row, the limit put among the parameters."""
        data = self.cleaned_data
        values = {name: data[name] for name in COLUMNS}
        limit = {} if data["max_tokens"] is None else {"max_tokens": data["max_tokens"]}
        return {**values, "reasoning": REASONING[data["reasoning"]], "params": {**data["params"], **limit}}
