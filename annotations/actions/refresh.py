"""Bringing consensus and agreement up to date behind the labels, in a worker that may import numpy."""

from collections.abc import Iterable

from django.db import transaction

from annotations.actions.consensus import refresh_consensus
from annotations.actions.measure import measure_slices
from annotations.actions.rates import refresh_rates
from annotations.actions.tally import retally
from annotations.actions.turn import has_turn
from annotations.choices import Slice
from annotations.models import Stale
from probes.models import LLM, Answer


def refresh_stale(*, limit: int) -> int:
    """Brings answers that changed, oldest first, and every slice they are in up to date; returns how many changed.

    One worker at a time, or the slower would put older figures over newer ones; to any other there is nothing to do.
    """
    with transaction.atomic():
        if not has_turn():
            return 0
        stale = list(
            Stale.objects.select_for_update(skip_locked=True)
            .order_by("since")
            .values_list("answer_id", flat=True)[:limit]
        )
        if not stale:
            return 0
        refresh_consensus(list(Answer.objects.filter(pk__in=stale)))
        touched = retally(stale)
        measure_slices(touched)
        refresh_rates(models_of(touched))
        Stale.objects.filter(answer_id__in=stale).delete()
    return len(stale)


def models_of(slices: Iterable[tuple[Slice, str]]) -> list[int]:
    """The models among these slices."""
    slugs = [key for kind, key in slices if kind == Slice.MODEL]
    return list(LLM.objects.filter(slug__in=slugs).order_by("pk").values_list("pk", flat=True))
