"""/agreement/: how far labellers agree beyond chance, over one slice or two crossed, and how exact the figures were."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from annotations.choices import Scale, Slice
from annotations.models import Agreement, JudgeAgreement, Sweep
from annotations.selectors import classes_of, crossed_table
from api.base import ApiView
from api.fields import Shown, Word
from api.pagination import PAGE_SIZE, PAGES
from api.parameters import OneOf, Parameter, Text
from core.errors import Invalid
from observatory.selectors.checking import call_of, command_of


class Measure(serializers.Serializer[Any]):
    """A coefficient with its 95 % interval. Where it is undefined the numbers are null, and why says why."""

    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    why = serializers.CharField(allow_null=True)


def measure(row: Agreement | JudgeAgreement, name: str) -> dict[str, Any]:
    return {
        "value": getattr(row, name),
        "low": getattr(row, f"{name}_low"),
        "high": getattr(row, f"{name}_high"),
        "why": row.why.get(name),
    }


class AgreementRow(Shown[Agreement]):
    """Agreement over one slice of the closed answers, or two crossed: on how many answers, labels and families of
    prompts it rests, and three coefficients.
    """

    slice = Word(Slice, help_text="What it is measured over.")
    key = serializers.CharField(help_text="Which model, topic, language and so on; empty for all.")
    with_slice = serializers.SerializerMethodField(help_text="The slice it is crossed with, or null.")
    with_key = serializers.SerializerMethodField(help_text="Which one of that, or null.")
    scale = Word(Scale, help_text="labels: three labels. suppressed: censored and evasive count as one.")
    families = serializers.IntegerField(help_text="Families of prompts the answers are to: what intervals draw again.")
    marginals = serializers.SerializerMethodField(help_text="The number of labels of each value.")
    alpha = serializers.SerializerMethodField(help_text="Krippendorff's alpha.")
    ac1 = serializers.SerializerMethodField(help_text="Gwet's AC1.")
    percent = serializers.SerializerMethodField(help_text="The share of pairs of labels that agree.")
    specific = serializers.SerializerMethodField(
        help_text="Of each value: where one labeller says it, how often another does. Null where nobody used it."
    )
    recompute = serializers.SerializerMethodField(help_text="The command that computes this row from a release.")
    url = serializers.SerializerMethodField(help_text="The address of this row alone.")

    class Meta:
        model = Agreement
        fields = (
            *("slice", "key", "with_slice", "with_key", "scale", "answers", "labels", "families", "marginals"),
            *("alpha", "ac1", "percent", "specific", "computed_at", "recompute", "url"),
        )

    @extend_schema_field(serializers.ChoiceField(choices=Slice.values, allow_null=True))
    def get_with_slice(self, row: Agreement) -> str | None:
        return row.crossed_with[0] if row.crossed_with else None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_with_key(self, row: Agreement) -> str | None:
        return row.crossed_with[1] if row.crossed_with else None

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField()))
    def get_marginals(self, row: Agreement) -> dict[str, int]:
        return dict(zip(classes_of(Scale(row.scale)), row.marginals, strict=False))

    @extend_schema_field(Measure)
    def get_alpha(self, row: Agreement) -> dict[str, Any]:
        return measure(row, "alpha")

    @extend_schema_field(Measure)
    def get_ac1(self, row: Agreement) -> dict[str, Any]:
        return measure(row, "ac1")

    @extend_schema_field(Measure)
    def get_percent(self, row: Agreement) -> dict[str, Any]:
        return measure(row, "percent")

    @extend_schema_field(serializers.DictField(child=serializers.FloatField(allow_null=True)))
    def get_specific(self, row: Agreement) -> dict[str, float | None]:
        return dict(zip(classes_of(Scale(row.scale)), row.specific, strict=False))

    def get_recompute(self, row: Agreement) -> str:
        return command_of(row)

    def get_url(self, row: Agreement) -> str:
        return f"{reverse('api:agreement', request=self.context.get('request'))}?{call_of(row)}"


class SweepRow(Shown[Sweep]):
    """One count of everything afresh: how far the live figures had drifted from the labels."""

    tallies = serializers.IntegerField(help_text="Answers that were counted wrong, and are mended.")
    cells = serializers.IntegerField(help_text="Sums of answers that were wrong, and are mended.")
    largest = serializers.FloatField(
        allow_null=True,
        help_text="The largest change of a coefficient in any slice; null where there was none.",
    )

    class Meta:
        model = Sweep
        fields = ("at", "seconds", "answers", "tallies", "cells", "largest")


class Agreements(ListModelMixin, ApiView):
    serializer_class = AgreementRow
    queryset = Agreement.objects.all()
    problems = {"GET": [503]}
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
            "Only this model, topic, language and so on.",
            Text(at_most=120),
            lambda rows, value: rows.filter(key=value),
        ),
        Parameter(
            "scale",
            "Only this scale; for slices that are crossed, labels unless told.",
            OneOf(tuple(Scale.values)),
            lambda rows, value: rows.filter(scale=value),
        ),
        Parameter("with", "Cross the slice with slices of this kind.", OneOf(tuple(Slice.values))),
        Parameter("with_key", "Only with this one of them.", Text(at_most=120)),
        *PAGES,
    )

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Agreement between labellers, over all answers and by slice, on both scales; or over two slices crossed.

        Harm controls are kept out. With `with`, the pairs that have the most answers come first, on one page: at most
        48 of them, or 100 of one key. They are counted when somebody asks, for one at a time: where slices cannot be
        crossed now the status is 503, and a little later they can.
        """
        if "with" in self.values:
            return self.crossed(self.values)
        if "with_key" in self.values:
            raise Invalid(_("Say what with_key is a key of."), {"with": [_("Missing.")]})
        return self.list(request)

    def crossed(self, given: Mapping[str, Any]) -> Response:
        """Slices crossed are counted for whoever asks, and not stored."""
        if "slice" not in given:
            raise Invalid(_("Say which slice to cross."), {"slice": [_("Missing.")]})
        if "cursor" in given:
            raise Invalid(_("Slices that are crossed have one page."), {"cursor": [_("Leave it out.")]})
        rows = crossed_table(
            Slice(given["slice"]),
            Slice(given["with"]),
            given.get("page_size", PAGE_SIZE),
            scale=Scale(given.get("scale", Scale.LABELS)),
            key_a=given.get("key", ""),
            key_b=given.get("with_key", ""),
        )
        return Response({"next": None, "results": self.get_serializer(rows, many=True).data})


class Sweeps(ListModelMixin, ApiView):
    serializer_class = SweepRow
    queryset = Sweep.objects.all()
    keys = ("-pk",)
    parameters = PAGES

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """How exact the figures were: each night everything is counted afresh, and this is what was found."""
        return self.list(request)
