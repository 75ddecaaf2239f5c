"""Which endpoints cannot be asked any more this month, because what is left of their budget holds not one call.

A claim (actions.claims) takes due probes in one order and stops at the first that the budget does not hold, so that one
decides. What it costs at most is known where calls are written, which is above this app and hands it down by
`priced_by` when the site starts.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.core.cache import cache
from django.db.models import DecimalField, Exists, F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from probes.choices import EndpointStatus, ProbeStatus, RoundStatus
from probes.models import Endpoint, Probe, Spending
from probes.selectors.endpoints import this_month
from probes.token_limits import output_limit
from prompts.choices import Status

# What maintainers are told on each page is looked for this often at most, in seconds.
USED_UP_KEY = "probes:used_up"
USED_UP_FOR_S = 60
# More than stands around the texts and the parameters of any call.
AROUND_BYTES = 8192
# The most it can cost to ask an endpoint a question, in US dollars; None where nobody can tell.
MostOfACall = Callable[[Endpoint, str], Decimal | None]


@dataclass(frozen=True)
class UsedUp:
    """An endpoint whose next call may cost `wanted` US dollars while its budget has `left`, until the day `until`."""

    pk: int
    slug: str
    left: Decimal
    wanted: Decimal
    until: date


def nobody_can_tell(_endpoint: Endpoint, _text: str) -> Decimal | None:
    return None


most_of_a_call: MostOfACall = nobody_can_tell


def priced_by(told: MostOfACall) -> None:
    """From now on `told` says what a call costs at most."""
    global most_of_a_call  # noqa: PLW0603 -- set once, when the site starts
    most_of_a_call = told


def used_up(of: Iterable[int] | None = None) -> dict[int, UsedUp]:
    """By the endpoint's id, of those given or of all, in one query.

    Used up is a budget while a probe is due that could be claimed, nothing is in flight that could free money when it
    ends, and the next call does not fit into what is left.
    """
    rows = Endpoint.objects.filter(status=EndpointStatus.ACTIVE, budget__isnull=False)
    if of is not None:
        rows = rows.filter(pk__in=list(of))
    claimed = Probe.objects.filter(endpoint=OuterRef("pk"), status=ProbeStatus.CLAIMED)
    due = Probe.objects.filter(
        endpoint=OuterRef("pk"),
        status=ProbeStatus.DUE,
        due_at__lte=timezone.now(),
        version__prompt__status=Status.APPROVED,
        round__status=RoundStatus.OPEN,
    ).order_by("priority", "due_at", "pk")
    money = DecimalField(max_digits=16, decimal_places=8)
    month = Spending.objects.filter(endpoint=OuterRef("pk"), month=this_month()).annotate(
        gone=F("spent") + F("reserved")
    )
    found = {}
    for one in (
        rows.filter(~Exists(claimed))
        .annotate(question=Subquery(due.values("version__text")[:1]))
        .annotate(gone=Coalesce(Subquery(month.values("gone")[:1]), Value(Decimal(0)), output_field=money))
        .filter(question__isnull=False)
        .order_by("slug")
    ):
        left = max(Decimal(0), one.budget - one.gone)
        wanted = None if surely_holds(one, one.question, left) else most_of_a_call(one, one.question)
        if wanted is not None and wanted > left:
            found[one.pk] = UsedUp(one.pk, one.slug, left, wanted, next_month())
    return found


def surely_holds(endpoint: Endpoint, text: str, left: Decimal) -> bool:
    """Whether so much is left that nobody has to write the call to know, which loads the HTTP stack into a process."""
    most = output_limit(endpoint.params)
    if most is None or endpoint.price_input is None or endpoint.price_output is None:
        return False
    length = len(text.encode()) + len(json.dumps(endpoint.params)) + AROUND_BYTES
    return 2 * (length * endpoint.price_input + most * endpoint.price_output) / 1_000_000 < left


def next_month() -> date:
    """The first day of the next month in UTC, when each budget begins anew."""
    return (this_month() + timedelta(days=32)).replace(day=1)


def told_used_up() -> list[UsedUp]:
    """What maintainers are told on each page, by the endpoint's name.

    Looked for once a minute; what is known is looked at each time, so that a raised budget is no news any more.
    """
    known = cache.get(USED_UP_KEY)
    if known == []:
        return []
    found = used_up(known)
    if known is None:
        cache.set(USED_UP_KEY, list(found), USED_UP_FOR_S)
    return list(found.values())
