"""From an endpoint's row to a call, and from what came back to the words of the tables. Nothing here waits."""

from decimal import Decimal
from itertools import chain
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings

from probes.actions import Result
from probes.models import Endpoint
from workers.keyring import Secrets, key_of
from workers.limits import Ended, Settled
from workers.providers import RULES, WIRES
from workers.providers.counts import input_tokens, output_tokens
from workers.providers.results import Call, Outcome
from workers.providers.text import storable
from workers.providers.wire import shown

# Rules that blame the endpoint and not the question: money, key, unknown model, address.
PAUSING = frozenset(rule.id for rule in RULES.values() if rule.pauses)
MILLION = 1_000_000
SLOW_DOWN = frozenset({429, 529})
# No call has more tokens, in or out: such a count is a mistake of the provider's.
MOST_TOKENS = 10_000_000


def key_for(endpoint: Endpoint) -> str | None:
    """The endpoint's key, read at the last moment and kept nowhere. Raises KeyMissing."""
    return key_of(endpoint.key_variable, endpoint.key_file, folder=settings.ENV.keys_folder, never=secrets())


def secrets() -> Secrets:
    """What Candor keeps for itself: its own keys, and the passwords of its servers as written and as they are meant."""
    addresses = [settings.ENV.database_url, settings.ENV.redis_url]
    return Secrets([settings.SECRET_KEY, settings.ENV.metrics_token, *chain.from_iterable(map(passwords, addresses))])


def passwords(address: str) -> list[str]:
    parts = urlsplit(address)
    written = parts.password or ""
    return [written, unquote(written), *parse_qs(parts.query).get("password", [])]


def call_of(endpoint: Endpoint, text: str, *, key: str | None) -> Call:
    """The call that puts `text` to an endpoint."""
    return Call(
        base_url=endpoint.base_url,
        model=endpoint.served_name,
        prompt=text,
        system=endpoint.system or None,
        params=dict(endpoint.params),
        api_key=key,
        timeout_s=float(endpoint.timeout_s),
        allow_private=endpoint.allow_private,
        stream=endpoint.stream,
        dialect=endpoint.dialect,
        reasoning=endpoint.reasoning,
        upstream=endpoint.upstream,
    )


def asked(endpoint: Endpoint, call: Call) -> dict[str, object]:
    """The request as it is kept: enough to repeat it by hand, with the name of the key's place for the key."""
    wire = WIRES[endpoint.protocol]
    try:
        return shown(wire, wire.write(call), endpoint.key_variable or endpoint.key_file)
    except (OSError, ValueError, TypeError):
        # It could not be written, so nothing was asked; the outcome says why.
        return {}


def cost_of(endpoint: Endpoint, outcome: Outcome) -> Decimal | None:
    """What a call cost in US dollars by the provider's own count; None where nothing tells it.

    An HTTP error without a count is taken for free, which is what providers promise.
    """
    if endpoint.price_input is None or endpoint.price_output is None:
        return None
    if tokens := counted(outcome):
        return (tokens[0] * endpoint.price_input + tokens[1] * endpoint.price_output) / MILLION
    is_error = outcome.http_status is not None and outcome.http_status >= 300
    return Decimal(0) if is_error and outcome.sent == "answered" else None


def counted(outcome: Outcome) -> tuple[int, int] | None:
    """Tokens in and out by the provider's own count; None where it tells nothing, or nonsense."""
    tokens = input_tokens(outcome.usage), output_tokens(outcome.usage)
    return tokens if any(tokens) and all(0 <= number <= MOST_TOKENS for number in tokens) else None


def result_of(endpoint: Endpoint, call: Call, outcome: Outcome) -> Result:
    """An outcome in the words of the tables, with texts PostgreSQL can hold."""
    text, escaped = storable(outcome.text)
    reasoning, _ = storable(outcome.reasoning)
    return Result(
        delivery=outcome.delivery,
        rule=outcome.rule,
        text=text,
        escaped=escaped,
        reasoning=reasoning,
        pieces=outcome.pieces,
        finish_reason=outcome.finish_reason,
        http_status=outcome.http_status,
        latency_ms=outcome.latency_ms,
        usage=outcome.usage,
        served_by=outcome.served_by,
        served_model=outcome.served_model,
        fingerprint=outcome.served_fingerprint,
        headers=outcome.raw_headers,
        error=outcome.error,
        heals=outcome.retry == "retry",
        retries_at_most=outcome.retry_at_most,
        pauses=outcome.rule in PAUSING,
        slow_down=ended_of(outcome) is Ended.LIMITED,
        retry_after_s=outcome.retry_after_s,
        perhaps_paid=outcome.sent == "maybe_paid",
        unsent=outcome.sent == "not_sent",
        cost=cost_of(endpoint, outcome),
        quarantined=outcome.quarantined,
        request=asked(endpoint, call),
        raw=outcome.raw,
    )


def settled_of(permit: str, outcome: Outcome) -> Settled:
    """What the limits learn from an outcome."""
    tokens = counted(outcome)
    return Settled(permit, ended_of(outcome), sum(tokens) if tokens else None, outcome.retry_after_s)


def ended_of(outcome: Outcome) -> Ended:
    """How a call ended for the limits. A block is an answer, whatever its status: it does not count as an outage."""
    if outcome.rule in PAUSING:
        return Ended.REFUSED
    if outcome.sent != "answered":
        return Ended.DOWN
    status = outcome.http_status or 200
    if outcome.retry == "retry" and status in SLOW_DOWN:
        return Ended.LIMITED
    return Ended.DOWN if outcome.retry == "retry" and (status >= 500 or status == 408) else Ended.OK
