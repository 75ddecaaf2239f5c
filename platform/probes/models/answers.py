"""The thing people label."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Random
from django.utils import timezone

from probes.choices import AnswerState
from prompts.models import PromptVersion


class Answer(models.Model):
    """One distinct delivered text to one prompt version.

    It knows no model: several probes may have brought the same text, and this is what makes labelling blind. `counted`
    labels count towards `wanted`, `leased` are out with labellers; together they never exceed it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.ForeignKey(PromptVersion, on_delete=models.PROTECT, related_name="answers")
    # Of the text as stored, in UTF-8, lower-case hexadecimal.
    sha256 = models.CharField(max_length=64)
    text = models.TextField()
    # NUL or lone surrogates arrived and are shown escaped.
    escaped = models.BooleanField(default=False)
    # Copied from the prompt, so that the deck's index can hold it.
    language = models.CharField(max_length=16)
    state = models.CharField(max_length=12, choices=AnswerState, default=AnswerState.OPEN)
    wanted = models.PositiveSmallIntegerField(default=3)
    counted = models.PositiveSmallIntegerField(default=0)
    leased = models.PositiveSmallIntegerField(default=0)
    # Nobody has labelled it yet. A column of its own for the deck's index: it changes once, and `counted` every time.
    fresh = models.GeneratedField(
        expression=Q(counted=0),  # type: ignore[arg-type]  # Django takes conditions here, its stubs do not say so
        output_field=models.BooleanField(),
        db_persist=True,
    )
    may_publish = models.BooleanField(default=True)
    # It names the model that wrote it as its own; labellers see a bar in the name's place.
    identity_leaked = models.BooleanField(default=False, db_default=False)
    # All its labels are in: until then who gave them may correct them, and nothing of them is public.
    settles_at = models.DateTimeField(null=True)
    # Somebody reported it: out of the deck until a reviewer has looked.
    held_at = models.DateTimeField(null=True)
    # Lower is sooner: answers to what people submit go before the starter set.
    priority = models.PositiveSmallIntegerField(default=5)
    # Random, so that the deck's order says nothing about who answered or when.
    shuffle = models.FloatField(db_default=Random())
    created_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "sha256"], name="answer_text_once"),
            models.CheckConstraint(condition=Q(state__in=AnswerState.values), name="answer_state_known"),
            models.CheckConstraint(condition=Q(counted__gte=0, leased__gte=0), name="answer_counts_not_negative"),
            models.CheckConstraint(
                condition=Q(counted__lte=F("wanted") - F("leased")), name="answer_never_more_than_wanted"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="answer_not_empty"),
            models.CheckConstraint(
                condition=Q(state=AnswerState.OPEN, closed_at=None) | (~Q(state=AnswerState.OPEN) & ~Q(closed_at=None)),
                name="answer_closed_when_it_says_so",
            ),
            models.CheckConstraint(
                condition=Q(settles_at=None) | Q(state=AnswerState.OPEN), name="answer_settles_while_open"
            ),
        ]
        indexes = [
            # the deck: open answers of a language, sooner before later, begun before fresh, then in a random order
            models.Index(
                fields=["language", "priority", "fresh", "shuffle"], condition=Q(state="open"), name="answer_deck"
            ),
            # whether a question has an answer that is still open: probes.selectors.finished
            models.Index(fields=["version"], condition=Q(state="open"), name="answer_open_of_version"),
            # the sweep that closes what has all its labels
            models.Index(fields=["settles_at"], condition=Q(settles_at__isnull=False), name="answer_settling"),
            # releases and public lists: closed answers by time
            models.Index(fields=["closed_at"], condition=~Q(state="open"), name="answer_closed"),
        ]

    def __str__(self) -> str:
        return f"answer {self.public_id}"
