"""/topics/: what prompts are grouped under."""

from typing import Any

from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.fields import Shown
from api.pagination import PAGES
from prompts.models import Topic


class TopicRow(Shown[Topic]):
    """A topic and its names in the site's languages."""

    class Meta:
        model = Topic
        fields = ("slug", "name_en", "name_fr", "name_zh_hans")


class Topics(ListModelMixin, ApiView):
    serializer_class = TopicRow
    queryset = Topic.objects.all()
    keys = ("slug",)
    parameters = PAGES

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Topics that prompts are grouped under."""
        return self.list(request)
