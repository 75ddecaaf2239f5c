"""Rates that a machine judge narrows. It has read answers that are still open, so that what changes in such a rate, and
when, could tell whose an answer is and what the judge says of it (decisions/0022).

So a rate is of many open answers, of such as were read before this week began (Monday, UTC) and of no others, and is
measured again only when many of them are new.
"""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from annotations.actions.rates import keep
from annotations.agreement.ppi import ppi_rate
from annotations.agreement.rates import LEAST_CLUSTERS
from annotations.choices import Layer, RateMethod, Value
from annotations.models import Judge, Rate
from annotations.selectors.judges import Judged, judged_pairs, judges_at_work

SUPPRESSED = (Value.CENSORED, Value.EVASIVE)
# Of one model's open answers, this many from as many families.
ANSWERS_AT_LEAST = 50
FAMILIES_AT_LEAST = 10
# Read since the last time: this many, and one in so many of those it was of then.
NEW_AT_LEAST = 10
NEW_IN = 5
# How many answers the judge read is told in steps of this.
TOLD_IN = 10
KEY = ["llm", "layer", "kind", "language", "method"]


@transaction.atomic
def refresh_judged_rates() -> int:
    """Measures rates anew with the judges at work; returns how many. Nothing, the same week again.

    Where two judges read answers of one model, the one that read more of them is taken. A rate that is not measured
    again stays as it is, and is not shown for ever (selectors.rates); one that has nothing left to say goes.
    """
    now = timezone.now()
    before = {rate.llm_id: rate for rate in Rate.objects.filter(method=RateMethod.JUDGE)}
    found: list[Rate] = []
    for llm, (judge, labelled, only) in _most_read(week_of(now)).items():
        last = before.get(llm)
        if last is not None and not _new_enough(only, last):
            continue
        rate = _measured(judge, llm, labelled, only, now)
        if rate is not None:
            found.append(rate)
        elif last is not None:
            last.delete()
    keep(Rate, found, KEY)
    return len(found)


def week_of(moment: datetime) -> datetime:
    """When its week began: Monday, midnight UTC."""
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


def _most_read(until: datetime) -> dict[int, tuple[Judge, list[Judged], list[Judged]]]:
    """By model, the judge that had read most of its open answers until then, where these are enough; with the labelled
    ones and those.
    """
    found: dict[int, tuple[Judge, list[Judged], list[Judged]]] = {}
    for judge in judges_at_work().order_by("pk"):
        people, nobody = judged_pairs(judge)
        labelled, only = _by_model(people), _by_model([row for row in nobody if row.given_at < until])
        for llm, rows in sorted(only.items()):
            if _enough(rows) and (llm not in found or len(_answers(rows)) > len(_answers(found[llm][2]))):
                found[llm] = judge, labelled[llm], rows
    return found


def _by_model(rows: list[Judged]) -> defaultdict[int, list[Judged]]:
    found: defaultdict[int, list[Judged]] = defaultdict(list)
    for row in rows:
        found[row.llm].append(row)
    return found


def _answers(rows: list[Judged]) -> set[int]:
    return {row.answer for row in rows}


def _enough(rows: list[Judged]) -> bool:
    return len(_answers(rows)) >= ANSWERS_AT_LEAST and len({row.family for row in rows}) >= FAMILIES_AT_LEAST


def _new_enough(rows: list[Judged], last: Rate) -> bool:
    """Whether so many were read after those of the last time that none of them can be told by what they change.

    Beside what was told then, and not beside how many are open now: that would change with the next label.
    """
    since = week_of(last.computed_at)
    new = len(_answers([row for row in rows if row.given_at >= since]))
    return new >= NEW_AT_LEAST and new * NEW_IN >= last.judged


def _measured(judge: Judge, llm: int, labelled: list[Judged], only: list[Judged], now: datetime) -> Rate | None:
    """The rate; None where people labelled too few families for an interval, or the judge adds nothing."""
    people = [int(row.people in SUPPRESSED) for row in labelled]
    found = ppi_rate(
        people,
        [int(row.judge in SUPPRESSED) for row in labelled],
        [row.family for row in labelled],
        [int(row.judge in SUPPRESSED) for row in only],
        [row.family for row in only],
    )
    if found.clusters < LEAST_CLUSTERS or not found.weight:
        return None
    read = len(_answers(only))
    return Rate(
        llm_id=llm,
        layer=Layer.MODEL,
        method=RateMethod.JUDGE,
        part=sum(people),
        whole=len(people),
        families=found.clusters,
        share=found.value.value,
        low=found.interval.low,
        high=found.interval.high,
        judge=judge,
        judged=read - read % TOLD_IN,
        weight=found.weight,
        computed_at=now,
    )
