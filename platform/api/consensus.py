"""/consensus/: what the labels of each closed answer add up to, for who wants the figures without the texts."""

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.choices import Value
from annotations.models import Consensus
from annotations.selectors import with_decisions
from annotations.selectors.disputes import decisions
from api.answers import CONSENSUS_STATES, ConsensusRow, closed
from api.base import ApiView
from api.dates import days
from api.fields import Day
from api.filters import Share, of_giver, of_prompt, same
from api.pagination import PAGES
from api.parameters import OneOf, Parameter
from probes.choices import AnswerState
from probes.models import Answer


class AnswerConsensus(ConsensusRow):
    """What the labels of one closed answer add up to, as in the answer's own row, and which answer that is."""

    answer = serializers.UUIDField(source="answer.public_id", help_text="The id of the answer.")
    prompt = serializers.IntegerField(source="answer.version.prompt_id", help_text="The id of its prompt.")
    language = serializers.CharField(source="answer.language")
    closed_on = Day(source="answer.closed_at")

    class Meta(ConsensusRow.Meta):
        fields = ("answer", "prompt", "language", "closed_on", *ConsensusRow.Meta.fields)


def counted() -> QuerySet[Consensus]:
    """Of closed answers that can be judged, where it is up to date with the labels."""
    answers = Answer.objects.select_related("version").defer("text").prefetch_related(with_decisions())
    told = Consensus.objects.filter(closed("answer__"), answer__stale=None)
    return told.exclude(answer__state=AnswerState.UNJUDGEABLE).prefetch_related(Prefetch("answer", answers))


def in_state(rows: QuerySet[Consensus], state: str) -> QuerySet[Consensus]:
    decided = Exists(decisions().filter(answer=OuterRef("answer")))
    return rows.filter(decided) if state == "adjudicated" else rows.filter(~decided, answer__state=state)


class ConsensusList(ListModelMixin, ApiView):
    serializer_class = AnswerConsensus
    queryset = counted()
    keys = ("answer__public_id",)
    parameters = (
        same("label", "Only where more than half say this.", OneOf(tuple(Value.values)), "value", "evasive"),
        Parameter("state", "Only in this state.", OneOf(CONSENSUS_STATES), in_state),
        same("agreement", "Only where at least this share of the labels say the same, 0 to 1.", Share(), "share__gte"),
        *of_giver("answer", "answers"),
        *of_prompt("answer__version__prompt", "answers"),
        *days("answer__closed_at", "closed"),
        *PAGES,
    )

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What the labels of closed answers add up to, without the texts.

        Answers that cannot be judged, or are being counted, are not here.
        """
        return self.list(request)
