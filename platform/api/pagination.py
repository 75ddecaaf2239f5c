"""Pages by key: what is inserted or removed while somebody pages makes no gaps and no doubles.

The cursor is the key of the last row of a page, so it stays good for as long as anybody keeps it, and reading can go on
from it after a break. A key is one column or several that are unique together and never change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import Field, Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from api.parameters import Parameter, Text, Whole
from core.errors import Invalid

if TYPE_CHECKING:
    from rest_framework.views import APIView

PAGE_SIZE = 50
PAGE_SIZE_AT_MOST = 200
PAGES = (
    Parameter("cursor", "Where to go on: copied from next.", Text(at_most=200)),
    Parameter("page_size", f"Rows on a page; {PAGE_SIZE} unless told.", Whole(1, PAGE_SIZE_AT_MOST), example="10"),
)
# Between the parts of a cursor. In no slug, number, UUID, path or version.
BETWEEN = "~"


def unusable_cursor() -> Invalid:
    return Invalid(_("The cursor cannot be used."), {"cursor": [_("Copy it from next, as it stands.")]})


@dataclass(frozen=True)
class Order:
    """A list's order by its key: lookups into its rows, each with "-" before it where the list goes downwards."""

    keys: tuple[str, ...]

    @property
    def down(self) -> bool:
        return self.keys[0].startswith("-")

    @property
    def paths(self) -> tuple[str, ...]:
        """The lookups alone, as `values_list` takes them."""
        return tuple(key.removeprefix("-") for key in self.keys)

    def sorted(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.order_by(*self.keys)

    def after(self, rows: QuerySet[Any], cursor: str) -> QuerySet[Any]:
        """The rows behind a cursor.

        Raises:
            Invalid: it is none of this list's cursors.
        """
        parts = cursor.split(BETWEEN)
        if len(parts) != len(self.keys):
            raise unusable_cursor()
        try:
            values = [field_at(rows, path).to_python(part) for path, part in zip(self.paths, parts, strict=True)]
        except ValidationError:
            raise unusable_cursor() from None
        return rows.filter(self.beyond(values))

    def beyond(self, values: Sequence[Any]) -> Q:
        """(a, b) > (x, y), in such words that an index on the first column is used: a >= x and (a > x or b > y)."""
        above = "lt" if self.down else "gt"
        found = Q(**{f"{self.paths[-1]}__{above}": values[-1]})
        for path, value in zip(self.paths[-2::-1], values[-2::-1], strict=True):
            found = Q(**{f"{path}__{above}e": value}) & (Q(**{f"{path}__{above}": value}) | found)
        return found

    def cursor_of(self, row: Any) -> str:
        """The cursor of a row as the queryset gives it."""
        return self.cursor_from([value_at(row, path) for path in self.paths])

    def cursor_from(self, values: Sequence[Any]) -> str:
        """The cursor of a row of which only the key is known, in the order of `paths`."""
        return BETWEEN.join(map(str, values))


def field_at(rows: QuerySet[Any], path: str) -> "Field[Any, Any]":
    """What reads the text of a value at a lookup: the field there, or an annotation's."""
    if path in rows.query.annotations:
        found: Field[Any, Any] = rows.query.annotations[path].output_field
        return found
    *parents, name = path.split("__")
    model: Any = rows.model
    for parent in parents:
        model = model._meta.get_field(parent).related_model
    last: Field[Any, Any] = model._meta.pk if name == "pk" else model._meta.get_field(name)
    return last


def value_at(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name)
    return row


class ByKey(BasePagination):
    """Pages in the view's `order`. The view has read the parameters already (`view.values`)."""

    def paginate_queryset(self, queryset: Any, request: Request, view: "APIView | None" = None) -> list[Any] | None:
        order: Order = getattr(view, "order", Order(("pk",)))
        values: dict[str, Any] = getattr(view, "values", {})
        size: int = values.get("page_size", PAGE_SIZE)
        queryset = order.sorted(queryset)
        if "cursor" in values:
            queryset = order.after(queryset, values["cursor"])
        rows = list(queryset[: size + 1])
        self.next = self.address(request, order.cursor_of(rows[size - 1])) if len(rows) > size else None
        return rows[:size]

    def address(self, request: Request, cursor: str) -> str:
        return replace_query_param(request.build_absolute_uri(), "cursor", cursor)

    def get_paginated_response(self, data: Any) -> Response:
        headers = {"Link": f'<{self.next}>; rel="next"'} if self.next else None
        return Response({"next": self.next, "results": data}, headers=headers)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "next": {
                    "type": ["string", "null"],
                    "format": "uri",
                    "description": "The address of the following page; null on the last.",
                },
                "results": schema,
            },
        }
