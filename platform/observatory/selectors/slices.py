"""Agreement, slice by slice, as a worker last measured it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from annotations.agreement import Reason
from annotations.choices import Slice, Value
from annotations.models import Agreement
from core.names import language_name
from probes.models import LLM
from prompts.models import Topic

LINES_AT_MOST = 500
# Below this many answers a bootstrap interval is narrower than it should be (simulated; see annotations.agreement).
FEW = 50

# The reasons of annotations.agreement, so that they can be said in the reader's language.
WHY: dict[str, Promise] = {
    Reason.NO_LABELS: _("there are no labels"),
    Reason.NO_PAIRS: _("no answer has two labels"),
    Reason.ONE_CLASS: _("only one label was used"),
    Reason.ONE_CLASS_IN_PAIRS: _("only one label was used on answers that have two or more"),
    Reason.ONE_CLASS_SCALE: _("there is only one label to choose from"),
    Reason.NOTHING_COUNTED: _("nothing was counted"),
    Reason.TOO_FEW_ITEMS: _("fewer than two answers have two labels"),
    Reason.NO_VARIATION: _("drawing the answers again always gives the same value"),
    Reason.OFTEN_UNDEFINED: _("too few answers got anything but one label"),
}
GROUPS: tuple[tuple[Slice, Promise], ...] = (
    (Slice.MODEL, _("By model")),
    (Slice.TOPIC, _("By topic")),
    (Slice.LANGUAGE, _("By language of the answer")),
)


@dataclass(frozen=True)
class Coefficient:
    """One number of a slice with its interval; `why` says what is missing where something is."""

    value: float | None
    low: float | None
    high: float | None
    why: str


@dataclass(frozen=True)
class Line:
    """One slice. `votes`: its labels, censored, evasive and faithful. `few`: its intervals are too narrow."""

    name: str
    kind: Slice
    key: str
    answers: int
    labels: int
    votes: list[int]
    alpha: Coefficient
    ac1: Coefficient
    percent: Coefficient
    few: bool


@dataclass(frozen=True)
class Group:
    title: Promise
    lines: list[Line]


def overall() -> Agreement | None:
    """Three labels over all closed answers, or None before anything was measured."""
    return Agreement.objects.filter(slice=Slice.ALL, labels__gt=0).first()


def line_for(kind: Slice, found: Iterable[Group]) -> Line:
    """The line of all answers (Slice.ALL) or of the simpler question (Slice.SUPPRESSED); one that says that nothing is
    known, where there is none.
    """
    unknown = Coefficient(None, None, None, str(WHY[Reason.NO_LABELS]))
    nothing = Line("", kind, "", 0, 0, [0, 0, 0], unknown, unknown, unknown, few=True)
    return next((line for group in found for line in group.lines if line.kind == kind), nothing)


def groups() -> tuple[list[Group], datetime | None]:
    """Every slice that has labels, by kind, each kind by number of answers; and when the newest was measured."""
    rows = list(Agreement.objects.filter(labels__gt=0).order_by("-answers", "key")[:LINES_AT_MOST])
    llms = dict(LLM.objects.filter(slug__in=keys(rows, Slice.MODEL)).values_list("slug", "name"))
    language = get_language() or "en"
    topics = {topic.slug: topic.name(language) for topic in Topic.objects.filter(slug__in=keys(rows, Slice.TOPIC))}
    by_kind = {kind: [row for row in rows if row.slice == kind] for kind in Slice}
    three = next((row.marginals for row in by_kind[Slice.ALL]), [0, 0, 0])
    asked = [
        *(line_of(row, str(_("Three labels")), row.marginals) for row in by_kind[Slice.ALL]),
        # The same labels as in the line above, of which two count as one: their split is shown all the same.
        *(line_of(row, str(_("Suppressed or not")), three) for row in by_kind[Slice.SUPPRESSED]),
    ]
    names: dict[Slice, Callable[[str], str]] = {
        Slice.MODEL: lambda key: llms.get(key, key),
        Slice.TOPIC: lambda key: topics.get(key, key),
        Slice.LANGUAGE: language_name,
    }
    found = [Group(_("Question put to the labels"), asked)]
    for kind, title in GROUPS:
        found.append(Group(title, [line_of(row, names[kind](row.key), row.marginals) for row in by_kind[kind]]))
    newest = max((row.computed_at for row in rows), default=None)
    return [group for group in found if group.lines], newest


def keys(rows: Iterable[Agreement], kind: Slice) -> list[str]:
    return [row.key for row in rows if row.slice == kind]


def line_of(row: Agreement, name: str, votes: list[int]) -> Line:
    return Line(
        name=name,
        kind=Slice(row.slice),
        key=row.key,
        answers=row.answers,
        labels=row.labels,
        votes=votes if len(votes) == len(Value.values) else [0] * len(Value.values),
        alpha=Coefficient(row.alpha, row.alpha_low, row.alpha_high, why(row, "alpha")),
        ac1=Coefficient(row.ac1, row.ac1_low, row.ac1_high, why(row, "ac1")),
        percent=Coefficient(row.percent, row.percent_low, row.percent_high, why(row, "percent")),
        few=row.answers < FEW,
    )


def why(row: Agreement, name: str) -> str:
    reason = row.why.get(name, "")
    return str(WHY.get(reason, reason))
