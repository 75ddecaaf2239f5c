"""Making the probes that an open round lacks, without looking at all it has every two seconds.

A round should hold its prompts times its endpoints times their samples. That may be a million rows, and nearly always
all of them are there. So each process asks once what is lacking, walks on from there in the order in which probes are
to be made, and remembers where it is; after the end it looks only at what is new or was changed since. A call reads the
prompts and the endpoints, and of the probes no more than what it has not walked past.

What is remembered only saves work, so it may be lost at any time. A prompt or endpoint that was changed in any way
counts as new, since what waited for it may have been let go meanwhile; everything does after LOOK_AGAIN_S, in case
probes went in a way that shows nowhere.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import NamedTuple

from django.db import connection, transaction

from probes.models import Round
from probes.selectors import lacking

LOOK_AGAIN_S = 600.0
# Probes that are kept in mind one by one; where more are lacking, all are tried.
MUCH = 5000

# What people submit goes before the starter set. Only the current text of an approved prompt is asked. `xmin` is
# another one after any change of the row, so that a prompt that was withdrawn and approved again is not the same.
PROMPTS = """
SELECT family.starter, prompt.current_id, prompt.xmin::text
FROM prompts_prompt prompt JOIN prompts_family family ON family.id = prompt.family_id
WHERE prompt.status = 'approved' AND prompt.current_id IS NOT NULL
ORDER BY family.starter, prompt.id
"""
PLACES = """
SELECT endpoint.id, COALESCE(NULLIF(endpoint.samples, 0), round.samples), endpoint.xmin::text
FROM probes_round round CROSS JOIN probes_endpoint endpoint
WHERE round.id = %(round)s AND round.status = 'open' AND endpoint.status = 'active'
  AND endpoint.kind NOT IN ('import', 'judge')
ORDER BY endpoint.id
"""

# What is there already stays as it is. ON CONFLICT looks each up in the unique index itself; a join or a subquery would
# leave the way to PostgreSQL, which expects next to nothing of a round that its statistics do not know yet, and then
# goes through all of the round for each. What is looked up in vain costs a number of the sequence, so most is not asked
# for twice.
MAKE = """
INSERT INTO probes_probe (
    round_id, version_id, endpoint_id, sample, status, priority, due_at, attempt, failures, deaths, perhaps_paid,
    request, delivery, rule, quarantined, partial_text, reasoning, finish_reason, usage, served_by, fingerprint, error,
    created_at
)
SELECT round.id, wanted.version, wanted.endpoint, wanted.sample, 'due',
       wanted.priority, statement_timestamp(), 0, 0, 0, 0,
       '{}', '', '', false, '', '', '', '{}', '', '', '', statement_timestamp()
FROM probes_round round
CROSS JOIN unnest(%(versions)s::bigint[], %(endpoints)s::bigint[], %(samples)s::int[], %(priorities)s::int[])
    WITH ORDINALITY AS wanted (version, endpoint, sample, priority, number)
WHERE round.id = %(round)s AND round.status = 'open'
ORDER BY wanted.number
ON CONFLICT DO NOTHING
"""


class Asked(NamedTuple):
    """A prompt as it is put now."""

    starter: bool
    version: int
    row: str


class Place(NamedTuple):
    """An endpoint as it is asked now."""

    endpoint: int
    samples: int
    row: str


class Wanted(NamedTuple):
    """A probe that the round should hold."""

    version: int
    endpoint: int
    sample: int
    priority: int


@dataclass(frozen=True)
class Panel:
    """Whom a round asks what, in order."""

    prompts: list[Asked]
    places: list[Place]


@dataclass(frozen=True)
class Complete:
    """Prompts and endpoints that have all the probes they want of each other."""

    prompts: frozenset[Asked] = frozenset()
    places: frozenset[Place] = frozenset()


@dataclass
class Walk:
    """How far a process has come through the panel of a round."""

    panel: Panel
    complete: Complete
    begun_at: float
    ahead: Iterator[Wanted]
    over: bool = False

    def next(self, number: int) -> list[Wanted]:
        """So many of the probes that are next; fewer at the end, and then none."""
        found = list(islice(self.ahead, number))
        if not found:
            self.over = True
            self.complete = Complete(frozenset(self.panel.prompts), frozenset(self.panel.places))
        return found


# Of the round that is open, there being one at most.
_kept: dict[int, Walk] = {}


def open_missing_probes(*, of: Round, limit: int) -> int:
    """Makes at most `limit` of the probes an open round still lacks; returns how many, 0 only where it lacks none or
    `limit` is 0. Safe to run twice at once.
    """
    if limit < 1:
        return 0
    walk = walk_on(of, _kept.pop(of.pk, None))
    made = 0
    while not made and (found := walk.next(limit)):
        made = make(of.pk, found)
    # What is undone must be walked again.
    transaction.on_commit(partial(keep, of.pk, walk))
    return made


def keep(round_id: int, walk: Walk) -> None:
    _kept.clear()
    _kept[round_id] = walk


def walk_on(of: Round, kept: Walk | None) -> Walk:
    """The walk that was kept where the panel is the same, else one of what is new in it; in the end one of all."""
    panel, now = panel_of(of), time.monotonic()
    if kept is None or (now - kept.begun_at > LOOK_AGAIN_S and (kept.over or kept.panel != panel)):
        return Walk(panel, Complete(), now, all_lacking(of, panel, Complete()))
    if kept.panel == panel:
        return kept
    if kept.complete.places.issuperset(panel.places):
        return Walk(panel, kept.complete, kept.begun_at, wanted(panel, kept.complete))
    # An endpoint that was changed has most of its probes, and they are many.
    return Walk(panel, kept.complete, kept.begun_at, all_lacking(of, panel, kept.complete))


def all_lacking(of: Round, panel: Panel, complete: Complete) -> Iterator[Wanted]:
    """What a round lacks, found in one pass over all it has; where that is much, all that is not known as complete."""
    found = set(lacking(of, at_most=MUCH + 1))
    every = wanted(panel, complete)
    if len(found) > MUCH:
        return every
    return (one for one in every if one[:3] in found) if found else iter(())


def wanted(panel: Panel, complete: Complete) -> Iterator[Wanted]:
    """What a panel asks for beyond what is complete: people's prompts first, then by sample, prompt and endpoint."""
    new = [place for place in panel.places if place not in complete.places]
    rows = [(asked, new if asked in complete.prompts else panel.places) for asked in panel.prompts]
    for starter, priority in ((False, 1), (True, 5)):
        group = [(asked.version, places) for asked, places in rows if asked.starter == starter and places]
        most = max((place.samples for _, places in group for place in places), default=0)
        for sample in range(1, most + 1):
            for version, places in group:
                for place in places:
                    if sample <= place.samples:
                        yield Wanted(version, place.endpoint, sample, priority)


def panel_of(of: Round) -> Panel:
    """Nothing is asked in a round that is closed."""
    with connection.cursor() as cursor:
        cursor.execute(PROMPTS)
        prompts = [Asked(*row) for row in cursor.fetchall()]
        cursor.execute(PLACES, {"round": of.pk})
        return Panel(prompts, [Place(*row) for row in cursor.fetchall()])


def make(round_id: int, rows: list[Wanted]) -> int:
    versions, endpoints, samples, priorities = (list(column) for column in zip(*rows, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            MAKE,
            {
                "round": round_id,
                "versions": versions,
                "endpoints": endpoints,
                "samples": samples,
                "priorities": priorities,
            },
        )
        return int(cursor.rowcount)
