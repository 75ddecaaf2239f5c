"""Reading labels and passes."""

import uuid

from django.db.models import Count

from accounts.models import User
from annotations.choices import AssignmentStatus, LabelStatus, Value
from annotations.models import Assignment, CannotJudge, Label
from probes.choices import AnswerState
from probes.models import Answer

# How many of one's last verdicts can be taken back.
UNDO_AT_MOST = 10


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


def votes(*, answer: Answer) -> list[int]:
    """How many current labels of each value, in the order of Value."""
    rows = Label.objects.filter(answer=answer, status=LabelStatus.CURRENT).values("value").annotate(n=Count("pk"))
    counts = {row["value"]: row["n"] for row in rows}
    return [counts.get(value, 0) for value in Value.values]
