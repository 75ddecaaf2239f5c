"""/labels/: what people said of closed answers, one verdict a row. Never who, and nothing that joins one person's.

A row has no number of this database, which would tell in which order labels were given, but a name that only the site's
key can make. Labels that were taken back or set aside are not here, nor are notes; when one was given is told by day.
"""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.choices import Facet, LabelStatus, Value
from annotations.models import Label
from api.answers import closed
from api.base import ApiView
from api.dates import days
from api.fields import Day, Shown, Word
from api.filters import STATES, of_giver, of_prompt, same
from api.names import Named
from api.pagination import PAGES
from api.parameters import OneOf, Parameter, Text


class LabelRow(Shown[Label]):
    """One person's verdict on one closed answer."""

    id = serializers.CharField(
        source="name", help_text="A name of this label on this site alone; in a release it has another."
    )
    answer = serializers.UUIDField(source="answer.public_id", help_text="The id of the answer.")
    prompt = serializers.IntegerField(source="answer.version.prompt_id", help_text="The id of its prompt.")
    language = serializers.CharField(source="answer.language")
    value = Word(Value, name="LabelValue")
    facets = serializers.ListField(child=Word(Facet), help_text="What else the person saw in it.")
    key_points = serializers.IntegerField(
        source="key_points_id",
        allow_null=True,
        help_text="The key points the person was shown: key_points_id in a release's table of that name.",
    )
    guideline = serializers.CharField(help_text="The version of the guideline it was given under.")
    on = Day(source="created_at")

    class Meta:
        model = Label
        fields = ("id", "answer", "prompt", "language", "value", "facets", "key_points", "guideline", "on")


def closed_labels() -> QuerySet[Label]:
    """The labels that count, on answers whose labels are public, each with its `name`."""
    return (
        Label.objects.filter(closed("answer__"), status=LabelStatus.CURRENT)
        .annotate(name=Named("label"))
        .select_related("answer__version")
        # Who gave it is not even read.
        .defer("person", "assignment", "note", "key", "took_ms", "evidence", "answer__text")
    )


class Labels(ListModelMixin, ApiView):
    serializer_class = LabelRow
    queryset = closed_labels()
    keys = ("answer__public_id", "name")
    parameters = (
        Parameter(
            "answer",
            "Only labels of this answer.",
            Text(
                36, "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "Use the id of an answer, as /api/v1/answers/ has it."
            ),
            lambda rows, value: rows.filter(answer__public_id=value),
        ),
        same("label", "Only labels of this value.", OneOf(tuple(Value.values)), "value", "evasive"),
        Parameter(
            "facet",
            "Only labels with this facet.",
            OneOf(tuple(Facet.values)),
            # Most labels have none. PostgreSQL, which is not told so, would expect many with any, and look through all
            # labels in order for a page of a facet that hardly anybody saw.
            lambda rows, value: rows.filter(facets__contains=[value]).exclude(facets=[]),
        ),
        same("guideline", "Only labels given under this version of the guideline.", Text(16), "guideline"),
        same("state", "Only labels of answers in this state.", OneOf(STATES), "answer__state"),
        *of_giver("answer", "labels of answers"),
        *of_prompt("answer__version__prompt", "labels of answers"),
        *days("created_at", "given"),
        *PAGES,
    )

    @extend_schema(operation_id="labels_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Labels of closed answers, answer by answer, in no order of time.

        There is nobody's name here and nothing that stands for one: who labels is known to nobody but the site. In a
        release a person has a pseudonym, which is another in each.
        """
        return self.list(request)
