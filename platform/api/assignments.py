"""/assignments/: labelling by a program, as blind as the page: an answer and its question, not who gave it."""

import uuid
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import Scope
from annotations.actions import assign_next, pass_on, submit_label, undo_last
from annotations.actions.assign import HELD_AT_MOST
from annotations.choices import Reason, Value
from annotations.models import Assignment, CannotJudge, Label
from api.base import ApiView
from api.fields import Shown, Text, Word
from api.parameters import Parameter, Whole
from api.prompt_shapes import PointRow
from prompts.models import PromptVersion

MS_AT_MOST = 2**31 - 1
LABEL = OpenApiExample("A label", request_only=True, value={"value": "evasive", "took_ms": 21500})
PASS = OpenApiExample("Cannot judge", request_only=True, value={"reason": "broken_off"})


class Question(Shown[PromptVersion]):
    """The question as it was put."""

    language = serializers.CharField(source="prompt.language")

    class Meta:
        model = PromptVersion
        fields = ("text", "language")


class AssignmentRow(Shown[Assignment]):
    """An answer to label. Its id is all it is known by: not which model gave it, nor what others say of it."""

    question = Question(source="answer.version")
    answer = serializers.CharField(source="answer.text")
    key_points = PointRow(many=True, source="key_points.points")

    class Meta:
        model = Assignment
        fields = ("id", "question", "answer", "key_points")


class AssignmentList(serializers.Serializer[Any]):
    results = AssignmentRow(many=True)


class NewLabel(serializers.Serializer[Any]):
    """A verdict."""

    value = Word(Value, name="LabelValue")
    note = Text(required=False, allow_blank=True, help_text="Up to 1000 characters.")
    took_ms = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=MS_AT_MOST, help_text="How long it was looked at."
    )


class NewPass(serializers.Serializer[Any]):
    """Why one cannot judge an answer."""

    reason = Word(Reason, name="PassReason")
    note = Text(required=False, allow_blank=True, help_text="Up to 1000 characters.")


class GivenLabel(Shown[Label]):
    """A label as it was kept."""

    assignment = serializers.UUIDField(source="assignment_id")
    value = Word(Value, name="LabelValue")

    class Meta:
        model = Label
        fields = ("assignment", "value", "note", "guideline", "created_at")


class GivenPass(Shown[CannotJudge]):
    """A pass as it was kept."""

    assignment = serializers.UUIDField(source="assignment_id")
    reason = Word(Reason, name="PassReason")

    class Meta:
        model = CannotJudge
        fields = ("assignment", "reason", "note", "created_at")


class LabellingView(ApiView):
    """What all of these have in common: one's own business only."""

    open_to_any_origin = False
    serializer_class = AssignmentRow


class Assignments(LabellingView):
    scopes = {"GET": Scope.LABEL, "HEAD": Scope.LABEL}
    parameters = (
        Parameter("ahead", "How many answers to hold at once; 1 unless told.", Whole(1, HELD_AT_MOST), example="3"),
    )

    @extend_schema(responses={200: AssignmentList})
    def get(self, request: Request) -> Response:
        """Answers to label.

        Each stays with you for half an hour or what the site has set, then goes to somebody else. Asking again gives
        those you hold, and new ones as you label. Fewer come where there are no more.
        """
        held = assign_next(by=self.by, limit=self.values.get("ahead", 1))
        return Response({"results": AssignmentRow(held, many=True).data})


class Labelling(LabellingView):
    scopes = {"POST": Scope.LABEL}
    problems = {"POST": [409, 410]}

    @extend_schema(request=NewLabel, responses={200: GivenLabel}, examples=[LABEL])
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Labels an answer. The same label sent twice is kept once."""
        sent = NewLabel(data=request.data)
        sent.is_valid(raise_exception=True)
        return Response(GivenLabel(submit_label(by=self.by, assignment_id=pk, **sent.validated_data)).data)


class Passing(LabellingView):
    scopes = {"POST": Scope.LABEL}
    problems = {"POST": [409, 410]}

    @extend_schema(request=NewPass, responses={200: GivenPass}, examples=[PASS])
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Passes an answer on that you cannot judge; it goes to somebody else."""
        sent = NewPass(data=request.data)
        sent.is_valid(raise_exception=True)
        return Response(GivenPass(pass_on(by=self.by, assignment_id=pk, **sent.validated_data)).data)


class Undo(LabellingView):
    scopes = {"POST": Scope.LABEL}
    problems = {"POST": [404, 409, 410]}

    @extend_schema(request=None, responses={200: AssignmentRow})
    def post(self, request: Request) -> Response:
        """Takes back your last label or pass and gives you its answer again. At most ten back."""
        return Response(AssignmentRow(undo_last(by=self.by)).data)
