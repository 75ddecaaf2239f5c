"""Who may make releases, and how they are numbered."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Forbidden


def check_maintainer(by: User | None) -> None:
    """The system itself (None) may; so may maintainers."""
    if by is not None and not by.is_maintainer:
        raise Forbidden(_("Only maintainers make releases."))


def next_version(cutoff: datetime, taken: Iterable[str]) -> str:
    """Year, month and a running number from 0: 2026.11.0, then 2026.11.1."""
    at = cutoff.astimezone(UTC)
    month = f"{at.year}.{at.month}."
    numbers = [int(version.removeprefix(month)) for version in taken if version.startswith(month)]
    return f"{month}{max(numbers, default=-1) + 1}"


def month_begins(at: datetime) -> datetime:
    """The first moment of its month, in UTC."""
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
