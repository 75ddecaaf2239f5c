"""Closed answers, and who gave them once every answer to the same question is closed."""

import uuid

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from annotations.choices import LabelStatus, Value
from annotations.models import Label
from probes.choices import CLOSED, AnswerState
from probes.models import LLM, Answer, Probe
from probes.selectors import finished, public_probes
from prompts.choices import Kind
from prompts.models import KeyPoint, KeyPointSet

PROBES_AT_MOST = 100


def closed_answer(public_id: uuid.UUID) -> Answer | None:
    """The answer, if its labels are in; None for one that is open or withdrawn, just as for one that never was.

    Its `givers_known` says whether all answers to the same question are closed, so that who gave it is public.
    """
    return (
        Answer.objects.filter(public_id=public_id, state__in=CLOSED)
        .annotate(givers_known=finished())
        .select_related("version__prompt__family__topic", "consensus")
        .first()
    )


def probes_of(answer: Answer) -> QuerySet[Probe]:
    """The public probes that brought this text, oldest first, with model, endpoint, and the round or the import."""
    found = public_probes().filter(answer=answer).select_related("endpoint__llm", "round", "batch")
    return found.order_by("asked_at", "pk")[:PROBES_AT_MOST]


def key_points_of(answer: Answer) -> KeyPointSet | None:
    """What the last person to label it had before them."""
    points = Prefetch("key_points__points", queryset=KeyPoint.objects.order_by("order"))
    label = (
        Label.objects.filter(answer=answer, status=LabelStatus.CURRENT, key_points__isnull=False)
        .select_related("key_points")
        .prefetch_related(points)
        .order_by("-created_at", "-pk")
        .first()
    )
    return label.key_points if label else None


def answers_of(llm: LLM, *, label: str = "") -> QuerySet[Answer]:
    """The settled answers a model is known to have given, newest first, with their question; only those of one label,
    if it is given.
    """
    gave = public_probes().filter(answer=OuterRef("pk"), endpoint__llm=llm)
    values = [label] if label else Value.values
    return (
        Answer.objects.filter(Exists(gave), state=AnswerState.SETTLED, consensus__value__in=values)
        .exclude(version__prompt__family__kind=Kind.HARM_CONTROL)
        .select_related("version__prompt__family", "consensus")
        .order_by("-closed_at", "-pk")
    )
