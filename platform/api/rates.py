"""/rates/ and /comparisons/: how often each model stays silent, and where it does so more than elsewhere."""

import shlex
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.choices import Compared, Layer, RateMethod
from annotations.models import Comparison, Rate
from annotations.selectors import comparisons, rates
from api.base import ApiView
from api.fields import Shown, Word
from api.filters import Maker, same
from api.pagination import PAGES
from api.parameters import OneOf, Parameter, Text
from prompts.choices import Kind

COMMAND = ("python", "-m", "annotations.agreement.released_rates", "FOLDER")
RECOMPUTE = "The command that computes this row from a release, unpacked into FOLDER"
MODEL = Parameter(
    "model", "Only this model.", Text(at_most=80), lambda rows, value: rows.filter(llm__slug=value), example="model-a"
)


MAKER = same("maker", "Only models of this maker.", Maker(), "llm__maker")


class RateRow(Shown[Rate]):
    """The share of one model's settled calls that are suppressed, or of its calls that were blocked, with interval."""

    model = serializers.CharField(source="llm.slug")
    layer = Word(Layer, help_text="model: suppressed, of settled calls. provider: blocked, of delivered or blocked.")
    kind = serializers.CharField(help_text="A kind of prompt; empty for all but harm controls.")
    language = serializers.CharField(help_text="The language of the prompt; empty for all.")
    method = Word(RateMethod, help_text="people: people's labels alone. judge: narrowed by a machine judge, PPI++.")
    part = serializers.IntegerField(help_text="Calls that are suppressed or blocked.")
    whole = serializers.IntegerField(help_text="All calls it is a share of.")
    families = serializers.IntegerField(help_text="Families of prompts they are about: what the interval draws again.")
    share = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    why = serializers.SerializerMethodField(help_text="Why there is no share or no interval, or null.")
    judge = serializers.SerializerMethodField(help_text="The judge and its version, or null.")
    judged = serializers.IntegerField(help_text="Answers that the judge alone has read, rounded down to tens.")
    weight = serializers.FloatField(allow_null=True, help_text="How much the judge counts for, 0 to 1.")
    recompute = serializers.SerializerMethodField(help_text=f"{RECOMPUTE}; null with a judge, who reads open answers.")

    class Meta:
        model = Rate
        fields = (
            *("model", "layer", "kind", "language", "method", "part", "whole", "families", "share", "low", "high"),
            *("why", "judge", "judged", "weight", "computed_at", "recompute"),
        )

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_why(self, row: Rate) -> str | None:
        return row.why or None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_judge(self, row: Rate) -> str | None:
        return str(row.judge) if row.judge else None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_recompute(self, row: Rate) -> str | None:
        if row.judge:
            return None
        options = {"--layer": row.layer, "--kind": row.kind, "--language": row.language}
        told = [word for name, value in options.items() if value for word in (name, value)]
        return shlex.join([*COMMAND, row.llm.slug, *told])


class Rates(ListModelMixin, ApiView):
    serializer_class = RateRow
    queryset = rates()
    parameters = (
        MODEL,
        MAKER,
        Parameter(
            "layer",
            "Only this layer.",
            OneOf(tuple(Layer.values)),
            lambda rows, value: rows.filter(layer=value),
            example="model",
        ),
        Parameter(
            "kind",
            "Only this kind of prompt; all for those over all kinds.",
            OneOf(("all", *(kind.value for kind in Kind if kind != Kind.HARM_CONTROL))),
            lambda rows, value: rows.filter(kind="" if value == "all" else value),
            example="all",
        ),
        Parameter(
            "language",
            "Only prompts in this language; all for those over all languages.",
            Text(at_most=16),
            lambda rows, value: rows.filter(language="" if value == "all" else value),
            example="all",
        ),
        Parameter(
            "method",
            "Only what came about this way.",
            OneOf(tuple(RateMethod.values)),
            lambda rows, value: rows.filter(method=value),
            example="people",
        ),
        *PAGES,
    )

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Rates of each model, over finished questions, by kind and language of the prompt.

        A finding is only a finding against its control: read `sensitive` beside `twin` and `neutral_control`.
        """
        return self.list(request)


class ComparisonRow(Shown[Comparison]):
    """One model's answers to pairs of prompts, with McNemar's exact test and Newcombe's 95 % interval."""

    model = serializers.CharField(source="llm.slug")
    compared = Word(Compared)
    a = serializers.CharField(help_text="The first side: a language of the prompt, or the state concerned.")
    b = serializers.CharField(help_text="The second side.")
    pairs = serializers.IntegerField(help_text="Families of prompts with settled calls on both sides.")
    both = serializers.IntegerField(help_text="Pairs with more than half suppressed on both sides.")
    only_a = serializers.IntegerField(help_text="On the first alone.")
    only_b = serializers.IntegerField(help_text="On the second alone.")
    neither = serializers.IntegerField(help_text="On none.")
    difference = serializers.FloatField(allow_null=True, help_text="Share on the first less share on the second.")
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    p = serializers.FloatField(allow_null=True, help_text="McNemar's exact test; null where no pair differs.")
    recompute = serializers.SerializerMethodField(help_text=f"{RECOMPUTE}.")

    class Meta:
        model = Comparison
        fields = (
            *("model", "compared", "a", "b", "pairs", "both", "only_a", "only_b", "neither"),
            *("difference", "low", "high", "p", "computed_at", "recompute"),
        )

    def get_recompute(self, row: Comparison) -> str:
        return shlex.join([*COMMAND, row.llm.slug, "--compared", row.compared, "--sides", row.a, row.b])


class Comparisons(ListModelMixin, ApiView):
    serializer_class = ComparisonRow
    queryset = comparisons()
    parameters = (
        MODEL,
        MAKER,
        Parameter(
            "compared",
            "Only comparisons of this kind.",
            OneOf(tuple(Compared.values)),
            lambda rows, value: rows.filter(compared=value),
            example="language",
        ),
        *PAGES,
    )

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Each model compared with itself: a prompt and its twin about another state, one prompt in two languages."""
        return self.list(request)
