"""/models/: who is asked, and where. Addresses and keys of endpoints are nobody's business."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.fields import Shown, Word
from api.filters import A_STATE, Maker, same
from api.pagination import PAGES
from api.parameters import OneOf, Parameter
from probes.choices import EndpointKind, EndpointStatus
from probes.models import LLM, Endpoint
from probes.selectors import asked_llms

ASKED_KINDS = [kind.value for kind in EndpointKind if kind != EndpointKind.JUDGE]


class EndpointRow(Shown[Endpoint]):
    """One place that serves a model."""

    slug = serializers.CharField()
    kind = Word(ASKED_KINDS, name="EndpointKind")
    status = Word(EndpointStatus)

    class Meta:
        model = Endpoint
        fields: tuple[str, ...] = ("slug", "kind", "status")


class ModelRow(Shown[LLM]):
    """A language model by a maker, with the places that serve it."""

    slug = serializers.CharField()
    url = serializers.CharField(help_text="Where its maker describes it, or empty.")
    endpoints = EndpointRow(many=True)

    class Meta:
        model = LLM
        fields = ("slug", "name", "maker", "maker_country", "open_weights", "url", "remark", "endpoints")


def asked_endpoints() -> QuerySet[Endpoint]:
    """Judges have a list of their own: an endpoint that is asked for verdicts alone is none of these."""
    return Endpoint.objects.filter(kind__in=ASKED_KINDS)


def models() -> QuerySet[LLM]:
    return asked_llms().prefetch_related(Prefetch("endpoints", asked_endpoints().order_by("slug")))


class Models(ListModelMixin, ApiView):
    serializer_class = ModelRow
    queryset = models()
    keys = ("slug",)
    parameters = (
        same("maker", "Only models of this maker.", Maker(), "maker"),
        same("country", "Only models whose maker sits there (ISO 3166-1).", A_STATE, "maker_country", "FR"),
        Parameter(
            "open_weights",
            "Only models whose weights are open, or are not.",
            OneOf(("true", "false")),
            lambda rows, value: rows.filter(open_weights=value == "true"),
        ),
        *PAGES,
    )

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
