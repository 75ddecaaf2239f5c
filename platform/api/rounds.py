"""/rounds/: when the panel was put to the models."""

from typing import Any

from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.dates import days
from api.fields import Shown, Word
from api.filters import same
from api.pagination import PAGES
from api.parameters import OneOf
from probes.choices import RoundStatus
from probes.models import Round


class RoundRow(Shown[Round]):
    """The panel of prompts put to all endpoints at a time."""

    status = Word(RoundStatus)

    class Meta:
        model = Round
        fields = ("number", "name", "status", "samples", "opened_at", "closed_at")


class Rounds(ListModelMixin, ApiView):
    serializer_class = RoundRow
    queryset = Round.objects.all()
    keys = ("number",)
    parameters = (
        same("status", "Only rounds that stand so.", OneOf(tuple(RoundStatus.values)), "status"),
        *days("opened_at", "opened"),
        *PAGES,
    )

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Rounds, the first one first."""
        return self.list(request)


class RoundView(RetrieveModelMixin, ApiView):
    serializer_class = RoundRow
    queryset = Round.objects.all()
    lookup_field = "number"

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One round."""
        return self.retrieve(request)
