"""The record in a few numbers."""

from dataclasses import dataclass

from django.db.models import Count

from annotations.choices import LabelStatus
from annotations.models import Label
from probes.choices import CLOSED
from probes.models import ImportBatch
from probes.selectors import asked_llms

REMARKS_AT_MOST = 5


@dataclass(frozen=True)
class Figures:
    """Counts over closed answers only, so that nobody can watch an open one being labelled."""

    labels: int
    people: int
    answers: int
    llms: int
    makers: int
    countries: int


def figures() -> Figures:
    closed = Label.objects.filter(status=LabelStatus.CURRENT, answer__state__in=CLOSED)
    labels = closed.aggregate(
        labels=Count("pk"), people=Count("person", distinct=True), answers=Count("answer", distinct=True)
    )
    llms = asked_llms().aggregate(
        llms=Count("pk"), makers=Count("maker", distinct=True), countries=Count("maker_country", distinct=True)
    )
    return Figures(**labels, **llms)


def remarks() -> list[str]:
    """What has to be said beside the figures about answers that were recorded elsewhere, such as the demo's."""
    batches = ImportBatch.objects.exclude(remark="").order_by("remark").values_list("remark", flat=True)
    return list(batches.distinct()[:REMARKS_AT_MOST])
