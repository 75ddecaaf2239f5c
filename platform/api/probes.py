"""/probes/: which call brought what, of questions that are finished: the rows that rates are counted from.

Until every answer to a question is closed nothing tells who was asked it, not even which calls were blocked: whoever
labels the last answer would know its author by what is missing. So a row has no number either, whose gaps would tell
what is left out, but a name that only the site's key can make.
"""

from typing import Any

from django.db.models import Q, QuerySet
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.answers import closed
from api.base import ApiView
from api.dates import days
from api.fields import Shown, Word
from api.filters import MODEL, Maker, of_prompt, same
from api.names import Named
from api.pagination import PAGES
from api.parameters import OneOf, SlugOf, Whole
from probes.choices import Delivery
from probes.models import Endpoint, Probe
from probes.selectors import public_probes
from probes.selectors.public import OVER


class ProbeRow(Shown[Probe]):
    """One text of a prompt put to one endpoint once, and what came of it."""

    id = serializers.CharField(
        source="name", help_text="A name of this call on this site alone; in a release it has another."
    )
    prompt = serializers.IntegerField(source="version.prompt_id", help_text="The id of the prompt.")
    version = serializers.IntegerField(source="version.number", help_text="The number of the text that was put.")
    language = serializers.CharField(source="version.prompt.language")
    model = serializers.CharField(source="endpoint.llm.slug")
    endpoint = serializers.CharField(source="endpoint.slug")
    round = serializers.IntegerField(source="round.number", allow_null=True, help_text="Null for an import.")
    delivery = Word(Delivery)
    rule = serializers.CharField(help_text="The rule that decided the delivery: docs/delivery-rules.md.")
    answer = serializers.UUIDField(
        source="answer.public_id", allow_null=True, help_text="The answer it brought, or null where it brought none."
    )
    partial_text = serializers.CharField(help_text="What had come before a filter cut in, or empty.")
    latency_ms = serializers.IntegerField(allow_null=True)
    http_status = serializers.IntegerField(allow_null=True)
    served_by = serializers.CharField(help_text="Who served it behind a router, or empty.")
    served_model = serializers.CharField(help_text="The name under which the model came back, or empty.")
    collected_by = serializers.CharField(source="batch.source", allow_null=True, help_text="Where an import is from.")
    licence = serializers.CharField(source="batch.licence", allow_null=True)

    class Meta:
        model = Probe
        fields = (
            *("id", "prompt", "version", "language", "model", "endpoint", "round", "sample", "delivery", "rule"),
            *("quarantined", "answer", "partial_text", "finish_reason", "http_status", "latency_ms"),
            *("served_by", "served_model", "asked_at", "finished_at", "collected_by", "licence"),
        )


def finished_probes() -> QuerySet[Probe]:
    """Calls that are over, of finished questions, whose answer is public or that brought none, each with its `name`."""
    told = public_probes().filter(closed("answer__") | ~Q(delivery=Delivery.DELIVERED), status__in=OVER)
    named = told.annotate(name=Named("probe"))
    joined = named.select_related("version__prompt", "endpoint__llm", "round", "batch", "answer")
    return joined.defer("request", "pieces", "headers", "usage", "reasoning", "error", "answer__text")


class Probes(ListModelMixin, ApiView):
    serializer_class = ProbeRow
    queryset = finished_probes()
    keys = ("version_id", "name")
    parameters = (
        same("delivery", "Only calls that ended so.", OneOf(tuple(Delivery.values)), "delivery", "delivered"),
        same("model", "Only calls of this model.", MODEL, "endpoint__llm__slug"),
        same("maker", "Only calls of this maker's models.", Maker(), "endpoint__llm__maker"),
        same("endpoint", "Only calls there.", SlugOf(Endpoint, "/api/v1/endpoints/"), "endpoint__slug"),
        same("round", "Only calls of this round.", Whole(0, 2**31 - 1), "round__number"),
        *of_prompt("version__prompt", "calls with answers"),
        *days("asked_at", "asked"),
        *PAGES,
    )

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Calls to models and how each ended, of finished questions: delivered, blocked, cut, empty or failed.

        A question is finished while every answer to it is closed. When a new answer to it comes, its calls are gone
        from here until people have labelled that one.
        """
        return self.list(request)
