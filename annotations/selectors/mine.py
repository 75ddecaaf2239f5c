"""What a person has done and how it agrees with others: their own page.

Cards that checked the person count like all others, or a number that stands still would tell which they were. Nothing
is said about an answer before it is closed.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import User
from annotations.agreement import Interval, wilson_interval
from annotations.choices import Value

DAYS, WEEKS, DIFFERED = 28, 26, 10
PASSED = "passed"

# The last verdict on each card, whatever the card was for; '' is "cannot judge".
VERDICTS = """
    SELECT label.value, answer.language, label.created_at AS at
    FROM annotations_label label JOIN probes_answer answer ON answer.id = label.answer_id
    WHERE label.person_id = %(person)s AND label.status <> 'superseded'
    UNION ALL
    SELECT '', answer.language, pass.created_at
    FROM annotations_cannotjudge pass JOIN probes_answer answer ON answer.id = pass.answer_id
    WHERE pass.person_id = %(person)s AND pass.status <> 'superseded'
    UNION ALL
    SELECT asked.value, coalesce(gold.language, answer.language), asked.closed_at
    FROM annotations_check asked
    LEFT JOIN annotations_gold gold ON gold.id = asked.gold_id
    LEFT JOIN probes_answer answer ON answer.id = asked.answer_id
    WHERE asked.person_id = %(person)s AND asked.status IN ('labelled', 'passed')
"""
COUNTS = f"SELECT value, language, count(*) FROM ({VERDICTS}) said GROUP BY 1, 2"  # noqa: S608 -- texts of ours
STEPS = f"""
SELECT date_trunc(%(step)s, at AT TIME ZONE 'UTC')::date, value, count(*)
FROM ({VERDICTS}) said WHERE at >= %(since)s GROUP BY 1, 2
"""  # noqa: S608
# One's own label beside those of the others, on answers that are settled; only where one label leads among the others.
BESIDE = """
    SELECT label.value AS mine, label.created_at AS at, answer.public_id, answer.closed_at, version.text AS question,
           prompt.language,
           consensus.censored - (label.value = 'censored')::int AS censored,
           consensus.evasive - (label.value = 'evasive')::int AS evasive,
           consensus.faithful - (label.value = 'faithful')::int AS faithful
    FROM annotations_label label
    JOIN probes_answer answer ON answer.id = label.answer_id AND answer.state = 'settled'
    JOIN annotations_consensus consensus ON consensus.answer_id = answer.id
    JOIN prompts_promptversion version ON version.id = answer.version_id
    JOIN prompts_prompt prompt ON prompt.id = version.prompt_id
    WHERE label.person_id = %(person)s AND label.status = 'current' AND answer.held_at IS NULL
"""
LED = f"""
    SELECT *, CASE WHEN censored > evasive AND censored > faithful THEN 'censored'
                   WHEN evasive > censored AND evasive > faithful THEN 'evasive'
                   WHEN faithful > censored AND faithful > evasive THEN 'faithful' ELSE '' END AS theirs
    FROM ({BESIDE}) beside
"""  # noqa: S608
AGREED = f"SELECT mine, count(*) FILTER (WHERE mine = theirs), count(*) FROM ({LED}) led WHERE theirs <> '' GROUP BY 1"  # noqa: S608
APART = f"""
SELECT mine, theirs, public_id, question, language, censored, evasive, faithful, closed_at
FROM ({LED}) led WHERE theirs <> '' AND theirs <> mine ORDER BY closed_at DESC, public_id LIMIT %(most)s
"""  # noqa: S608


@dataclass(frozen=True)
class Share:
    """`part` of `whole`, and how sure that is."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> Interval:
        return wilson_interval(self.part, self.whole)


@dataclass
class Step:
    """What was said within one day or week, by value; PASSED counts what could not be judged."""

    first: date
    said: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Apart:
    """A settled answer on which a person said something else than the others."""

    mine: str
    theirs: str
    public_id: Any
    question: str
    language: str
    censored: int
    evasive: int
    faithful: int
    closed_at: datetime


@dataclass(frozen=True)
class Done:
    """What a person has said in all."""

    by_value: Counter[str]
    by_language: Sequence[tuple[str, int]]

    @property
    def verdicts(self) -> int:
        return self.by_value.total()

    @property
    def labels(self) -> int:
        return self.verdicts - self.passed

    @property
    def passed(self) -> int:
        return self.by_value[PASSED]


def rows(sql: str, **given: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())


def what_i_did(person: User) -> Done:
    by_value: Counter[str] = Counter()
    by_language: Counter[str] = Counter()
    for value, language, count in rows(COUNTS, person=person.pk):
        by_value[value or PASSED] += count
        by_language[language] += count
    return Done(by_value, sorted(by_language.items(), key=lambda pair: (-pair[1], pair[0])))


def activity(person: User, *, weekly: bool = False) -> list[Step]:
    """The last four weeks by day, or half a year by week; days are UTC's, and those without a verdict are there too."""
    today = timezone.now().date()
    if weekly:
        monday = today - timedelta(days=today.weekday())
        firsts: Iterable[date] = (monday - timedelta(weeks=back) for back in reversed(range(WEEKS)))
    else:
        firsts = (today - timedelta(days=back) for back in reversed(range(DAYS)))
    steps = {first: Step(first) for first in firsts}
    since = datetime.combine(min(steps), datetime.min.time(), tzinfo=timezone.get_fixed_timezone(0))
    for first, value, count in rows(STEPS, person=person.pk, step="week" if weekly else "day", since=since):
        if first in steps:
            steps[first].said[value or PASSED] += count
    return list(steps.values())


def agreement_with_others(person: User) -> tuple[Share, list[tuple[str, Share]]]:
    """On settled answers: how often one's label is the one that most of the others gave; in all, and by own label."""
    found = {mine: Share(same, of) for mine, same, of in rows(AGREED, person=person.pk)}
    whole = Share(sum(each.part for each in found.values()), sum(each.whole for each in found.values()))
    return whole, [(value, found.get(value, Share(0, 0))) for value in Value.values]


def apart_from_others(person: User) -> list[Apart]:
    """The latest settled answers on which the others said something else."""
    return [Apart(*row) for row in rows(APART, person=person.pk, most=DIFFERED)]
