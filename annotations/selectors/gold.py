"""Gold answers and how people did on them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from annotations.choices import AssignmentStatus, Decision, GoldStatus, LabelStatus, Standing
from annotations.gold import Item
from annotations.models import Adjudication, Check, Gold, Label, Labeller
from annotations.trust import REVIEWER_AT_LEAST, STEADY_AT_LEAST, Tally
from core.languages import LANGUAGES
from probes.choices import AnswerState
from probes.models import Answer
from prompts.models import KeyPointSet
from prompts.selectors import public

# A gold answer is doubtful where so many trusted people judged it and not even half of them said what it says.
DOUBT_AT_LEAST = 4
DOUBT_BELOW = 0.5
TRUSTED = (Standing.STEADY, Standing.REVIEWER)
UNANIMOUS_AT_LEAST = 3


@dataclass(frozen=True)
class GoldRow:
    """A gold answer, how everybody did on it, and how those did whose labels are known to be good."""

    gold: Gold
    everybody: Tally
    trusted: Tally

    @property
    def doubtful(self) -> bool:
        share = self.trusted.share
        return self.trusted.n >= DOUBT_AT_LEAST and share is not None and share < DOUBT_BELOW


def all_gold() -> QuerySet[Gold]:
    """Every gold answer with its counts, those in the deck first; see gold_row."""
    judged = Q(checks__status=AssignmentStatus.LABELLED, checks__right__isnull=False)
    trusted = judged & Q(checks__person__labeller__standing__in=TRUSTED)
    return Gold.objects.annotate(
        n=Count("checks", filter=judged),
        right=Count("checks", filter=judged & Q(checks__right=True)),
        trusted_n=Count("checks", filter=trusted),
        trusted_right=Count("checks", filter=trusted & Q(checks__right=True)),
    ).order_by("status", "language", "slug")


def gold_row(gold: Any) -> GoldRow:
    """A row out of all_gold."""
    return GoldRow(gold, Tally(gold.right, gold.n), Tally(gold.trusted_right, gold.trusted_n))


def doubtful_gold() -> list[GoldRow]:
    """Gold in the deck that trusted people get wrong."""
    suspects = all_gold().filter(Q(trusted_n__gte=DOUBT_AT_LEAST), status=GoldStatus.ACTIVE)
    return [row for row in map(gold_row, suspects) if row.doubtful]


def supply() -> dict[str, int]:
    """How many gold answers are in the deck, by language, for each language that anybody who is here reads."""
    counts = Gold.objects.filter(status=GoldStatus.ACTIVE).values("language").annotate(n=Count("pk"))
    found = {row["language"]: row["n"] for row in counts}
    return {code: found[code] for code in LANGUAGES if code in found}


def asked_nowhere(items: Iterable[Item | Gold]) -> list[str]:
    """Names of the items whose question is no approved prompt's: whoever looks it up knows such a card for gold."""
    given = list(items)
    there = public().filter(current__text__in={item.question for item in given})
    asked = set(there.values_list("language", "current__text"))
    return [item.slug for item in given if (item.language, item.question) not in asked]


def limits_standing(labeller: Labeller | None) -> bool:
    """Whether the next standing wants more gold than there is in the languages this person reads, whatever they do.

    It asks how much there is, never how much of it they have had: that would tell which cards were gold.
    """
    wanted = {Standing.NEW: STEADY_AT_LEAST, Standing.STEADY: REVIEWER_AT_LEAST}
    if labeller is None or labeller.standing not in wanted or labeller.decided_by_id is not None:
        return False
    there = Gold.objects.filter(status=GoldStatus.ACTIVE, language__in=labeller.person.languages).count()
    return there < wanted[Standing(labeller.standing)]


def beyond_doubt(answer: Answer) -> tuple[str, str]:
    """The label an answer has beyond doubt and why; two empty texts where it has none."""
    if answer.held_at is not None or answer.state not in {AnswerState.SETTLED, AnswerState.CONTESTED}:
        return "", ""
    decided = Adjudication.objects.filter(answer=answer, status=LabelStatus.CURRENT).first()
    if decided is not None:
        return ("", "") if decided.decision == Decision.UNJUDGEABLE else (decided.decision, decided.reason)
    values = list(Label.objects.filter(answer=answer, status=LabelStatus.CURRENT).values_list("value", flat=True))
    if len(values) < UNANIMOUS_AT_LEAST or len(set(values)) > 1:
        return "", ""
    return values[0], _("All %(n)s labels say so.") % {"n": len(values)}


def points_shown(points: KeyPointSet | None) -> list[dict[str, Any]]:
    """Key points as gold keeps them."""
    rows = points.points.order_by("order") if points is not None else ()
    return [{"text": row.text, "source": row.source, "url": row.url, "essential": row.essential} for row in rows]


def has_seen_all(person_id: int, languages: list[str]) -> bool:
    """Whether there is no gold left for this person: nothing more can speak for or against them."""
    had = Check.objects.filter(gold=OuterRef("pk"), person_id=person_id)
    fresh = Gold.objects.filter(status=GoldStatus.ACTIVE, language__in=languages).exclude(created_by_id=person_id)
    return not fresh.filter(~Exists(had)).exists()
