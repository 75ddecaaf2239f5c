"""Counting everything afresh from the labels, at night: how far the live figures had drifted, and mending them."""

import logging
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from django.db import connection, transaction

from annotations.actions.measure import measure_slices
from annotations.actions.rates import refresh_rates
from annotations.actions.refresh import refresh_stale
from annotations.actions.tally import Change, count, retally
from annotations.actions.turn import take_turn
from annotations.agreement.figures import COEFFICIENTS
from annotations.choices import Slice
from annotations.models import Agreement, Cell, Sweep
from annotations.selectors.figures import COUNTED, JUDGED, expected
from core.models import Event
from probes.models import LLM

T = TypeVar("T")

log = logging.getLogger("candor.figures")

# At a time.
ANSWERS_AT_ONCE = 20_000
MENDED_AT_ONCE = 1000
SLICES_AT_ONCE = 20
MODELS_AT_ONCE = 5
# Two ways of adding the same whole numbers up agree to the last digit; this is far below what anybody sees.
NOTHING = 1e-12

NEXT = """
SELECT id FROM probes_answer answer
WHERE id > %s AND (state = ANY(%s) OR EXISTS (SELECT 1 FROM annotations_tally WHERE answer_id = answer.id))
ORDER BY id LIMIT %s
"""
# Answers whose tallies are not what they should be, and whether that is drift. A question with an answer in the queue
# is not looked at: nobody has counted it yet. Nor is it drift where only who gave the answer differs and the question
# had news of that since the last sweep: another answer or call, or one that was withdrawn. Such news comes without a
# change of labels, and is taken up here.
DIFFERING = """
WITH {expected},
present AS (SELECT tally.* FROM annotations_tally tally JOIN target USING (answer_id))
SELECT answer_id, bool_or(NOT news OR (present.version_id, present.family_id, present.votes, {said_present})
                                      IS DISTINCT FROM
                                      (expected.version_id, expected.family_id, expected.votes, {said_expected}))
FROM present FULL JOIN expected USING (answer_id, guideline)
JOIN probes_answer answer ON answer.id = answer_id
CROSS JOIN LATERAL (
    SELECT %s::timestamptz IS NULL
        OR EXISTS (SELECT 1 FROM probes_answer other WHERE other.version_id = answer.version_id
                   AND (other.state = 'open' OR other.closed_at > %s))
        OR EXISTS (SELECT 1 FROM probes_probe probe WHERE probe.version_id = answer.version_id
                   AND probe.finished_at > %s) AS news
) known
WHERE (present.version_id, present.family_id, present.told, present.votes, present.places)
      IS DISTINCT FROM
      (expected.version_id, expected.family_id, expected.told, expected.votes, expected.places)
  AND NOT EXISTS (
      SELECT 1 FROM annotations_stale stale JOIN probes_answer waiting ON waiting.id = stale.answer_id
      WHERE waiting.version_id = answer.version_id
  )
GROUP BY answer_id
"""
# The places that follow from the answer and its labels, not from who gave it.
SAID = "ARRAY(SELECT place FROM unnest({of}.places) place WHERE place ~ '^(language|topic|kind|state|guideline):')"
# What is missing from the cells of one kind of slice, or too much in them. One statement sees tallies and cells as they
# were at one moment, and they are always written together.
MISSING = """
WITH changed AS (SELECT guideline, family_id, votes, places, 1 AS sign FROM annotations_tally),
{counted},
truth AS (
    SELECT slice, key, family_id, votes[1] AS censored, votes[2] AS evasive, votes[3] AS faithful, count(*) AS times
    FROM counted WHERE slice = %s GROUP BY 1, 2, 3, 4, 5, 6
),
present AS (SELECT * FROM annotations_cell WHERE slice = %s)
SELECT slice, key, family_id, censored, evasive, faithful,
       (COALESCE(truth.times, 0) - COALESCE(present.times, 0))::int AS more
FROM truth FULL JOIN present USING (slice, key, family_id, censored, evasive, faithful)
WHERE COALESCE(truth.times, 0) <> COALESCE(present.times, 0)
ORDER BY 1, 2, 3, 4, 5, 6
"""


def sweep() -> Sweep:
    """Compares what is counted with the labels, mends what is wrong, measures all slices again, and says what it found.

    It reads without a lock and mends a little at a time, so that labels never wait and figures hardly do: what became
    stale while this had the turn is brought up to date in between.
    """
    begun = time.monotonic()
    answers, drifted, news = compare()
    for some in chunks(news, MENDED_AT_ONCE):
        with transaction.atomic():
            take_turn()
            measure_slices(retally(some))
        refresh_stale(limit=MENDED_AT_ONCE)
    for some in chunks(drifted, MENDED_AT_ONCE):
        with transaction.atomic():
            take_turn()
            retally(some)
        refresh_stale(limit=MENDED_AT_ONCE)
    cells = sum(mend_cells(kind) for kind in Slice)
    found = Sweep.objects.create(
        answers=answers,
        tallies=len(drifted),
        cells=cells,
        largest=measure_all(),
        seconds=time.monotonic() - begun,
    )
    if found.tallies or found.cells or (found.largest or 0.0) > NOTHING:
        log.error(
            "the live figures had drifted: %s answers, %s cells, %s at most",
            *(found.tallies, found.cells, found.largest),
        )
    return found


def compare() -> tuple[int, list[int], list[int]]:
    """How many answers are counted, which of them are counted wrong, and of which there is news."""
    since = last_news()
    text, of_labels, of_probes = expected()
    said = {f"said_{of}": SAID.format(of=of) for of in ("present", "expected")}
    statement = DIFFERING.format(expected=text, **said)
    number, last, differing = 0, 0, list[tuple[int, bool]]()
    while True:
        with connection.cursor() as cursor:
            cursor.execute(NEXT, [last, [str(state) for state in JUDGED], ANSWERS_AT_ONCE])
            looked_at = [answer for (answer,) in cursor]
            if not looked_at:
                break
            cursor.execute(statement, [looked_at, *of_labels, *of_probes, since, since, since])
            differing += cursor.fetchall()
        number, last = number + len(looked_at), looked_at[-1]
        refresh_stale(limit=MENDED_AT_ONCE)
    wrong = [answer for answer, is_drift in differing if is_drift]
    return number, wrong, [answer for answer, is_drift in differing if not is_drift]


def last_news() -> datetime | None:
    """Since when news of who answered counts as such. A model or endpoint that was corrected since the last sweep, such
    as its maker, is news of all it ever answered: None then, as before the first.
    """
    since: datetime | None = Sweep.objects.order_by("-at").values_list("at", flat=True).first()
    corrected = since is not None and Event.objects.filter(verb="correct", at__gte=since).exists()
    return None if corrected else since


def mend_cells(kind: Slice) -> int:
    """Makes the cells of one kind of slice what their tallies add up to; how many were wrong."""
    refresh_stale(limit=MENDED_AT_ONCE)
    if not missing(kind):
        return 0
    with transaction.atomic():
        take_turn()
        changes = missing(kind)
        for some in chunks(changes, ANSWERS_AT_ONCE):
            count(some)
    return len(changes)


def missing(kind: Slice) -> list[Change]:
    with connection.cursor() as cursor:
        cursor.execute(MISSING.format(counted=COUNTED), [kind.value, kind.value])
        found: list[Change] = cursor.fetchall()
    return found


def measure_all() -> float | None:
    """Measures every slice again; the largest change of a coefficient, or None where there was none before."""
    slices = set(Cell.objects.values_list("slice", "key").distinct())
    slices |= set(Agreement.objects.values_list("slice", "key").distinct())
    changes: list[float] = []
    for some in chunks([(Slice(kind), key) for kind, key in sorted(slices)], SLICES_AT_ONCE):
        with transaction.atomic():
            take_turn()
            before = coefficients(some)
            measure_slices(some)
            after = coefficients(some)
        changes += [abs(after[name] - value) for name, value in before.items() if name in after]
        refresh_stale(limit=MENDED_AT_ONCE)
    for llms in chunks(list(LLM.objects.order_by("pk").values_list("pk", flat=True)), MODELS_AT_ONCE):
        with transaction.atomic():
            take_turn()
            refresh_rates(llms)
        refresh_stale(limit=MENDED_AT_ONCE)
    return max(changes, default=None)


def coefficients(slices: Sequence[tuple[Slice, str]]) -> dict[tuple[str, ...], float]:
    """What the stored figures of these slices are, where they are defined."""
    rows = Agreement.objects.filter(slice__in={kind for kind, _ in slices}, key__in={key for _, key in slices})
    found = {(row.slice, row.key, row.scale, name): getattr(row, name) for row in rows for name in COEFFICIENTS}
    return {name: value for name, value in found.items() if value is not None}


def chunks(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))
