"""/assignments/: labelling by a program, as blind as the page: an answer and its question, not who gave it."""

import uuid
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import Scope
from annotations import selectors
from annotations.actions import assign_next, pass_on, renew, submit_label, undo, undo_last
from annotations.actions.assign import HELD_AT_MOST
from annotations.choices import Facet, Reason, Value
from annotations.evidence import SPANS_AT_MOST
from annotations.rules import TOOK_MS_AT_MOST
from api.base import ApiView
from api.fields import Number, Text, Word, YesOrNo
from api.parameters import Parameter, Whole

LABEL = OpenApiExample(
    "A label",
    request_only=True,
    value={"value": "evasive", "facets": ["official_line"], "evidence": [[0, 14]], "took_ms": 21500},
)
PASS = OpenApiExample("Cannot judge", request_only=True, value={"reason": "broken_off"})
SPANS = {
    "type": "array",
    "maxItems": SPANS_AT_MOST,
    "items": {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 2},
}
NOTE = "Up to 1000 characters."
EVIDENCE = (
    "The passages of the answer that show it, each as [start, end): places in the text as it was given to you, counted "
    "in Unicode code points. Those that overlap or touch become one."
)
KEY_HELP = "A UUID of your making. Sent again with the same one, a verdict changes nothing and is answered the same."
AGAIN_HELP = "Whether it is to stand instead of what you said of this answer before."


@extend_schema_field(SPANS)
class SpansField(serializers.JSONField):
    """Looked at by the action, which knows the text."""


class Question(serializers.Serializer[Any]):
    """The question as it was put."""

    text = serializers.CharField(source="question")
    language = serializers.CharField()


class CardPoint(serializers.Serializer[Any]):
    """One thing a faithful answer says, with a source that a stranger can check."""

    text = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # DRF moves declared fields out of the class
    url = serializers.CharField()
    essential = serializers.BooleanField()


class AssignmentRow(serializers.Serializer[Any]):
    """An answer to label. Its id is all it is known by: not which model gave it, nor what others say of it.

    Where an answer names the model it comes from, the name is covered by a bar.
    """

    id = serializers.UUIDField()
    question = Question(source="*")
    answer = serializers.CharField(source="text")
    key_points = CardPoint(many=True, source="points")


class AssignmentList(serializers.Serializer[Any]):
    results = AssignmentRow(many=True)


class Key(serializers.UUIDField):
    """A UUID as it is written: a small whole number would be one too, and somebody else's as well."""

    def to_internal_value(self, data: Any) -> uuid.UUID:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class Sent(serializers.Serializer[Any]):
    """What a verdict has, whatever it is. Nothing else is taken, so that nobody believes to have said more."""

    note = Text(required=False, allow_blank=True, help_text=NOTE)
    key = Key(required=False, allow_null=True, help_text=KEY_HELP)
    again = YesOrNo(required=False, help_text=AGAIN_HELP)

    def to_internal_value(self, data: Any) -> Any:
        unknown = [name for name in data if name not in self.fields] if isinstance(data, dict) else []
        if unknown:
            raise serializers.ValidationError({name: ["There is no such field."] for name in unknown})
        return super().to_internal_value(data)


class NewLabel(Sent):
    """A verdict."""

    value = Word(Value, name="LabelValue")
    facets = serializers.ListField(
        child=Word(Facet, name="Facet"), required=False, help_text="What else is to be seen in it; each at most once."
    )
    evidence = SpansField(required=False, help_text=EVIDENCE)
    took_ms = Number(
        required=False, allow_null=True, min_value=0, max_value=TOOK_MS_AT_MOST, help_text="How long it was looked at."
    )


class NewPass(Sent):
    """Why one cannot judge an answer."""

    reason = Word(Reason, name="PassReason")


class GivenLabel(serializers.Serializer[Any]):
    """A label as it was kept."""

    assignment = serializers.UUIDField(source="card")
    value = Word(Value, name="LabelValue")
    note = serializers.CharField()
    facets = serializers.ListField(child=Word(Facet, name="Facet"))
    evidence = SpansField(help_text=EVIDENCE)
    guideline = serializers.CharField(help_text="The version of the rules it was given under.")
    created_at = serializers.DateTimeField(source="at", help_text="When the answer was first judged.")


class GivenPass(serializers.Serializer[Any]):
    """A pass as it was kept."""

    assignment = serializers.UUIDField(source="card")
    reason = Word(Reason, name="PassReason")
    note = serializers.CharField()
    created_at = serializers.DateTimeField(source="at", help_text="When the answer was first judged.")


class RenewedLeases(serializers.Serializer[Any]):
    """The answers that stay with you."""

    ids = serializers.ListField(child=serializers.UUIDField())
    until = serializers.DateTimeField(allow_null=True, help_text="When the first of them runs out.")


class LabellingView(ApiView):
    """What all of these have in common: one's own business only."""

    open_to_any_origin = False
    serializer_class = AssignmentRow

    def in_hand(self, pk: uuid.UUID) -> Response:
        """A card that was just given back to the person."""
        [card] = [held for held in selectors.hand(by=self.by) if held.id == pk]
        return Response(AssignmentRow(card).data)


class Assignments(LabellingView):
    scopes = {"GET": Scope.LABEL, "HEAD": Scope.LABEL}
    parameters = (
        Parameter("ahead", "How many answers to hold at once; 1 unless told.", Whole(1, HELD_AT_MOST), example="3"),
    )

    @extend_schema(responses={200: AssignmentList})
    def get(self, request: Request) -> Response:
        """Answers to label.

        Each stays with you for half an hour or what the site has set, then goes to somebody else. Asking again gives
        those you hold, and new ones as you label. Fewer come where there are no more. Who has not passed the practice
        deck at /label/practice/ is given none.
        """
        assign_next(by=self.by, limit=self.values.get("ahead", 1))
        return Response({"results": AssignmentRow(selectors.hand(by=self.by), many=True).data})


class Labelling(LabellingView):
    scopes = {"POST": Scope.LABEL}
    problems = {"POST": [409, 410]}

    @extend_schema(request=NewLabel, responses={200: GivenLabel}, examples=[LABEL])
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Labels an answer.

        The same label sent twice is kept once. Until the answer is public, `again` puts another in its place; the old
        one stays on record. Too late a label is still taken while the answer wants one.
        """
        sent = NewLabel(data=request.data)
        sent.is_valid(raise_exception=True)
        kept = submit_label(by=self.by, assignment_id=pk, **sent.validated_data)
        return Response(GivenLabel(selectors.given(kept, by=self.by, card=pk)).data)


class Passing(LabellingView):
    scopes = {"POST": Scope.LABEL}
    problems = {"POST": [409, 410]}

    @extend_schema(request=NewPass, responses={200: GivenPass}, examples=[PASS])
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Passes an answer on that you cannot judge; it goes to somebody else."""
        sent = NewPass(data=request.data)
        sent.is_valid(raise_exception=True)
        kept = pass_on(by=self.by, assignment_id=pk, **sent.validated_data)
        return Response(GivenPass(selectors.given(kept, by=self.by, card=pk)).data)


class UndoOne(LabellingView):
    scopes = {"POST": Scope.LABEL}
    problems = {"POST": [404, 409, 410]}

    @extend_schema(operation_id="assignments_undo_one_create", request=None, responses={200: AssignmentRow})
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Takes back what you said of an answer and gives it to you again, under the same id.

        Possible until the answer is public: that is some minutes after its last label. Sent twice, it is done once.
        """
        return self.in_hand(undo(by=self.by, assignment_id=pk))


class Undo(LabellingView):
    scopes = {"POST": Scope.LABEL}
    problems = {"POST": [404, 409, 410]}

    @extend_schema(request=None, responses={200: AssignmentRow})
    def post(self, request: Request) -> Response:
        """Takes back your last label or pass and gives you its answer again, under the same id. At most ten back."""
        return self.in_hand(undo_last(by=self.by))


class Renewing(LabellingView):
    scopes = {"POST": Scope.LABEL}

    @extend_schema(request=None, responses={200: RenewedLeases})
    def post(self, request: Request) -> Response:
        """Keeps the answers you hold for longer: as long as when they were given to you, and at most four hours in all.

        What has run out is not renewed.
        """
        return Response(RenewedLeases(renew(by=self.by)).data)
