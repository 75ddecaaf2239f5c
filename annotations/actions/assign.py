"""Leases: the platform chooses who reads what, never the reader."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from annotations.actions.draw import DRAWN_FROM, GATE, GIVE, WALK, priorities
from annotations.actions.lease_checks import lease_check, pick_purpose
from annotations.actions.offers import offered
from annotations.agreement.matching import order_of
from annotations.choices import Purpose, Standing
from annotations.hand import Held, held_from
from annotations.models import DeckSettings, Labeller
from annotations.trust import holds_at_most
from core import locks, prepared
from core.errors import Forbidden

HELD_AT_MOST = 10

# A draw finds nothing where all it might give is locked by others' draws, for a millisecond. Then it tries again.
TRIES = 20
PAUSE_S = 0.005

# Nobody is to work out what comes next from what came before.
LOT = random.SystemRandom()


@dataclass(frozen=True)
class Topped:
    """What a person holds now, in the order to show, and how many labels they gave today and in all."""

    cards: list[Held]
    today: int
    total: int
    # Why they are given nothing, where they are not to label at all.
    refused: str = ""


@dataclass(frozen=True)
class Known:
    """What the latest fit knows of a person: whether they are ahead of the crowd, and the expected counts of their
    labels, row after row; None where it knows nothing.
    """

    ahead: bool = False
    counts: Sequence[float] | None = None


@dataclass(frozen=True)
class Drawn:
    """What came of one draw: the places that were free, how many answers could have been given, how many were."""

    places: int
    there_are: int
    given: int
    cards: list[Held]


def assign_next(*, by: User, limit: int = 1) -> list[Held]:
    """What the person has in hand, topped up to `limit` cards, in the order to show.

    Fewer come where there are no more: all are labelled, in languages they do not read, or about prompts of their own.

    Raises:
        Forbidden: they have not practised yet, or their labels are set aside.
    """
    topped = top_up(by=by, limit=limit)
    if topped.refused:
        raise Forbidden(topped.refused)
    return topped.cards


@transaction.atomic
def top_up(*, by: User, limit: int) -> Topped:
    """As assign_next, and what is told of the person's work beside it. Who may not label gets a sentence and no cards.

    A person's draws wait for each other, so that two tabs do not get twice the leases.
    """
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    with prepared.cursor() as cursor:
        cursor.execute(GATE, {"lock": locks.ASSIGNMENTS, "person": by.pk, "today": midnight})
        [(_locked, at, practised, standing, gold_share, repeat_share, today, total, ahead, counts)] = cursor.fetchall()
    if refused := why_not(practised=practised, standing=standing):
        return Topped([], today, total, refused)
    limit = holds_at_most(standing, max(1, min(limit, HELD_AT_MOST)))
    shares = DeckSettings() if gold_share is None else DeckSettings(gold_share=gold_share, repeat_share=repeat_share)
    labeller = Labeller(person=by, standing=standing)
    purposes = [pick_purpose(LOT, labeller, shares) for _place in range(limit)]
    return Topped(fill(by=by, at=at, limit=limit, purposes=purposes, known=Known(ahead, counts)), today, total)


def why_not(*, practised: bool, standing: str) -> str:
    """Why somebody is given no answers; empty if they are."""
    if not practised:
        return _("Play the practice answers at %(page)s first. After that you label real ones.") % {
            "page": reverse("annotations:practice")
        }
    if standing == Standing.QUARANTINED:
        return _("Your labels are set aside for now, so you are given no answers. A maintainer looks at it with you.")
    return ""


def fill(*, by: User, at: datetime, limit: int, purposes: Sequence[Purpose | None], known: Known) -> list[Held]:
    """Draws answers into the free places, or checks where the lot fell so; whoever gets no answer gets no check either,
    or a card in a deck that is otherwise empty would be known for one.
    """
    drawn = draw(by=by, at=at, limit=limit, purposes=purposes, known=known)
    checks = [purpose for purpose in purposes[: drawn.places] if purpose is not None]
    asked = [
        lease_check(by=by, purpose=purpose, minutes=settings.ENV.lease_minutes, at=at)
        for purpose in checks[: drawn.there_are - drawn.given]
    ]
    leased = [card for card in asked if card is not None]
    if len(leased) < len(asked):  # where there was no check to be had, an answer takes its place
        return draw(by=by, at=at, limit=limit, purposes=[None] * limit, known=known).cards
    # In the order of READ: what was given at one moment stands in that of its random ids.
    held = len(drawn.cards) - drawn.given
    return [*drawn.cards[:held], *sorted([*drawn.cards[held:], *leased], key=lambda card: card.id)]


def draw(*, by: User, at: datetime, limit: int, purposes: Sequence[Purpose | None], known: Known) -> Drawn:
    """Leases answers into the free places that are not for checks, and reads all that is held then."""
    plain = [sum(purpose is None for purpose in purposes[: places + 1]) for places in range(limit)]
    languages = list(dict.fromkeys(by.languages))
    values: dict[str, Any] = {
        "person": by.pk,
        "languages": LOT.sample(languages, len(languages)),
        "order": priorities(order_of(ahead=known.ahead, lot=LOT.random())),
        "from": DRAWN_FROM,
        "walk": WALK,
        "limit": limit,
        "at": at,
        "minutes": settings.ENV.lease_minutes,
    }
    drawn = draw_once(known, plain, values)
    for _again in range(TRIES):
        if not drawn.places or (not plain[drawn.places - 1] and drawn.there_are) or drawn.cards:
            break
        if drawn.there_are:
            time.sleep(PAUSE_S)
        elif values["walk"] is None:
            break
        else:
            values["walk"] = None
        drawn = draw_once(known, plain, values)
    return drawn


def draw_once(known: Known, plain: Sequence[int], values: dict[str, Any]) -> Drawn:
    """Looks for what there is from a random point on, and leases the first of it as far as nobody else just does."""
    # Sent as one text: an empty list and a full one would be two statements to prepare.
    answers = "{" + ",".join(map(str, offered(known.counts, values | {"start": LOT.random()}, lot=LOT))) + "}"
    with prepared.cursor() as cursor:
        cursor.execute(GIVE, values | {"answers": answers, "plain": list(plain)})
        rows = cursor.fetchall()
    places, there_are, given = rows[0][:3]
    return Drawn(places, there_are, given, [held_from(row[3:]) for row in rows if row[3] is not None])


@transaction.atomic
def take_back_expired() -> int:
    """Frees the answers whose leases ran out; returns how many."""
    with connection.cursor() as cursor:
        # The answers are locked first, as by every verdict; one that is being judged right now waits for the next time.
        cursor.execute(
            """WITH late AS (
                   SELECT id, answer_id FROM annotations_assignment
                   WHERE status = 'leased' AND expires_at <= statement_timestamp()
                   ORDER BY expires_at LIMIT 1000
               ), locked AS (
                   SELECT id FROM probes_answer WHERE id IN (SELECT answer_id FROM late)
                   ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
               ), closed AS (
                   UPDATE annotations_assignment lease SET status = 'expired', closed_at = statement_timestamp()
                   FROM late JOIN locked ON locked.id = late.answer_id
                   WHERE lease.id = late.id AND lease.status = 'leased'
                   RETURNING late.answer_id
               ), freed AS (
                   UPDATE probes_answer SET leased = leased - returned.times
                   FROM (SELECT answer_id, count(*) AS times FROM closed GROUP BY answer_id) returned
                   WHERE probes_answer.id = returned.answer_id
               )
               SELECT count(*) FROM closed"""
        )
        row = cursor.fetchone()
        return int(row[0]) if row else 0
