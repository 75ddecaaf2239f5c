"""Every figure of the release computed again from its raw labels, and compared with what is published."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from candor_verify.findings import Findings, shown
from candor_verify.folder import Folder, Table
from candor_verify.numbers import figures_of, same
from candor_verify.reading import Place, Unreadable, reader_of, rows

RAW = ("prompts", "llms", "endpoints", "probes", "answers", "labels", "gold_labels", "rules")
FIGURES = ("crowd", "consensus", "agreement", "rates", "comparisons")
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
            numbers = compare(folder, folder.tables[name], figures[name](), findings)
            findings.checked.append(f"{name}: {numbers} rows computed again")
    except Unreadable as error:
        findings.differs(error.file, error.what, row=error.row)
    except (ValueError, KeyError, IndexError, ZeroDivisionError) as error:
        findings.differs("data/labels/", f"no figures can be computed from these tables: {error}")


def compare(folder: Folder, table: Table, computed: Iterator[dict[str, Any]], findings: Findings) -> int:
    """A published table beside the computed one, row by row of the same key; how many were computed."""
    published = {_key(table, row): (place, row) for place, row in rows(folder, table)}
    number = 0
    for row in computed:
        number += 1
        key = tuple(row[name] for name in table.key)
        if key not in published:
            findings.differs(f"data/{table.name}/", f"lacks the row of {_named(table, key)}")
            continue
        place, said = published.pop(key)
        for name, value in zip(table.names, said, strict=True):
            if name in row and not same(table.name, name, value, row[name]):
                what = f"says {shown(value)}; computed again it is {shown(row[name])} ({_named(table, key)})"
                findings.differs(place.file, what, row=place.row, column=name)
    for key, (place, _) in published.items():
        findings.differs(place.file, f"nothing in the other tables makes a row of {_named(table, key)}", row=place.row)
    return number


def _key(table: Table, row: list[Any]) -> Key:
    return tuple(row[table.names.index(name)] for name in table.key)


def _named(table: Table, key: Key) -> str:
    return ", ".join(f"{name} {shown(value)}" for name, value in zip(table.key, key, strict=True))


def check_counts(folder: Folder, sound: set[str], findings: Findings) -> None:
    """What else follows from the labels: how many an answer has, and how many a person gave."""
    if not _there("how many labels answers and people have", {"labels", "answers", "labellers"}, sound, findings):
        return
    of_answer: Counter[str] = Counter()
    of_person: Counter[str] = Counter()
    for _, (answer, person, counted) in rows(folder, folder.tables["labels"], ("answer_id", "labeller", "counted")):
        of_answer[answer] += bool(counted)
        if person is not None:
            of_person[person] += 1
    for place, (answer, labels) in rows(folder, folder.tables["answers"], ("answer_id", "labels")):
        _count(place, "labels", labels, of_answer[answer], findings)
    for place, (person, labels) in rows(folder, folder.tables["labellers"], ("labeller", "labels")):
        _count(place, "labels", labels, of_person[person], findings)
    findings.checked.append("labels of each answer and of each labeller counted again")


def check_gold(folder: Folder, sound: set[str], findings: Findings) -> None:
    """One gold answer has one right label, whoever was asked."""
    if not _there("the gold answers", {"gold_labels"}, sound, findings):
        return
    right: dict[str, tuple[Any, Any]] = {}
    columns = ("gold_id", "right", "right_too")
    for place, (gold, *known) in rows(folder, folder.tables["gold_labels"], columns):
        for name, said, first in zip(columns[1:], known, right.setdefault(gold, (known[0], known[1])), strict=True):
            if said != first:
                what = f"says {shown(said)}; the first row of {gold} says {shown(first)}"
                findings.differs(place.file, what, row=place.row, column=name)
    findings.checked.append(f"{len(right)} gold answers have one right label each")


def _there(what: str, tables: set[str], sound: set[str], findings: Findings) -> bool:
    """Whether these tables can be read; where not, that is told among what was not checked."""
    lacking = sorted(tables - sound)
    if lacking:
        findings.unchecked.append(f"{what}: {', '.join(lacking)} cannot be read")
    return not lacking


def _count(place: Place, column: str, said: int, found: int, findings: Findings) -> None:
    if said != found:
        findings.differs(place.file, f"says {said}; labels has {found}", row=place.row, column=column)


def check_privacy(folder: Folder, sound: set[str], findings: Findings) -> None:
    """Languages are told of five people or more who read the same; what is withheld is named, since it is not here."""
    if not _there("what is told of labellers", {"labellers"}, sound, findings):
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
    findings.unchecked += [
        "rates that a machine judge narrows: they rest on answers that are still open, and are not in a release",
        "how people agree with themselves, in pairs, and with machine judges: these figures are not in a release",
        "README.md, DATASHEET.md, CHANGELOG.md, croissant.json, datapackage.json, withdrawn.json and delta/: only "
        "whether they are the files that were published",
        "texts, reviewers’ decisions and what the models sent: they are what was recorded, and nothing computes them",
    ]
    for table, reasons in sorted(folder.left_out.items()):
        counted = ", ".join(f"{reason} {number}" for reason, number in sorted(reasons.items()))
        findings.unchecked.append(f"how many {table} were left out ({counted}): they are not here to be counted")
