"""/endpoints/: the places that serve the models. Addresses and keys are nobody's business."""

from typing import Any

from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.filters import MODEL, Maker, same
from api.llms import ASKED_KINDS, EndpointRow, asked_endpoints
from api.pagination import PAGES
from api.parameters import OneOf
from probes.choices import EndpointStatus


class EndpointDetail(EndpointRow):
    """One place that serves a model, and which."""

    model = serializers.CharField(source="llm.slug")
    maker = serializers.CharField(source="llm.maker")
    protocol = serializers.CharField(help_text="How it is spoken to: docs/delivery-rules.md.")

    class Meta(EndpointRow.Meta):
        fields = ("slug", "model", "maker", "kind", "protocol", "status")


class Endpoints(ListModelMixin, ApiView):
    serializer_class = EndpointDetail
    queryset = asked_endpoints().select_related("llm")
    keys = ("slug",)
    parameters = (
        same("model", "Only places that serve this model.", MODEL, "llm__slug"),
        same("maker", "Only places that serve this maker's models.", Maker(), "llm__maker"),
        same("kind", "Only places of this kind.", OneOf(tuple(ASKED_KINDS)), "kind"),
        same("status", "Only places that stand so.", OneOf(tuple(EndpointStatus.values)), "status", "active"),
        *PAGES,
    )

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Places that serve the models: the maker's own, hosts of open weights, local servers, imports."""
        return self.list(request)


class EndpointView(RetrieveModelMixin, ApiView):
    serializer_class = EndpointDetail
    queryset = asked_endpoints().select_related("llm")
    lookup_field = "slug"

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One place that serves a model."""
        return self.retrieve(request)
