"""How the pages of a stream are made: one by one, or ahead of a swift reader, each in two halves at once.

The keys of the long lists begin with the id of an answer, and ids are random: equally far apart lie about as many rows.
So the middle of a page is guessed from the page before. A wrong guess costs time and nothing else: the first half is
all that lies before the middle, or as much as a whole page holds, and the second half follows only where the first has
come to the middle.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any, Protocol
from uuid import UUID

from django.db.models import QuerySet, UUIDField

from api.pagination import BETWEEN, Order, field_at
from api.streams.kinds import Page
from core.lent import AT_ONCE, lent

HALVED_FROM = 1000  # rows of a page: two questions of less are more work than one
LARGEST = 2**128 - 1

# The next page, and whether it is the last.
Coming = Callable[[], tuple[Page, bool]]


class Rows(Protocol):
    """Turns rows of a list into lines of one kind of stream."""

    @property
    def head(self) -> str: ...

    def page(self, rows: QuerySet[Any]) -> Page:
        """These rows, which come sorted and bounded."""
        ...


class Making:
    """Makes the pages of one list."""

    def __init__(self, order: Order, queryset: QuerySet[Any], rows: Rows) -> None:
        self.order, self.queryset, self.rows = order, order.sorted(queryset), rows
        self.halved = not order.down and isinstance(field_at(queryset, order.paths[0]), UUIDField)

    def page(self, cursor: str | None, size: int) -> tuple[Page, bool]:
        """The rows behind a cursor, at most so many."""
        page = self.some(self.behind(cursor), size)
        return page, page.rows < size

    def ahead(self, begin: str | None, cursor: str, rows: int, size: int) -> Coming:
        """The way to the page behind `cursor`, which others make from now on. As many `rows` lie behind `begin`."""
        middle = self.middle(begin, cursor, rows, size)
        if middle is None:
            return makers().submit(self.page, cursor, size).result
        path = self.order.paths[0]
        first = makers().submit(self.some, self.behind(cursor).filter(**{f"{path}__lt": middle}), size)
        second = makers().submit(self.some, self.queryset.filter(**{f"{path}__gte": middle}), size // 2)
        return partial(joined, first.result, second.result, size)

    def behind(self, cursor: str | None) -> QuerySet[Any]:
        return self.order.after(self.queryset, cursor) if cursor else self.queryset

    def some(self, rows: QuerySet[Any], size: int) -> Page:
        with lent():
            return self.rows.page(rows[:size])

    def middle(self, begin: str | None, end: str, rows: int, size: int) -> UUID | None:
        """Half of the next `size` rows behind `end` lie before this id, if they lie as close as the `rows` between the
        two cursors. None where a page is not halved.
        """
        if not self.halved or begin is None or size < HALVED_FROM:
            return None
        first, last = (UUID(cursor.split(BETWEEN)[0]).int for cursor in (begin, end))
        found = last + (last - first) * size // (2 * rows)
        return UUID(int=found) if last < found <= LARGEST else None


def joined(first: Callable[[], Page], second: Callable[[], Page], size: int) -> tuple[Page, bool]:
    """A page of two halves, the first of at most `size` rows, the second of at most half as many."""
    one = first()
    if one.rows == size:
        return one, False
    other = second()
    return Page(one.text + other.text, one.rows + other.rows, other.last or one.last), other.rows < size // 2


@cache
def makers() -> ThreadPoolExecutor:
    """As many as there are connections: more would wait for one."""
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="pages")
