"""Rows of any list, through the serializer that its pages are made by."""

import json
from typing import TYPE_CHECKING, Any, cast

from django.db.models import QuerySet
from rest_framework.utils.encoders import JSONEncoder

from api.streams.columns import chosen_of, columns_of, head, line
from api.streams.kinds import Csv, Page, Streamed

if TYPE_CHECKING:
    from api.base import ApiView


class Shown:
    """What `api.streams.sending` asks of rows."""

    def __init__(self, view: "ApiView", kind: type[Streamed]) -> None:
        self.view, self.csv = view, kind is Csv
        self.columns = chosen_of(columns_of(cast(Any, view.get_serializer_class())), view.chosen)
        self.head = head(self.columns) if self.csv else ""

    def page(self, rows: QuerySet[Any]) -> Page:
        found = list(rows)
        shown = self.view.get_serializer(found, many=True).data
        last = self.view.order.cursor_of(found[-1]) if found else ""
        lines = [line(row, self.columns) if self.csv else encoded(row) + "\n" for row in shown]
        return Page("".join(lines), len(lines), last)


def encoded(row: Any) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"), cls=JSONEncoder)
