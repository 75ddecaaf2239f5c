"""/agreement/: how far labellers agree beyond chance."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.choices import Slice
from annotations.models import Agreement
from annotations.selectors import classes_of
from api.base import ApiView
from api.fields import Shown, Word
from api.pagination import PAGES
from api.parameters import OneOf, Parameter, Text


class Measure(serializers.Serializer[Any]):
    """A coefficient with its 95 % interval. Where it is undefined the numbers are null, and why says why."""

    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    why = serializers.CharField(allow_null=True)


def measure(row: Agreement, name: str) -> dict[str, Any]:
    return {
        "value": getattr(row, name),
        "low": getattr(row, f"{name}_low"),
        "high": getattr(row, f"{name}_high"),
        "why": row.why.get(name),
    }


class AgreementRow(Shown[Agreement]):
    """Agreement over one slice of the closed answers: how many answers and labels, and three coefficients."""

    slice = Word(Slice, help_text="What it is measured over.")
    key = serializers.CharField(help_text="Which model, topic or language; empty for all.")
    marginals = serializers.SerializerMethodField(help_text="The number of labels of each value.")
    alpha = serializers.SerializerMethodField(help_text="Krippendorff's alpha.")
    ac1 = serializers.SerializerMethodField(help_text="Gwet's AC1.")
    percent = serializers.SerializerMethodField(help_text="The share of pairs of labels that agree.")

    class Meta:
        model = Agreement
        fields = ("slice", "key", "answers", "labels", "marginals", "alpha", "ac1", "percent", "computed_at")

    def get_marginals(self, row: Agreement) -> dict[str, int]:
        return dict(zip(classes_of(Slice(row.slice)), row.marginals, strict=False))

    @extend_schema_field(Measure)
    def get_alpha(self, row: Agreement) -> dict[str, Any]:
        return measure(row, "alpha")

    @extend_schema_field(Measure)
    def get_ac1(self, row: Agreement) -> dict[str, Any]:
        return measure(row, "ac1")

    @extend_schema_field(Measure)
    def get_percent(self, row: Agreement) -> dict[str, Any]:
        return measure(row, "percent")


class Agreements(ListModelMixin, ApiView):
    serializer_class = AgreementRow
    queryset = Agreement.objects.all()
    parameters = (
        Parameter(
            "slice",
            "Only slices of this kind.",
            OneOf(tuple(Slice.values)),
            lambda rows, value: rows.filter(slice=value),
            example="all",
        ),
        Parameter(
            "key",
            "Only this model, topic or language.",
            Text(at_most=100),
            lambda rows, value: rows.filter(key=value),
        ),
        *PAGES,
    )

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Agreement between labellers, over all answers and by model, topic and language.

        Harm controls are kept out. The slice suppressed takes censored and evasive together.
        """
        return self.list(request)
