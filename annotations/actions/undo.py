"""Taking a verdict back: it is superseded and stays on record, and its card is in the person's hand again.

The same card, so that a page that undoes without waiting, and says so twice, means the same one each time.
"""

import uuid

from django.conf import settings
from django.db import transaction

from accounts.models import User
from annotations import refusals, selectors
from annotations.actions.case import Case, find, must_be_correctable
from annotations.actions.checks import undo_check
from annotations.actions.corrections import check_meant, check_number
from annotations.actions.counters import outcome
from annotations.actions.revise import verdict_of, without
from annotations.choices import AssignmentStatus
from annotations.models import CannotJudge, Label
from annotations.selectors.verdicts import FIRST_LEASED_AT
from core import prepared

LEASE_AGAIN = f"""
WITH label AS (
    UPDATE annotations_label SET status = 'superseded', superseded_at = %(at)s WHERE id = %(label)s RETURNING id
), passed AS (
    UPDATE annotations_cannotjudge SET status = 'superseded', superseded_at = %(at)s WHERE id = %(passed)s RETURNING id
), moved AS (
    UPDATE probes_answer SET leased = leased + %(leased)s, counted = %(counted)s, wanted = %(wanted)s,
        settles_at = %(settles_at)s
    WHERE id = %(answer)s
), said AS (
    INSERT INTO core_event (at, actor, verb, noun, key, data)
    SELECT %(at)s, %(person)s, 'undo', was.noun, was.id, '{{}}'
    FROM (SELECT 'label' AS noun, id FROM label UNION ALL SELECT 'cannotjudge', id FROM passed) was
)
UPDATE annotations_assignment SET status = 'leased', closed_at = NULL,
    leased_at = LEAST(%(at)s, ({FIRST_LEASED_AT}) - interval '1 microsecond'),
    expires_at = %(at)s + make_interval(mins => %(minutes)s::int)
WHERE id = %(card)s
"""  # noqa: S608 -- texts of ours


@transaction.atomic
def undo(*, by: User, assignment_id: uuid.UUID, key: uuid.UUID | None = None) -> uuid.UUID:
    """Takes back what the person said of this card and gives it to them again; said twice, it is theirs already.

    `key` is that of the verdict that is meant: an undo that comes late takes back no newer one.

    Raises:
        NotFound: no such card. Forbidden: it is somebody else's, or the person is in quarantine.
        Gone: the answer was withdrawn or put aside in the meantime, or undone before and left for too long.
        Conflict: the answer is public now; its place, which a *cannot judge* has left, was given to somebody else; the
            verdict was superseded otherwise; or it is not the one that is meant.
        NoMore: what was said of the card was changed too often.
    """
    case = find(by=by, card=assignment_id)
    if case is None:
        undo_check(by=by, check_id=assignment_id, key=key)
        return assignment_id
    must_be_correctable(case)
    if case.status == AssignmentStatus.RETURNED:
        raise refusals.given_back()
    was, past = verdict_of(case)
    if case.status in {AssignmentStatus.LEASED, AssignmentStatus.EXPIRED}:
        hold_again(case, by=by)
    elif was is None:
        raise refusals.taken_back_already()
    else:
        check_meant(was, key)
        check_number(past)
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
    after = without(case, was)
    if not after.room:
        raise refusals.place_taken()
    lease(after, by=by, leased=1, was=was)


def hold_again(case: Case, *, by: User) -> None:
    """A card without a verdict: undone a moment ago, never judged, or left until it ran out.

    Raises:
        Gone: it ran out, and its place is somebody else's by now.
    """
    expired = case.status == AssignmentStatus.EXPIRED
    if expired and (case.judged or case.other is not None or not case.room):
        raise refusals.too_late()
    lease(case, by=by, leased=int(expired))


def lease(case: Case, *, by: User, leased: int, was: Label | CannotJudge | None = None) -> None:
    """In front of all the person holds already: this is the one they want to see.

    `was` is the verdict that is taken back, which the case's votes hold no more.
    """
    wanted, settles_at = case.answer.wanted, case.answer.settles_at
    if was is not None:
        found = outcome(case.answer, votes=case.votes, cannot_judge=case.passes, at=case.at, held=case.held)
        wanted, settles_at = found.wanted, found.settles_at
    with prepared.cursor() as cursor:
        cursor.execute(
            LEASE_AGAIN,
            {
                "at": case.at,
                "card": case.card,
                "person": by.pk,
                "minutes": settings.ENV.lease_minutes,
                "label": was.pk if isinstance(was, Label) else None,
                "passed": was.pk if isinstance(was, CannotJudge) else None,
                # Its row is written only where it changes.
                "answer": case.answer.pk if leased else None,
                "leased": leased,
                "counted": case.counted,
                "wanted": wanted,
                "settles_at": settles_at,
            },
        )
