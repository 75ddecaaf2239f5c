"""The queue, which is these tables: what is due, who has claimed it, and what it brought."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from probes.choices import Delivery, ProbeStatus
from probes.models.answers import Answer
from probes.models.imports import ImportBatch
from probes.models.llms import Endpoint
from probes.models.rounds import Round
from prompts.models import PromptVersion


class Probe(models.Model):
    """One prompt version put to one endpoint once.

    A claim is a lease: it carries `attempt`, and a result is accepted only while the row is still claimed at that
    attempt. Whatever a crashed worker had in hand becomes due again when its lease runs out.
    """

    # Without an index of its own: probe_of_a_round begins with it.
    round = models.ForeignKey(Round, null=True, on_delete=models.PROTECT, related_name="probes", db_index=False)
    batch = models.ForeignKey(ImportBatch, null=True, on_delete=models.PROTECT, related_name="probes")
    version = models.ForeignKey(PromptVersion, on_delete=models.PROTECT, related_name="probes")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="probes")
    sample = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=8, choices=ProbeStatus, default=ProbeStatus.DUE)
    # Lower is sooner: what people submit goes before back-filling the starter set.
    priority = models.PositiveSmallIntegerField(default=5)
    due_at = models.DateTimeField(default=timezone.now)
    attempt = models.PositiveIntegerField(default=0)
    # Attempts that failed and may heal; a call given back at a restart is not one.
    failures = models.PositiveIntegerField(default=0)
    # Attempts whose lease ran out, because the worker that held it died.
    deaths = models.PositiveSmallIntegerField(default=0, db_default=0)
    # Attempts that may have been paid for without bringing anything.
    perhaps_paid = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    # Money, in US dollars: put aside for the call in flight, and what all attempts cost so far.
    reserved = models.DecimalField(max_digits=16, decimal_places=8, null=True)
    cost = models.DecimalField(max_digits=16, decimal_places=8, null=True)

    # what was asked, enough to repeat the call by hand: protocol, address, headers and body, never a key
    request = models.JSONField(default=dict)
    # what came back
    delivery = models.CharField(max_length=16, choices=Delivery, blank=True)
    rule = models.CharField(max_length=80, blank=True)
    quarantined = models.BooleanField(default=False)
    answer = models.ForeignKey(Answer, null=True, on_delete=models.SET_NULL, related_name="probes")
    # Text that came without a delivery: the half before a filter cut in.
    partial_text = models.TextField(blank=True)
    reasoning = models.TextField(blank=True)
    finish_reason = models.CharField(max_length=80, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True)
    latency_ms = models.PositiveIntegerField(null=True)
    # When the characters of a streamed text came: [[milliseconds since the request, how many], …].
    pieces = models.JSONField(default=list, db_default=[])
    usage = models.JSONField(default=dict)
    # The upstream a router used, the model's name as it came back, the build, and headers that say where it was served.
    served_by = models.CharField(max_length=200, blank=True)
    served_model = models.CharField(max_length=200, blank=True, default="", db_default="")
    headers = models.JSONField(default=dict, db_default={})
    fingerprint = models.CharField(max_length=200, blank=True)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    asked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "version", "endpoint", "sample"], name="probe_once_a_round"),
            models.UniqueConstraint(fields=["batch", "version", "endpoint", "sample"], name="probe_once_a_batch"),
            models.CheckConstraint(
                condition=Q(round=None, batch__isnull=False) | Q(round__isnull=False, batch=None),
                name="probe_of_a_round_or_a_batch",
            ),
            models.CheckConstraint(condition=Q(status__in=ProbeStatus.values), name="probe_status_known"),
            models.CheckConstraint(condition=Q(delivery__in=["", *Delivery.values]), name="probe_delivery_known"),
            models.CheckConstraint(
                condition=Q(status=ProbeStatus.CLAIMED, leased_until__isnull=False)
                | (~Q(status=ProbeStatus.CLAIMED) & Q(leased_until=None)),
                name="probe_leased_while_claimed",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["due", "claimed"], delivery="")
                | Q(status__in=["done", "given_up"]) & ~Q(delivery=""),
                name="probe_over_when_delivered",
            ),
            models.CheckConstraint(
                condition=Q(delivery="delivered") | Q(answer=None), name="probe_answer_only_if_delivered"
            ),
            models.CheckConstraint(
                condition=Q(reserved=None) | Q(status=ProbeStatus.CLAIMED), name="probe_reserved_while_claimed"
            ),
        ]
        indexes = [
            # claiming: an endpoint's due probes, soonest first; by id too, or each claim would sort those of one moment
            models.Index(fields=["endpoint", "priority", "due_at", "id"], condition=Q(status="due"), name="probe_due"),
            # how far a round is
            models.Index(fields=["round", "status"], name="probe_of_a_round"),
            # taking back what a dead worker held
            models.Index(fields=["leased_until"], condition=Q(status="claimed"), name="probe_claimed"),
            # the maintainer's page: what an endpoint did lately
            models.Index(
                fields=["endpoint", "-finished_at"], condition=Q(finished_at__isnull=False), name="probe_lately"
            ),
            # limits after Valkey has lost them: what an endpoint was asked in the last minute
            models.Index(fields=["endpoint", "-asked_at"], condition=Q(asked_at__isnull=False), name="probe_asked"),
            # the page that is watched: what was asked again lately
            models.Index(fields=["endpoint", "-asked_at"], condition=Q(attempt__gt=1), name="probe_again"),
            # the page of what no rule knew
            models.Index(fields=["-finished_at"], condition=Q(quarantined=True), name="probe_quarantine"),
        ]

    def __str__(self) -> str:
        return f"probe {self.pk}"


class Payload(models.Model):
    """What the provider sent, byte for byte (gzip), so that a verdict of the rules can be redone."""

    probe = models.ForeignKey(Probe, on_delete=models.CASCADE, related_name="payloads")
    attempt = models.PositiveIntegerField()
    body = models.BinaryField()
    # Of the bytes before compression.
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["probe", "attempt"], name="payload_once_an_attempt")]

    def __str__(self) -> str:
        return f"payload of probe {self.probe_id}, attempt {self.attempt}"
