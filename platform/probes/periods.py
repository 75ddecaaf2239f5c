"""The calendar of schedules: weeks and months from a moment on, in UTC and without drift."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta

from probes.choices import Every

MONTHS = {Every.MONTH: 1, Every.QUARTER: 3}


def later(at: datetime, every: str, steps: int) -> datetime:
    """So many weeks or months on, at the same time of the day in UTC."""
    if every == Every.WEEK:
        return at + timedelta(weeks=steps)
    moment = at.astimezone(UTC)
    year, month = divmod(moment.year * 12 + moment.month - 1 + MONTHS[Every(every)] * steps, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def following(at: datetime, every: str, now: datetime) -> datetime:
    """The first date after `now` in the row that begins at `at`: what was slept through is left out, not caught up."""
    steps = 1
    while (after := later(at, every, steps)) <= now:
        steps += 1
    return after
