"""CHANGELOG.md: what is new since the release before, and what was taken out of this one since it was published."""

from collections.abc import Sequence
from typing import Any

from releases.documents.edition import FIGURES_GONE, WHY, Edition, Tombstone
from releases.documents.markdown import bullets, document, joined, number, plural, table
from releases.documents.statistics import Statistics
from releases.schema import TABLES
from releases.tables.delta import LEFT_OUT, Delta

# What is told by name where it came or went: (table, column), and its noun.
NAMED = (
    (("prompts", "language"), "language"),
    (("prompts", "topic"), "subject"),
    (("prompts", "state"), "state"),
    (("llms", "maker"), "maker"),
    (("probes", "endpoint"), "endpoint"),
    (("probes", "import_source"), "source of imports"),
    (("labels", "guideline"), "version of the guideline"),
)
PLURALS = {"source of imports": "sources of imports", "version of the guideline": "versions of the guideline"}


def changelog(edition: Edition, before: Statistics | None, deltas: Sequence[Delta]) -> bytes:
    """CHANGELOG.md of one edition; `before` and `deltas` are of the release before, where there is one."""
    return document(
        f"# Changes in Candor {edition.label}",
        *editions(edition),
        *(compared(edition, before, deltas) if before and edition.previous else first(edition)),
    )


def editions(edition: Edition) -> list[str]:
    if not edition.withdrawn:
        return []
    return [
        "## Taken out since it was published",
        "Nothing was put in. Files that nothing was taken out of are the same as before, to the byte.",
        bullets(taken(tombstone) for tombstone in edition.withdrawn),
    ]


def taken(tombstone: Tombstone) -> str:
    rows = joined([f"{number(count)} of `{name}`" for name, count in sorted(tombstone.rows.items())]) or "none"
    why = f" Why: {WHY[tombstone.reason]}." if tombstone.reason else ""
    lost = f" {FIGURES_GONE}" if tombstone.without_figures else ""
    told = f"{tombstone.said} Rows taken out or changed: {rows}."
    return f"Edition {tombstone.edition}, {tombstone.made_on}: {told}{why}{lost}"


def first(edition: Edition) -> list[str]:
    if edition.unread:
        return [f"The files of {edition.unread}, the release before it, are lost or damaged: what changed is not told."]
    return ["There is no release before it in this layout, so it is compared with nothing."]


def compared(edition: Edition, before: Statistics, deltas: Sequence[Delta]) -> list[str]:
    assert edition.previous is not None
    return [
        f"## Since {edition.previous.label}",
        f"That release had its cut-off on {edition.previous.day}, this one on {edition.day}.",
        rows(edition, before, deltas),
        "Added, changed and removed rows are in `delta/`, a file a table. Not in there: "
        + "; ".join(f"`{name}` ({why.rstrip('.')})" for name, why in LEFT_OUT.items())
        + ". Figures are computed afresh in each release, so many of their rows change.",
        news(edition.statistics, before),
    ]


def rows(edition: Edition, before: Statistics, deltas: Sequence[Delta]) -> str:
    found = {delta.table: delta for delta in deltas}
    lines: list[Sequence[Any]] = []
    for each in TABLES:
        delta = found.get(each.name)
        changes = (delta.added, delta.changed, delta.removed) if delta else ("", "", "")
        lines.append((f"`{each.name}`", before.rows.get(each.name, 0), edition.rows(each.name), *changes))
    return table(["Table", "Rows before", "Rows now", "Added", "Changed", "Removed"], lines, right=(1, 2, 3, 4, 5))


def news(now: Statistics, before: Statistics) -> str:
    """What came and went by name: models, languages, subjects."""
    lines = [
        line
        for word, new, old in [("model", names(now), names(before))]
        + [
            (noun, [str(value) for value in now.of(*place)], [str(value) for value in before.of(*place)])
            for place, noun in NAMED
        ]
        for line in came_and_went(word, new, old)
    ]
    return bullets(lines)


def names(statistics: Statistics) -> list[str]:
    return [str(llm["llm"]) for llm in statistics.llms]


def came_and_went(noun: str, now: list[str], before: list[str]) -> list[str]:
    new, gone = sorted(set(now) - set(before)), sorted(set(before) - set(now))
    told = [(new, "New"), (gone, "No longer here")]
    return [
        f"{word}: {plural(len(some), noun, PLURALS.get(noun, '')).partition(' ')[2]} "
        f"{joined([f'`{name}`' for name in some])}."
        for some, word in told
        if some
    ]
