"""What a person has in hand, and what they have done."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from accounts.models import User
from annotations.hand import CARDS, IN_HAND, IN_ORDER, READ, Held, held_from
from annotations.selectors.verdicts import last_verdict

HAND = f"WITH hand AS ({IN_HAND}) {READ.format(of='hand')} {IN_ORDER}"
THESE = f"""
    WITH these AS (SELECT * FROM ({CARDS}) card WHERE id = ANY(%(ids)s)) {READ.format(of="these")} {IN_ORDER}
"""  # noqa: S608 -- texts of ours

# How many verdicts of a person count as work: labels, and checks that were labelled, so that a number that stands still
# tells nobody that a card was a check.
DONE = """
    SELECT labels.today + checks.today AS today, labels.total + checks.total AS total FROM (
        SELECT count(*) FILTER (WHERE label.created_at >= %(today)s) AS today, count(*) AS total
        FROM annotations_label label WHERE label.person_id = %(person)s AND label.status <> 'superseded'
    ) labels, (
        SELECT count(*) FILTER (WHERE asked.closed_at >= %(today)s) AS today, count(*) AS total
        FROM annotations_check asked WHERE asked.person_id = %(person)s AND asked.status = 'labelled'
    ) checks
"""


def hand(*, by: User) -> list[Held]:
    """The cards the person may judge now, assignments and checks alike, in the order they are to be shown."""
    with connection.cursor() as cursor:
        cursor.execute(HAND, {"person": by.pk})
        return [held_from(row) for row in cursor.fetchall()]


def held_of(*, by: User, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Held]:
    """The person's cards with these ids, whatever became of them. Ids that are not theirs are left out."""
    with connection.cursor() as cursor:
        cursor.execute(THESE, {"person": by.pk, "ids": list(ids)})
        return {held.id: held for held in map(held_from, cursor.fetchall())}


@dataclass(frozen=True)
class Progress:
    """What a person has done: labels today (UTC) and in all, and whether one can be undone."""

    today: int
    total: int
    can_undo: bool


def progress(*, by: User) -> Progress:
    today, total = done(by=by)
    return Progress(today=today, total=total, can_undo=last_verdict(by=by) is not None)


def done(*, by: User) -> tuple[int, int]:
    """The person's labels today (UTC) and in all."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(DONE, {"person": by.pk, "today": midnight})
        [(today, total)] = cursor.fetchall()
    return today, total
