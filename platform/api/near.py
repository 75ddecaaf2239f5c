"""/near/: has this been asked already?"""

from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import Scope
from accounts.models import User
from api.authentication import reader
from api.base import ApiView
from api.fields import Shown
from api.parameters import LANGUAGE, Parameter, Text
from prompts import selectors
from prompts.choices import Status
from prompts.models import Prompt, PromptVersion
from prompts.rules import TEXT_AT_MOST

AT_MOST = 5


class NearRow(Shown[PromptVersion]):
    """A prompt whose text comes close."""

    id = serializers.IntegerField(source="prompt_id", help_text="The prompt's id.")
    family = serializers.CharField(source="prompt.family.slug")
    similarity = serializers.FloatField(help_text="From 0 to 1, by the groups of three characters both have.")

    class Meta:
        model = PromptVersion
        fields = ("id", "family", "text", "similarity")


def shown_to(*, submitter: User | None, reviewer: User | None) -> Q:
    """Prompts that are approved, and those that wait or were sent back where it is one's own or to be reviewed."""
    shown = Q(status=Status.APPROVED)
    if submitter is not None:
        shown |= Q(submitted_by=submitter)
    if reviewer is not None and reviewer.is_reviewer:
        shown |= Q(status=Status.SUBMITTED)
    return shown


def near(request: Request, *, text: str, language: str, limit: int = AT_MOST) -> QuerySet[PromptVersion]:
    """What comes close and whoever asks may see: with the scope review, reviewers see all that waits."""
    shown = shown_to(submitter=reader(request, Scope.SUBMIT), reviewer=reader(request, Scope.REVIEW))
    return selectors.near(text=text, language=language, among=Prompt.objects.filter(shown), limit=limit)


class NearList(serializers.Serializer[Any]):
    results = NearRow(many=True)


class Near(ApiView):
    serializer_class = NearList
    scopes = {"GET": Scope.SUBMIT, "HEAD": Scope.SUBMIT}
    open_to_any_origin = False
    parameters = (
        Parameter("text", "The question you mean to submit.", Text(TEXT_AT_MOST), required=True, example="What is it?"),
        Parameter("language", "The language it is in.", LANGUAGE, required=True, example="en"),
    )

    @extend_schema(responses={200: NearList})
    def get(self, request: Request) -> Response:
        """Prompts that come close to a text, closest first, at most five.

        Your own that wait for review are among them, so this wants the scope submit. Reviewers with the scope review
        get all that wait.
        """
        found = near(request, text=self.values["text"], language=self.values["language"])
        return Response({"results": NearRow(found, many=True).data})
