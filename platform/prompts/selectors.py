"""Reading prompts."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Value

from accounts.models import User
from core.wording import having, words_of
from prompts.choices import Status
from prompts.models import ErasedStarter, Family, Prompt, PromptVersion

# A paraphrase in Chinese shares few trigrams: one scored .25 where its English sister scored .5. Measured on the
# starter set, 96 in 100 pairs of different questions in English or French lie under .3, and some paraphrases under .4.
NEAR = {"zh-Hans": 0.2, "zh-Hant": 0.2, "ja": 0.2, "ko": 0.25}
NEAR_ELSEWHERE = 0.3
# Between languages only names and years are shared: of the starter set's French and English texts, translations score
# .13 to .36 and everything else at most .11.
NEAR_TRANSLATION = 0.15
LIVE = (Status.SUBMITTED, Status.APPROVED)


def public(prompts: QuerySet[Prompt] | None = None) -> QuerySet[Prompt]:
    """Approved prompts with all that a list shows."""
    prompts = Prompt.objects.all() if prompts is None else prompts
    return prompts.filter(status=Status.APPROVED).select_related("family__topic", "current")


def erased_starters() -> set[tuple[str, str]]:
    """Family and language of each prompt of the starter set that was erased."""
    return set(ErasedStarter.objects.values_list("family", "language"))


def waiting() -> QuerySet[Prompt]:
    """What reviewers have to read, oldest first."""
    return (
        Prompt.objects.filter(status=Status.SUBMITTED)
        .select_related("family__topic", "current", "submitted_by", "current__translates__prompt")
        .prefetch_related("key_points__points")
        .order_by("submitted_at", "pk")
    )


def visible_to(user: User | AnonymousUser) -> QuerySet[Prompt]:
    """What `user` may read: whatever is approved, their own, and for reviewers everything."""
    prompts = Prompt.objects.select_related("family__topic", "current__translates__prompt")
    if isinstance(user, AnonymousUser):
        return prompts.filter(status=Status.APPROVED)
    if user.is_reviewer:
        return prompts
    return prompts.filter(Q(status=Status.APPROVED) | Q(submitted_by=user))


def translations(*, of: Prompt, user: User | AnonymousUser) -> QuerySet[Prompt]:
    """The same question in its other languages, as far as `user` may read them and they are in use."""
    return visible_to(user).filter(family=of.family_id, status__in=LIVE).exclude(pk=of.pk).order_by("language", "pk")


def families(**narrowed: Any) -> QuerySet[Family]:
    """Families with an approved prompt, by topic. Each has its prompts as `shown`, and its twin has its own as `known`.

    Args:
        narrowed: topic (a Topic), language, kind, state ("-" for none) and text (words of one question); empty ones do
            not count.
    """
    approved = Prompt.objects.filter(status=Status.APPROVED).select_related("current").order_by("language", "pk")
    found = Prompt.objects.filter(family=OuterRef("pk"), status=Status.APPROVED)
    if language := narrowed.get("language"):
        found = found.filter(language=language)
    rows = Family.objects.filter(Exists(found))
    if text := narrowed.get("text"):
        words = words_of(text)
        rows = rows.filter(having(words, "title") | Exists(found.filter(having(words, "current__text"))))
    if state := narrowed.get("state"):
        rows = rows.filter(state="" if state == "-" else state)
    rows = rows.filter(**{name: narrowed[name] for name in ("topic", "kind") if narrowed.get(name)})
    return (
        rows.select_related("topic", "twin")
        .prefetch_related(Prefetch("prompts", approved, to_attr="shown"))
        .prefetch_related(Prefetch("twin__prompts", approved, to_attr="known"))
        .order_by("topic__order", "slug")
    )


def by_author(user: User) -> QuerySet[Prompt]:
    """One's own prompts, newest first."""
    return (
        Prompt.objects.filter(submitted_by=user)
        .select_related("family__topic", "current")
        .order_by("-submitted_at", "-pk")
    )


def same(*, text: str, language: str) -> QuerySet[Prompt]:
    """Prompts in review or in use that ask exactly this."""
    return Prompt.objects.filter(language=language, current__text=text, status__in=LIVE)


def alike(*, text: str, least: float) -> QuerySet[PromptVersion]:
    """Current texts at least so close to `text`, closest first, with `similarity` from 0 to 1."""
    return (
        PromptVersion.objects.filter(prompt__status__in=LIVE, prompt__current=F("pk"))
        .annotate(similarity=TrigramSimilarity("text", text))
        .filter(similarity__gte=least)
        .select_related("prompt__family")
        .order_by("-similarity", "pk")
    )


def near(*, text: str, language: str, among: QuerySet[Prompt] | None = None, limit: int = 5) -> QuerySet[PromptVersion]:
    """Current texts in the same language that come close to `text`, closest first, with `similarity` from 0 to 1.

    Args:
        among: the prompts whose texts may be shown, or None for all that are in review or in use.
    """
    found = alike(text=text, least=NEAR.get(language, NEAR_ELSEWHERE)).filter(prompt__language=language)
    return (found if among is None else found.filter(prompt__in=among.values("pk")))[:limit]


def near_translations(*, text: str, language: str, limit: int = 3) -> QuerySet[PromptVersion]:
    """Approved texts in other languages that may ask the same, for families that `language` is missing in."""
    taken = Prompt.objects.filter(family=OuterRef("prompt__family"), language=language, status__in=LIVE)
    return alike(text=text, least=NEAR_TRANSLATION).filter(~Exists(taken), prompt__status=Status.APPROVED)[:limit]


def near_each(prompts: Iterable[Prompt], limit: int = 3) -> dict[int, list[dict[str, Any]]]:
    """What comes close to each of a page of prompts, in one query: by its key, rows with pk, text and similarity."""
    found: dict[int, list[dict[str, Any]]] = {prompt.pk: [] for prompt in prompts}
    parts = [
        near(text=prompt.current.text, language=prompt.language, limit=limit + 1)
        .annotate(like=Value(prompt.pk))
        .values("like", "prompt", "text", "similarity", "prompt__status")
        for prompt in prompts
        if prompt.current
    ]
    if not parts:
        return found
    for row in parts[0].union(*parts[1:], all=True).order_by("-similarity") if len(parts) > 1 else parts[0]:
        if row["prompt"] != row["like"]:
            found[row["like"]].append({**row, "pk": row["prompt"], "status": row["prompt__status"]})
    return {key: rows[:limit] for key, rows in found.items()}


def shares() -> dict[str, float]:
    """Which share of the approved prompts, from 0 to 1, concerns each state (by its code; none is "")."""
    counts = dict(
        Prompt.objects.filter(status=Status.APPROVED)
        .values_list("family__state")
        .annotate(number=Count("pk"))
        .order_by("family__state")
    )
    total = sum(counts.values())
    return {state: number / total for state, number in counts.items()}
