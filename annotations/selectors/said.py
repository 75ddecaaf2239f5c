"""All that the crowd said, as columns for the models of annotations.agreement. For workers that may import numpy.

Labels come by COPY in the database's own binary form: a row is then a few bytes at a known place, and millions of them
never are objects of Python.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from django.db import connection

from annotations.choices import CODES
from annotations.selectors.standing import final_before

# Harm controls too: here people are looked at, not models. Answers that are withdrawn or that nobody could judge are
# left out. Whoever has left is nobody, and so are their labels.
LABELS = """
COPY (
    SELECT label.answer_id::bigint,
        CASE WHEN person.is_active THEN label.person_id::bigint ELSE 0::bigint END,
        (array_position(%s::text[], label.value::text) - 1)::smallint,
        answer.state <> 'open'
    FROM annotations_label label
    JOIN probes_answer answer ON answer.id = label.answer_id AND answer.state IN ('open', 'settled', 'contested')
    LEFT JOIN accounts_user person ON person.id = label.person_id
    WHERE label.status = 'current'
) TO STDOUT (FORMAT BINARY)
"""
NOBODY = 0
# Bytes before the first row, after the last, and so many of them are made into columns at once.
HEADER = 19
END = 2
AT_ONCE = 1 << 20
ROW = np.dtype(
    [
        *(("fields", ">i2"), ("answer_size", ">i4"), ("answer", ">i8"), ("person_size", ">i4"), ("person", ">i8")),
        *(("value_size", ">i4"), ("value", ">i2"), ("closed_size", ">i4"), ("closed", "?")),
    ]
)

# What people said of gold the first time they said anything, once it cannot be changed any more. Not of those whose
# labels are set aside, nor of gold that was taken out of the deck, nor of gold that was made of an answer of the
# record: the fit has learned from its labels, and whoever looks it up knows it.
GOLD = """
SELECT asked.gold_id, asked.person_id, coalesce(asked.past -> 0 ->> 'value', asked.value), gold.value, gold.also
FROM annotations_check asked
JOIN annotations_gold gold ON gold.id = asked.gold_id AND gold.status = 'active' AND gold.origin <> 'answer'
LEFT JOIN annotations_labeller labeller ON labeller.person_id = asked.person_id
WHERE asked.purpose = 'gold' AND asked.status = 'labelled' AND asked.closed_at <= %(until)s
  AND coalesce(asked.past -> 0 ->> 'value', asked.value) <> '' AND labeller.standing IS DISTINCT FROM 'quarantined'
ORDER BY asked.gold_id, asked.person_id
"""
# One's own label, and what one said when asked again, of answers that are closed: of open ones nothing is told.
REPEATS = """
SELECT asked.person_id, label.value, asked.value
FROM annotations_check asked
JOIN annotations_label label ON label.id = asked.first_id
JOIN probes_answer answer ON answer.id = asked.answer_id AND answer.state IN ('settled', 'contested')
LEFT JOIN annotations_labeller labeller ON labeller.person_id = asked.person_id
WHERE asked.purpose = 'repeat' AND asked.status = 'labelled' AND asked.closed_at <= %(until)s
  AND labeller.standing IS DISTINCT FROM 'quarantined'
ORDER BY asked.person_id, asked.id
"""
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Said:
    """One entry a label: the answer, the person (NOBODY where they have left), the place of the label in Value, and
    whether the answer is closed.
    """

    answers: Numbers
    people: Numbers
    values: npt.NDArray[np.int8]
    closed: npt.NDArray[np.bool_]

    def only(self, chosen: npt.NDArray[np.bool_]) -> "Said":
        return Said(self.answers[chosen], self.people[chosen], self.values[chosen], self.closed[chosen])

    def of_closed(self) -> "Said":
        """What is public already."""
        return self.only(self.closed)

    def of_somebody(self) -> "Said":
        """Without the labels of those who left: who gave which of them is not known."""
        return self.only(self.people != NOBODY)

    def count_people(self) -> int:
        return len(np.unique(self.of_somebody().people))


@dataclass(frozen=True)
class Asked:
    """Labels on gold, one entry each, and the right label of each gold answer, then those that are right too."""

    gold: list[int] = field(default_factory=list)
    people: list[int] = field(default_factory=list)
    values: list[int] = field(default_factory=list)
    truths: dict[int, list[int]] = field(default_factory=dict)


def all_labels() -> Said:
    """Every current label of the answers that are open, settled or contested."""
    parts: list[Said] = []
    with connection.cursor() as cursor, cursor.copy(LABELS, [list(CODES)]) as copied:
        waiting = bytearray()
        for piece in copied:  # the header comes with the first row, the end on its own
            waiting += piece
            if len(waiting) >= AT_ONCE:
                taken = len(waiting) - (len(waiting) - begun(parts)) % ROW.itemsize
                parts.append(columns(waiting[begun(parts) : taken]))
                waiting = waiting[taken:]
    parts.append(columns(waiting[begun(parts) : -END]))
    return Said(
        np.concatenate([part.answers for part in parts]),
        np.concatenate([part.people for part in parts]),
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.closed for part in parts]),
    )


def begun(parts: list[Said]) -> int:
    """How many bytes stand before the first row of what comes next."""
    return 0 if parts else HEADER


def columns(rows: bytearray) -> Said:
    """Rows as they came. ValueError if they are not of the form that was asked for."""
    table = np.frombuffer(rows, ROW)
    if len(table) and (int(table["fields"].min()), int(table["fields"].max())) != (4, 4):
        raise ValueError("The database sent labels in a form that is not known.")
    return Said(
        table["answer"].astype(np.int64),
        table["person"].astype(np.int64),
        table["value"].astype(np.int8),
        table["closed"].copy(),
    )


def asked_of_gold() -> Asked:
    """What people first said of gold, and what is right of it."""
    found = Asked()
    with connection.cursor() as cursor:
        cursor.execute(GOLD, {"until": final_before()})
        for gold, person, value, right, also in cursor.fetchall():
            found.gold.append(gold)
            found.people.append(person)
            found.values.append(CODES[value])
            found.truths[gold] = [CODES[one] for one in dict.fromkeys([right, *also])]
    return found


def asked_again() -> tuple[list[int], list[int], list[int]]:
    """Who was asked again, what they had said, and what they said then."""
    with connection.cursor() as cursor:
        cursor.execute(REPEATS, {"until": final_before()})
        rows = cursor.fetchall()
    people, first, again = [row[0] for row in rows], [CODES[row[1]] for row in rows], [CODES[row[2]] for row in rows]
    return people, first, again
