"""Bringing consensus and agreement up to date behind the labels, in a worker that may import numpy."""

from django.db import connection, transaction
from django.utils import timezone

from annotations import selectors
from annotations.agreement import bootstrap_agreement, count_labels, majority, measure_agreement
from annotations.choices import Slice, Value
from annotations.models import Agreement, Consensus, Stale
from core import locks
from probes.choices import AnswerState
from probes.models import Answer


def refresh_stale(*, limit: int) -> int:
    """Recomputes the consensus of answers that changed, then every slice they are in; returns how many changed.

    One worker at a time, or the slower would put older figures over newer ones; to any other there is nothing to do.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, 0)", [locks.AGREEMENT])
            if cursor.fetchone() == (False,):
                return 0
        stale = list(
            Stale.objects.select_for_update(skip_locked=True)
            .order_by("since")
            .values_list("answer_id", flat=True)[:limit]
        )
        if not stale:
            return 0
        for answer in Answer.objects.filter(pk__in=stale):
            refresh_consensus(answer)
        for kind, key in selectors.slices_of(stale):
            refresh_slice(kind, key)
        Stale.objects.filter(answer_id__in=stale).delete()
    return len(stale)


def refresh_consensus(answer: Answer) -> None:
    """Counts the current labels of a closed answer; an answer that was opened again has no consensus."""
    if answer.state not in {AnswerState.SETTLED, AnswerState.CONTESTED}:
        Consensus.objects.filter(answer=answer).delete()
        return
    votes = dict(zip(Value.values, selectors.votes(answer=answer), strict=True))
    most = majority(votes)
    Consensus.objects.update_or_create(
        answer=answer,
        defaults={
            **votes,
            "value": most.label or "",
            "share": most.share.value,
            "dispersion": most.dispersion.value,
            "computed_at": timezone.now(),
        },
    )


def refresh_slice(kind: Slice, key: str) -> None:
    """Measures one slice afresh from its labels."""
    items, values = selectors.labels_of_slice(kind, key)
    table = count_labels(items, values, classes=selectors.classes_of(kind))
    found = measure_agreement(table.counts)
    bounds = bootstrap_agreement(table.counts)
    numbers: dict[str, float | None] = {}
    why: dict[str, str] = {}
    for name in ("alpha", "ac1", "percent"):
        measure, interval = getattr(found, name), getattr(bounds, name)
        numbers |= {name: measure.value, f"{name}_low": interval.low, f"{name}_high": interval.high}
        if reason := measure.reason or interval.reason:
            why[name] = reason
    Agreement.objects.update_or_create(
        slice=kind,
        key=key,
        defaults={
            "answers": found.items,
            "labels": found.labels,
            "marginals": list(found.labels_by_class),
            "why": why,
            "computed_at": timezone.now(),
            **numbers,
        },
    )
