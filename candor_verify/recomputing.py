"""Every figure of the release computed again from its raw labels, and compared with what is published."""

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from candor_verify.findings import Findings, shown
from candor_verify.folder import Folder, Table
from candor_verify.numbers import figures_of, same
from candor_verify.reading import Place, Unreadable, reader_of, rows
from candor_verify.states import rules_of, standings

RAW = ("prompts", "llms", "endpoints", "probes", "answers", "labels", "gold_labels", "rules")
FIGURES = ("crowd", "consensus", "agreement", "rates", "comparisons")
# Numbers that are no figures, no names of rows and no counts of them: nothing in a release says what they should be.
RECORDED: Mapping[str, tuple[str, ...]] = {
    "prompts": ("version",),
    "key_points": ("set_number",),
    "endpoints": ("timeout_s",),
    "rounds": ("samples",),
    "probes": ("sample", "http_status", "latency_ms", "attempts"),
    "answers": ("cannot_judge",),
}
# Of fewer people than these nothing is told that they share.
ALIKE = 5

Key = tuple[Any, ...]


def check_figures(folder: Folder, sound: set[str], findings: Findings) -> None:
    """consensus, agreement, rates, comparisons and crowd, number by number."""
    if missing := [name for name in (*RAW, *FIGURES) if name not in sound]:
        findings.unchecked.append(f"the figures: {', '.join(missing)} cannot be read")
        return
    try:
        figures = figures_of(reader_of(folder))
        for name in FIGURES:
            computed = figures[name]()
            if name == "consensus":
                computed = standings(computed, rules_of(folder), findings)
            numbers = compare(folder, folder.tables[name], computed, findings)
            findings.checked.append(f"{name}: {numbers} rows computed again")
    except Unreadable as error:
        findings.differs(error.file, error.what, row=error.row)
    except (ValueError, KeyError, IndexError, ZeroDivisionError) as error:
        findings.differs("data/labels/", f"no figures can be computed from these tables: {error}")


def compare(folder: Folder, table: Table, computed: Iterator[dict[str, Any]], findings: Findings) -> int:
    """A published table beside the computed one, row by row of the same key; how many were computed.

    Both come in the order of that key: one row at a time waits for its other half, and more only where they differ.
    """
    published: dict[Key, tuple[Place, list[Any]]] = {}
    waiting: dict[Key, dict[str, Any]] = {}
    number = 0
    for found, row in zip_longest(rows(folder, table), computed):
        met: list[Key] = []
        if found is not None:
            met.append(_key(table, found[1]))
            published[met[-1]] = found
        if row is not None:
            number += 1
            met.append(tuple(row[name] for name in table.key))
            waiting[met[-1]] = row
        for key in met:
            if key in published and key in waiting:
                compare_row(table, published.pop(key), waiting.pop(key), findings)
    for key in waiting:
        findings.differs(f"data/{table.name}/", f"lacks the row of {_named(table, key)}")
    for key, (place, _) in published.items():
        findings.differs(place.file, f"nothing in the other tables makes a row of {_named(table, key)}", row=place.row)
    return number


def compare_row(table: Table, published: tuple[Place, list[Any]], computed: dict[str, Any], findings: Findings) -> None:
    place, said = published
    for name, value in zip(table.names, said, strict=True):
        if name in computed and not same(table.name, name, value, computed[name]):
            named = _named(table, _key(table, said))
            what = f"says {shown(value)}; computed again it is {shown(computed[name])} ({named})"
            findings.differs(place.file, what, row=place.row, column=name)


def _key(table: Table, row: list[Any]) -> Key:
    return tuple(row[table.names.index(name)] for name in table.key)


def _named(table: Table, key: Key) -> str:
    return ", ".join(f"{name} {shown(value)}" for name, value in zip(table.key, key, strict=True))


def check_gold(folder: Folder, sound: set[str], findings: Findings) -> None:
    """One gold answer has one right label, whoever was asked."""
    if not findings.can_check("the gold answers", {"gold_labels"}, sound):
        return
    right: dict[str, tuple[Any, Any]] = {}
    columns = ("gold_id", "right", "right_too")
    for place, (gold, *known) in rows(folder, folder.tables["gold_labels"], columns):
        for name, said, first in zip(columns[1:], known, right.setdefault(gold, (known[0], known[1])), strict=True):
            if said != first:
                what = f"says {shown(said)}; the first row of {gold} says {shown(first)}"
                findings.differs(place.file, what, row=place.row, column=name)
    findings.checked.append(f"{len(right)} gold answers have one right label each")


def check_privacy(folder: Folder, sound: set[str], findings: Findings) -> None:
    """Languages are told of five people or more who read the same; what is withheld is named, since it is not here."""
    if not findings.can_check("what is told of labellers", {"labellers"}, sound):
        return
    told: dict[tuple[str, ...], list[Place]] = {}
    withheld = number = 0
    for place, (_, languages) in rows(folder, folder.tables["labellers"], ("labeller", "languages")):
        number += 1
        withheld += languages is None
        if languages is not None:
            told.setdefault(tuple(languages), []).append(place)
    for languages, places in told.items():
        if len(places) < ALIKE:
            what = f"{shown(list(languages))} is told of {len(places)} people, fewer than {ALIKE}"
            findings.differs(places[0].file, what, row=places[0].row, column="languages")
    findings.checked.append(f"languages are told in groups of {ALIKE} labellers or more")
    findings.unchecked.append(
        f"the languages of {withheld} of {number} labellers: too few share them, so they are withheld"
    )


def name_what_is_not_here(folder: Folder, findings: Findings) -> None:
    """What no file of a release can show."""
    numbers = "; ".join(f"{', '.join(columns)} of {table}" for table, columns in RECORDED.items())
    findings.unchecked += [
        "rates that a machine judge narrows: they rest on answers that are still open, and are not in a release",
        "how people agree with themselves, in pairs, and with machine judges: these figures are not in a release",
        "README.md, DATASHEET.md, CHANGELOG.md, croissant.json and datapackage.json: only whether they are the files "
        "that were published",
        "texts, reviewers’ decisions and what the models sent: they are what was recorded, and nothing computes them",
        f"numbers that were recorded ({numbers}): only that none is below zero, and that cannot_judge fits the state",
        "whether a probe without a round is of an import, what stands in request, usage, pieces and canaries, and when "
        "anything was",
    ]
    if folder.withdrawn:
        findings.unchecked.append("what was taken out since the release was published: it is not here to be looked at")
    for table, reasons in sorted(folder.left_out.items()):
        counted = ", ".join(f"{reason} {number}" for reason, number in sorted(reasons.items()))
        findings.unchecked.append(f"how many {table} were left out ({counted}): they are not here to be counted")
