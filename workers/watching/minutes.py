"""What was over in each minute of the last hour.

A minute that has passed does not change any more, so what was counted of it is kept in the cache that all processes
share, and a refresh reads only the last minute or two from the tables, however busy the hour was. Without the cache all
of it is counted. Both give the same, but for what changes afterwards: what `reclassify` decides anew, and what leaves
the quarantine to be asked again, which is counted in both minutes, stays in its old minute until the hour has passed.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count
from django.db.models.functions import TruncMinute

from probes.models import Probe

MINUTE = timedelta(minutes=1)
HOUR = 60  # minutes
# How long after its end a minute may still get a row that was being written.
SETTLES = timedelta(seconds=30)
KEPT_S = 2 * 3600
# Endpoint, delivery, rule, how many.
Row = tuple[int, str, str, int]


def minutes(of: Sequence[int], now: datetime) -> dict[datetime, list[Row]]:
    """By the minute's beginning: the last 60 whole ones, and the one that runs. Walks probe_lately."""
    running = now.replace(second=0, microsecond=0)
    first = running - HOUR * MINUTE
    settled = (now - SETTLES).replace(second=0, microsecond=0)
    keys = {f"watching:{minute:%Y%m%d%H%M}": minute for minute in (first + n * MINUTE for n in range(HOUR))}
    kept: dict[datetime, list[Row]] = {keys[key]: rows for key, rows in cache.get_many(keys).items()}
    unknown = [minute for minute in keys.values() if minute not in kept]
    counted = count(of, min(unknown, default=running), now)
    new = {key: counted.get(minute, []) for key, minute in keys.items() if minute in unknown and minute < settled}
    if new:
        cache.set_many(new, KEPT_S)
    return {**counted, **kept}


def count(of: Sequence[int], since: datetime, until: datetime) -> dict[datetime, list[Row]]:
    rows = (
        Probe.objects.filter(endpoint__in=of, finished_at__gte=since, finished_at__lte=until)
        .values_list("endpoint", "delivery", "rule", TruncMinute("finished_at"))
        .annotate(over=Count("*"))
        .order_by()
    )
    found: defaultdict[datetime, list[Row]] = defaultdict(list)
    for endpoint, delivery, rule, minute, over in rows:
        found[minute].append((endpoint, delivery, rule, over))
    return dict(found)
