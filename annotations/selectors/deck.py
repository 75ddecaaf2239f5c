"""What a person has in hand, and what they have done."""

from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from accounts.models import User
from annotations.choices import AssignmentStatus, LabelStatus
from annotations.models import Assignment, CannotJudge, Label
from annotations.selectors.verdicts import last_verdict
from probes.choices import AnswerState
from prompts.models import KeyPoint


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


def note_of(*, assignment: Assignment) -> str:
    """What the person had noted when they last judged this answer; empty if they have not, or noted nothing."""
    theirs = {"answer": assignment.answer_id, "person": assignment.person_id, "status": LabelStatus.SUPERSEDED}
    judged = [
        model.objects.filter(**theirs).order_by("-superseded_at").values_list("superseded_at", "note").first()
        for model in (Label, CannotJudge)
    ]
    return max((found for found in judged if found), default=("", ""))[1]
