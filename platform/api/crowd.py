"""/crowd/: how the crowd labels as a whole, and how sure its labels make. Nothing here is of one person."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.choices import Value
from annotations.selectors.crowd import crowd
from api.agreement import Measure
from api.base import ApiView
from api.fields import Word


class Tried(serializers.Serializer[Any]):
    """A strength of the prior, and how well labels kept out are predicted with it."""

    strength = serializers.FloatField(help_text="Labels of the crowd's matrix that everybody starts with.")
    log_likelihood = serializers.FloatField(help_text="Mean natural logarithm of a label's probability.")


class SaidShare(serializers.Serializer[Any]):
    """How often answers that are truly one label are given another, or the same."""

    truth = Word(Value, name="LabelValue")
    said = Word(Value, name="LabelValue")
    share = serializers.FloatField(help_text="Of the labels on answers of that truth, 0 to 1.")


class Calibrated(serializers.Serializer[Any]):
    """What a posterior is worth after a number of labels."""

    labels = serializers.IntegerField()
    posterior = serializers.FloatField(help_text="Probability of the most probable label, as the model has it.")
    chance = serializers.FloatField(help_text="A careful estimate of the chance that this label is right.")


class SettledError(serializers.Serializer[Any]):
    """How answers with a known label fared that the calibration had not seen."""

    settled = serializers.FloatField(allow_null=True, help_text="The share that came to be settled.")
    right = serializers.FloatField(allow_null=True, help_text="The share of these that were right.")
    low = serializers.FloatField(allow_null=True, help_text="The lower end of its 95 % interval.")
    high = serializers.FloatField(allow_null=True, help_text="The upper end.")
    asked = serializers.FloatField(allow_null=True, help_text="Labels that one answer took, on average.")
    gold = serializers.IntegerField(help_text="How many such answers there are.")
    labels = serializers.IntegerField(help_text="Labels on them.")
    calibrated = serializers.BooleanField(help_text="False where the lead of votes decides alone.")
    why = serializers.CharField(allow_blank=True, help_text="Why it does; empty where the calibration decides.")


class Oneself(serializers.Serializer[Any]):
    """How far people agree with themselves when an answer comes again."""

    repeats = serializers.IntegerField()
    people = serializers.IntegerField()
    percent = Measure(help_text="The share of answers that were called the same again.")
    kappa = Measure(help_text="Cohen's kappa of the first and the second time.")


class PairsOfPeople(serializers.Serializer[Any]):
    """How Cohen's kappa is spread over pairs of people who labelled enough answers both. No interval of anything."""

    at_least = serializers.IntegerField(help_text="Answers a pair has in common.")
    pairs = serializers.IntegerField()
    people = serializers.IntegerField(help_text="How many people are in these pairs.")
    low = serializers.FloatField(help_text="A quarter of the pairs is below.")
    median = serializers.FloatField()
    high = serializers.FloatField(help_text="A quarter of the pairs is above.")


class FitOfTheCrowd(serializers.Serializer[Any]):
    """A fit of the Dawid-Skene model to the current labels of closed answers.

    What decides when an open answer is settled is fitted to the labels of open answers too, with the same strength.
    Nothing of that is public.
    """

    fitted_at = serializers.DateTimeField()
    answers = serializers.IntegerField()
    labels = serializers.IntegerField()
    people = serializers.IntegerField()
    strength = serializers.FloatField(help_text="Labels of the crowd's matrix that everybody starts with.")
    strengths = Tried(many=True, help_text="What was tried; the best is taken.")
    prior = serializers.DictField(child=serializers.FloatField(), help_text="The share of each label.")
    confusion = SaidShare(many=True, help_text="The crowd's matrix.")
    calibration = Calibrated(
        many=True,
        help_text="Empty where there is too little gold for one. Gold is clearer than the record: with harder answers "
        "the chance may be lower.",
    )
    sure = serializers.FloatField(help_text="The chance from which on an answer is settled.")
    error = SettledError(allow_null=True)
    oneself = Oneself(allow_null=True, help_text="Null where fewer than five people were asked again.")
    pairs = PairsOfPeople(allow_null=True, help_text="Null where fewer than five people are in such pairs.")


class CrowdBody(serializers.Serializer[Any]):
    """What is known of the crowd."""

    fit = FitOfTheCrowd(allow_null=True, help_text="The latest; null before there are labels enough for one.")


class CrowdView(ApiView):
    serializer_class = CrowdBody

    @extend_schema(operation_id="crowd", tags=["crowd"], responses={200: CrowdBody})
    def get(self, request: Request) -> Response:
        """How the crowd labels, and how sure its labels make, as the latest fit has it.

        A fit is made once a night and whenever the labels have grown by a tenth.
        """
        return Response(CrowdBody({"fit": crowd()}).data)
