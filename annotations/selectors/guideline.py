"""What was said about a rule, and which labels were given under an older version of the guideline."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import User
from annotations import guidelines
from annotations.choices import LabelStatus, RemarkStatus
from annotations.models import Label, Remark
from probes.choices import AnswerState
from probes.models import Answer
from prompts.choices import Status


def remarks_on(slug: str, *, hidden: bool = False) -> QuerySet[Remark]:
    """What was said about a rule, oldest first; what is hidden too, for who may show it again."""
    remarks = Remark.objects.filter(rule=slug).order_by("created_at", "pk")
    return remarks if hidden else remarks.filter(status=RemarkStatus.SHOWN)


def remarked_since(*, by: User, since: datetime) -> int:
    return Remark.objects.filter(person=by, created_at__gte=since).count()


def labels_under_older(*, before: str, values: Iterable[str], facets: Iterable[str]) -> QuerySet[Label]:
    """Current labels given under a version before this one: of these labels if any are named, and with one of these
    facets if any are named; on answers whose question is in use and that are not disputed as unjudgeable or held back.
    """
    labels = Label.objects.filter(
        status=LabelStatus.CURRENT,
        guideline__in=guidelines.older_than(before),
        answer__state__in=[AnswerState.OPEN, AnswerState.SETTLED, AnswerState.CONTESTED],
        answer__held_at=None,
        answer__version__prompt__held_at=None,
    ).filter(
        Q(answer__version__prompt__status=Status.APPROVED)
        | Q(
            answer__version__prompt__status=Status.IMPORTED,
            answer__version__prompt__key_points__isnull=False,
            answer__may_publish=True,
        )
    )
    if chosen := list(values):
        labels = labels.filter(value__in=chosen)
    if wanted := list(facets):
        labels = labels.filter(facets__overlap=wanted)
    return labels


@dataclass(frozen=True)
class Outdated:
    """How many labels would be asked again, and on how many answers."""

    labels: int
    answers: int


def outdated(*, before: str, values: Iterable[str], facets: Iterable[str]) -> Outdated:
    labels = labels_under_older(before=before, values=values, facets=facets)
    return Outdated(**labels.aggregate(labels=Count("pk"), answers=Count("answer", distinct=True)))


def answers_with(labels: QuerySet[Label]) -> QuerySet[Answer]:
    """The answers these labels are on, in the order in which answers are locked."""
    return Answer.objects.filter(Exists(labels.filter(answer=OuterRef("pk")))).order_by("pk")
