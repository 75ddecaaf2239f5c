"""A form that corrects a row: it knows what its page showed, and tells what somebody else changed meanwhile."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from core.errors import Conflict, Invalid
from probes.forms.refusals import put_on
from probes.models import LLM
from probes.rules import Overtaken, seen_of

SHOWN_AT_MOST = 200
Row = TypeVar("Row", bound=models.Model)


class CorrectingForm(forms.Form):
    """`row` is what is corrected, `correctable` its columns that forms write."""

    row: models.Model
    correctable: frozenset[str]
    # Whether what was changed meanwhile has been told: then the next look is at the row as it is now.
    told = False

    @property
    def seen(self) -> str:
        """What the page carries. A page shown again for another fault still carries what was first seen."""
        if self.is_bound and not self.told:
            return str(self.data.get("seen", ""))
        return json.dumps(seen_of(self.row, self.correctable), separators=(",", ":"))

    def sent_back(self) -> dict[str, str]:
        """What was seen; empty for what no page of ours sends, and then nothing was seen."""
        try:
            sent = json.loads(self.data.get("seen", ""))
        except (ValueError, RecursionError):
            return {}
        return sent if isinstance(sent, dict) else {}

    def corrected(self, correct: Callable[[], Row], *, taken: str | None) -> Row | None:
        """What `correct` returns, or None with its refusal on the fields; `taken` is the field of a name in use."""
        if not self.sent_back():
            self.told = True
            self.add_error(
                None, _("The page was not sent back whole, so nothing was saved. Look at it and save again.")
            )
            return None
        try:
            return correct()
        except Overtaken as error:
            self.tell(error)
        except Invalid as error:
            put_on(self, error)
        except Conflict as error:
            put_on(self, error, conflict=taken)
        return None

    def tell(self, error: Overtaken) -> None:
        self.row, self.told = error.row, True
        self.add_error(None, error.message)
        for column in error.columns:
            said = _("Somebody else changed this. It is now: %(value)s.")
            self.add_error(
                column if column in self.fields else None,
                said % {"value": self.in_words(column, getattr(error.row, column))},
            )

    def in_words(self, column: str, value: Any) -> str:
        """A column's value as this form would say it."""
        if isinstance(value, LLM):
            return value.name
        field = self.fields.get(column)
        if isinstance(field, forms.ChoiceField):
            chosen = {None: "", True: "yes", False: "no"}.get(value, value)
            choices: Any = field.choices
            return next((str(label) for choice, label in choices if choice == chosen), str(value))
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if value is None or value in ("", {}):
            return _("nothing")
        text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
        return Truncator(text).chars(SHOWN_AT_MOST)
