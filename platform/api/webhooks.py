"""/webhooks/: addresses of one's own that are told when a release is published."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import Scope
from api.base import ApiView
from api.fields import Shown, Text, Word
from api.pagination import PAGES
from releases.actions import webhooks as actions
from releases.choices import DeliveryStatus, WebhookEvent
from releases.models import Webhook, WebhookDelivery
from releases.selectors.webhooks import deliveries_of, webhooks_of

EVENTS_AT_MOST = 10
DELIVERIES_SHOWN = 30
EXAMPLE = OpenApiExample(
    "A webhook",
    request_only=True,
    value={"url": "https://example.org/candor", "events": ["release.published"]},
)


class DeliveryRow(Shown[WebhookDelivery]):
    """One message to a webhook, and how it went."""

    id = serializers.UUIDField(source="public_id", help_text="What webhook-id says, the same at each attempt.")
    event = serializers.CharField()
    status = Word(DeliveryStatus)
    due_at = serializers.DateTimeField(help_text="While it waits: when the next attempt is.")
    response_status = serializers.IntegerField(
        allow_null=True, help_text="What the last attempt was answered with; null where nothing came."
    )
    error = serializers.CharField(help_text="Why the last attempt did not arrive, or empty.")
    done_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = WebhookDelivery
        fields = ("id", "event", "status", "attempts", "created_at", "due_at", "response_status", "error", "done_at")


class WebhookRow(Shown[Webhook]):
    """An address that is told of events, and since when."""

    id = serializers.UUIDField(source="public_id")
    url = serializers.CharField()
    events = serializers.ListField(child=Word(WebhookEvent))
    disabled_at = serializers.DateTimeField(allow_null=True, help_text="Since when it is switched off, or null.")
    failing_since = serializers.DateTimeField(
        allow_null=True,
        help_text="Since when nothing arrives, or null; after five days it is switched off, and both moments stay.",
    )

    class Meta:
        model = Webhook
        fields: tuple[str, ...] = ("id", "url", "events", "created_at", "disabled_at", "failing_since")


class WebhookDetail(WebhookRow):
    """A webhook with what was sent to it lately."""

    deliveries = serializers.SerializerMethodField(help_text=f"The last {DELIVERIES_SHOWN}, newest first.")

    class Meta(WebhookRow.Meta):
        fields = (*WebhookRow.Meta.fields, "deliveries")

    @extend_schema_field(DeliveryRow(many=True))
    def get_deliveries(self, webhook: Webhook) -> list[dict[str, Any]]:
        return list(DeliveryRow(deliveries_of(webhook)[:DELIVERIES_SHOWN], many=True).data)


class WebhookWithSecret(WebhookRow):
    """A webhook with its secret, which is told this once."""

    secret = serializers.CharField(help_text="Signs the messages, as Standard Webhooks has it.")

    class Meta(WebhookRow.Meta):
        fields = (*WebhookRow.Meta.fields, "secret")


class NewWebhook(serializers.Serializer[Any]):
    """An address and what it wants to be told."""

    url = Text(help_text="A whole https:// address on the public internet; up to 500 characters.")
    events = serializers.ListField(child=Word(WebhookEvent), max_length=EVENTS_AT_MOST)


class OneWebhook(ApiView):
    """What every address of one webhook has in common."""

    serializer_class = WebhookDetail
    lookup_field = "public_id"
    open_to_any_origin = False

    def get_queryset(self) -> QuerySet[Webhook]:
        return webhooks_of(self.by)

    def shown(self) -> Response:
        return Response(WebhookDetail(self.get_object()).data)


class Webhooks(ListModelMixin, ApiView):
    serializer_class = WebhookRow
    parameters = PAGES
    scopes = {"GET": Scope.WEBHOOK, "POST": Scope.WEBHOOK}
    problems = {"POST": [409]}
    open_to_any_origin = False

    def get_queryset(self) -> QuerySet[Webhook]:
        return webhooks_of(self.by)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Your webhooks."""
        return self.list(request)

    @extend_schema(request=NewWebhook, responses={201: WebhookWithSecret}, examples=[EXAMPLE])
    def post(self, request: Request) -> Response:
        """Adds a webhook. Its secret is in this answer and nowhere else."""
        sent = NewWebhook(data=request.data)
        sent.is_valid(raise_exception=True)
        given = sent.validated_data
        made = actions.make_webhook(by=self.by, url=given["url"], events_wanted=given["events"])
        address = reverse("api:webhook", args=[made.public_id])
        return Response(WebhookWithSecret(made).data, status=201, headers={"Location": address})


class WebhookView(RetrieveModelMixin, OneWebhook):
    scopes = {"GET": Scope.WEBHOOK, "DELETE": Scope.WEBHOOK}

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One of your webhooks, with what was sent to it lately."""
        return self.retrieve(request)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, public_id: str) -> Response:
        """Removes a webhook, with the list of what was sent to it."""
        actions.remove_webhook(by=self.by, webhook=self.get_object())
        return Response(status=204)


class Testing(OneWebhook):
    scopes = {"POST": Scope.WEBHOOK}
    problems = {"POST": [409, 429]}

    @extend_schema(request=None, responses={202: DeliveryRow})
    def post(self, request: Request, public_id: str) -> Response:
        """Sends a message that says nothing; how it went is on the webhook a few seconds later."""
        made = actions.test_webhook(by=self.by, webhook=self.get_object())
        return Response(DeliveryRow(made).data, status=202)


class Rotation(OneWebhook):
    scopes = {"POST": Scope.WEBHOOK}

    @extend_schema(request=None, responses={200: WebhookWithSecret})
    def post(self, request: Request, public_id: str) -> Response:
        """Makes a new secret, which is in this answer and nowhere else. The old one signs beside it for a day.

        Two signatures stand in the header then; the second change within a day ends the first secret at once.
        """
        webhook = self.get_object()
        actions.rotate_secret(by=self.by, webhook=webhook)
        webhook.refresh_from_db()
        return Response(WebhookWithSecret(webhook).data)


class Resending(OneWebhook):
    scopes = {"POST": Scope.WEBHOOK}
    problems = {"POST": [409, 429]}

    @extend_schema(request=None, responses={202: DeliveryRow})
    def post(self, request: Request, public_id: str, delivery: str) -> Response:
        """Sends a message again as it was, with the same webhook-id, whether it had arrived or not."""
        found = get_object_or_404(deliveries_of(self.get_object()), public_id=delivery)
        sent = actions.resend_delivery(by=self.by, delivery=found)
        return Response(DeliveryRow(sent).data, status=202)


class Disabling(OneWebhook):
    scopes = {"POST": Scope.WEBHOOK}

    @extend_schema(request=None, responses={200: WebhookDetail})
    def post(self, request: Request, public_id: str) -> Response:
        """Switches a webhook off: nothing is sent to it, and what waited is given up."""
        actions.disable_webhook(by=self.by, webhook=self.get_object())
        return self.shown()


class Enabling(OneWebhook):
    scopes = {"POST": Scope.WEBHOOK}

    @extend_schema(request=None, responses={200: WebhookDetail})
    def post(self, request: Request, public_id: str) -> Response:
        """Switches a webhook on again: it is told of what happens from now on."""
        actions.enable_webhook(by=self.by, webhook=self.get_object())
        return self.shown()
