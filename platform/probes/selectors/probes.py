"""Reading single probes, and how the asking of prompts went."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q

from probes.choices import Delivery
from probes.models import Payload, Probe
from prompts.models import Prompt


def whole_probe(pk: int) -> Probe | None:
    """One probe with everything that was recorded about it."""
    return (
        Probe.objects.filter(pk=pk)
        .select_related("endpoint__llm", "version__prompt__family", "answer", "round", "batch")
        .prefetch_related(Prefetch("payloads", queryset=Payload.objects.order_by("attempt")))
        .first()
    )


@dataclass(frozen=True)
class Outcomes:
    """How the asking of one prompt went, over all models, rounds and imports: nothing here tells who said what.

    `asked` is what is over and the sum of the next five; `waiting` is due or in flight.
    """

    asked: int = 0
    whole: int = 0
    cut: int = 0
    blocked: int = 0
    empty: int = 0
    failed: int = 0
    waiting: int = 0


def outcomes(prompts: Iterable[Prompt]) -> dict[int, Outcomes]:
    """Each prompt's counts by its id, over all its texts, in one query; prompts without any are left out."""
    blocked = [Delivery.BLOCKED_INPUT, Delivery.BLOCKED_OUTPUT, Delivery.CUT_BY_FILTER]
    rows = (
        Probe.objects.filter(version__prompt__in=[prompt.pk for prompt in prompts])
        .values("version__prompt")
        .annotate(
            asked=Count("pk", filter=~Q(delivery="")),
            whole=Count("pk", filter=Q(delivery=Delivery.DELIVERED)),
            cut=Count("pk", filter=Q(delivery=Delivery.TRUNCATED)),
            blocked=Count("pk", filter=Q(delivery__in=blocked)),
            empty=Count("pk", filter=Q(delivery=Delivery.EMPTY)),
            failed=Count("pk", filter=Q(delivery=Delivery.FAILED)),
            waiting=Count("pk", filter=Q(delivery="")),
        )
        .values_list("version__prompt", "asked", "whole", "cut", "blocked", "empty", "failed", "waiting")
        .order_by()
    )
    return {prompt: Outcomes(*counts) for prompt, *counts in rows}
