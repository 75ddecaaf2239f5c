"""What is told of a machine judge on a page: its slices by name, its measures with their reasons, its canaries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from annotations.choices import Slice, Value
from annotations.judging import canaries
from annotations.models import Judge, JudgeAgreement
from annotations.reasons import said_why
from core.names import language_name
from prompts.models import Topic

ORDER = [Slice.ALL, Slice.LANGUAGE, Slice.TOPIC, Slice.MAKER]


@dataclass(frozen=True)
class Measured:
    """One number with its interval, and what is missing where something is."""

    value: float | None
    low: float | None
    high: float | None
    why: str


@dataclass(frozen=True)
class Line:
    """One slice of a judge's agreement with people. `language` is its code where it is one."""

    name: str
    language: str
    row: JudgeAgreement
    percent: Measured
    kappa: Measured
    ac1: Measured


@dataclass(frozen=True)
class Put:
    """One canary as it was put: what it tries, and what the judge made of it."""

    slug: str
    trick: str
    language: str
    right: str
    value: str
    said: str

    @property
    def moved(self) -> bool:
        return self.value != self.right


def lines(judge: Judge) -> list[Line]:
    """Its slices: all, languages, topics, its own maker; each kind by number of answers."""
    return lines_of([judge])[judge.pk]


def lines_of(judges: Iterable[Judge]) -> dict[int, list[Line]]:
    """The slices of each judge, by its number. One query for the topics' names, however many judges there are."""
    rows = {judge.pk: sorted(judge.agreement.all(), key=position) for judge in judges}
    named = names_of(row for of_judge in rows.values() for row in of_judge)
    return {judge: [line(row, named) for row in of_judge] for judge, of_judge in rows.items()}


def position(row: JudgeAgreement) -> tuple[int, int, str]:
    """Where a slice stands among a judge's."""
    return ORDER.index(Slice(row.slice)), -row.answers, row.key


def line(row: JudgeAgreement, named: Mapping[tuple[str, str], str]) -> Line:
    return Line(
        name=named[row.slice, row.key],
        language=row.key if row.slice == Slice.LANGUAGE else "",
        row=row,
        percent=measured(row, "percent"),
        kappa=measured(row, "kappa"),
        ac1=measured(row, "ac1"),
    )


def names_of(rows: Iterable[JudgeAgreement]) -> dict[tuple[str, str], str]:
    keys = {(row.slice, row.key) for row in rows}
    language = get_language() or "en"
    topics = Topic.objects.filter(slug__in=[key for kind, key in keys if kind == Slice.TOPIC])
    told = {topic.slug: topic.name(language) for topic in topics}
    names = {(kind, key): key for kind, key in keys}
    for kind, key in keys:
        if kind == Slice.ALL:
            names[kind, key] = str(Slice.ALL.label)
        elif kind == Slice.LANGUAGE:
            names[kind, key] = language_name(key)
        elif kind == Slice.TOPIC:
            names[kind, key] = told.get(key, key)
        else:
            names[kind, key] = str(_("Its own maker, %(maker)s") % {"maker": key})
    return names


def measured(row: JudgeAgreement, name: str) -> Measured:
    low, high = getattr(row, f"{name}_low"), getattr(row, f"{name}_high")
    return Measured(getattr(row, name), low, high, said_why(row.why.get(name, "")))


def crossed(row: JudgeAgreement) -> list[tuple[str, list[int]]]:
    """Its confusion: a label of people, and how often the judge gave each."""
    return [(value, row.confusion[3 * place : 3 * place + 3]) for place, value in enumerate(Value.values)]


def put(judge: Judge) -> list[Put]:
    """The canaries of the last test, those that moved it first."""
    known = {one.slug: one for one in canaries()}
    found = [
        Put(
            slug=row.slug,
            trick=known[row.slug].trick if row.slug in known else "",
            language=known[row.slug].language if row.slug in known else "",
            right=row.expected,
            value=row.value,
            said=row.said,
        )
        for row in judge.canaries.all()
    ]
    return sorted(found, key=lambda one: (not one.moved, one.slug))
