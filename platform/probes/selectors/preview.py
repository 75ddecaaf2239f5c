"""What a round would be before it is opened: probes, tokens, money and hours, and how sure of each we are.

What an endpoint did before is the best guess at what it will do. Where it did too little, the most it can be stands
there instead; where there is no such limit, it is unknown and said so.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from statistics import median
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from probes.choices import NOT_ASKED, EndpointStatus
from probes.models import Endpoint
from probes.selectors.endpoints import Money, money
from probes.selectors.rounds import panel
from probes.selectors.usage import input_tokens, output_tokens
from probes.token_limits import output_limit
from prompts.models import Prompt

# So many finished probes with their tokens counted tell what the next ones take; fewer are chance.
ENOUGH = 20
RECENT = 200
# What stands around a question: a chat template's marks, a default system prompt. As in workers.providers.bounds.
AROUND_TOKENS = 512
MILLION = 1_000_000

LATELY = """
SELECT endpoint.id, COALESCE(json_agg(recent.usage) FILTER (WHERE recent.usage IS NOT NULL), '[]'),
       COALESCE(array_agg(recent.latency_ms) FILTER (WHERE recent.latency_ms IS NOT NULL), '{}')
FROM probes_endpoint endpoint
LEFT JOIN LATERAL (
    SELECT probe.usage, probe.latency_ms FROM probes_probe probe
    WHERE probe.endpoint_id = endpoint.id AND probe.finished_at IS NOT NULL AND probe.round_id IS NOT NULL
    ORDER BY probe.finished_at DESC LIMIT %(recent)s
) recent ON true
WHERE endpoint.id = ANY(%(endpoints)s)
GROUP BY endpoint.id
"""


class Surety(StrEnum):
    """Where a number of tokens comes from."""

    MEASURED = "measured"
    AT_MOST = "at_most"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Tokens:
    """A number of tokens, or None, and how sure it is."""

    number: int | None
    surety: Surety


@dataclass(frozen=True)
class Estimate:
    """One endpoint's part of a round. `cost` is in US dollars, `hours` of wall clock; None where it is not known."""

    endpoint: Endpoint
    probes: int
    input: Tokens
    output: Tokens
    cost: Decimal | None
    hours: float | None
    money: Money

    @property
    def at_most(self) -> bool:
        """Whether the cost is a bound and no guess."""
        return Surety.AT_MOST in {self.input.surety, self.output.surety}

    @property
    def too_dear(self) -> bool:
        """Whether this month's budget would run out on the way."""
        return self.cost is not None and self.money.left is not None and self.cost > self.money.left


@dataclass(frozen=True)
class Preview:
    """A round that is not there yet. Totals leave out what is unknown; `unknown` names the endpoints that are so."""

    samples: int
    prompts: int
    estimates: list[Estimate] = field(default_factory=list)
    # Paused endpoints, which would not be asked until somebody resumes them.
    paused: int = 0

    @property
    def probes(self) -> int:
        return sum(one.probes for one in self.estimates)

    @property
    def input(self) -> int:
        return sum(one.input.number or 0 for one in self.estimates)

    @property
    def output(self) -> int:
        return sum(one.output.number or 0 for one in self.estimates)

    @property
    def cost(self) -> Decimal:
        return sum((one.cost for one in self.estimates if one.cost is not None), Decimal(0))

    @property
    def hours(self) -> float | None:
        """The slowest endpoint's: they work side by side."""
        return max((one.hours for one in self.estimates if one.hours is not None), default=None)

    @property
    def priced(self) -> bool:
        return any(one.cost is not None for one in self.estimates)

    @property
    def at_most(self) -> bool:
        return any(one.at_most for one in self.estimates)

    @property
    def cost_bounded(self) -> str:
        """Of how many endpoints in the sum of costs the cost is a bound and no guess: "all", "some" or "none"."""
        bounded = [one.at_most for one in self.estimates if one.cost is not None]
        if not any(bounded):
            return "none"
        return "all" if all(bounded) else "some"

    @property
    def without_output(self) -> list[Estimate]:
        return [one for one in self.estimates if one.output.number is None]

    @property
    def without_cost(self) -> list[Estimate]:
        return [one for one in self.estimates if one.cost is None]

    @property
    def without_hours(self) -> list[Estimate]:
        return [one for one in self.estimates if one.hours is None]

    @property
    def too_dear(self) -> list[Estimate]:
        return [one for one in self.estimates if one.too_dear]


def preview(samples: int) -> Preview:
    """What a round of so many samples would ask if it were opened now: today's prompts of today's endpoints."""
    prompts, asked = panel()
    questions = questions_of(prompts)
    endpoints = list(asked.select_related("llm").order_by("slug"))
    spent, before = money(endpoints), lately_counted(endpoints)
    estimates = [estimate(one, questions, samples, before.get(one.pk, Before()), spent[one.pk]) for one in endpoints]
    paused = Endpoint.objects.filter(status=EndpointStatus.PAUSED).exclude(kind__in=NOT_ASKED).count()
    return Preview(samples, questions.number, estimates, paused)


@dataclass(frozen=True)
class Questions:
    """How many questions there are, and how many bytes of UTF-8 they have together."""

    number: int
    size: int


@dataclass(frozen=True)
class Before:
    """What an endpoint's last finished probes took: usages as the provider counted them, latencies in milliseconds."""

    usages: list[dict[str, Any]] = field(default_factory=list)
    latencies: list[int] = field(default_factory=list)


def questions_of(prompts: QuerySet[Prompt]) -> Questions:
    texts = [text for text in prompts.values_list("current__text", flat=True) if text is not None]
    return Questions(len(texts), sum(len(text.encode()) for text in texts))


def lately_counted(endpoints: Iterable[Endpoint]) -> dict[int, Before]:
    """What each endpoint's last probes took, by its id, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(LATELY, {"recent": RECENT, "endpoints": [one.pk for one in endpoints]})
        return {
            pk: Before(usages if isinstance(usages, list) else json.loads(usages), latencies)
            for pk, usages, latencies in cursor.fetchall()
        }


def estimate(endpoint: Endpoint, questions: Questions, samples: int, before: Before, spent: Money) -> Estimate:
    each = endpoint.samples or samples
    probes = questions.number * each
    counted = [(input_tokens(usage), output_tokens(usage)) for usage in before.usages]
    counted = [pair for pair in counted if pair[0] and pair[1]]
    most = output_limit(endpoint.params)
    if len(counted) >= ENOUGH:
        asked = Tokens(round(probes * sum(pair[0] for pair in counted) / len(counted)), Surety.MEASURED)
        answered = Tokens(round(probes * sum(pair[1] for pair in counted) / len(counted)), Surety.MEASURED)
    else:
        # A token stands for at least one byte, so there are never more of them than bytes.
        around = len(endpoint.system.encode()) + AROUND_TOKENS
        asked = Tokens(each * (questions.size + questions.number * around), Surety.AT_MOST)
        answered = Tokens(None, Surety.UNKNOWN) if most is None else Tokens(probes * most, Surety.AT_MOST)
    cost = cost_of(endpoint, asked.number, answered.number)
    hours = hours_of(endpoint, probes, (asked.number, answered.number), before.latencies)
    return Estimate(endpoint, probes, asked, answered, cost, hours, spent)


def cost_of(endpoint: Endpoint, asked: int | None, answered: int | None) -> Decimal | None:
    """US dollars; a local server without prices is not free either, its price is just not known."""
    if endpoint.price_input is None or endpoint.price_output is None or asked is None or answered is None:
        return None
    return (asked * endpoint.price_input + answered * endpoint.price_output) / MILLION


def hours_of(
    endpoint: Endpoint, probes: int, tokens: tuple[int | None, int | None], latencies: list[int]
) -> float | None:
    """Hours until the last is over: as fast as it answered lately with all it may have in flight, within its limits."""
    if not probes:
        return 0.0
    if not latencies:
        return None
    hours = [probes * median(latencies) / 3_600_000 / endpoint.max_in_flight]
    if endpoint.requests_a_minute:
        hours.append(probes / endpoint.requests_a_minute / 60)
    asked, answered = tokens
    if endpoint.tokens_a_minute and asked is not None and answered is not None:
        hours.append((asked + answered) / endpoint.tokens_a_minute / 60)
    return max(hours)
