"""`since` and `until`: days in UTC, both included. Never an hour: of people, no more than a day is told."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _

from api.parameters import Narrow, Parameter


@dataclass(frozen=True)
class DayText:
    """A day such as 2026-11-23."""

    def __call__(self, text: str) -> date:
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
                raise ValueError
            return date.fromisoformat(text)
        except ValueError:
            raise ValueError(_("Use a day such as 2026-11-23.")) from None

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


def days(moment: str, what: str) -> tuple[Parameter, Parameter]:
    """Both, for rows with a moment at the lookup `moment`; `what` ends "Only what was …"."""

    def since(rows: Any, day: date) -> Any:
        return rows.filter(**{f"{moment}__gte": midnight(day)})

    def until(rows: Any, day: date) -> Any:
        # There is no day after the last one.
        return rows.filter(**{f"{moment}__lt": midnight(day + timedelta(days=1))} if day < date.max else {})

    return named(what, since, until)


def days_of(day_at: str, what: str) -> tuple[Parameter, Parameter]:
    """The same for rows that keep a day, and no moment, at `day_at`."""

    def since(rows: Any, day: date) -> Any:
        return rows.filter(**{f"{day_at}__gte": day})

    def until(rows: Any, day: date) -> Any:
        return rows.filter(**{f"{day_at}__lte": day})

    return named(what, since, until)


def named(what: str, since: Narrow, until: Narrow) -> tuple[Parameter, Parameter]:
    return (
        Parameter("since", f"Only what was {what} on this day (UTC) or later.", DayText(), since),
        Parameter("until", f"Only what was {what} on this day (UTC) or before.", DayText(), until),
    )
