"""A verdict: it closes its lease, counts on its answer, and may end its labelling, all in one transaction.

Three statements on the way that nearly all take: the answer is locked, all that matters is looked at (case.py), and the
verdict is kept (keep.py). A lease that ran out while its reader was thinking is taken as long as there is room.
"""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from accounts.models import User
from annotations import evidence as passages
from annotations import refusals, said, selectors
from annotations.actions import checks
from annotations.actions.case import Case, find, must_take_verdicts
from annotations.actions.keep import keep
from annotations.actions.revise import revise
from annotations.choices import AssignmentStatus
from annotations.models import CannotJudge, Check, Label
from annotations.said import Said

GIVEN = {AssignmentStatus.LABELLED, AssignmentStatus.PASSED}


def judge(
    *, by: User, assignment_id: uuid.UUID, value: str = "", reason: str = "", **sent: Any
) -> Label | CannotJudge | Check:
    """A verdict of either kind, as a page sends it: without a reason it is a label, and with neither a wrong one.

    Raises:
        As submit_label and pass_on.
    """
    if reason and not value:
        only = {name: sent[name] for name in ("note", "key", "again") if name in sent}
        return pass_on(by=by, assignment_id=assignment_id, reason=reason, **only)
    return submit_label(by=by, assignment_id=assignment_id, value=value, **sent)


@transaction.atomic
def submit_label(
    *,
    by: User,
    assignment_id: uuid.UUID,
    value: str,
    note: str = "",
    facets: Iterable[str] = (),
    evidence: object = (),
    took_ms: int | None = None,
    key: uuid.UUID | None = None,
    again: bool = False,
) -> Label | Check:
    """One person's verdict on the card they hold; with `again`, instead of what they said of it before.

    Sent twice with the same key, or the same words, the second changes nothing and gives what was kept the first time.
    `evidence` is what came as passages of the text as the person sees it, unchecked.

    Raises:
        Invalid: not one of the three labels, too long a note, no facets or passages.
        NotFound: no such card. Forbidden: it is somebody else's, or the person is in quarantine.
        Gone: the lease ran out and there is no room, or the answer was closed, withdrawn or put aside in the meantime.
        Conflict: it was judged already, otherwise and without `again`; it is public now; the key is another verdict's.
    """
    given = said.label(value=value, note=note, facets=facets, took_ms=took_ms, key=key, again=again)
    spans = passages.spans_of(evidence)
    case = find(by=by, card=assignment_id, key=key)
    if case is None:
        return checks.take(assignment_id, given, evidence=spans, by=by)
    if spans:
        given = given.with_evidence(passages.kept(spans, masked=selectors.masked_card(by=by, card=assignment_id)))
    kept = decide(case, given, by=by)
    if not isinstance(kept, Label):
        raise refusals.key_used()
    return kept


@transaction.atomic
def pass_on(
    *,
    by: User,
    assignment_id: uuid.UUID,
    reason: str,
    note: str = "",
    key: uuid.UUID | None = None,
    again: bool = False,
) -> CannotJudge | Check:
    """The person cannot judge this answer; it goes to somebody else, and after three of these to the reviewers.

    Raises:
        As submit_label; Invalid where the reason is not one of the four.
    """
    given = said.cannot_judge(reason=reason, note=note, key=key, again=again)
    case = find(by=by, card=assignment_id, key=key)
    if case is None:
        return checks.take(assignment_id, given, evidence=[], by=by)
    kept = decide(case, given, by=by)
    if not isinstance(kept, CannotJudge):
        raise refusals.key_used()
    return kept


def decide(case: Case, given: Said, *, by: User) -> Label | CannotJudge:
    """What is kept of the verdict, or was kept before if it was sent before."""
    if case.sent is not None:
        kind, pk = case.sent
        return Label.objects.get(pk=pk) if kind == "label" else CannotJudge.objects.get(pk=pk)
    if case.status in GIVEN:
        return revise(case, given, by=by)
    must_take_verdicts(case)
    if case.status == AssignmentStatus.LEASED:
        return keep(case, given, by=by, leased=-1)
    # It ran out, and its place was given back.
    if case.judged:
        raise refusals.judged_already()
    if case.other is not None:  # they hold it again, under another card, whose place this takes
        return keep(case, given, by=by, leased=-1)
    if not case.room:
        raise refusals.too_late()
    return keep(case, given, by=by, leased=0)
