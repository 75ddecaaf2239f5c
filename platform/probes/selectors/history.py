"""What was done to one row, by whom and when, out of the log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

from accounts.models import User
from core.models import Event


@dataclass(frozen=True)
class Change:
    """One column of a correction."""

    column: str
    was: Any
    now: Any


@dataclass(frozen=True)
class Entry:
    """One event: `who` is a name, "" for Candor itself, None for somebody who has left."""

    at: datetime
    verb: str
    who: str | None
    changes: list[Change]


def history(of: models.Model, at_most: int = 50) -> list[Entry]:
    """The log of one row, the latest first, in two queries."""
    events = list(Event.objects.filter(noun=of._meta.model_name, key=of.pk).order_by("-at", "-id")[:at_most])
    people = User.objects.in_bulk([event.actor for event in events if event.actor is not None])
    return [Entry(event.at, event.verb, name_of(event.actor, people), changes_of(event.data)) for event in events]


def name_of(actor: int | None, people: Mapping[int, User]) -> str | None:
    if actor is None:
        return ""
    return people[actor].username if actor in people else None


def changes_of(data: Mapping[str, Any]) -> list[Change]:
    was, now = data.get("was"), data.get("now")
    if not isinstance(was, dict) or not isinstance(now, dict):
        return []
    return [Change(column, was.get(column), value) for column, value in now.items()]
