"""Cards that check their reader: a verdict on one is taken, changed and taken back in the words of any other card.

A check is a row of its own, outside every count and cap. There is always room for it, it never closes, and it changes
nobody's standing on the spot: neither what is answered nor how long that takes tells it from a card that counts. See
actions/judge.py, whose rules these are.
"""

import uuid
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from annotations import evidence as passages
from annotations import refusals, said, selectors
from annotations.choices import GUIDELINE, AssignmentStatus, Standing
from annotations.models import Check
from annotations.said import Said
from core import events
from core.errors import Gone
from probes.choices import AnswerState

USED = """
SELECT EXISTS (SELECT 1 FROM annotations_label WHERE key = %(key)s)
    OR EXISTS (SELECT 1 FROM annotations_cannotjudge WHERE key = %(key)s)
    OR EXISTS (SELECT 1 FROM annotations_check WHERE key = %(key)s OR past_keys @> ARRAY[%(key)s::uuid])
"""
WRITTEN = ["status", "closed_at", "value", "reason", "note", "facets", "evidence", "guideline", "took_ms", "key"]
WRITTEN += ["past_keys", "right"]
GIVEN = {AssignmentStatus.LABELLED, AssignmentStatus.PASSED}


@transaction.atomic
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
    """A verdict on a check: a label, or a reason why there is none.

    Raises:
        As annotations.actions.submit_label and pass_on.
    """
    if reason:
        given = said.cannot_judge(reason=reason, note=note, key=key, again=again)
    else:
        given = said.label(value=value, note=note, facets=facets, took_ms=took_ms, key=key, again=again)
    check = find(by=by, check_id=check_id)
    if key is not None and key in {check.key, *check.past_keys}:
        if check.is_label != given.is_label:
            raise refusals.key_used()
        return check
    if key is not None and used_elsewhere(key):
        raise refusals.key_used()
    if evidence and given.is_label:
        given = given.with_evidence(passages.kept(evidence, masked=selectors.masked_check(check)))
    if check.status in GIVEN:
        if given.is_what(check):
            return check
        if not again:
            raise refusals.judged_already()
        must_be_correctable(check)
    elif withdrawn(check):
        raise refusals.withdrawn()
    elif check.status == AssignmentStatus.RETURNED:
        raise returned(check)
    return keep(check, given, by=by)


def find(*, by: User, check_id: uuid.UUID) -> Check:
    """The check, locked, with what it shows.

    Raises:
        NotFound: there is none. Forbidden: it is somebody else's, or the person is in quarantine.
    """
    check = (
        Check.objects.select_for_update(no_key=True, of=["self"])
        .select_related("gold", "first", "answer__version")
        .annotate(standing=F("person__labeller__standing"))
        .filter(pk=check_id)
        .first()
    )
    if check is None:
        raise refusals.unknown()
    if check.person_id != by.pk:
        raise refusals.not_theirs()
    if check.standing == Standing.QUARANTINED:
        raise refusals.in_quarantine()
    return check


def used_elsewhere(key: uuid.UUID) -> bool:
    """Whether another verdict of whatever kind came with this key."""
    with connection.cursor() as cursor:
        cursor.execute(USED, {"key": key})
        return bool(cursor.fetchone() == (True,))


def withdrawn(check: Check) -> bool:
    return check.answer is not None and check.answer.state == AnswerState.WITHDRAWN


def must_be_correctable(check: Check) -> None:
    """Raises Gone where the answer that is asked again was withdrawn or reported in the meantime."""
    if withdrawn(check):
        raise refusals.withdrawn_since()
    if check.answer is not None and check.answer.held_at is not None:
        raise refusals.held_back()


def returned(check: Check) -> Gone:
    """Why a card that was given back takes no verdict; a gold answer is given back where it was reported."""
    return refusals.held_back() if check.answer is None or check.answer.held_at else refusals.given_back()


def keep(check: Check, given: Said, *, by: User) -> Check:
    """Writes the verdict on the locked row, and whether it was right.

    Raises:
        Conflict: another verdict with this key was written at the same moment.
    """
    if check.key is not None:
        check.past_keys = [*check.past_keys, check.key]
    # A verdict that is changed keeps its place among the last ones.
    check.closed_at = check.closed_at if check.status in GIVEN else timezone.now()
    check.status = AssignmentStatus.LABELLED if given.is_label else AssignmentStatus.PASSED
    check.value, check.reason, check.note = given.value, given.reason, given.note
    check.facets, check.evidence = list(given.facets), [list(span) for span in given.evidence]
    check.key, check.took_ms, check.guideline = given.key, given.took_ms, GUIDELINE
    check.right = is_right(check)
    try:
        check.save(update_fields=WRITTEN)
    except IntegrityError:
        raise refusals.key_used() from None
    events.record(by=by, verb="check", of=by, check=str(check.pk))
    return check


def is_right(check: Check) -> bool | None:
    """Whether the label is the gold's, or the same as the first time; None where there is nothing to compare."""
    if not check.value:
        return None
    if check.gold is not None:
        return check.value in {check.gold.value, *check.gold.also}
    return None if check.first is None else check.value == check.first.value


@transaction.atomic
def undo_check(*, by: User, check_id: uuid.UUID) -> None:
    """Takes the verdict back and puts the card before the person again, first of all; a second time changes nothing.

    Raises:
        As annotations.actions.undo.
    """
    check = find(by=by, check_id=check_id)
    must_be_correctable(check)
    if check.status == AssignmentStatus.RETURNED:
        raise returned(check)
    taken_back = check.status in GIVEN
    now = timezone.now()
    first = selectors.first_leased_at(by=by, but=check.pk)
    check.status, check.closed_at, check.right = AssignmentStatus.LEASED, None, None
    check.leased_at = min(now, first - timedelta(microseconds=1)) if first else now
    check.expires_at = now + timedelta(minutes=settings.ENV.lease_minutes)
    if check.key is not None:
        check.past_keys, check.key = [*check.past_keys, check.key], None
    check.save()
    if taken_back:
        events.record(by=by, verb="undo_check", of=by, check=str(check.pk))


@transaction.atomic
def return_check(*, by: User, check_id: uuid.UUID) -> Check:
    """Takes the card out of the person's hands, as when they report it.

    Raises:
        NotFound: there is none. Forbidden: it is somebody else's, or the person is in quarantine.
    """
    check = find(by=by, check_id=check_id)
    if check.status in {AssignmentStatus.LEASED, AssignmentStatus.EXPIRED}:
        check.status, check.closed_at = AssignmentStatus.RETURNED, timezone.now()
        check.save(update_fields=["status", "closed_at"])
        events.record(by=by, verb="return_check", of=by, check=str(check.pk))
    return check


def take_back_expired_checks() -> int:
    """Ends the leases of checks that ran out; returns how many. A verdict that comes later is taken all the same."""
    with transaction.atomic():
        late = Check.objects.select_for_update(no_key=True, skip_locked=True).filter(
            status=AssignmentStatus.LEASED, expires_at__lte=timezone.now()
        )[:1000]
        found = Check.objects.filter(pk__in=[check.pk for check in late])
        return found.update(status=AssignmentStatus.EXPIRED, closed_at=timezone.now())
