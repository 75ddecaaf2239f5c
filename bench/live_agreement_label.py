"""What the live figures cost a label: the same label with what they add to its transaction, and without, in turns.

A label that leaves its answer open adds nothing. One that closes it writes where the figures have to look, in the same
statement: that is what is taken away here for the comparison.
"""

import os
import statistics
import time
from dataclasses import dataclass
from importlib import import_module
from typing import Any

TURNS_AT_MOST = 10_000
# Of each kind, with and without.
EACH = 500


@dataclass(frozen=True)
class Price:
    """Medians in seconds; how many labels of each; and how many statements the closing label makes more."""

    plain_with: float
    plain_without: float
    closing_with: float
    closing_without: float
    each: int
    statements_plain: int
    statements_closing: int


def prices(people: list[int]) -> Price:
    """In a process whose environment names the site's servers, with SETTLING_MINUTES=0: the third label closes."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.db import connection, reset_queries

    from accounts.models import User
    from annotations.actions import assign_next, submit_label
    from annotations.models import DeckSettings
    from probes.models import Answer

    # Checks are no labels.
    DeckSettings.objects.update_or_create(pk=1, defaults={"gold_share": 0.0, "repeat_share": 0.0})
    module: Any = import_module("annotations.actions.keep")
    as_it_is = module.STATEMENTS
    # In place of the statement that also says where the figures have to look.
    without = {(label, anew, closes): as_it_is[label, anew, False] for label, anew, closes in as_it_is}

    took: dict[tuple[bool, bool], list[float]] = {(a, b): [] for a in (True, False) for b in (True, False)}
    statements: dict[tuple[bool, bool], set[int]] = {key: set() for key in took}
    readers = list(User.objects.filter(pk__in=people))
    turns = {True: 0, False: 0}
    turn = 0
    while min(len(seconds) for seconds in took.values()) < EACH:
        reader = readers[turn % len(readers)]
        turn += 1
        if turn > TURNS_AT_MOST:
            raise SystemExit("There are too few answers for so many labels.")
        for card in assign_next(by=reader, limit=5):
            counted = Answer.objects.filter(assignments=card.id).values_list("counted", flat=True).first()
            closes = counted == 2
            with_figures = turns[closes] % 2 == 0
            turns[closes] += 1
            module.STATEMENTS = as_it_is if with_figures else without
            # Every tenth is counted, and not timed: counting statements takes time.
            connection.force_debug_cursor = turns[closes] % 20 < 2
            reset_queries()
            begun = time.perf_counter()
            submit_label(by=reader, assignment_id=card.id, value="faithful")
            seconds = time.perf_counter() - begun
            if connection.force_debug_cursor:
                statements[closes, with_figures].add(len(connection.queries))
            else:
                took[closes, with_figures].append(seconds)
    module.STATEMENTS = as_it_is
    median = {key: statistics.median(seconds) for key, seconds in took.items()}
    return Price(
        plain_with=median[False, True],
        plain_without=median[False, False],
        closing_with=median[True, True],
        closing_without=median[True, False],
        each=min(len(seconds) for seconds in took.values()),
        statements_plain=max(statements[False, True]) - max(statements[False, False]),
        statements_closing=max(statements[True, True]) - max(statements[True, False]),
    )
