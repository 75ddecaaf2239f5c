"""/models/: who is asked, and where. Addresses and keys of endpoints are nobody's business."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.fields import Shown, Word
from api.pagination import PAGES
from probes.choices import EndpointKind, EndpointStatus
from probes.models import LLM, Endpoint
from probes.selectors import asked_llms


class EndpointRow(Shown[Endpoint]):
    """One place that serves a model."""

    slug = serializers.CharField()
    kind = Word([kind.value for kind in EndpointKind if kind != EndpointKind.JUDGE], name="EndpointKind")
    status = Word(EndpointStatus)

    class Meta:
        model = Endpoint
        fields = ("slug", "kind", "status")


class ModelRow(Shown[LLM]):
    """A language model by a maker, with the places that serve it."""

    slug = serializers.CharField()
    url = serializers.CharField(help_text="Where its maker describes it, or empty.")
    endpoints = EndpointRow(many=True)

    class Meta:
        model = LLM
        fields = ("slug", "name", "maker", "maker_country", "open_weights", "url", "remark", "endpoints")


def models() -> QuerySet[LLM]:
    """Judges have a list of their own: an endpoint that is asked for verdicts alone is none of these."""
    asked = Endpoint.objects.exclude(kind=EndpointKind.JUDGE).order_by("slug")
    return asked_llms().prefetch_related(Prefetch("endpoints", asked))


class Models(ListModelMixin, ApiView):
    serializer_class = ModelRow
    queryset = models()
    key = "slug"
    parameters = PAGES

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Models that are or were asked, with their endpoints."""
        return self.list(request)


class Model(RetrieveModelMixin, ApiView):
    serializer_class = ModelRow
    queryset = models()
    lookup_field = "slug"

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One model."""
        return self.retrieve(request)
