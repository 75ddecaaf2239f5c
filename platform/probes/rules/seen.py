"""What a page showed of a row that is to be corrected, so that an old page undoes nobody's work.

The page carries a short hash of each column and sends it back with what was typed. Where a column that is to be written
has another value by then, nothing is written, and whoever typed is told what it is now.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from core.errors import Conflict


class Overtaken(Conflict):
    """Somebody else corrected the row after the page was made: `columns` of `row`, which is as it stands now."""

    def __init__(self, row: models.Model, columns: list[str]) -> None:
        super().__init__(
            _(
                "Somebody else corrected this after you opened the page, so nothing was saved. What they changed is "
                "marked, and what you typed is still here: look at both, and save again."
            )
        )
        self.row = row
        self.columns = columns


def seen_of(row: models.Model, columns: Iterable[str]) -> dict[str, str]:
    """A hash of each column's value."""
    return {name: digest(value_of(row, name)) for name in sorted(columns)}


def check_seen(row: models.Model, seen: Mapping[str, str], columns: Iterable[str]) -> None:
    """Refuses to write `columns` where one is not as it was seen; `row` is locked. A column nobody saw is not either.

    Raises:
        Overtaken: with all columns that are not.
    """
    now = seen_of(row, columns)
    if changed := [name for name, value in now.items() if seen.get(name) != value]:
        raise Overtaken(row, changed)


def value_of(row: models.Model, column: str) -> Any:
    """The column as it stands in the table: a model by its number."""
    field: Any = row._meta.get_field(column)
    return getattr(row, field.attname)


def digest(value: Any) -> str:
    plain = f"{value.normalize():f}" if isinstance(value, Decimal) else value
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]
