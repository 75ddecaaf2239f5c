"""/changes/: what became public, changed or went, so that a copy of the record can be kept up to date.

Every change is in it, also one whose transaction ended late: it then comes later, and never before what was read. What
is told is that a row has to be read again, and of when the day alone. That an answer is open again, and who gave one
therefore hidden anew, is told by nothing but its going.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param

from api.base import ApiView
from api.fields import Day, Shown, Word
from api.filters import same
from api.pagination import PAGES, ByKey, Order, unusable_cursor
from api.parameters import OneOf, Parameter
from core.errors import Invalid
from releases.models import Change
from releases.selectors import feed

if TYPE_CHECKING:
    from rest_framework.views import APIView

# Each is also the name of its rows' address.
NOUNS = ("prompt", "model", "endpoint", "round", "answer", "release", "reply", "correction")
VERBS = ["published", "changed", "withdrawn"]


class ChangeRow(Shown[Change]):
    """The latest that happened to one row of the record."""

    noun = Word(list(NOUNS), name="Noun", help_text="An answer's labels and consensus change with it.")
    key = serializers.CharField(help_text="The row's own key: id, slug, number or version.")
    verb = Word(VERBS, name="ChangeVerb", help_text="withdrawn: it is gone. Else read it again, or for the first time.")
    on = Day(source="at")
    url = serializers.SerializerMethodField(help_text="The row's address; null where it is gone.")

    class Meta:
        model = Change
        fields = ("noun", "key", "verb", "on", "url")

    def get_url(self, change: Change) -> str | None:
        if change.verb == "withdrawn":
            return None
        return str(self.context["request"].build_absolute_uri(reverse(f"api:{change.noun}", args=[change.key])))


@dataclass(frozen=True)
class FeedOrder(Order):
    """By transaction and id. The cursor is the id alone: numbers of transactions tell how busy the site is."""

    def after(self, rows: QuerySet[Any], cursor: str) -> QuerySet[Any]:
        if not cursor.isdecimal() or len(cursor) > 18:
            raise unusable_cursor()
        last = int(cursor)
        if last == feed.BEGINNING:
            return rows
        transaction = feed.transaction_of(last)
        if transaction is None:
            raise unusable_cursor()
        return rows.filter(self.beyond([transaction, last]))

    def cursor_from(self, values: Sequence[Any]) -> str:
        return str(values[-1])


class Feed(ByKey):
    """There is always a next page: where nothing is left, it is the one to ask for later."""

    def paginate_queryset(self, queryset: Any, request: Request, view: "APIView | None" = None) -> list[Any] | None:
        assert isinstance(view, Changes)
        rows = super().paginate_queryset(queryset, request, view) or []
        if rows:
            self.next = self.address(request, view.order.cursor_of(rows[-1]))
        else:
            self.next = self.address(request, view.values.get("cursor", str(view.begins_at)))
        return rows

    def address(self, request: Request, cursor: str) -> str:
        return remove_query_param(super().address(request, cursor), "from")

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        whole = super().get_paginated_response_schema(schema)
        whole["properties"]["next"] = {
            "type": "string",
            "format": "uri",
            "description": "Where to go on, now or later. Results that are fewer than a page are the last for now.",
        }
        return whole


class Changes(ListModelMixin, ApiView):
    serializer_class = ChangeRow
    pagination_class = Feed
    keys = ("transaction", "id")
    parameters = (
        same("noun", "Only changes of this.", OneOf(NOUNS), "noun", "answer"),
        Parameter(
            "from",
            "Where to begin without a cursor: at the beginning, unless told, or now. Take a cursor now, read the "
            "lists, then go on from it: nothing is missed between.",
            OneOf(("beginning", "now")),
        ),
        *PAGES,
    )

    @property
    def order(self) -> Order:
        return FeedOrder(self.keys)

    @property
    def begins_at(self) -> int:
        """Where whoever brings no cursor begins."""
        return feed.newest() if self.values.get("from") == "now" else feed.BEGINNING

    def get_queryset(self) -> QuerySet[Change]:
        if {"cursor", "from"} <= set(self.values):
            raise Invalid(_("A cursor says where to begin."), {"from": [_("Leave it out.")]})
        return Change.objects.none() if self.values.get("from") == "now" else feed.told()

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What became public, changed or went, of each row the latest, for programs that keep a copy.

        Read page after page by `next`, also after the last one: it stays good for ever. Something may be told twice,
        and nothing is left out. Posteriors and confidences move with every fit of the crowd and are not told.
        """
        return self.list(request)
