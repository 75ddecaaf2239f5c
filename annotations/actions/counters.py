"""The counters on answers are kept in step by every action; once a night they are counted again."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from annotations import rules, selectors
from annotations.choices import AssignmentStatus, LabelStatus
from annotations.models import Assignment, CannotJudge, Stale
from probes.choices import AnswerState
from probes.models import Answer

log = logging.getLogger("candor.annotations")

# Labels of people in quarantine are set aside and count nowhere, so only current ones are the truth.
TRUTH = """
    SELECT answer.id,
        (SELECT count(*) FROM annotations_label label
         WHERE label.answer_id = answer.id AND label.status = 'current') AS counted,
        (SELECT count(*) FROM annotations_assignment held
         WHERE held.answer_id = answer.id AND held.status = 'leased') AS leased
    FROM probes_answer answer
"""
DRIFTED = f"""
    SELECT answer.id FROM probes_answer answer JOIN ({TRUTH}) truth ON truth.id = answer.id
    WHERE (answer.counted, answer.leased) <> (truth.counted, truth.leased)
"""  # noqa: S608 -- both are texts of ours
# Open with all its labels and no time set to close it, as when it was withdrawn while it settled, and came back.
STUCK = """
    SELECT id FROM probes_answer
    WHERE state = 'open' AND settles_at IS NULL AND counted > 0 AND counted >= wanted
"""
MEND = f"""
    UPDATE probes_answer answer
    SET counted = truth.counted, leased = truth.leased,
        wanted = GREATEST(answer.wanted, truth.counted + truth.leased)
    FROM ({TRUTH} WHERE answer.id = ANY(%s)) truth
    WHERE truth.id = answer.id AND (answer.counted, answer.leased) <> (truth.counted, truth.leased)
"""  # noqa: S608 -- both are texts of ours


@dataclass(frozen=True)
class Outcome:
    """What an answer's votes make of it, as its columns say it."""

    wanted: int
    state: AnswerState
    settles_at: datetime | None
    closed_at: datetime | None

    @property
    def closed(self) -> bool:
        return self.state != AnswerState.OPEN


def outcome(answer: Answer, *, votes: Sequence[int], cannot_judge: int, at: datetime, held: bool) -> Outcome:
    """What becomes of an open answer with these votes.

    With all its labels it stays open for SETTLING_MINUTES more, in which nothing of it is public and those who labelled
    it may still correct themselves. A correction that leaves it complete does not begin that time anew: nobody can keep
    an answer from being closed. What is `held` back by a report is left to the sweep, which waits for a reviewer.
    """
    stands = rules.standing(votes, wanted=answer.wanted, cannot_judge=cannot_judge)
    if stands.state == AnswerState.OPEN:
        return Outcome(stands.wanted, AnswerState.OPEN, None, None)
    minutes = settings.ENV.settling_minutes
    if not minutes and answer.settles_at is None and not held:
        return Outcome(stands.wanted, stands.state, None, at)
    return Outcome(stands.wanted, AnswerState.OPEN, answer.settles_at or at + timedelta(minutes=minutes), None)


def move(answer: Answer, *, leased: int = 0, counted: int = 0) -> None:
    """Moves the counters of an open answer that is locked; its votes, counted here, say what becomes of it."""
    now = timezone.now()
    votes, held = selectors.votes(answer=answer), is_held(answer)
    found = outcome(answer, votes=votes, cannot_judge=passes(answer), at=now, held=held)
    Answer.objects.filter(pk=answer.pk).update(
        leased=F("leased") + leased,
        counted=F("counted") + counted,
        wanted=found.wanted,
        state=found.state,
        settles_at=found.settles_at,
        closed_at=found.closed_at,
    )
    if found.closed:
        is_stale(answer)


def recompute(answer: Answer) -> None:
    """Brings a locked answer of any state in step with its rows, after verdicts were superseded or brought back.

    One that is closed is opened again where its labels decide it no more, and otherwise keeps the time it was closed
    at; one that is withdrawn stays so.
    """
    counts, cannot_judge = selectors.votes(answer=answer), passes(answer)
    was_closed = answer.state != AnswerState.OPEN
    answer.counted = sum(counts)
    answer.leased = Assignment.objects.filter(answer=answer, status=AssignmentStatus.LEASED).count()
    answer.wanted = max(answer.wanted, answer.counted + answer.leased)
    if answer.state != AnswerState.WITHDRAWN:
        stands = rules.standing(counts, wanted=answer.wanted, cannot_judge=cannot_judge)
        if was_closed:
            found = Outcome(stands.wanted, stands.state, None, answer.closed_at)
            if stands.state == AnswerState.OPEN:
                found = replace(found, closed_at=None)
        else:
            now, held = timezone.now(), is_held(answer)
            found = outcome(answer, votes=counts, cannot_judge=cannot_judge, at=now, held=held)
        answer.wanted, answer.state = found.wanted, found.state
        answer.settles_at, answer.closed_at = found.settles_at, found.closed_at
        if was_closed or found.closed:
            is_stale(answer)
    answer.save(update_fields=["counted", "leased", "wanted", "state", "settles_at", "closed_at"])


def is_stale(answer: Answer) -> None:
    """A worker is to bring its consensus and the figures it is in up to date."""
    stale = Stale(answer=answer, since=timezone.now())
    Stale.objects.bulk_create([stale], update_conflicts=True, unique_fields=["answer"], update_fields=["since"])


def is_held(answer: Answer) -> bool:
    """Whether it, or its prompt, was reported and waits for a reviewer."""
    reported = Q(held_at__isnull=False) | Q(version__prompt__held_at__isnull=False)
    return Answer.objects.filter(reported, pk=answer.pk).exists()


def passes(answer: Answer) -> int:
    """How many people could not judge it."""
    return CannotJudge.objects.filter(answer=answer, status=LabelStatus.CURRENT).count()


@transaction.atomic
def recount() -> int:
    """Counts labels and leases afresh, mends what drifted, and reports how many answers had.

    What looks wrong is locked and counted once more before it is mended: a label may have come in between. An open
    answer that turns out to have all its labels begins to settle, as nobody would ever be given it; one that settles
    already goes on as it was.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"{DRIFTED} UNION {STUCK}")
        suspects = [pk for (pk,) in cursor.fetchall()]
        if not suspects:
            return 0
        cursor.execute("SELECT id FROM probes_answer WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [suspects])
        cursor.execute(MEND, [suspects])
        drifted = int(cursor.rowcount)
    for answer in Answer.objects.filter(pk__in=suspects, state=AnswerState.OPEN):
        move(answer)
    if drifted:
        log.error("the counters of %s answers had drifted and were mended", drifted)
    return drifted
