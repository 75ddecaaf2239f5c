"""What any row may hold: lengths, numbers and words as its columns say, and texts that PostgreSQL can keep."""

from collections.abc import Set

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from core.texts import storable


def column_faults(row: models.Model, *, leave: Set[str] = frozenset()) -> dict[str, list[str]]:
    """What the columns themselves refuse, by their names; those in `leave` have rules of their own.

    Values come out as the columns hold them: "0.5" as a Decimal, "20" as a number.
    """
    wrong: dict[str, list[str]] = {}
    # An empty value is no fault where the column takes none; a form's "required" is the form's business.
    empty = {
        field.name for field in row._meta.concrete_fields if field.null and getattr(row, field.attname) in (None, "")
    }
    for name in empty:
        setattr(row, name, None)
    try:
        row.clean_fields(exclude=empty | set(leave))
    except ValidationError as error:
        wrong = {name: [str(one) for one in messages] for name, messages in error.message_dict.items()}
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(value, str) and not storable(value):
            wrong[field.name] = [_("It holds a character that cannot be kept: NUL or half a surrogate pair.")]
    return wrong
