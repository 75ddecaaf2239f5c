"""/answers/: what models said and what people made of it. Closed answers only.

Nothing about an answer that is open or leased is public, neither its text nor its labels nor who gave it, or the blind
would see. One that is opened again, as when labels are set aside, is gone from here until it closes. Who gave a closed
one follows when every answer to the same text of the prompt is closed.
"""

from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.choices import Decision, Value
from annotations.guidelines import RULES
from annotations.models import Adjudication, Consensus
from annotations.selectors import with_decisions
from annotations.selectors.crowd import confidence_told, posterior_told
from api.base import ApiView
from api.dates import days
from api.fields import Day, Shown, Word
from api.filters import STATES, of_giver, of_prompt, of_verdict, same
from api.pagination import PAGES
from api.parameters import OneOf
from api.searching import Searched, words_in
from probes.choices import CLOSED, AnswerState, Delivery
from probes.models import Answer, Probe
from probes.selectors import finished, public_probes
from prompts.choices import Kind
from prompts.models import PromptVersion

CONSENSUS_STATES = ("settled", "contested", "adjudicated")


def closed(answer: str = "") -> Q:
    """Answers that are closed, in nobody's hands and ours to publish. `answer` leads to them: "" or "answer__"."""
    return Q(**{f"{answer}state__in": CLOSED, f"{answer}leased": 0, f"{answer}may_publish": True})


def closed_answers() -> QuerySet[Answer]:
    """Closed answers with all that AnswerRow shows."""
    told = public_probes().select_related("endpoint__llm", "round", "batch")
    return (
        Answer.objects.filter(closed())
        .annotate(givers_known=finished())
        .select_related("consensus", "stale", "version__prompt__family__topic")
        .prefetch_related(
            Prefetch("probes", told.order_by("endpoint__slug", "round__number", "sample", "pk")), with_decisions()
        )
    )


class Asked(Shown[PromptVersion]):
    """The question as it was put."""

    id = serializers.IntegerField(source="prompt_id", help_text="The prompt's id.")
    version = serializers.IntegerField(source="number")
    language = serializers.CharField(source="prompt.language")
    family = serializers.CharField(source="prompt.family.slug")
    topic = serializers.CharField(source="prompt.family.topic.slug")
    kind = Word(Kind, name="PromptKind", source="prompt.family.kind")
    state = serializers.CharField(source="prompt.family.state")

    class Meta:
        model = PromptVersion
        fields = ("id", "version", "language", "text", "family", "topic", "kind", "state")


class Giver(Shown[Probe]):
    """One time this text was given: by which model, where, asked by us in a round or collected elsewhere."""

    model = serializers.CharField(source="endpoint.llm.slug")
    endpoint = serializers.CharField(source="endpoint.slug")
    delivery = Word(Delivery)
    round = serializers.IntegerField(source="round.number", allow_null=True, help_text="Null for an import.")
    collected_by = serializers.CharField(source="batch.source", allow_null=True, help_text="Where an import is from.")
    licence = serializers.CharField(source="batch.licence", allow_null=True)
    remark = serializers.CharField(source="batch.remark", allow_null=True, help_text="What to know about an import.")

    class Meta:
        model = Probe
        fields = ("model", "endpoint", "delivery", "round", "sample", "asked_at", "collected_by", "licence", "remark")


class Probabilities(serializers.Serializer[Any]):
    """A probability, or a share, of each label. They need not add up to exactly 1."""

    censored = serializers.FloatField()
    evasive = serializers.FloatField()
    faithful = serializers.FloatField()


class ConsensusRow(Shown[Consensus]):
    """What the labels add up to: the votes, the label of more than half (or null), its share, how spread they are; and
    what they make probable, given how those who gave them label.
    """

    state = serializers.SerializerMethodField(
        help_text="Whether it is settled, contested, or was contested and a reviewer has decided: see adjudication."
    )
    value = serializers.SerializerMethodField(method_name="get_majority")
    dispersion = serializers.FloatField(
        allow_null=True, help_text="Chance that two labels drawn with replacement differ: 0 where all agree."
    )
    posterior = serializers.SerializerMethodField(
        help_text="To two digits. Null before the crowd is known: see /api/v1/crowd/."
    )
    confidence = serializers.SerializerMethodField(
        help_text="The chance that the most probable label is right, to two digits, as calibrated on answers with a "
        "known label. Null where there are too few of these."
    )
    bridged = serializers.SerializerMethodField(
        help_text="What would be said halfway between two camps of people, should there be camps: a share of each "
        "label. Null with fewer than ten labels."
    )

    class Meta:
        model = Consensus
        fields: tuple[str, ...] = (
            *("state", "censored", "evasive", "faithful", "value", "share", "dispersion"),
            *("posterior", "confidence", "bridged"),
        )

    @extend_schema_field(Word(list(CONSENSUS_STATES), name="ConsensusState"))
    def get_state(self, consensus: Consensus) -> str:
        return "adjudicated" if getattr(consensus.answer, "decided", []) else consensus.answer.state

    @extend_schema_field(Word(Value, name="LabelValue", allow_null=True))
    def get_majority(self, consensus: Consensus) -> str | None:
        return consensus.value or None

    @extend_schema_field(Probabilities(allow_null=True))
    def get_posterior(self, consensus: Consensus) -> dict[str, float] | None:
        given = posterior_told(consensus)
        return None if given is None else dict(zip(Value.values, given, strict=True))

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_confidence(self, consensus: Consensus) -> float | None:
        return confidence_told(consensus)

    @extend_schema_field(Probabilities(allow_null=True))
    def get_bridged(self, consensus: Consensus) -> dict[str, float] | None:
        given = consensus.bridged
        return None if given is None else dict(zip(Value.values, given, strict=True))


class AdjudicationRow(Shown[Adjudication]):
    """What a reviewer decided about a disputed answer, beside the labels: it changes neither them nor any figure."""

    decision = Word(Decision, name="DisputeDecision")
    rule = Word(list(RULES), name="GuidelineRule", help_text="The rule that decided it: /label/guideline/<rule>/.")
    guideline = serializers.CharField(help_text="The version of the guideline at the time.")
    on = Day(source="created_at")

    class Meta:
        model = Adjudication
        fields = ("decision", "reason", "rule", "guideline", "on")


class AnswerRow(Shown[Answer]):
    """One distinct text given to one question, and its labels."""

    id = serializers.UUIDField(source="public_id")
    prompt = Asked(source="version")
    escaped = serializers.BooleanField(help_text="NUL or lone surrogates arrived and are shown escaped.")
    sha256 = serializers.CharField(help_text="Of the text in UTF-8.")
    closed_on = Day(source="closed_at")
    state = Word(list(STATES), name="ClosedState")
    consensus = serializers.SerializerMethodField(help_text="Null if it cannot be judged or is being counted.")
    adjudication = serializers.SerializerMethodField(
        help_text="A reviewer's decision, where the answer is contested or cannot be judged and there is one."
    )
    givers_known = serializers.BooleanField(
        help_text="False while another answer to the same version of the prompt is open: given_by is empty until then, "
        "or its author would be known by what is missing."
    )
    given_by = Giver(many=True, source="probes", help_text="Who gave it, call by call; empty unless givers_known.")

    class Meta:
        model = Answer
        fields = (
            *("id", "prompt", "text", "escaped", "sha256", "state", "closed_on", "consensus"),
            *("adjudication", "givers_known", "given_by"),
        )

    @extend_schema_field(ConsensusRow(allow_null=True))
    def get_consensus(self, answer: Answer) -> dict[str, Any] | None:
        settled = answer.state != AnswerState.UNJUDGEABLE and not hasattr(answer, "stale")
        return dict(ConsensusRow(answer.consensus).data) if settled and hasattr(answer, "consensus") else None

    @extend_schema_field(AdjudicationRow(allow_null=True))
    def get_adjudication(self, answer: Answer) -> dict[str, Any] | None:
        decided: list[Adjudication] = getattr(answer, "decided", [])
        return dict(AdjudicationRow(decided[0]).data) if decided else None


class Answers(ListModelMixin, Searched):
    serializer_class = AnswerRow
    queryset = closed_answers()
    text = "text"
    # Random, so that neither the order nor the cursor tells when an answer came.
    keys = ("public_id",)
    parameters = (
        words_in("answers"),
        same("state", "Only answers in this state.", OneOf(STATES), "state"),
        *of_verdict("", "answers"),
        *of_giver("pk", "answers"),
        *of_prompt("version__prompt", "answers"),
        *days("closed_at", "closed"),
        *PAGES,
    )

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Closed answers with their question, their labels and who gave them.

        An answer is closed when enough people have labelled it; before that nothing about it is public. Who gave it is
        public when all answers to the same version of the prompt are closed.
        """
        return self.list(request)


class AnswerView(RetrieveModelMixin, ApiView):
    serializer_class = AnswerRow
    queryset = closed_answers()
    lookup_field = "public_id"

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One closed answer."""
        return self.retrieve(request)
