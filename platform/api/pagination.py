"""Pages by key: what is inserted or removed while somebody pages makes no gaps and no doubles.

The cursor is the key of the last row of a page, so it stays good for as long as anybody keeps it, and reading can go on
from it after a break.
"""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import Field, Model
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


class ByKey(BasePagination):
    """Orders by the view's `key`, a unique column ("-" before it for the newest first), and goes on behind the cursor.

    The view has read the parameters already (`view.values`).
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: "APIView | None" = None) -> list[Any] | None:
        key: str = getattr(view, "key", "pk")
        values: dict[str, Any] = getattr(view, "values", {})
        size: int = values.get("page_size", PAGE_SIZE)
        self.name, down = key.removeprefix("-"), key.startswith("-")
        queryset = queryset.order_by(key)
        if "cursor" in values:
            last = self.read_cursor(queryset.model, values["cursor"])
            queryset = queryset.filter(**{f"{self.name}__{'lt' if down else 'gt'}": last})
        rows = list(queryset[: size + 1])
        self.next = self.following(request, rows[size - 1]) if len(rows) > size else None
        return rows[:size]

    def read_cursor(self, model: type[Model], text: str) -> Any:
        field: Field[Any, Any] = model._meta.pk if self.name == "pk" else model._meta.get_field(self.name)  # type: ignore[assignment]
        try:
            return field.to_python(text)
        except ValidationError:
            raise Invalid(
                _("The cursor cannot be used."), {"cursor": [_("Copy it from next, as it stands.")]}
            ) from None

    def following(self, request: Request, last: Model) -> str:
        return replace_query_param(request.build_absolute_uri(), "cursor", str(getattr(last, self.name)))

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
