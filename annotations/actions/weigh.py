"""Behind the labels: what they mean for open answers, given who gave them.

Every few seconds a worker looks at the labels that are new. Where those of an open answer make sure enough already,
though votes alone would want more, it begins to settle: nobody else is given it, and settle.py looks again before it
closes. And an answer that has its first labels gets another place in the deck, within its kind, by whether one more
label would change much or little: who comes to which place when is in agreement/matching.py.

No label waits for any of this, nor says that it is there: the labels' own numbers tell which are new. A number may be
committed after a higher one; see Progress for how none is missed. When the crowd was fitted anew, all open answers with
labels are looked at again, and the posteriors of those that are closed are renewed, batch by batch.
"""

from collections.abc import Iterable
from datetime import timedelta
from time import monotonic
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from annotations import rules
from annotations.actions.consensus import renew_consensus
from annotations.actions.draw import KINDS, PLACES
from annotations.agreement.matching import need
from annotations.models import Progress
from annotations.selectors.weighed import Scales, Weighed, weigh_answers
from probes.actions.answers import STARTER, SUBMITTED
from probes.choices import AnswerState

# Labels, or answers, that are looked at in one transaction, and how long one call goes on with each kind of work: the
# figures of what has closed wait for the same worker.
BATCH = 200
SECONDS = 1.0
# A label counts for all probes that brought this text. The last open answer of a question keeps all of the question out
# of the models' rates and comparisons, so its label counts for every probe of the question that brought an answer.

# A label's transaction locks its answer before its number is drawn, so whoever has drawn a number by now and has not
# committed is one of the transactions before `high`; all those before `low` are over.
FENCES = """
SELECT pg_snapshot_xmin(now.snapshot)::text::bigint, pg_snapshot_xmax(now.snapshot)::text::bigint
FROM (SELECT pg_current_snapshot() AS snapshot) now
"""
LABELS = "SELECT id, answer_id FROM annotations_label WHERE id > %s AND id <= %s ORDER BY id LIMIT %s"
# An answer that has lost its labels goes back to the place of its kind.
BEGUN = f"""
SELECT id FROM probes_answer
WHERE state = 'open' AND (counted > 0 OR priority NOT IN {KINDS}) AND id > %s ORDER BY id LIMIT %s
"""  # noqa: S608 -- texts of ours
# What has labels and waits for more, where another answer to the same question has enough now: it may be the last.
BESIDE = """
SELECT DISTINCT other.id FROM probes_answer enough
JOIN probes_answer other ON other.version_id = enough.version_id
WHERE enough.id = ANY(%s) AND (enough.state <> 'open' OR enough.settles_at IS NOT NULL)
  AND other.state = 'open' AND other.settles_at IS NULL AND other.counted > 0
"""
LOCK = "SELECT id FROM probes_answer WHERE id = ANY(%s) AND state = 'open' ORDER BY id FOR NO KEY UPDATE"
CASES = f"""
SELECT answer.id, answer.wanted, answer.counted, answer.priority, family.starter,
    (SELECT count(*) FROM annotations_cannotjudge passed
     WHERE passed.answer_id = answer.id AND passed.status = 'current'),
    (SELECT count(*) FROM probes_probe probe WHERE probe.answer_id = answer.id
        OR (probe.version_id = answer.version_id AND probe.answer_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM probes_answer other
            WHERE other.version_id = answer.version_id AND other.id <> answer.id
              AND other.state = 'open' AND other.settles_at IS NULL)))
FROM probes_answer answer
JOIN prompts_promptversion version ON version.id = answer.version_id
JOIN prompts_prompt prompt ON prompt.id = version.prompt_id
JOIN prompts_family family ON family.id = prompt.family_id
WHERE answer.id = ANY(%s) AND answer.state = 'open' AND answer.settles_at IS NULL
  AND (answer.counted > 0 OR answer.priority NOT IN {KINDS})
"""  # noqa: S608 -- texts of ours
APPLY = """
UPDATE probes_answer answer SET priority = new.priority,
    wanted = CASE WHEN new.enough THEN answer.counted + answer.leased ELSE answer.wanted END,
    settles_at = CASE WHEN new.enough THEN %s ELSE answer.settles_at END
FROM unnest(%s::bigint[], %s::int[], %s::boolean[]) AS new(id, priority, enough) WHERE answer.id = new.id
"""
NO_LIMIT = 2**63 - 1


class Case(NamedTuple):
    """An open answer that has labels and does not settle yet. `probes` are those for which its label counts."""

    answer: int
    wanted: int
    counted: int
    priority: int
    starter: bool
    passes: int
    probes: int


class Change(NamedTuple):
    """What becomes of one: its place in the deck, and whether it has enough labels."""

    priority: int
    enough: bool


def weigh() -> int:
    """Weighs what is new, then goes on with what a new fit has left to do; returns how many open answers changed."""
    changed = 0
    for step in (weigh_new, weigh_again):
        until, found = monotonic() + SECONDS, BATCH
        while found >= BATCH:
            found, moved = step()
            changed += moved
            if monotonic() > until:
                break
    renew_all()
    return changed


@transaction.atomic
def weigh_new() -> tuple[int, int]:
    """Looks at the next labels that are new; how many there were, and how many answers changed."""
    progress = mine()
    if progress is None or progress.fit_id is None:
        return 0, 0
    low, _high = ask(FENCES)[0]
    rows = ask(LABELS, progress.seen, NO_LIMIT, BATCH)
    found = len(rows)
    progress.seen = rows[-1][0] if rows else progress.seen
    if progress.looked_at < progress.fenced and progress.fence <= low:
        late = ask(LABELS, progress.looked_at, progress.fenced, BATCH)
        progress.looked_at = late[-1][0] if len(late) == BATCH else progress.fenced
        rows, found = rows + late, max(found, len(late))
    if progress.looked_at >= progress.fenced and progress.seen > progress.fenced:
        progress.fenced, progress.fence = progress.seen, ask(FENCES)[0][1]
    progress.save(update_fields=["seen", "looked_at", "fenced", "fence"])
    labelled = {answer for _, answer in rows}
    return found, weigh_open(labelled | {pk for (pk,) in ask(BESIDE, list(labelled))})


@transaction.atomic
def weigh_again() -> tuple[int, int]:
    """Looks at the next open answers that have labels, after a new fit; as weigh_new."""
    progress = mine()
    if progress is None or progress.fit_id is None or progress.answer is None:
        return 0, 0
    begun = [pk for (pk,) in ask(BEGUN, progress.answer, BATCH)]
    progress.answer = begun[-1] if len(begun) == BATCH else None
    progress.save(update_fields=["answer"])
    return len(begun), weigh_open(begun)


def renew_all() -> None:
    """Goes on with the consensus of closed answers; what is left over is done by the next call."""
    fit = Progress.objects.values_list("fit", flat=True).first()
    until, after = monotonic() + SECONDS, renew_consensus(fit=fit) if fit is not None else None
    while fit is not None and after is not None and monotonic() <= until:
        after = renew_consensus(fit=fit, after=after)


def mine() -> Progress | None:
    """The one row, locked; None where another worker has it."""
    Progress.objects.get_or_create(pk=1)
    return Progress.objects.select_for_update(no_key=True, skip_locked=True).first()


def weigh_open(answers: Iterable[int]) -> int:
    """Weighs open answers, and locks only those that something is to become of, to look at them once more."""
    changes = changes_of(answers)
    if not changes:
        return 0
    locked = [pk for (pk,) in ask(LOCK, list(changes))]
    changes = changes_of(locked)
    if not changes:
        return 0
    settles_at = timezone.now() + timedelta(minutes=settings.ENV.settling_minutes)
    with connection.cursor() as cursor:
        priorities = [change.priority for change in changes.values()]
        cursor.execute(APPLY, [settles_at, list(changes), priorities, [change.enough for change in changes.values()]])
    return len(changes)


def changes_of(answers: Iterable[int]) -> dict[int, Change]:
    """What is to become of which of these answers; those that stay as they are are left out."""
    cases = [Case(*row) for row in ask(CASES, list(answers))]
    if not cases:
        return {}
    scales = weigh_answers(case.answer for case in cases)
    found = {case.answer: change_of(case, scales) for case in cases}
    return {
        case.answer: found[case.answer]
        for case in cases
        if found[case.answer].enough or found[case.answer].priority != case.priority
    }


def change_of(case: Case, scales: Scales) -> Change:
    found = scales.of(case.answer)
    stands = rules.weighed(
        found.votes, found.posterior, scales.calibration, wanted=case.wanted, cannot_judge=case.passes
    )
    # Only what a fit says begins here; all that votes alone decide is decided with the vote.
    weighed = found.posterior is not None and scales.calibration is not None
    enough = weighed and stands.state == AnswerState.SETTLED and sum(found.votes) == case.counted
    return Change(priority(case, found, scales), enough)


def priority(case: Case, found: Weighed, scales: Scales) -> int:
    """The answer's place: that of its kind, one less where one more label would change much, one more where little."""
    base = STARTER if case.starter else SUBMITTED
    if scales.fit is None or found.posterior is None:
        return base
    waits_for = need(
        found.posterior,
        scales.fit.pooled,
        labels=sum(found.votes),
        at_least=settings.ENV.labels_wanted,
        at_most=settings.ENV.labels_at_most,
        times=max(1, case.probes),
    )
    return base + PLACES[waits_for]


def ask(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return list(cursor.fetchall())
