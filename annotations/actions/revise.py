"""Another verdict on a card that has one: the old is superseded and stays on record, as long as the answer is open."""

from dataclasses import replace
from typing import Any

from accounts.models import User
from annotations import refusals
from annotations.actions.case import Case, must_be_correctable
from annotations.actions.corrections import check_number, with_past
from annotations.actions.keep import keep
from annotations.choices import Value
from annotations.models import CannotJudge, Label
from annotations.said import Said


def revise(case: Case, given: Said, *, by: User) -> Label | CannotJudge:
    """What is kept of a verdict on a card that was judged: the same if it says the same, or the new one in its place.

    Raises:
        Conflict: it says something else, and not that it is to stand instead; or the answer is public since; or the
            answer's place, which a *cannot judge* has left, was given to somebody else.
        Gone: the answer was withdrawn or reported in the meantime. NoMore: it was corrected too often.
    """
    was, past = verdict_of(case)
    if was is not None and given.is_what(was):
        return was
    if not given.again:
        raise refusals.judged_already()
    must_be_correctable(case)
    if was is None:  # superseded by a maintainer's asking again, or given anew under another card
        raise refusals.taken_back_already()
    check_number(past)
    after = without(case, was)
    if given.is_label and not after.room:
        raise refusals.place_taken()
    return keep(after, given, by=by, was=was)


def verdict_of(case: Case) -> tuple[Label | CannotJudge | None, int]:
    """The current verdict that was given on this card, and how many it had before."""
    found: Any = None
    if case.label is not None:
        found = with_past(Label.objects.filter(pk=case.label, assignment=case.card)).first()
    elif case.passed is not None:
        found = with_past(CannotJudge.objects.filter(pk=case.passed, assignment=case.card)).first()
    return found, 0 if found is None else found.past


def without(case: Case, was: Label | CannotJudge) -> Case:
    """The case as it is without one of its verdicts. Nothing is written yet."""
    if isinstance(was, CannotJudge):
        return replace(case, passes=case.passes - 1, passed=None)
    votes = list(case.votes)
    votes[Value.values.index(was.value)] -= 1
    return replace(case, votes=(votes[0], votes[1], votes[2]), counted=case.counted - 1, label=None)
