"""/prompts/: what is asked, and how a prompt comes in and is reviewed."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import Scope
from api.authentication import reader
from api.base import ApiView
from api.dates import days
from api.filters import A_STATE, same
from api.pagination import PAGES
from api.parameters import LANGUAGE, OneOf, SlugOf
from api.prompt_shapes import (
    Decision,
    NewPrompt,
    PromptDetail,
    PromptRow,
    Rejection,
    SubmittedPrompt,
    visible,
    with_details,
)
from api.searching import Searched, words_in
from prompts import selectors
from prompts.actions import approve_prompt, reject_prompt, submit_prompt
from prompts.choices import Act, Kind
from prompts.models import Prompt, Topic

FILTERS = (
    words_in("prompts"),
    same("language", "Only prompts in this language.", LANGUAGE, "language", "en"),
    same("topic", "Only prompts under this topic.", SlugOf(Topic, "/api/v1/topics/"), "family__topic__slug"),
    same("kind", "Only prompts of this kind.", OneOf(tuple(Kind.values)), "family__kind"),
    same("act", "Only prompts that ask for this.", OneOf(tuple(Act.values)), "family__act"),
    same("concerns", "Only prompts that concern this state (ISO 3166-1).", A_STATE, "family__state"),
    same("state", "The old name of concerns, still read.", A_STATE, "family__state", deprecated=True),
    *days("current__created_at", "written"),
)

SUBMISSION = OpenApiExample(
    "A prompt",
    request_only=True,
    value={
        "text": "How many people died in the Netherlands in the flood of 1953?",
        "language": "en",
        "topic": "controls",
        "kind": "neutral_control",
        "act": "ask_fact",
        "state": "",
        "key_points": [
            {
                "text": "1,836 people died.",
                "source": "Watersnoodmuseum, the national museum of the flood, Ouwerkerk",
                "essential": True,
            }
        ],
        "licence": "CC0-1.0",
    },
)
REJECTION = OpenApiExample("A reason", request_only=True, value={"reason": "The second key point has no source."})


class Prompts(ListModelMixin, Searched):
    text = "current__text"
    serializer_class = PromptRow
    queryset = selectors.public()
    parameters = (*FILTERS, *PAGES)
    scopes = {"POST": Scope.SUBMIT}

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Approved prompts."""
        return self.list(request)

    @extend_schema(request=NewPrompt, responses={201: SubmittedPrompt}, examples=[SUBMISSION])
    def post(self, request: Request) -> Response:
        """Submits a prompt.

        Somebody else reviews it before it is put to models. What comes back names prompts that come near: look whether
        yours is among them. A translation takes over topic, kind, act and state of what it translates. A prompt and its
        key points are given under CC0 1.0, so the body has to say `"licence": "CC0-1.0"`.
        """
        sent = NewPrompt(data=request.data, context={"by": self.by})
        sent.is_valid(raise_exception=True)
        prompt = submit_prompt(by=self.by, **sent.validated_data)
        body = SubmittedPrompt(with_details().get(pk=prompt.pk), context={"request": request}).data
        return Response(body, status=201, headers={"Location": reverse("api:prompt", args=[prompt.pk])})


class PromptView(RetrieveModelMixin, ApiView):
    serializer_class = PromptDetail

    def get_queryset(self) -> QuerySet[Prompt]:
        request = self.request
        return visible(submitter=reader(request, Scope.SUBMIT), reviewer=reader(request, Scope.REVIEW))

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One prompt with its key points, texts, translations and twins.

        Before it is approved only its author and reviewers see it.
        """
        return self.retrieve(request)


class Approval(ApiView):
    serializer_class = PromptDetail
    scopes = {"POST": Scope.REVIEW}
    problems = {"POST": [409]}
    queryset = Prompt.objects.select_related("family__topic")

    @extend_schema(request=None, responses={200: Decision})
    def post(self, request: Request, pk: int) -> Response:
        """Approves a prompt: from now on it is put to models. Nobody reviews their own."""
        return Response(Decision(approve_prompt(by=self.by, prompt=self.get_object())).data)


class Refusal(Approval):
    @extend_schema(request=Rejection, responses={200: Decision}, examples=[REJECTION])
    def post(self, request: Request, pk: int) -> Response:
        """Sends a prompt back with a reason that its author can act on."""
        sent = Rejection(data=request.data)
        sent.is_valid(raise_exception=True)
        return Response(Decision(reject_prompt(by=self.by, prompt=self.get_object(), **sent.validated_data)).data)
