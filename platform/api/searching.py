"""`q=`: rows whose text has all of some words, however many rows there are (docs/decisions/0032).

One request reads so many texts and no more. What it did not come to is behind `next`, so a page may have few rows, or
none, and is the last one only where `next` is null. A stream reads them all.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import BooleanField, ExpressionWrapper, QuerySet
from django.utils.translation import gettext as _

from api.base import ApiView
from api.pagination import PAGE_SIZE, ByKey
from api.parameters import Parameter
from core.wording import WORDS_AT_MOST, having, words_of

LENGTH_AT_MOST = 200
# Texts that one request looks through.
READ_AT_MOST = 2000


@dataclass(frozen=True)
class Words:
    """One word, or several with spaces between them."""

    def __call__(self, text: str) -> tuple[str, ...]:
        words = words_of(text)
        if len(text) > LENGTH_AT_MOST or not 0 < len(words) <= WORDS_AT_MOST:
            said = _("Use 1 to %(words)s words, with spaces between them, of %(most)s characters together.")
            raise ValueError(said % {"words": WORDS_AT_MOST, "most": LENGTH_AT_MOST})
        return words

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": LENGTH_AT_MOST}


def words_in(rows: str) -> Parameter:
    """It narrows nothing by itself: Searched does."""
    return Parameter(
        "q",
        f"Only {rows} whose text has all of these words, anywhere and in either case. A page is looked for in "
        f"{READ_AT_MOST} texts: it may be empty, and next leads on.",
        Words(),
    )


class Searched(ApiView):
    """A list that can be asked for words. `text` leads to where they are looked for."""

    text: ClassVar[str]

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().filter_queryset(queryset)
        if "q" in self.values and self.streamed_as is not None:
            return rows.filter(having(self.values["q"], self.text))
        return rows

    def paginate_queryset(self, queryset: Any) -> Any:
        if "q" not in self.values or self.streamed_as is not None:
            return super().paginate_queryset(queryset)
        assert isinstance(self.paginator, ByKey)
        rows, order, size = self.order.sorted(queryset), self.order, self.values.get("page_size", PAGE_SIZE)
        if "cursor" in self.values:
            rows = order.after(rows, self.values["cursor"])
        has = ExpressionWrapper(having(self.values["q"], self.text), BooleanField())
        read = list(rows.annotate(has_words=has).values_list("pk", "has_words", *order.paths)[:READ_AT_MOST])
        found = [row for row in read if row[1]]
        last = found[size - 1] if len(found) > size else read[-1] if len(read) == READ_AT_MOST else None
        self.paginator.next = last and self.paginator.address(self.request, order.cursor_from(last[2:]))
        return list(order.sorted(queryset.filter(pk__in=[row[0] for row in found[:size]])))
