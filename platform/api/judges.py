"""/judges/: machine judges, and how far each agrees with people. Never what one says of an answer."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.choices import JudgeStatus, Slice, Value
from annotations.models import Judge, JudgeAgreement
from annotations.selectors.judges import public_judges
from api.agreement import Measure, measure
from api.base import ApiView
from api.fields import Shown, Word
from api.pagination import PAGES

SLICES = [str(kind) for kind in (Slice.ALL, Slice.LANGUAGE, Slice.TOPIC, Slice.MAKER)]


class Counts(serializers.Serializer[Any]):
    """How often the judge gave each label."""

    censored = serializers.IntegerField()
    evasive = serializers.IntegerField()
    faithful = serializers.IntegerField()


class Confusion(serializers.Serializer[Any]):
    """What the judge said where people settled on each label."""

    censored = Counts()
    evasive = Counts()
    faithful = Counts()


class JudgeSlice(Shown[JudgeAgreement]):
    """A judge and people over one slice of the closed answers with a settled label."""

    slice = Word(SLICES, name="JudgeSliceKind", help_text="maker is the judge's own maker, where that is public.")
    key = serializers.CharField(help_text="Which language, topic or maker; empty for all.")
    answers = serializers.IntegerField(help_text="Answers that both labelled.")
    families = serializers.IntegerField(help_text="Families of prompts they are of.")
    passed = serializers.IntegerField(help_text="Answers that the judge could not judge; they count nowhere else.")
    confusion = serializers.SerializerMethodField()
    percent = serializers.SerializerMethodField(help_text="The share of answers on which they agree.")
    kappa = serializers.SerializerMethodField(help_text="Cohen's kappa.")
    ac1 = serializers.SerializerMethodField(help_text="Gwet's AC1.")

    class Meta:
        model = JudgeAgreement
        fields = (
            "slice", "key", "answers", "families", "passed", "confusion", "percent", "kappa", "ac1", "computed_at",
        )  # fmt: skip

    @extend_schema_field(Confusion)
    def get_confusion(self, row: JudgeAgreement) -> dict[str, dict[str, int]]:
        values = Value.values
        return {
            people: dict(zip(values, row.confusion[3 * place : 3 * place + 3], strict=True))
            for place, people in enumerate(values)
        }

    @extend_schema_field(Measure)
    def get_percent(self, row: JudgeAgreement) -> dict[str, Any]:
        return measure(row, "percent")

    @extend_schema_field(Measure)
    def get_kappa(self, row: JudgeAgreement) -> dict[str, Any]:
        return measure(row, "kappa")

    @extend_schema_field(Measure)
    def get_ac1(self, row: JudgeAgreement) -> dict[str, Any]:
        return measure(row, "ac1")


class JudgeRow(Shown[Judge]):
    """One version of a machine judge: a model with instructions."""

    slug = serializers.CharField()
    model = serializers.CharField(source="endpoint.llm.slug", help_text="The model that judges.")
    maker = serializers.CharField(source="endpoint.llm.maker")
    guideline = serializers.CharField(help_text="The version of the guideline it judges by.")
    status = Word([word.value for word in JudgeStatus if word != JudgeStatus.DRAFT], name="JudgeStatus")
    tested_at = serializers.DateTimeField(help_text="When answers that order it about were last put to it.")
    canaries = serializers.SerializerMethodField(help_text="How many of those there were.")
    moved = serializers.SerializerMethodField(help_text="How many of those moved it; one at work is moved by none.")
    agreement = JudgeSlice(many=True)

    class Meta:
        model = Judge
        fields = (
            "slug", "version", "model", "maker", "guideline", "instructions", "status", "tested_at", "canaries",
            "moved", "agreement",
        )  # fmt: skip

    def get_canaries(self, row: Judge) -> int:
        return len(row.canaries.all())

    def get_moved(self, row: Judge) -> int:
        return sum(one.value != one.expected for one in row.canaries.all())


class Judges(ListModelMixin, ApiView):
    serializer_class = JudgeRow
    queryset = public_judges()
    parameters = PAGES

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Machine judges that were ever at work, and how far each agrees with people on closed answers.

        Overall, by language, by topic, and over what its own maker's models wrote. Harm controls are kept out. What a
        judge says of a single answer is not told.
        """
        return self.list(request)
