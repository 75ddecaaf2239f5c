"""Reading prompts."""

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import F, QuerySet

from prompts.choices import Status
from prompts.models import Prompt, PromptVersion

# A paraphrase in Chinese shares few trigrams: one scored .25 where its English sister scored .5.
NEAR = {"zh-Hans": 0.2, "zh-Hant": 0.2, "ja": 0.2, "ko": 0.25}
NEAR_ELSEWHERE = 0.4


def public(prompts: QuerySet[Prompt] | None = None) -> QuerySet[Prompt]:
    """Approved prompts with all that a list shows."""
    prompts = Prompt.objects.all() if prompts is None else prompts
    return prompts.filter(status=Status.APPROVED).select_related("family__topic", "current")


def waiting() -> QuerySet[Prompt]:
    """What reviewers have to read, oldest first."""
    return (
        Prompt.objects.filter(status=Status.SUBMITTED)
        .select_related("family__topic", "current", "submitted_by", "current__translates__prompt")
        .prefetch_related("key_points__points")
        .order_by("submitted_at", "pk")
    )


def near(*, text: str, language: str, limit: int = 5) -> QuerySet[PromptVersion]:
    """Current texts in the same language that come close to `text`, closest first, with `similarity` from 0 to 1."""
    return (
        PromptVersion.objects.filter(
            prompt__language=language,
            prompt__status__in=[Status.SUBMITTED, Status.APPROVED],
            prompt__current=F("pk"),
        )
        .annotate(similarity=TrigramSimilarity("text", text))
        .filter(similarity__gte=NEAR.get(language, NEAR_ELSEWHERE))
        .select_related("prompt__family")
        .order_by("-similarity", "pk")[:limit]
    )
