"""How people did on the cards that checked them, and what is said of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from annotations import trust
from annotations.choices import Standing
from annotations.models import Labeller

# The latest checks of each person: gold that is still in use, and repeats. What has just been judged may yet be
# corrected, and does not count until it is as old as `until` says.
RECORDS = """
SELECT person.id, went.purpose, went.outcomes
FROM unnest(%(people)s::bigint[]) person(id)
CROSS JOIN unnest(ARRAY['gold', 'repeat']) kind(purpose)
CROSS JOIN LATERAL (
    SELECT kind.purpose, array_agg(latest."right" ORDER BY latest.closed_at DESC, latest.id) AS outcomes
    FROM (
        SELECT held."right", held.closed_at, held.id
        FROM annotations_check held LEFT JOIN annotations_gold gold ON gold.id = held.gold_id
        WHERE held.person_id = person.id AND held.purpose = kind.purpose AND held.status = 'labelled'
          AND held."right" IS NOT NULL AND held.closed_at <= %(until)s
          AND (held.gold_id IS NULL OR gold.status = 'active')
        ORDER BY held.closed_at DESC, held.id LIMIT %(window)s
    ) latest
) went
WHERE went.outcomes IS NOT NULL
"""


def final_before(now: datetime | None = None) -> datetime:
    """What was judged before this moment counts: as long as a label may settle, its giver may think again."""
    return (now or timezone.now()) - timedelta(minutes=settings.ENV.settling_minutes)


def records_of(people: Iterable[int], *, until: datetime | None = None) -> dict[int, trust.Record]:
    """The record of each of these people; an empty one where there is none."""
    wanted = list(people)
    found: dict[int, dict[str, Sequence[bool]]] = {pk: {} for pk in wanted}
    with connection.cursor() as cursor:
        cursor.execute(RECORDS, {"people": wanted, "until": until or final_before(), "window": trust.WINDOW})
        for pk, purpose, outcomes in cursor.fetchall():
            found[pk]["gold" if purpose == "gold" else "repeats"] = tuple(outcomes)
    return {pk: trust.Record(**outcomes) for pk, outcomes in found.items()}


def record_of(person: User, *, until: datetime | None = None) -> trust.Record:
    return records_of([person.pk], until=until)[person.pk]


def told_record(person: User) -> trust.Record:
    """What a person is told of their own checks: none of today's (UTC), or the figure would tell which card was one."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return record_of(person, until=min(midnight, final_before()))


def why_standing(labeller: Labeller) -> str:
    """Why a standing is what it is: a maintainer's own words, or what the checks gave, in the reader's language."""
    right, of, n = labeller.standing_reason.partition("/")
    if labeller.decided_by_id is not None or not (of and right.isdigit() and n.isdigit()):
        return labeller.standing_reason
    return _("%(right)s of the latest %(n)s gold answers right.") % {"right": right, "n": n}


def stored_reason(standing: str, record: trust.Record) -> str:
    """What `why_standing` reads back: the counts alone, since they are shown in three languages."""
    latest = trust.latest_for(standing, record)
    return f"{latest.right}/{latest.n}"


def in_doubt() -> int:
    """How many people are in quarantine by their checks alone, without a maintainer having decided."""
    return Labeller.objects.filter(standing=Standing.QUARANTINED, decided_by=None).count()
