"""Reading assignments, labels and what they add up to."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet
from django.utils import timezone

from accounts.models import User
from annotations.choices import AssignmentStatus, LabelStatus, Slice, Value
from annotations.models import Assignment, CannotJudge, Label
from probes.choices import AnswerState
from probes.models import LLM, Answer
from probes.selectors import public_probes
from prompts.choices import Kind
from prompts.models import KeyPoint, Topic

SUPPRESSED = "suppressed"
# How many of one's last verdicts can be taken back.
UNDO_AT_MOST = 10


def held(*, by: User) -> QuerySet[Assignment]:
    """The person's live leases, oldest first, with all the deck shows: text, question, key points. No model anywhere.

    An answer that was closed or withdrawn while it was out is not shown: no verdict on it would be taken.
    """
    return (
        Assignment.objects.filter(
            person=by,
            status=AssignmentStatus.LEASED,
            expires_at__gt=timezone.now(),
            answer__state=AnswerState.OPEN,
        )
        .select_related("answer__version__prompt", "key_points")
        .prefetch_related(Prefetch("key_points__points", queryset=KeyPoint.objects.order_by("order")))
        .order_by("leased_at", "id")
    )


@dataclass(frozen=True)
class Progress:
    """What a person has done: labels today (UTC) and in all, and whether one can be undone."""

    today: int
    total: int
    can_undo: bool


def progress(*, by: User) -> Progress:
    mine = Label.objects.filter(person=by, status=LabelStatus.CURRENT)
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return Progress(
        today=mine.filter(created_at__gte=today).count(),
        total=mine.count(),
        can_undo=last_verdict(by=by) is not None,
    )


def last_verdict(*, by: User) -> Label | CannotJudge | None:
    """The newest verdict that can still be taken back: among the person's last ten."""
    closed = list(
        Assignment.objects.filter(person=by, status__in=[AssignmentStatus.LABELLED, AssignmentStatus.PASSED])
        .exclude(answer__state=AnswerState.WITHDRAWN)
        .order_by("-closed_at")
        .values_list("pk", flat=True)[:UNDO_AT_MOST]
    )
    found: dict[uuid.UUID | None, Label | CannotJudge] = {}
    for model in (Label, CannotJudge):
        current = model.objects.filter(assignment_id__in=closed, status=LabelStatus.CURRENT)
        found |= {verdict.assignment_id: verdict for verdict in current}
    return next((found[pk] for pk in closed if pk in found), None)


def note_of(*, assignment: Assignment) -> str:
    """What the person had noted when they last judged this answer; empty if they have not, or noted nothing."""
    theirs = {"answer": assignment.answer_id, "person": assignment.person_id, "status": LabelStatus.SUPERSEDED}
    judged = [
        model.objects.filter(**theirs).order_by("-superseded_at").values_list("superseded_at", "note").first()
        for model in (Label, CannotJudge)
    ]
    return max((found for found in judged if found), default=("", ""))[1]


def votes(*, answer: Answer) -> list[int]:
    """How many current labels of each value, in the order of Value."""
    rows = Label.objects.filter(answer=answer, status=LabelStatus.CURRENT).values("value").annotate(n=Count("pk"))
    counts = {row["value"]: row["n"] for row in rows}
    return [counts.get(value, 0) for value in Value.values]


def closed_labels() -> QuerySet[Label]:
    """The labels that figures are made of: current, on answers that are settled or contested, no harm controls."""
    return Label.objects.filter(
        status=LabelStatus.CURRENT, answer__state__in=[AnswerState.SETTLED, AnswerState.CONTESTED]
    ).exclude(answer__version__prompt__family__kind=Kind.HARM_CONTROL)


def slices_of(answers: Iterable[int]) -> list[tuple[Slice, str]]:
    """Every slice whose figures change with these answers, which were closed or opened again.

    The models' slices hold finished questions only (`public_probes`), so they are named when a question is finished or
    stops being so, and then those of all its answers at once: neither the figures nor when they were last measured tell
    one answer's model. While another answer is open, closing one changes no model's slice, and none is named. An answer
    that was opened again and is still in this queue does not count as another, so that the models lose what they had.

    A new answer to a finished question is no change of labels and comes with no call of this. The models' figures then
    stay as they were measured, of answers that were public at the time, until their slices are next measured; from then
    on the question is out, and back in with all its models when its last answer is closed. Nor is it a change of labels
    when the open answers of a withdrawn prompt are withdrawn: its closed ones come in when a slice is next measured.
    """
    pks = list(answers)
    within = Answer.objects.filter(pk__in=pks)
    others = Answer.objects.filter(version=OuterRef("version"), state=AnswerState.OPEN, stale=None)
    moved = within.filter(~Exists(others.exclude(pk__in=pks))).values("version")
    topics = Topic.objects.filter(families__prompts__versions__answers__in=within).distinct()
    llms = LLM.objects.filter(endpoints__probes__answer__version__in=moved).distinct()
    languages = within.values_list("language", flat=True).distinct()
    return [
        (Slice.ALL, ""),
        (Slice.SUPPRESSED, ""),
        *((Slice.MODEL, slug) for slug in llms.values_list("slug", flat=True)),
        *((Slice.TOPIC, slug) for slug in topics.values_list("slug", flat=True)),
        *((Slice.LANGUAGE, code) for code in languages),
    ]


def labels_of_slice(kind: Slice, key: str) -> tuple[list[int], list[str]]:
    """The answers' ids and the labels' values of a slice, one pair a label.

    An answer that two probes of one model brought counts once in that model's slice, and not before it is public that
    it is the model's.
    """
    labels = closed_labels()
    if kind == Slice.MODEL:
        brought = public_probes().filter(endpoint__llm__slug=key, answer__isnull=False)
        labels = labels.filter(answer__in=brought.values("answer"))
    elif kind == Slice.TOPIC:
        labels = labels.filter(answer__version__prompt__family__topic__slug=key)
    elif kind == Slice.LANGUAGE:
        labels = labels.filter(answer__language=key)
    rows = list(labels.order_by("answer_id", "pk").values_list("answer_id", "value"))
    values = [value for _, value in rows]
    if kind == Slice.SUPPRESSED:
        values = [value if value == Value.FAITHFUL else SUPPRESSED for value in values]
    return [answer for answer, _ in rows], values


def classes_of(kind: Slice) -> list[str]:
    """The labels a slice is measured over, in the order of its marginals."""
    return [SUPPRESSED, str(Value.FAITHFUL)] if kind == Slice.SUPPRESSED else list(Value.values)
