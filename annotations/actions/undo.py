"""Taking a verdict back: it is superseded and stays on record, and its card is in the person's hand again.

The same card, so that a page that undoes without waiting, and says so twice, means the same one each time.
"""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from accounts.models import User
from annotations import refusals, selectors
from annotations.actions.case import Case, find, must_be_correctable
from annotations.actions.checks import undo_check
from annotations.actions.counters import outcome
from annotations.actions.revise import superseded, verdict_of
from annotations.choices import AssignmentStatus
from annotations.models import Assignment, CannotJudge, Label
from core import events
from probes.models import Answer


@transaction.atomic
def undo(*, by: User, assignment_id: uuid.UUID) -> uuid.UUID:
    """Takes back what the person said of this card and gives it to them again; said twice, it is theirs already.

    Raises:
        NotFound: no such card. Forbidden: it is somebody else's, or the person is in quarantine.
        Gone: the answer was withdrawn or put aside in the meantime, or undone before and left for too long.
        Conflict: the answer is public now; its place, which a *cannot judge* has left, was given to somebody else; or
            the verdict was superseded otherwise.
    """
    case = find(by=by, card=assignment_id)
    if case is None:
        undo_check(by=by, check_id=assignment_id)
        return assignment_id
    must_be_correctable(case)
    if case.status == AssignmentStatus.RETURNED:
        raise refusals.given_back()
    was = verdict_of(case)
    if case.status in {AssignmentStatus.LEASED, AssignmentStatus.EXPIRED}:
        hold_again(case, by=by)
    elif was is None:
        raise refusals.taken_back_already()
    else:
        take_back(case, was, by=by)
    return assignment_id


@transaction.atomic
def undo_last(*, by: User) -> uuid.UUID:
    """Takes back the newest of the person's verdicts and gives its card to them again; at most the last ten.

    Raises:
        NotFound: there is nothing to take back. Otherwise as `undo`.
    """
    last = selectors.last_verdict(by=by)
    if last is None:
        raise refusals.nothing_to_undo()
    return undo(by=by, assignment_id=last.card)


def take_back(case: Case, was: Label | CannotJudge, *, by: User) -> None:
    after = superseded(case, was)
    if not after.room:
        raise refusals.place_taken()
    found = outcome(case.answer, votes=after.votes, cannot_judge=after.passes, at=case.at)
    Answer.objects.filter(pk=case.answer.pk).update(
        leased=F("leased") + 1,
        counted=after.counted,
        wanted=found.wanted,
        settles_at=found.settles_at,
    )
    lease(case, by=by)
    events.record(by=by, verb="undo", of=was)


def hold_again(case: Case, *, by: User) -> None:
    """A card without a verdict: undone a moment ago, never judged, or left until it ran out.

    Raises:
        Gone: it ran out, and its place is somebody else's by now.
    """
    if case.status == AssignmentStatus.EXPIRED:
        if case.judged or case.other is not None or not case.room:
            raise refusals.too_late()
        Answer.objects.filter(pk=case.answer.pk).update(leased=F("leased") + 1)
    lease(case, by=by)


def lease(case: Case, *, by: User) -> None:
    """In front of all the person holds already: this is the one they want to see."""
    first = selectors.first_leased_at(by=by, but=case.card)
    Assignment.objects.filter(pk=case.card).update(
        status=AssignmentStatus.LEASED,
        closed_at=None,
        leased_at=min(case.at, first - timedelta(microseconds=1)) if first else case.at,
        expires_at=case.at + timedelta(minutes=settings.ENV.lease_minutes),
    )
