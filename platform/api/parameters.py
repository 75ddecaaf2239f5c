"""What may stand behind the question mark: an allow-list for each address, checked, and shown in the document."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from core.errors import Invalid
from core.languages import LANGUAGES
from core.texts import storable

Narrow = Callable[[QuerySet[Any], Any], QuerySet[Any]]


class Reader(Protocol):
    """Turns the text of a parameter into a value; a ValueError holds the sentence that says what to send instead."""

    def __call__(self, text: str) -> Any: ...

    @property
    def schema(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class OneOf:
    """One of a few fixed words."""

    words: tuple[str, ...]

    def __call__(self, text: str) -> str:
        if text not in self.words:
            raise ValueError(_("Use one of: %(words)s.") % {"words": ", ".join(self.words)})
        return text

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.words)}


@dataclass(frozen=True)
class Whole:
    """A whole number within bounds, both included."""

    low: int
    high: int

    def __call__(self, text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,18}", text) or not self.low <= int(text) <= self.high:
            raise ValueError(_("Use a whole number from %(low)s to %(high)s.") % {"low": self.low, "high": self.high})
        return int(text)

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True)
class Text:
    """A text of a bounded length that, where there is a pattern, looks like it."""

    at_most: int
    pattern: str = ".+"
    hint: str = ""

    def __call__(self, text: str) -> str:
        if len(text) > self.at_most or not re.fullmatch(self.pattern, text, re.DOTALL):
            raise ValueError(self.hint or _("Use 1 to %(most)s characters.") % {"most": self.at_most})
        return text

    @property
    def schema(self) -> dict[str, Any]:
        pattern = {} if self.pattern == ".+" else {"pattern": f"^{self.pattern}$"}
        return {"type": "string", "minLength": 1, "maxLength": self.at_most, **pattern}


@dataclass(frozen=True)
class SlugOf:
    """The slug of a row that is there, so that a slip of the pen does not look like an empty record."""

    model: type[Model]
    listed_at: str

    def __call__(self, text: str) -> str:
        if not self.model._default_manager.filter(slug=text).exists():
            raise ValueError(_("There is none of that name. %(place)s lists them.") % {"place": self.listed_at})
        return text

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1}


@dataclass(frozen=True)
class Parameter:
    """One name of an allow-list. `narrow` is what a filter does to the rows; others are read by the view itself."""

    name: str
    meaning: str
    read: Reader
    narrow: Narrow | None = None
    required: bool = False
    example: str = ""
    # Still read, and shown as a name that goes.
    deprecated: bool = False


def read_all(given: QueryDict, allowed: Sequence[Parameter]) -> Mapping[str, Any]:
    """The values by name; a name that was not given is not there.

    Raises:
        Invalid: an unknown name, one given twice, one missing, or a value that cannot be used; `fields` names each.
    """
    known = {parameter.name: parameter for parameter in allowed}
    wrong: dict[str, list[str]] = {}
    values: dict[str, Any] = {}
    for name, texts in given.lists():
        if name not in known:
            wrong[name] = [_("Unknown. Known here: %(names)s.") % {"names": ", ".join(known) or _("none")}]
        elif len(texts) > 1:
            wrong[name] = [_("Give it once.")]
        elif not storable(texts[0]):
            wrong[name] = [_("It holds a character that no text of the record has.")]
        else:
            try:
                values[name] = known[name].read(texts[0])
            except ValueError as error:
                wrong[name] = [str(error)]
    for name, parameter in known.items():
        if parameter.required and name not in given:
            wrong[name] = [_("Missing. %(meaning)s") % {"meaning": parameter.meaning}]
    if wrong:
        raise Invalid(_("Some parameters cannot be used; fields says which."), wrong)
    return values


LANGUAGE = OneOf(tuple(LANGUAGES))
