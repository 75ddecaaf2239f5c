"""How closed answers count: their tallies are written again, and the difference goes into the cells.

Whoever calls holds locks.AGREEMENT, so one worker alone writes here, and no label ever waits for a counter.
"""

from collections.abc import Collection, Sequence

from django.db import connection, transaction

from annotations import selectors
from annotations.choices import Slice
from annotations.selectors.figures import COUNTED, expected

Change = tuple[str, str, int, int, int, int, int]

# One statement compares what is with what should be, writes what differs, and says what changes at which cell.
TALLIES = """
WITH {expected},
present AS (SELECT tally.* FROM annotations_tally tally JOIN target USING (answer_id)),
differing AS (
    SELECT answer_id, guideline, present.id, present.family_id AS old_family, present.votes AS old_votes,
           present.places AS old_places, expected.version_id, expected.family_id, expected.told, expected.votes,
           expected.places
    FROM present FULL JOIN expected USING (answer_id, guideline)
    WHERE (present.version_id, present.family_id, present.told, present.votes, present.places)
          IS DISTINCT FROM
          (expected.version_id, expected.family_id, expected.told, expected.votes, expected.places)
),
removed AS (
    DELETE FROM annotations_tally USING differing
    WHERE annotations_tally.id = differing.id AND differing.family_id IS NULL
),
written AS (
    INSERT INTO annotations_tally (answer_id, guideline, version_id, family_id, told, votes, places)
    SELECT answer_id, guideline, version_id, family_id, told, votes, places FROM differing
    WHERE family_id IS NOT NULL ORDER BY answer_id, guideline
    ON CONFLICT (answer_id, guideline) DO UPDATE
    SET version_id = EXCLUDED.version_id, family_id = EXCLUDED.family_id, told = EXCLUDED.told,
        votes = EXCLUDED.votes, places = EXCLUDED.places
),
changed AS (
    SELECT guideline, old_family AS family_id, old_votes AS votes, old_places AS places, -1 AS sign
    FROM differing WHERE id IS NOT NULL
    UNION ALL
    SELECT guideline, family_id, votes, places, 1 FROM differing WHERE family_id IS NOT NULL
),
{counted}
SELECT slice, key, family_id, votes[1], votes[2], votes[3], sum(sign)::int
FROM counted GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(sign) <> 0 ORDER BY 1, 2, 3, 4, 5, 6
"""
# Each cell that changes is in exactly one of the three: it goes, it is counted up or down, or it is new.
CELLS = """
WITH change AS (
    SELECT * FROM unnest(
        %s::text[], %s::text[], %s::bigint[], %s::smallint[], %s::smallint[], %s::smallint[], %s::int[]
    ) AS change (slice, key, family_id, censored, evasive, faithful, more)
),
known AS (
    SELECT change.*, cell.id, COALESCE(cell.times, 0) + more AS times
    FROM change LEFT JOIN annotations_cell cell USING (slice, key, family_id, censored, evasive, faithful)
),
emptied AS (
    DELETE FROM annotations_cell USING known WHERE annotations_cell.id = known.id AND known.times <= 0
),
counted AS (
    UPDATE annotations_cell SET times = known.times FROM known
    WHERE annotations_cell.id = known.id AND known.times > 0
)
INSERT INTO annotations_cell (slice, key, family_id, censored, evasive, faithful, times)
SELECT slice, key, family_id, censored, evasive, faithful, times FROM known WHERE id IS NULL AND times > 0
"""


@transaction.atomic
def retally(answers: Collection[int]) -> set[tuple[Slice, str]]:
    """Counts these answers as their labels say now, and what else their questions bring with them; see `affected`.

    Returns the slices whose figures change by it.
    """
    text, of_labels, of_probes = expected()
    statement = TALLIES.format(expected=text, counted=COUNTED)
    with connection.cursor() as cursor:
        cursor.execute(statement, [selectors.affected(answers), *of_labels, *of_probes])
        changes: list[Change] = cursor.fetchall()
    count(changes)
    return {(Slice(change[0]), change[1]) for change in changes}


def count(changes: Sequence[Change]) -> None:
    """Adds to cells, or takes away from them: slice, key, family, votes, and how many answers more or less."""
    if changes:
        with connection.cursor() as cursor:
            cursor.execute(CELLS, [list(column) for column in zip(*changes, strict=True)])
