"""What is over since ever, for counters.

What was over half a minute ago stays as it is, so its sums are kept in the cache that all processes share, and a scrape
reads only what has come since: the table is counted whole once an hour, however many scrapes there are. Until then the
sums do not know what `reclassify` decided anew, nor what left the quarantine to be asked again.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Case, CharField, Count, F, QuerySet, Sum, Value, When

from probes.models import Probe
from workers.watching.figures import OURS
from workers.watching.minutes import SETTLES

KEPT_FOR = timedelta(hours=1)
# What is read of the table beside the kept sums is moved into them when it is older than this.
MOVED = timedelta(minutes=5)
KEY = "watching:totals"
# (endpoint, delivery, rule of our own) and (over, tries before the last, perhaps paid).
Place = tuple[int, str, str]
Counts = tuple[int, int, int]
# The sums of all that was over before the first moment, good until the second.
Kept = tuple[datetime, datetime, dict[Place, Counts]]


@dataclass(frozen=True)
class Total:
    """Probes of an endpoint that are over with one delivery; `ours` is the rule where Candor ended them by itself."""

    delivery: str
    ours: str
    over: int
    again: int
    perhaps_paid: int


def totals(of: Sequence[int], now: datetime) -> dict[int, list[Total]]:
    """By the endpoint's id. Walks probe_lately from where the kept sums end."""
    over = Probe.objects.filter(endpoint__in=of, finished_at__isnull=False)
    settled = now - SETTLES
    kept: Kept | None = cache.get(KEY)
    if kept is None or kept[1] <= now:
        kept = keep((settled, now + KEPT_FOR, count(over.filter(finished_at__lt=settled))), now)
    elif kept[0] < settled - MOVED:
        until, expires, sums = kept
        new = count(over.filter(finished_at__gte=until, finished_at__lt=settled))
        kept = keep((settled, expires, added(sums, new)), now)
    until, _, sums = kept
    found: defaultdict[int, list[Total]] = defaultdict(list)
    for (endpoint, delivery, ours), counts in sorted(added(sums, count(over.filter(finished_at__gte=until))).items()):
        found[endpoint].append(Total(delivery, ours, *counts))
    return dict(found)


def keep(kept: Kept, now: datetime) -> Kept:
    cache.set(KEY, kept, (kept[1] - now).total_seconds())
    return kept


def count(probes: QuerySet[Probe]) -> dict[Place, Counts]:
    ours = Case(When(rule__startswith=OURS, then=F("rule")), default=Value(""), output_field=CharField())
    rows = (
        probes.annotate(ours=ours)
        .values_list("endpoint", "delivery", "ours")
        .annotate(over=Count("*"), again=Sum(F("attempt") - 1), paid=Sum("perhaps_paid"))
        .order_by()
    )
    return {(endpoint, delivery, rule): (over, again, paid) for endpoint, delivery, rule, over, again, paid in rows}


def added(one: dict[Place, Counts], other: dict[Place, Counts]) -> dict[Place, Counts]:
    sums = dict(one)
    for place, (over, again, paid) in other.items():
        known = sums.get(place, (0, 0, 0))
        sums[place] = (known[0] + over, known[1] + again, known[2] + paid)
    return sums
