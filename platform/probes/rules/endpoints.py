"""What a model and an endpoint may be: how it is spoken to, what each call says, its limits and its money."""

import json
import re
from typing import Any

from django.utils.translation import gettext as _

from core.errors import Invalid
from core.texts import storable
from probes.choices import Dialect, EndpointKind, Protocol
from probes.models import LLM, Endpoint
from probes.rules.addresses import check_base_url
from probes.rules.columns import column_faults
from probes.rules.keys import check_key_file, check_key_variable, keys_among
from probes.token_limits import output_limit

# What a call says by itself: a parameter of that name would be left out.
OWN_PARAMS = frozenset({"model", "messages", "stream", "stream_options", "contents", "systemInstruction"})
SAMPLES_AT_MOST = 100
IN_FLIGHT_AT_MOST = 10_000
# A column of limits is a 32-bit number.
LIMIT_AT_MOST = 2_147_483_647
PARAMS_AT_MOST = 20_000
Faults = dict[str, list[str]]


def check_llm(llm: LLM) -> None:
    """What a row of models may hold. Values come out as its columns hold them.

    Raises:
        Invalid: with a sentence at each field that is wrong.
    """
    wrong = column_faults(llm, leave={"slug", "maker_country"})
    if not re.fullmatch(r"[-.\w]{1,80}", llm.slug):
        wrong["slug"] = [_("Use at most 80 letters, digits, dots and hyphens.")]
    if not re.fullmatch("[A-Z]{2}", llm.maker_country):
        wrong["maker_country"] = [_("Give the two letters of a state, such as FR.")]
    if wrong:
        raise Invalid(_("The model cannot be taken as it is."), wrong)


def check_endpoint(endpoint: Endpoint) -> None:
    """What a row of endpoints may hold, before it is written. Values come out as its columns hold them.

    Raises:
        Invalid: with a sentence at each field that is wrong.
    """
    wrong = column_faults(endpoint, leave={"slug", "llm", "params"})
    found = [slug_faults(endpoint), key_faults(endpoint), way_faults(endpoint), param_faults(endpoint)]
    # A number that is none cannot be compared; its column has said so.
    if not wrong:
        found += [limit_faults(endpoint), money_faults(endpoint)]
    for faults in found:
        for field, sentences in faults.items():
            wrong.setdefault(field, sentences)
    if wrong:
        raise Invalid(_("The endpoint cannot be taken as it is."), wrong)


def slug_faults(endpoint: Endpoint) -> Faults:
    if re.fullmatch(r"[-.0-9A-Z_a-z]{1,100}", endpoint.slug):
        return {}
    return {"slug": [_("Use at most 100 letters, digits, dots and hyphens.")]}


def key_faults(endpoint: Endpoint) -> Faults:
    wrong: Faults = {}
    try:
        check_key_variable(endpoint.key_variable)
    except Invalid as error:
        wrong |= error.fields
    try:
        check_key_file(endpoint.key_file, endpoint.key_variable)
    except Invalid as error:
        wrong |= error.fields
    return wrong


def way_faults(endpoint: Endpoint) -> Faults:
    """Address, protocol, dialect and upstream."""
    wrong: Faults = {}
    if endpoint.kind != EndpointKind.IMPORT:
        try:
            check_base_url(endpoint.base_url, allow_private=endpoint.allow_private)
        except Invalid as error:
            wrong |= error.fields
    if endpoint.protocol not in Protocol.values:
        wrong["protocol"] = [_("Choose one of %(names)s.") % {"names": ", ".join(Protocol.values)}]
    if endpoint.dialect and endpoint.dialect not in Dialect.values:
        wrong["dialect"] = [_("Choose one of %(names)s, or none.") % {"names": ", ".join(Dialect.values)}]
    if routes(endpoint) and not endpoint.upstream:
        wrong["upstream"] = [_("OpenRouter takes any provider it likes unless one is named. Name it.")]
    return wrong


def routes(endpoint: Endpoint) -> bool:
    """Whether this is OpenRouter, by its dialect or by its address."""
    host = re.sub(r"^https?://", "", endpoint.base_url).split("/")[0].split(":")[0].lower()
    by_address = host == "openrouter.ai" or host.endswith(".openrouter.ai")
    chat = endpoint.protocol in {Protocol.OPENAI_CHAT, Protocol.AZURE}
    return chat and (endpoint.dialect == Dialect.OPENROUTER or (not endpoint.dialect and by_address))


def param_faults(endpoint: Endpoint) -> Faults:
    found = param_fault(endpoint.params)
    return {"params": [found]} if found else {}


def param_fault(params: Any) -> str:
    """What is wrong with what is sent with every call; "" for nothing."""
    try:
        text = json.dumps(params, allow_nan=False, ensure_ascii=False) if isinstance(params, dict) else ""
    except (TypeError, ValueError, RecursionError):
        text = ""
    fault = ""
    if not text:
        fault = _("Give a JSON object, such as {}.")
    elif not storable(text) or "\\u0000" in text:
        fault = _("It holds a character that cannot be kept: NUL or half a surrogate pair.")
    elif len(text) > PARAMS_AT_MOST:
        fault = _("That is longer than any call needs.")
    elif own := sorted(OWN_PARAMS & params.keys()):
        fault = _("%(names)s cannot stand here: each call says that itself.") % {"names": ", ".join(own)}
    elif keys := keys_among(params):
        said = _("%(names)s looks like a key. Name the variable or file that holds the key instead.")
        fault = said % {"names": ", ".join(keys)}
    return fault


def limit_faults(endpoint: Endpoint) -> Faults:
    wrong: Faults = {}
    bounds = {
        "max_in_flight": (1, IN_FLIGHT_AT_MOST),
        "requests_a_minute": (1, LIMIT_AT_MOST),
        "tokens_a_minute": (1, LIMIT_AT_MOST),
        "timeout_s": (1, 3600),
        "samples": (0, SAMPLES_AT_MOST),
    }
    for name, (low, high) in bounds.items():
        value = getattr(endpoint, name)
        if value is not None and not low <= value <= high:
            wrong[name] = [_("Between %(low)s and %(high)s.") % {"low": low, "high": high}]
    return wrong


def money_faults(endpoint: Endpoint) -> Faults:
    """Both prices or none; a budget only where the most a call can cost is known before it."""
    wrong: Faults = {}
    prices = {"price_input": endpoint.price_input, "price_output": endpoint.price_output}
    for name, value in {**prices, "budget": endpoint.budget}.items():
        if value is not None and value < 0:
            wrong[name] = [_("Money is never below zero.")]
    missing = [name for name, value in prices.items() if value is None]
    if len(missing) == 1:
        wrong[missing[0]] = [_("Give both prices, or none.")]
    if endpoint.budget is None or wrong:
        return wrong
    if missing:
        wrong["budget"] = [_("A budget needs both prices: what a call costs is reserved before it.")]
    elif output_limit(endpoint.params if isinstance(endpoint.params, dict) else {}) is None:
        wrong["budget"] = [
            _("A budget needs a limit of output tokens, such as max_tokens, or nobody knows what a call can cost.")
        ]
    return wrong
