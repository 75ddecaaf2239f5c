"""/corrections/: what we published that was wrong, and what is right. Never changed and never taken away."""

from typing import Any

from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.dates import days_of
from api.fields import Shown
from api.files import VERSION
from api.filters import MODEL, same
from api.pagination import PAGES
from observatory import selectors
from observatory.models import Correction


class CorrectionRow(Shown[Correction]):
    """Something we published that was wrong."""

    model = serializers.CharField(source="llm.slug", allow_null=True, help_text="The model it is about; null for none.")
    release = serializers.CharField(help_text="The release it is about, or empty.")
    text = serializers.CharField(help_text="What was wrong, since when, and what is right.")

    class Meta:
        model = Correction
        fields = ("id", "written_on", "title", "text", "model", "release")


class Corrections(ListModelMixin, ApiView):
    serializer_class = CorrectionRow
    queryset = selectors.corrections()
    keys = ("-pk",)
    parameters = (
        same("model", "Only corrections about this model.", MODEL, "llm__slug"),
        same("release", "Only corrections about this release.", VERSION, "release"),
        *days_of("written_on", "written"),
        *PAGES,
    )

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Corrections, the newest first."""
        return self.list(request)


class CorrectionView(RetrieveModelMixin, ApiView):
    serializer_class = CorrectionRow
    queryset = selectors.corrections()

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One correction."""
        return self.retrieve(request)
