"""The counters on answers are kept in step by every action; once a night they are counted again."""

import logging

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from annotations import rules, selectors
from annotations.choices import LabelStatus
from annotations.models import CannotJudge, Stale
from probes.choices import AnswerState
from probes.models import Answer

log = logging.getLogger("candor.annotations")

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
MEND = f"""
    UPDATE probes_answer answer
    SET counted = truth.counted, leased = truth.leased,
        wanted = GREATEST(answer.wanted, truth.counted + truth.leased)
    FROM ({TRUTH} WHERE answer.id = ANY(%s)) truth
    WHERE truth.id = answer.id AND (answer.counted, answer.leased) <> (truth.counted, truth.leased)
"""  # noqa: S608 -- both are texts of ours


def move(answer: Answer, *, leased: int = 0, counted: int = 0) -> None:
    """Moves the counters of an open answer that is locked, and closes it or wants one label more, as its votes say."""
    stands = rules.standing(selectors.votes(answer=answer), wanted=answer.wanted, cannot_judge=passes(answer))
    closed = stands.state != AnswerState.OPEN
    Answer.objects.filter(pk=answer.pk).update(
        leased=F("leased") + leased,
        counted=F("counted") + counted,
        wanted=stands.wanted,
        state=stands.state,
        closed_at=timezone.now() if closed else None,
    )
    if closed:
        Stale.objects.update_or_create(answer=answer, defaults={"since": timezone.now()})


def passes(answer: Answer) -> int:
    """How many people could not judge it."""
    return CannotJudge.objects.filter(answer=answer, status=LabelStatus.CURRENT).count()


@transaction.atomic
def recount() -> int:
    """Counts labels and leases afresh, mends what drifted, and reports how many answers had.

    What looks wrong is locked and counted once more before it is mended: a label may have come in between. An open
    answer that turns out to have all its labels is closed, as nobody would ever be given it.
    """
    with connection.cursor() as cursor:
        cursor.execute(DRIFTED)
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
