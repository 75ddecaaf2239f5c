"""What the deck sends: a label, or why there is none."""

import uuid
from typing import Any

from django import forms
from django.http import QueryDict

from core.errors import Invalid

# Only the shape is looked at; the action checks the values, so that page and API say the same of a wrong one. Django's
# form around these would copy them all with every label.
FIELDS: dict[str, forms.Field] = {
    "value": forms.CharField(required=False, max_length=40),
    "reason": forms.CharField(required=False, max_length=40),
    "note": forms.CharField(required=False),
    "evidence": forms.CharField(required=False),
    "took_ms": forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1),
    "key": forms.UUIDField(required=False),
    "again": forms.BooleanField(required=False),
}


def key_of(posted: QueryDict, *, otherwise: str) -> uuid.UUID | None:
    """The key of the verdict that an undo is about, where it was sent.

    Raises:
        Invalid: it is none.
    """
    try:
        key: uuid.UUID | None = FIELDS["key"].clean(posted.get("key", ""))
    except forms.ValidationError as error:
        raise Invalid(otherwise, {"key": list(error.messages)}) from None
    return key


def read(posted: QueryDict, *, otherwise: str) -> dict[str, Any]:
    """The fields of a verdict as they were sent, each in its own type.

    Raises:
        Invalid: some have not the shape of one; `otherwise` is its sentence.
    """
    given: dict[str, Any] = {}
    wrong: dict[str, list[str]] = {}
    for name, field in FIELDS.items():
        try:
            given[name] = field.clean(field.widget.value_from_datadict(posted, {}, name))
        except forms.ValidationError as error:
            wrong[name] = list(error.messages)
    if wrong:
        raise Invalid(otherwise, wrong)
    # Browsers send a line break as two characters and count it as one.
    given["note"] = given["note"].replace("\r\n", "\n")
    return given
