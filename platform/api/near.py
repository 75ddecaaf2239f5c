"""/near/: has this been asked already?"""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import Scope
from api.base import ApiView
from api.fields import Shown
from api.parameters import LANGUAGE, Parameter, Text
from prompts import selectors
from prompts.models import PromptVersion
from prompts.rules import TEXT_AT_MOST


class NearRow(Shown[PromptVersion]):
    """A prompt whose text comes close."""

    id = serializers.IntegerField(source="prompt_id", help_text="The prompt's id.")
    family = serializers.CharField(source="prompt.family.slug")
    similarity = serializers.FloatField(help_text="From 0 to 1, by the groups of three characters both have.")

    class Meta:
        model = PromptVersion
        fields = ("id", "family", "text", "similarity")


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

        Prompts that wait for review are among them, so this wants the scope submit.
        """
        found = selectors.near(text=self.values["text"], language=self.values["language"])
        return Response({"results": NearRow(found, many=True).data})
