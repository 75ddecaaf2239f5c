"""Cards that check their reader: a verdict on one is taken, changed and taken back in the words of any other card.

A check is a row of its own, outside every count and cap. There is always room for it, it closes after a time that is
drawn (closing.py), and it changes nobody's standing on the spot: neither what is answered nor how long that takes tells
it from a card that counts. See actions/judge.py, whose rules these are, and whose statements these are in number and
kind: one that finds no assignment of this id, one that locks and looks (check_case.py), one that keeps
(keep_checks.py).
"""

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from annotations import evidence as passages
from annotations import refusals, said, selectors
from annotations.actions.check_case import CheckCase, find, must_be_correctable, must_take_verdicts
from annotations.actions.corrections import check_meant, check_number
from annotations.actions.keep_checks import keep_check, lease_again
from annotations.choices import AssignmentStatus
from annotations.models import Check
from annotations.said import Said

GIVEN = {AssignmentStatus.LABELLED, AssignmentStatus.PASSED}
# What a verdict that was changed or taken back said.
SAID = ("value", "reason", "note", "facets", "evidence", "guideline")


def judge_check(
    *,
    by: User,
    check_id: uuid.UUID,
    value: str = "",
    reason: str = "",
    note: str = "",
    facets: Iterable[str] = (),
    evidence: object = (),
    took_ms: int | None = None,
    key: uuid.UUID | None = None,
    again: bool = False,
) -> Check:
    """A verdict on a check: a label, or a reason why there is none. Within the transaction of the verdict.

    Raises:
        As annotations.actions.submit_label and pass_on.
    """
    if reason:
        given = said.cannot_judge(reason=reason, note=note, key=key, again=again)
    else:
        given = said.label(value=value, note=note, facets=facets, took_ms=took_ms, key=key, again=again)
    return take(check_id, given, evidence=passages.spans_of(evidence), by=by)


def take(card: uuid.UUID, given: Said, *, evidence: passages.Spans, by: User) -> Check:
    """What is kept of a verdict that has the shape of one, or was kept before if it was sent before."""
    case = find(by=by, card=card, key=given.key)
    if evidence and given.is_label:
        given = given.with_evidence(passages.kept(evidence, masked=selectors.masked_card(by=by, card=card)))
    if case.sent:
        return as_sent(Check.objects.get(pk=card), given)
    if case.status in GIVEN:
        return change(case, given, by=by)
    must_take_verdicts(case)
    return keep_check(case, given, by=by)


def as_sent(check: Check, given: Said) -> Check:
    """The check as the verdict with this key left it.

    Raises:
        Conflict: the verdict with this key was of the other kind.
    """
    for past in check.past:
        if past["key"] == str(given.key):
            for name in SAID:
                setattr(check, name, past[name])
    if given.is_label == bool(check.reason):
        raise refusals.key_used()
    return check


def change(case: CheckCase, given: Said, *, by: User) -> Check:
    """Another verdict on a card that has one.

    Raises:
        Conflict: it says something else, and not that it is to stand instead. Gone: as must_be_correctable.
        NoMore: it was corrected too often.
    """
    was = Check.objects.get(pk=case.card)
    if given.is_what(was):
        return was
    if not given.again:
        raise refusals.judged_already()
    must_be_correctable(case)
    check_number(len(was.past))
    return keep_check(case, given, by=by)


def undo_check(*, by: User, check_id: uuid.UUID, key: uuid.UUID | None = None) -> None:
    """Takes the verdict back and puts the card before the person again, first of all; a second time changes nothing.

    Within the transaction of the undo.

    Raises:
        As annotations.actions.undo.
    """
    case = find(by=by, card=check_id)
    must_be_correctable(case)
    if case.status == AssignmentStatus.RETURNED:
        raise refusals.given_back()
    # The verdict that is taken back is read, as that on any other card.
    was = Check.objects.get(pk=case.card) if case.status in GIVEN else None
    if was is not None:
        check_meant(was, key)
        check_number(len(was.past))
    lease_again(case, by=by, was=was)


def take_back_expired_checks() -> int:
    """Ends the leases of checks that ran out; returns how many. A verdict that comes later is taken all the same."""
    with transaction.atomic():
        late = Check.objects.select_for_update(no_key=True, skip_locked=True).filter(
            status=AssignmentStatus.LEASED, expires_at__lte=timezone.now()
        )[:1000]
        found = Check.objects.filter(pk__in=[check.pk for check in late])
        return found.update(status=AssignmentStatus.EXPIRED, closed_at=timezone.now())
