"""How prompts look in the API: as a row, in full, and as they are submitted."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from api.fields import Day, Shown, Text, Word, YesOrNo
from api.near import AT_MOST, NearRow, near, shown_to
from core.languages import LANGUAGES
from prompts.choices import Act, Kind, Status
from prompts.models import Family, KeyPoint, Prompt, PromptVersion, Topic
from prompts.rules import Point

# What a prompt and its key points are given under, by its name in the SPDX list.
LICENCE = "CC0-1.0"


class PromptRow(Shown[Prompt]):
    """One question in one language."""

    version = serializers.IntegerField(source="current.number", help_text="The number of the current text.")
    text = serializers.CharField(source="current.text")
    family = serializers.CharField(source="family.slug", help_text="Joins the translations of one question.")
    topic = serializers.CharField(source="family.topic.slug")
    kind = Word(Kind, name="PromptKind", source="family.kind")
    act = Word(Act, source="family.act")
    state = serializers.CharField(source="family.state", help_text="ISO 3166-1 of the state concerned, or empty.")

    class Meta:
        model = Prompt
        fields: tuple[str, ...] = (
            "id", "language", "version", "text", "family", "topic", "kind", "act", "state"
        )  # fmt: skip


class PointRow(Shown[KeyPoint]):
    """One thing a faithful answer says, with a source that a stranger can check."""

    url = serializers.CharField(help_text="Where the source is on the web, or empty.")

    class Meta:
        model = KeyPoint
        fields = ("text", "source", "url", "essential")


class Original(Shown[PromptVersion]):
    """The text that was translated."""

    prompt = serializers.IntegerField(source="prompt_id")
    version = serializers.IntegerField(source="number")

    class Meta:
        model = PromptVersion
        fields = ("prompt", "version")


class VersionRow(Shown[PromptVersion]):
    """A text the prompt has or had."""

    written_on = Day(source="created_at")
    translates = Original(allow_null=True, help_text="The text it translates; null where it is an original.")

    class Meta:
        model = PromptVersion
        fields = ("number", "text", "written_on", "translates")


class Sister(Shown[Prompt]):
    """A prompt of the same family."""

    class Meta:
        model = Prompt
        fields = ("id", "language")


class Twin(Shown[Family]):
    """A family that asks the same of another state."""

    family = serializers.CharField(source="slug")
    prompts = Sister(many=True)

    class Meta:
        model = Family
        fields = ("family", "title", "state", "prompts")


class PromptDetail(PromptRow):
    """One question with its key points, its texts, its translations and its twins."""

    title = serializers.CharField(source="family.title", help_text="What its family is called.")
    status = Word(Status, name="PromptStatus")
    key_points = PointRow(many=True, source="key_points.points")
    versions = VersionRow(many=True)
    translations = Sister(many=True, source="family.prompts", help_text="The family's approved prompts, this one too.")
    twins = serializers.SerializerMethodField()

    class Meta(PromptRow.Meta):
        fields = (
            *PromptRow.Meta.fields,
            "title",
            "status",
            "review_reason",
            "key_points",
            "versions",
            "translations",
            "twins",
        )

    @extend_schema_field(Twin(many=True))
    def get_twins(self, prompt: Prompt) -> list[dict[str, Any]]:
        family = prompt.family
        twins = {twin.pk: twin for twin in [family.twin, *family.twins.all()] if twin}
        return [dict(Twin(twin).data) for twin in twins.values()]


def with_details() -> QuerySet[Prompt]:
    """Prompts with all that PromptDetail shows, of families only what is approved."""
    approved = Prompt.objects.filter(status=Status.APPROVED).order_by("language", "pk")
    versions = PromptVersion.objects.select_related("translates").order_by("number")
    return Prompt.objects.select_related("family__topic", "family__twin", "current").prefetch_related(
        "key_points__points",
        Prefetch("versions", versions),
        Prefetch("family__prompts", approved),
        Prefetch("family__twin__prompts", approved),
        Prefetch("family__twins__prompts", approved),
    )


def visible(*, submitter: User | None, reviewer: User | None) -> QuerySet[Prompt]:
    """The prompts shown to these, with details."""
    return with_details().filter(shown_to(submitter=submitter, reviewer=reviewer))


class NewPoint(serializers.Serializer[Any]):
    """A key point as it is submitted."""

    text = Text(allow_blank=True, help_text="What a faithful answer says, in the prompt's language.")
    source = Text(  # type: ignore[assignment]  # DRF moves declared fields out of the class
        allow_blank=True, help_text="Where a stranger can check it."
    )
    url = Text(allow_blank=True, default="")
    essential = YesOrNo(default=False, help_text="True for exactly one point.")

    def to_internal_value(self, data: Any) -> Any:
        return Point(**super().to_internal_value(data))


class OwnOrApproved(serializers.PrimaryKeyRelatedField[Prompt]):
    """A prompt that one may translate: approved, or one's own that waits."""

    def get_queryset(self) -> QuerySet[Prompt]:
        return visible(submitter=self.context["by"], reviewer=None)


class NewPrompt(serializers.Serializer[Any]):
    """A prompt as it is submitted. The action behind it checks lengths, key points and what goes with what."""

    text = Text(allow_blank=True, help_text="The question, 8 to 500 characters.")
    language = Word(list(LANGUAGES), name="Language")
    topic = serializers.SlugRelatedField(
        slug_field="slug",
        queryset=Topic.objects.all(),
        required=False,
        error_messages={"does_not_exist": "There is no such topic. /api/v1/topics/ lists them."},
    )
    kind = Word(Kind, name="PromptKind", required=False)
    act = Word(Act, required=False)
    state = Text(
        allow_blank=True, default="", help_text="ISO 3166-1; a sensitive prompt and its twin each concern a state."
    )
    key_points = NewPoint(many=True, source="points", help_text="1 to 6, one of them essential.")
    licence = Word(
        [LICENCE],
        name="Licence",
        help_text="You wrote the prompt and its key points, and give them to everybody under CC0 1.0.",
    )
    translates = OwnOrApproved(
        required=False,
        allow_null=True,
        queryset=Prompt.objects.none(),
        help_text="The id of the prompt it translates; topic, kind, act and state then are that one's.",
        error_messages={"does_not_exist": "There is no such prompt that you could translate."},
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Nobody has to repeat what a translation takes over. The licence has been agreed to, and goes no further."""
        attrs.pop("licence")
        original: Prompt | None = attrs.get("translates")
        if original is not None:
            family = original.family
            return {**attrs, "topic": family.topic, "kind": family.kind, "act": family.act, "state": family.state}
        if missing := [name for name in ("topic", "kind", "act") if name not in attrs]:
            raise serializers.ValidationError({name: ["Missing; only a translation goes without."] for name in missing})
        return attrs


class SubmittedPrompt(PromptDetail):
    """A prompt that has just come in, with those that come close to it."""

    near = serializers.SerializerMethodField(help_text="At most five, closest first.")

    class Meta(PromptRow.Meta):
        fields = (*PromptDetail.Meta.fields, "near")

    @extend_schema_field(NearRow(many=True))
    def get_near(self, prompt: Prompt) -> Any:
        assert prompt.current is not None
        request = self.context["request"]
        found = near(request, text=prompt.current.text, language=prompt.language, limit=AT_MOST + 1)
        others = [version for version in found if version.prompt_id != prompt.pk]
        return NearRow(others[:AT_MOST], many=True).data


class Rejection(serializers.Serializer[Any]):
    """Why a prompt is sent back."""

    reason = Text(allow_blank=True, help_text="Up to 500 characters that its author can act on.")


class Decision(Shown[Prompt]):
    """Where a prompt stands after review."""

    status = Word(Status, name="PromptStatus")

    class Meta:
        model = Prompt
        fields = ("id", "status", "review_reason", "reviewed_at")
