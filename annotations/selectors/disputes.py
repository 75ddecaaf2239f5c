"""Answers that people could not agree on, and what reviewers decided about them."""

import uuid

from django.db.models import Exists, F, OuterRef, Prefetch, QuerySet

from accounts.models import User
from annotations.choices import LabelStatus
from annotations.models import Adjudication, CannotJudge, Label
from probes.choices import CLOSED, AnswerState
from probes.models import Answer
from prompts.models import KeyPoint

DISPUTED = (AnswerState.CONTESTED, AnswerState.UNJUDGEABLE)


def decisions() -> QuerySet[Adjudication]:
    """The decisions that stand: current, on answers that are still disputed, made since those were closed.

    An answer may be opened again after a decision, and closed otherwise: what was decided then is not about that.
    """
    return Adjudication.objects.filter(
        status=LabelStatus.CURRENT, answer__state__in=DISPUTED, created_at__gte=F("answer__closed_at")
    )


def decision_on(answer: Answer) -> Adjudication | None:
    """What a reviewer decided about this answer, if it is disputed and somebody did."""
    return decisions().filter(answer=answer).first()


def with_decisions() -> "Prefetch[str, QuerySet[Adjudication], str]":
    """Brings `decided`, a list of one decision or none, with each answer."""
    return Prefetch("adjudications", queryset=decisions(), to_attr="decided")


def disputed(*, by: User) -> QuerySet[Answer]:
    """Disputed answers this person may settle: none they labelled or passed on, and none to their own question.

    Whatever they said of it since taken back counts too: they have had their say.
    """
    said = [Exists(model.objects.filter(answer=OuterRef("pk"), person=by)) for model in (Label, CannotJudge)]
    return (
        Answer.objects.filter(state__in=DISPUTED, held_at=None, version__prompt__held_at=None)
        .exclude(version__prompt__submitted_by=by)
        .exclude(said[0])
        .exclude(said[1])
    )


def disputes(
    *, by: User, decided: bool = False, languages: list[str] | None = None, topic: str = ""
) -> QuerySet[Answer]:
    """What waits for a decision, oldest first; or what has one. `languages` None for all."""
    found = disputed(by=by).annotate(is_decided=Exists(decisions().filter(answer=OuterRef("pk"))))
    found = found.filter(is_decided=decided)
    if languages is not None:
        found = found.filter(language__in=languages)
    if topic:
        found = found.filter(version__prompt__family__topic__slug=topic)
    if decided:
        found = found.prefetch_related(with_decisions())
    return found.select_related("version__prompt__family__topic").order_by("closed_at", "pk")


def dispute(public_id: uuid.UUID) -> Answer | None:
    """One disputed answer with its question and key points; None for any other."""
    points = Prefetch("version__prompt__key_points__points", queryset=KeyPoint.objects.order_by("order"))
    return (
        Answer.objects.filter(public_id=public_id, state__in=DISPUTED)
        .select_related("version__prompt__family__topic", "version__prompt__key_points")
        .prefetch_related(points)
        .first()
    )


def had_a_say(*, by: User, answer: Answer) -> bool:
    """Whether this person ever labelled the answer or passed it on."""
    return any(model.objects.filter(answer=answer, person=by).exists() for model in (Label, CannotJudge))


def labels_on(answer: Answer) -> QuerySet[Label]:
    """The current labels. Whoever shows them shows them in an order that says nothing (annotations.sides)."""
    return Label.objects.filter(answer=answer, status=LabelStatus.CURRENT).order_by("pk")


def passes_on(answer: Answer) -> QuerySet[CannotJudge]:
    return CannotJudge.objects.filter(answer=answer, status=LabelStatus.CURRENT).order_by("pk")


def decided_by_rule(slug: str) -> QuerySet[Adjudication]:
    """The decisions that named this rule, newest first, with answer and question; only texts that may be published."""
    return (
        decisions()
        .filter(rule=slug, answer__state__in=CLOSED, answer__may_publish=True, answer__held_at=None)
        .select_related("answer__version__prompt")
        .order_by("-created_at", "-pk")
    )
