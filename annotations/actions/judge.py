"""A verdict: it closes its lease, counts on its answer, and may close the answer, all in one transaction."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Min
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from annotations import rules, selectors
from annotations.actions.counters import move
from annotations.choices import GUIDELINE, AssignmentStatus, LabelStatus
from annotations.models import Assignment, CannotJudge, Label
from core import events
from core.errors import Conflict, Forbidden, Gone, NotFound
from probes.choices import AnswerState
from probes.models import Answer


@transaction.atomic
def submit_label(
    *, by: User, assignment_id: uuid.UUID, value: str, note: str = "", took_ms: int | None = None
) -> Label:
    """One person's verdict on the answer they hold. Sent twice with the same value, the second changes nothing.

    Raises:
        Invalid: not one of the three labels, or too long a note.
        NotFound: no such assignment. Forbidden: it is somebody else's.
        Gone: the lease ran out, or the answer was closed or withdrawn in the meantime.
        Conflict: it was judged already, otherwise.
    """
    rules.check_value(value)
    rules.check_note(note)
    assignment, answer = lock(by=by, assignment_id=assignment_id)
    if assignment.status == AssignmentStatus.LABELLED:
        saved = Label.objects.filter(assignment=assignment, status=LabelStatus.CURRENT, value=value).first()
        if saved is not None:
            return saved
    close(assignment, answer, AssignmentStatus.LABELLED)
    label = Label.objects.create(
        answer=answer,
        person=by,
        assignment=assignment,
        value=value,
        note=note,
        key_points_id=assignment.key_points_id,
        guideline=GUIDELINE,
        took_ms=took_ms,
    )
    move(answer, leased=-1, counted=1)
    events.record(by=by, verb="label", of=label)
    return label


@transaction.atomic
def pass_on(*, by: User, assignment_id: uuid.UUID, reason: str, note: str = "") -> CannotJudge:
    """The person cannot judge this answer; it goes to somebody else, and after three of these to the reviewers.

    Raises:
        As submit_label; Invalid where the reason is not one of the four.
    """
    rules.check_reason(reason)
    rules.check_note(note)
    assignment, answer = lock(by=by, assignment_id=assignment_id)
    if assignment.status == AssignmentStatus.PASSED:
        saved = CannotJudge.objects.filter(assignment=assignment, status=LabelStatus.CURRENT, reason=reason).first()
        if saved is not None:
            return saved
    close(assignment, answer, AssignmentStatus.PASSED)
    passed = CannotJudge.objects.create(answer=answer, person=by, assignment=assignment, reason=reason, note=note)
    move(answer, leased=-1)
    events.record(by=by, verb="pass_on", of=passed, reason=reason)
    return passed


@transaction.atomic
def undo_last(*, by: User) -> Assignment:
    """Takes back the person's last verdict and puts its answer before them again.

    Raises:
        NotFound: there is nothing to take back.
        Gone: the answer was withdrawn in the meantime.
        Conflict: it was taken back at the same moment, the answer's place has been given to somebody else, or the
            answer is closed: who wrote it and how others labelled it may be public since, and a label given anew would
            not be blind.
    """
    last = selectors.last_verdict(by=by)
    if last is None or last.assignment is None:
        raise NotFound(_("There is nothing to undo."))
    assignment, answer = lock(by=by, assignment_id=last.assignment.pk)
    if answer.state == AnswerState.WITHDRAWN:
        raise Gone(_("This answer has been withdrawn since, so there is nothing to change."))
    if answer.state != AnswerState.OPEN:
        raise Conflict(_("This answer has all its labels and is public now, so yours stays as it is."))
    now = timezone.now()
    current = type(last).objects.filter(pk=last.pk, status=LabelStatus.CURRENT)
    if not current.update(status=LabelStatus.SUPERSEDED, superseded_at=now):
        raise Conflict(_("This has been taken back already."))
    labelled = isinstance(last, Label)
    if answer.counted - int(labelled) + answer.leased + 1 > answer.wanted:
        raise Conflict(_("Somebody else has been given this answer in the meantime, so it stays as it is."))
    # In front of what the person holds already: this is the one they want to see.
    first = selectors.held(by=by).aggregate(at=Min("leased_at"))["at"]
    again = Assignment.objects.create(
        answer=answer,
        person=by,
        key_points_id=assignment.key_points_id,
        leased_at=first - timedelta(microseconds=1) if first else now,
        expires_at=now + timedelta(minutes=settings.ENV.lease_minutes),
    )
    Answer.objects.filter(pk=answer.pk).update(counted=F("counted") - int(labelled), leased=F("leased") + 1)
    events.record(by=by, verb="undo", of=last)
    return again


def lock(*, by: User, assignment_id: uuid.UUID) -> tuple[Assignment, Answer]:
    """The assignment and its answer, both locked, the answer first as everywhere."""
    assignment = Assignment.objects.filter(pk=assignment_id).first()
    if assignment is None:
        raise NotFound(_("There is no such assignment."))
    if assignment.person_id != by.pk:
        raise Forbidden(_("This answer was given to somebody else."))
    answer = Answer.objects.select_for_update(no_key=True).get(pk=assignment.answer_id)
    return Assignment.objects.select_for_update(no_key=True).get(pk=assignment_id), answer


def close(assignment: Assignment, answer: Answer, status: AssignmentStatus) -> None:
    """Ends a lease that is alive, on an answer that is open; says what happened to any other."""
    if assignment.status in {AssignmentStatus.LABELLED, AssignmentStatus.PASSED}:
        raise Conflict(_("You have judged this answer already. Undo that first."))
    now = timezone.now()
    if assignment.status == AssignmentStatus.EXPIRED or assignment.expires_at <= now:
        raise Gone(_("This answer was with you for too long and went to somebody else. Thank you for reading it."))
    if answer.state == AnswerState.WITHDRAWN:
        raise Gone(_("This answer has been withdrawn since. Thank you for reading it."))
    if answer.state != AnswerState.OPEN:
        raise Gone(_("This answer has been closed since, so it wants no more labels. Thank you for reading it."))
    assignment.status = status
    assignment.closed_at = now
    assignment.save(update_fields=["status", "closed_at"])
