"""Agreement, slice by slice, as a worker last measured it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Max, QuerySet

from annotations.agreement import Reason
from annotations.choices import Scale, Slice, Value
from annotations.models import Agreement, Sweep
from annotations.reasons import said_why
from annotations.selectors import classes_of
from observatory.selectors.checking import call_of, command_of
from observatory.selectors.keys import names_of

# With fewer families of prompts an interval of alpha may be too narrow, where nearly all answers get one label
# (simulated; see annotations.agreement.clusters).
FEW = 40
# What slices can be sorted by: most answers first, or those on which people agree least.
SORTS = ("answers", "alpha", "ac1", "percent")


@dataclass(frozen=True)
class Coefficient:
    """One number of a slice with its interval; `why` says what is missing where something is."""

    value: float | None
    low: float | None
    high: float | None
    why: str


@dataclass(frozen=True)
class Line:
    """One slice, or two crossed. `votes`: its labels, censored, evasive and faithful, or none where only the two of the
    simpler scale are known. `specific`: of each class of its scale, how many labels, and how far people agree on it.
    `few`: its intervals may be too narrow. `call` and `command`: how to check it.
    """

    name: str
    with_name: str
    kind: Slice
    key: str
    scale: Scale
    answers: int
    labels: int
    families: int
    votes: Sequence[int]
    specific: Sequence[tuple[str, int, float | None]]
    alpha: Coefficient
    ac1: Coefficient
    percent: Coefficient
    few: bool
    call: str
    command: str


def overall() -> Agreement | None:
    """Three labels over all closed answers, or None before anything was measured."""
    return Agreement.objects.filter(slice=Slice.ALL, scale=Scale.LABELS, labels__gt=0).first()


def whole() -> dict[Scale, Line]:
    """The lines of all answers, one on each scale; such as say that nothing is known, where there are none."""
    rows = {row.scale: row for row in Agreement.objects.filter(slice=Slice.ALL, labels__gt=0)}
    three = rows[Scale.LABELS].marginals if Scale.LABELS in rows else [0, 0, 0]
    return {
        scale: line_of(rows[scale], str(scale.label), votes=three) if scale in rows else nothing(scale)
        for scale in Scale
    }


def nothing(scale: Scale) -> Line:
    """What is said of all answers while there are none."""
    row = Agreement(slice=Slice.ALL, scale=scale, why=dict.fromkeys(("alpha", "ac1", "percent"), Reason.NO_LABELS))
    return line_of(row, str(scale.label), votes=[0, 0, 0])


def slices(kind: Slice, scale: Scale, *, sort: str) -> QuerySet[Agreement]:
    """The slices of one kind that have labels, on one scale; what is undefined comes last."""
    found = Agreement.objects.filter(slice=kind, scale=scale, labels__gt=0)
    if sort == "answers":
        return found.order_by("-answers", "key")
    return found.order_by(F(sort).asc(nulls_last=True), "-answers", "key")


def lines_of(rows: Iterable[Agreement]) -> list[Line]:
    """These slices, all of one kind and scale, by name and with all three labels. At most two queries."""
    found = list(rows)
    if not found:
        return []
    kind, scale = Slice(found[0].slice), Scale(found[0].scale)
    names = names_of(kind, [row.key for row in found])
    split: dict[str, list[int]] = {row.key: row.marginals for row in found if scale == Scale.LABELS}
    if scale == Scale.SUPPRESSED:
        # The same labels, of which two count as one here: their split is shown all the same.
        three = Agreement.objects.filter(slice=kind, scale=Scale.LABELS, key__in=[row.key for row in found])
        split = dict(three.values_list("key", "marginals"))
    return [line_of(row, names[row.key], votes=split.get(row.key, [])) for row in found]


def line_of(row: Agreement, name: str, *, votes: Sequence[int], with_name: str = "") -> Line:
    scale = Scale(row.scale)
    classes = classes_of(scale)
    marginals, specific = row.marginals or [0] * len(classes), row.specific or [None] * len(classes)
    return Line(
        name=name,
        with_name=with_name,
        kind=Slice(row.slice),
        key=row.key,
        scale=scale,
        answers=row.answers,
        labels=row.labels,
        families=row.families,
        votes=votes if len(votes) == len(Value.values) else [],
        specific=list(zip(classes, marginals, specific, strict=True)),
        alpha=coefficient(row, "alpha"),
        ac1=coefficient(row, "ac1"),
        percent=coefficient(row, "percent"),
        few=row.families < FEW,
        call=call_of(row),
        command=command_of(row),
    )


def coefficient(row: Agreement, name: str) -> Coefficient:
    why = said_why(row.why.get(name, ""))
    return Coefficient(getattr(row, name), getattr(row, f"{name}_low"), getattr(row, f"{name}_high"), why)


def measured_at() -> datetime | None:
    """When the newest figure was measured."""
    newest: datetime | None = Agreement.objects.aggregate(newest=Max("computed_at"))["newest"]
    return newest


def last_sweep() -> Sweep | None:
    """What counting everything afresh found the last time."""
    return Sweep.objects.order_by("-at", "-pk").first()
