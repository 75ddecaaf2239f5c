"""Two slices crossed, such as one model in one language: counted from the tallies when somebody asks.

There are far too many pairs to keep figures of all of them. So that this stays cheap for the site whoever asks, one
question is counted at a time, on both scales and for as many pairs as anybody may ask for; see `filling`.
"""

import numpy as np
from django.utils.translation import gettext as _

from annotations.choices import Scale, Slice
from annotations.models import Agreement
from annotations.selectors.cells import Cells, measured
from annotations.selectors.figures import place_of
from annotations.selectors.filling import filled, rows
from core.errors import Invalid

# Measuring a pair takes 10 to 100 ms, by how many families of prompts it has. Where no key is given all tallies are
# walked besides.
PAIRS_AT_MOST = 48
PAIRS_OF_ONE_AT_MOST = 100
# Slices that follow from each other: an endpoint serves one model, which has one maker, which has one country.
PARTIES = (Slice.ENDPOINT, Slice.MODEL, Slice.MAKER, Slice.COUNTRY)

# The pairs with the most answers, each with all its cells in one row.
TABLE = """
WITH cell AS MATERIALIZED (
    SELECT key_a, key_b, family_id, votes, count(*) AS times
    FROM annotations_tally CROSS JOIN LATERAL ({keys}) found
    WHERE places @> %(places)s::varchar[] {guideline}
      AND (%(key_a)s = '' OR key_a = %(key_a)s) AND (%(key_b)s = '' OR key_b = %(key_b)s)
    GROUP BY 1, 2, 3, 4
),
pair AS (SELECT key_a, key_b, sum(times) AS answers FROM cell GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT %(limit)s)
SELECT key_a, key_b, array_agg(family_id), array_agg(votes[1]), array_agg(votes[2]), array_agg(votes[3]),
       array_agg(times)
FROM cell JOIN pair USING (key_a, key_b) GROUP BY key_a, key_b, answers ORDER BY answers DESC, key_a, key_b
"""
# The keys of two slices at which one tally counts; of a round and who answered in it, which stand in one place.
APART = """
SELECT substr(a, {from_a}) AS key_a, substr(b, {from_b}) AS key_b
FROM (SELECT a FROM unnest(places) a WHERE starts_with(a, '{a}:') AND a !~ '^round:[0-9]+&') one
CROSS JOIN (SELECT b FROM unnest(places) b WHERE starts_with(b, '{b}:') AND b !~ '^round:[0-9]+&') other
"""
TOGETHER = """
SELECT substr(split_part(place, '&', 1), {from_a}) AS key_a, substr(place, strpos(place, '&') + {from_b}) AS key_b
FROM unnest(places) place WHERE place ~ '^{a}:[0-9]+&{b}:'
"""
# An answer with labels under several versions of the guideline has a row for each besides, which counts there only.
WHOLE = "AND guideline = ''"


def crossed(a: tuple[Slice, str], b: tuple[Slice, str], scale: Scale = Scale.LABELS) -> Agreement | None:
    """The figures of the answers that are in both slices, or None where there is none: a row of `a`, `crossed_with` b.

    Raises:
        Invalid: the two cannot be crossed; see `check_crossing`.
    """
    pairs = crossed_table(a[0], b[0], 1, scale=scale, key_a=a[1], key_b=b[1])
    return pairs[0] if pairs else None


def crossed_table(
    a: Slice, b: Slice, limit: int, *, scale: Scale = Scale.LABELS, key_a: str = "", key_b: str = ""
) -> list[Agreement]:
    """The pairs with the most answers, at most `limit`, and at most PAIRS_AT_MOST; PAIRS_OF_ONE_AT_MOST where a key is
    given, of which alone they then are.

    Raises:
        Invalid: the two cannot be crossed; see `check_crossing`.
        Busy: other slices are being crossed, or there are too many answers.
    """
    check_crossing(a, b)
    if b == Slice.ROUND and a in PARTIES:
        return [turned(row) for row in crossed_table(b, a, limit, scale=scale, key_a=key_b, key_b=key_a)]
    found = filled(("crossed", a.value, b.value, key_a, key_b), lambda: counted(a, b, key_a, key_b))
    return found[scale][:limit]


def check_crossing(a: Slice, b: Slice) -> None:
    """Whether two kinds of slices can be crossed.

    Raises:
        Invalid: one is all answers, both are of a kind, or one follows from the other.
    """
    if Slice.ALL in {a, b}:
        raise Invalid(_("All answers crossed with a slice are that slice. Ask for the slice alone."))
    if a == b:
        raise Invalid(_("A slice cannot be crossed with one of its own kind."))
    if a in PARTIES and b in PARTIES:
        raise Invalid(_("Endpoints, models, makers and countries follow from each other and cannot be crossed."))


def counted(a: Slice, b: Slice, key_a: str, key_b: str) -> dict[Scale, list[Agreement]]:
    """All pairs that anybody may ask for, on each scale."""
    keys = (TOGETHER if a == Slice.ROUND and b in PARTIES else APART).format(
        a=a.value, b=b.value, from_a=len(a.value) + 2, from_b=len(b.value) + 2
    )
    statement = TABLE.format(keys=keys, guideline="" if Slice.GUIDELINE in {a, b} else WHOLE)
    given: dict[str, str | int | list[str]] = {
        "key_a": key_a,
        "key_b": key_b,
        "limit": PAIRS_OF_ONE_AT_MOST if key_a or key_b else PAIRS_AT_MOST,
        "places": [place_of(kind, key) for kind, key in ((a, key_a), (b, key_b)) if key],
    }
    found: dict[Scale, list[Agreement]] = {scale: [] for scale in Scale}
    for one, other, families, *votes, times in rows(statement, given):
        cells = Cells(np.array(votes, dtype=np.int64).T, np.array(times), np.array(families))
        for row in measured(a, one, cells, Scale):
            row.crossed_with = (b, other)
            found[Scale(row.scale)].append(row)
    return found


def turned(row: Agreement) -> Agreement:
    """The same figures with the second slice for the first."""
    first = (Slice(row.slice), row.key)
    if row.crossed_with:
        (row.slice, row.key), row.crossed_with = row.crossed_with, first
    return row
