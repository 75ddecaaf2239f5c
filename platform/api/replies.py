"""/replies/: what makers said to what was found about their models. Only what a maintainer has published.

Who sent a reply, how they can be reached and who published it are nobody's business; nor is what waits or was turned
down, not even that there is any. So the list goes by the replies' own random ids.
"""

from typing import Any

from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.dates import days
from api.fields import Day, Shown
from api.filters import MODEL, Maker, same
from api.pagination import PAGES
from api.parameters import LANGUAGE
from observatory import selectors
from observatory.models import Reply


class ReplyRow(Shown[Reply]):
    """A maker's answer to the findings about one of its models, word for word."""

    id = serializers.UUIDField(source="public_id")
    model = serializers.CharField(source="llm.slug", help_text="The model it is about.")
    maker = serializers.CharField(source="llm.maker", help_text="Who made that model.")
    speaker = serializers.CharField(help_text="In whose name it speaks, in its own words.")
    proof = serializers.CharField(help_text="Where the maker itself says so, or empty.")
    response = serializers.CharField(help_text="What we said to it, or empty.")
    published_on = Day(source="decided_at")

    class Meta:
        model = Reply
        fields = ("id", "model", "maker", "speaker", "proof", "language", "text", "response", "published_on")


class Replies(ListModelMixin, ApiView):
    serializer_class = ReplyRow
    queryset = selectors.published_replies()
    keys = ("public_id",)
    parameters = (
        same("model", "Only replies about this model.", MODEL, "llm__slug"),
        same("maker", "Only replies about models of this maker.", Maker(), "llm__maker"),
        same("language", "Only replies in this language.", LANGUAGE, "language"),
        *days("decided_at", "published"),
        *PAGES,
    )

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Replies of makers to what was found about their models.

        A maintainer has looked whether the maker wrote them, and changed no word.
        """
        return self.list(request)


class ReplyView(RetrieveModelMixin, ApiView):
    serializer_class = ReplyRow
    queryset = selectors.published_replies()
    lookup_field = "public_id"

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One reply."""
        return self.retrieve(request)
