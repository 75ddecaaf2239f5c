"""The rows of what people and machine judges made of the answers."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from functools import cache, partial
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.conf import settings
from django.db.models import Case, Count, F, Q, QuerySet, When
from django.db.models.functions import Collate

from accounts.models import User
from annotations.choices import (
    SURE,
    AssignmentStatus,
    GoldStatus,
    JudgeStatus,
    LabelStatus,
    Origin,
    Purpose,
    Standing,
    Value,
    VerdictStatus,
)
from annotations.models import Check, Judge, Label, Verdict
from annotations.rules import wanted_at_most
from annotations.selectors.disputes import decisions
from probes.choices import AnswerState
from probes.selectors import finished
from releases.rows.cut import JUDGED, PAGE, Cut, Row, closed, day, day_of, json_text, labels
from releases.rules.anonymity import told_languages

# It read the answer, and said something of it or that it cannot judge it.
READ = (VerdictStatus.GIVEN, VerdictStatus.PASSED)


def label_rows(cut: Cut) -> Iterator[Row]:
    # Whoever has left is nobody, and what they said stays.
    giver = Case(When(person__is_active=True, then=F("person")))
    columns = ("answer__public_id", "pk", "giver", "status", "value", "facets", "key_points", "guideline", "given_on")
    ordered = labels(cut).annotate(giver=giver, given_on=day_of("created_at")).order_by("answer__public_id", "pk")
    found = ordered.values_list(*columns).iterator(chunk_size=PAGE)
    # People are few beside labels.
    named = cache(partial(cut.name, "person"))
    for answer, several in groupby(found, key=itemgetter(0)):
        answer_id = str(answer)
        # Sorted by its name in this release, so that the order of labelling does not show.
        yield from sorted(
            (
                *(cut.name("label", pk), answer_id, named(person)),
                *(value, status == LabelStatus.CURRENT, facets, points, guideline, given_on),
            )
            for _, pk, person, status, value, facets, points, guideline, given_on in several
        )


def adjudication_rows(cut: Cut) -> Iterator[Row]:
    """Those that stand: an answer may have been opened again after a decision, and closed otherwise."""
    decided = decisions().filter(closed(cut, "answer__"), created_at__lt=cut.cutoff).order_by("answer__public_id")
    columns = ("answer__public_id", "decision", "rule", "guideline", "created_at")
    for answer, decision, rule, guideline, at in decided.values_list(*columns).iterator(chunk_size=PAGE):
        yield str(answer), decision, rule or None, guideline, day(at)


def labeller_rows(cut: Cut) -> Iterator[Row]:
    """Everybody who gave a label of this release or of its gold. They fit in memory: people are few beside labels."""
    given = labels(cut).filter(person__is_active=True).order_by().values_list("person")
    counts: dict[int, int] = dict(given.annotate(n=Count("pk")))
    of_gold = gold_labels(cut).order_by().values_list("person", flat=True).distinct()
    everybody = sorted({*counts, *of_gold})
    read = {
        pk: tuple(sorted(languages))
        for pk, languages in User.objects.filter(pk__in=everybody).values_list("pk", "languages")
    }
    told = told_languages(read.values())
    yield from sorted(
        (cut.name("person", pk), counts.get(pk, 0), list(read[pk]) if read[pk] in told else None) for pk in everybody
    )


def gold_labels(cut: Cut) -> QuerySet[Check]:
    """What a calibration is learned from, as the site does: annotations.selectors.said has the reasons."""
    final = cut.cutoff - timedelta(minutes=settings.ENV.settling_minutes)
    return Check.objects.filter(
        purpose=Purpose.GOLD,
        status=AssignmentStatus.LABELLED,
        closed_at__lte=final,
        gold__status=GoldStatus.ACTIVE,
        person__is_active=True,
    ).exclude(Q(gold__origin=Origin.ANSWER) | Q(person__labeller__standing=Standing.QUARANTINED))


def gold_label_rows(cut: Cut) -> Iterator[Row]:
    columns = ("gold", "person", "past", "value", "gold__value", "gold__also")
    rows = []
    for gold, person, past, value, right, also in gold_labels(cut).values_list(*columns).iterator(chunk_size=PAGE):
        # What they said first, before they could think again.
        first = past[0].get("value") if past else value
        if first := value if first is None else first:
            rows.append((cut.name("gold", gold), cut.name("person", person), first, right, also))
    yield from sorted(rows)


def rule_rows(cut: Cut) -> Iterator[Row]:
    """As the site is set; or lower, where it was set lower when an answer of this release was closed, as its labels
    show: by their number, or by a lead that settles only where fewer are wanted than a lead takes.
    """
    at_least, at_most = settings.ENV.labels_wanted, settings.ENV.labels_at_most
    for state, *votes in votes_met(cut):
        if state == AnswerState.SETTLED:
            at_least = min(at_least, wanted_at_most(votes))
        else:
            at_most = min(at_most, sum(votes))
    yield 1, at_least, max(at_least, at_most), SURE


def votes_met(cut: Cut) -> QuerySet[Label, Any]:
    """(state, votes by class) of the answers that were judged, each once however many have it. Not the counters of
    answers: this must fit the labels.
    """
    counted = labels(cut).filter(status=LabelStatus.CURRENT, answer__state__in=JUDGED).order_by()
    votes = {value: Count("pk", filter=Q(value=value)) for value in Value.values}
    return counted.values("answer", "answer__state").annotate(**votes).values_list("answer__state", *votes).distinct()


def judge_rows(cut: Cut) -> Iterator[Row]:
    found = Judge.objects.exclude(status=JudgeStatus.DRAFT).filter(created_at__lt=cut.cutoff)
    for judge in (
        found.select_related("endpoint__llm").prefetch_related("canaries").order_by(Collate("slug", "C"), "version")
    ):
        canaries = {one.slug: {"right": one.expected, "gave": one.value} for one in judge.canaries.all()}
        yield (
            *(judge.slug, judge.version, judge.endpoint.llm.slug, judge.endpoint.llm.maker),
            *(judge.endpoint.served_name or None, judge.guideline),
            hashlib.sha256(judge.instructions.encode()).hexdigest(),
            *(day(judge.tested_at), json_text(canaries)),
        )


def verdict_rows(cut: Cut) -> Iterator[Row]:
    """Of finished questions alone: a judge reads open answers too, and what it says of them nobody is told."""
    found = (
        Verdict.objects.filter(finished("answer__version"), closed(cut, "answer__"), answer__state__in=JUDGED)
        .filter(status__in=READ, given_at__lt=cut.cutoff, judge__created_at__lt=cut.cutoff)
        .exclude(judge__status=JudgeStatus.DRAFT)
        .order_by("answer__public_id", Collate("judge__slug", "C"), "judge__version")
    )
    columns = ("answer__public_id", "judge__slug", "judge__version", "value", "given_at")
    for answer, judge, version, value, at in found.values_list(*columns).iterator(chunk_size=PAGE):
        yield str(answer), judge, version, value or None, day(at)
