"""Writing to the log. Every action calls `record` inside its own transaction."""

from typing import Any, Protocol

from django.db import connection, models
from django.utils import timezone

from core.models import Event


class Actor(Protocol):
    """Whoever acts: a user, or None for the system itself."""

    pk: Any


def record(*, by: Actor | None, verb: str, of: models.Model, **data: Any) -> None:
    """Appends one event about the row `of`; `data` must be JSON and hold no personal text."""
    Event.objects.create(
        at=timezone.now(),
        actor=by.pk if by is not None else None,
        verb=verb,
        noun=of._meta.model_name or "",
        key=of.pk,
        data=data,
    )


def open_partitions(months: int = 3) -> None:
    """Makes the partitions for this month and the next ones. Safe to run twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_event_open_partitions(%s)", [months])
