"""What is asked: families of prompts, their immutable texts, and what a faithful answer has to contain."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from prompts.choices import Act, Kind, Status

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager


class Topic(models.Model):
    """A subject that prompts are grouped under, such as a state or the makers' own affairs."""

    slug = models.SlugField(unique=True)
    name_en = models.CharField(max_length=80)
    name_fr = models.CharField(max_length=80)
    name_zh_hans = models.CharField(max_length=80)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "slug"]

    def __str__(self) -> str:
        return self.name_en

    def name(self, language: str) -> str:
        """The topic's name in one of the site's languages; English for any other."""
        return {"fr": self.name_fr, "zh-hans": self.name_zh_hans}.get(language.lower(), self.name_en)


class Family(models.Model):
    """One question in all its languages. `twin` is the family that asks the same of another state."""

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="families")
    kind = models.CharField(max_length=16, choices=Kind)
    act = models.CharField(max_length=16, choices=Act)
    # ISO 3166-1 alpha-2 of the state concerned, or empty where none is.
    state = models.CharField(max_length=2, blank=True)
    twin = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="twins")
    # The starter set is back-filled only when a model is idle.
    starter = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "families"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="family_kind_known"),
            models.CheckConstraint(condition=Q(act__in=Act.values), name="family_act_known"),
            models.CheckConstraint(condition=Q(state="") | Q(state__regex="^[A-Z]{2}$"), name="family_state_code"),
            models.CheckConstraint(condition=Q(twin=None) | ~Q(twin=F("id")), name="family_not_its_own_twin"),
        ]

    def __str__(self) -> str:
        return self.title


class ErasedStarter(models.Model):
    """A prompt of the starter set that was erased, by its place in the set and without a word of its text: it is not
    loaded again.
    """

    family = models.CharField(max_length=80)
    language = models.CharField(max_length=16)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["family", "language"], name="erased_starter_once")]

    def __str__(self) -> str:
        return f"{self.family} ({self.language})"


class Prompt(models.Model):
    """One question in one language: the identity. Its text is in `current`, every text it ever had in `versions`."""

    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="prompts")
    language = models.CharField(max_length=16)
    status = models.CharField(max_length=16, choices=Status, default=Status.SUBMITTED)
    current = models.OneToOneField("PromptVersion", null=True, on_delete=models.PROTECT, related_name="+")
    key_points = models.OneToOneField("KeyPointSet", null=True, on_delete=models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="prompts_submitted"
    )
    submitted_at = models.DateTimeField(default=timezone.now)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="prompts_reviewed"
    )
    reviewed_at = models.DateTimeField(null=True)
    review_reason = models.CharField(max_length=500, blank=True)
    # Somebody reported it: its answers are out of the deck until a reviewer has looked.
    held_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        versions: RelatedManager["PromptVersion"]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="prompt_status_known"),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | Q(submitted_by=None) | ~Q(reviewed_by=F("submitted_by")),
                name="prompt_not_reviewed_by_its_author",
            ),
            models.UniqueConstraint(
                fields=["family", "language"],
                condition=Q(status__in=["submitted", "approved"]),
                name="prompt_live_once_a_language",
            ),
            models.CheckConstraint(
                condition=~Q(status="approved") | Q(current__isnull=False, key_points__isnull=False),
                name="prompt_approved_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(status="rejected") | Q(review_reason__regex=r"\S"), name="prompt_rejected_with_a_reason"
            ),
        ]
        indexes = [
            models.Index(
                fields=["submitted_at"], condition=Q(status="submitted"), name="prompt_waiting"
            ),  # review page
        ]

    def __str__(self) -> str:
        return f"{self.family.slug} ({self.language})"


class PromptVersion(models.Model):
    """A text, immutable. To edit a prompt is to add a version."""

    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.CharField(max_length=1000)
    # The version this one translates, so that a stale translation shows.
    translates = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="translations")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prompt", "number"], name="prompt_version_once"),
            # What prompt_current_is_its_own refers to.
            models.UniqueConstraint(fields=["prompt", "id"], name="prompt_version_of_prompt"),
            models.CheckConstraint(condition=~Q(text__regex=r"^\s*$"), name="prompt_version_not_empty"),
        ]
        indexes = [
            GinIndex(fields=["text"], opclasses=["gin_trgm_ops"], name="prompt_version_trigrams"),  # near-duplicates
        ]

    def __str__(self) -> str:
        return self.text


class KeyPointSet(models.Model):
    """What a faithful answer to a prompt contains, in the prompt's language. Immutable; an edit is a new set."""

    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="key_point_sets")
    number = models.PositiveIntegerField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    if TYPE_CHECKING:
        points: RelatedManager["KeyPoint"]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prompt", "number"], name="key_point_set_once"),
            # What prompt_key_points_are_its_own refers to.
            models.UniqueConstraint(fields=["prompt", "id"], name="key_point_set_of_prompt"),
        ]

    def __str__(self) -> str:
        return f"key points {self.number} of prompt {self.prompt_id}"


class KeyPoint(models.Model):
    """One thing a faithful answer says, with a source a stranger can check."""

    set = models.ForeignKey(KeyPointSet, on_delete=models.CASCADE, related_name="points")
    order = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=500)
    source = models.CharField(max_length=300)
    url = models.URLField(max_length=500, blank=True)
    essential = models.BooleanField(default=False)

    class Meta:
        ordering = ["set", "order"]
        constraints = [
            models.UniqueConstraint(fields=["set", "order"], name="key_point_once"),
            models.UniqueConstraint(fields=["set"], condition=Q(essential=True), name="key_point_one_essential"),
        ]

    def __str__(self) -> str:
        return self.text
