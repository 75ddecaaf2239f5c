"""The page is in use, so what its reader holds stays with them: for as long as four hours, and not for ever."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection

from accounts.models import User

HELD_FOR_HOURS = 4

# A renewal makes no lease shorter, and wakes none that ran out: its place may be somebody else's. It waits for nobody:
# what is being judged, or taken out of the hand, at this moment is held as it was. Whoever takes several at once locks
# them in an order of their own, and two that wait for each other would be a deadlock.
LIVE = "person_id = %(person)s AND status = 'leased' AND expires_at > statement_timestamp()"
LONGER = """SET expires_at = GREATEST(expires_at, LEAST(
        statement_timestamp() + make_interval(mins => %(minutes)s), leased_at + make_interval(hours => %(hours)s)))"""
RENEW = f"""
WITH lent AS (
    UPDATE annotations_assignment {LONGER}
    WHERE status = 'leased' AND id IN (
        SELECT id FROM annotations_assignment WHERE {LIVE} ORDER BY answer_id FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING id, expires_at
), asked AS (
    UPDATE annotations_check {LONGER}
    WHERE status = 'leased' AND id IN (
        SELECT id FROM annotations_check WHERE {LIVE} ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING id, expires_at
)
SELECT card.id, coalesce(renewed.expires_at, card.expires_at) FROM (
    SELECT id, leased_at, expires_at FROM annotations_assignment WHERE {LIVE}
    UNION ALL SELECT id, leased_at, expires_at FROM annotations_check WHERE {LIVE}
) card LEFT JOIN (SELECT * FROM lent UNION ALL SELECT * FROM asked) renewed ON renewed.id = card.id
ORDER BY card.leased_at, card.id
"""  # noqa: S608 -- texts of ours


@dataclass(frozen=True)
class Renewed:
    """What the person holds, in the order it is shown, and when the first of it runs out."""

    ids: list[uuid.UUID]
    until: datetime | None


def renew(*, by: User) -> Renewed:
    """Extends all live leases of the person, never beyond four hours after each began. No event: a lease is no state
    of the record, and this is said every few minutes.
    """
    with connection.cursor() as cursor:
        cursor.execute(RENEW, {"person": by.pk, "minutes": settings.ENV.lease_minutes, "hours": HELD_FOR_HOURS})
        rows = cursor.fetchall()
    return Renewed([pk for pk, _ in rows], min((until for _, until in rows), default=None))
