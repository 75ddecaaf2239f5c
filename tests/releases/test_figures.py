"""The figures of a release are those of the site, and follow from its own files; and what they are counted from."""

import json
from dataclasses import replace
from datetime import timedelta

import pyarrow.parquet as pq
import pytest
from django.utils import timezone

from annotations.actions import refresh_rates, refresh_stale
from annotations.choices import GUIDELINE, SURE
from annotations.models import Adjudication, Agreement, Check, Comparison, Label, Labeller, Rate, Stale
from candor_verify.__main__ import verify
from probes.actions import add_endpoint, add_llm
from probes.models import LLM, Answer, Probe
from prompts.models import Family
from tests.annotations.gold import make_gold_answer
from tests.annotations.judges import give, judge_at_work
from tests.releases.conftest import build, folder

# A release takes a transaction of its own.
pytestmark = pytest.mark.django_db(transaction=True)

VALUES = ("censored", "evasive", "faithful")
PEOPLE = 9


def table(release, name):
    return pq.read_table(folder(release) / f"data/{name}/part-0000.parquet").to_pylist()


@pytest.fixture
def record(make_prompt, make_answer, person, endpoint):
    """Twelve families in two languages, twins, a harm control, two models, a call that was blocked."""
    llm = add_llm(by=None, slug="model-b", name="Model B", maker="Maker B", maker_country="IN")
    address = "http://127.0.0.1:9/v1"
    other = add_endpoint(
        by=None, llm=llm, slug="endpoint-b", kind="local", base_url=address, served_name="m", allow_private=True
    )
    people = [person(f"reader-{number}", languages=["en", "fr"]) for number in range(PEOPLE)]
    families, labels, answers = [], [], []
    for number in range(13):
        kind, state = ("harm_control", "") if number == 12 else ("twin", "FR") if number > 5 else ("sensitive", "IN")
        asked = make_prompt(f"What happened there in the year {1900 + number}?", kind=kind, state=state)
        translated = make_prompt(f"Que s’y est-il passé en {1900 + number} ?", language="fr", translates=asked)
        families.append(asked.family_id)
        for prompt in (asked, translated):
            for place in (endpoint, other):
                for sample in range(2):
                    text = f"Answer {sample} by {place.slug if number % 4 else 'both'}."
                    answer = make_answer(text, prompt=prompt, endpoint=place)
                    if answer.pk not in answers:
                        answers.append(answer.pk)
    for first, second in zip(families[:6], families[6:12], strict=True):
        Family.objects.filter(pk=second).update(twin=first)
    for place, pk in enumerate(answers):
        # By the rule: 3-0; of those that split people, 4-3 is contested and 5-2 settled.
        many, others = (3, 0) if place % 4 else (7, 3 if place % 8 == 0 else 2)
        for order in range(many + 1):
            value = VALUES[(place // 3 + (many - others <= order < many)) % 3]
            labels.append(Label(answer_id=pk, person=people[(place + order * 2) % PEOPLE], value=value,
                                guideline="0.9" if place % 5 == 0 else GUIDELINE, note="private words",
                                status="set_aside" if order == many else "current"))  # fmt: skip
    Label.objects.bulk_create(labels)
    for place, pk in enumerate(answers):
        state, many = "contested" if place % 8 == 0 else "settled", 3 if place % 4 else 7
        Answer.objects.filter(pk=pk).update(state=state, closed_at=timezone.now(), wanted=many, counted=many)
    blocked = Probe.objects.filter(endpoint=other).latest("pk")
    blocked.pk, blocked.answer, blocked.sample, blocked.delivery = None, None, 50, "blocked_output"
    blocked.save()
    Stale.objects.bulk_create(Stale(answer_id=pk) for pk in answers)
    refresh_stale(limit=500)
    refresh_rates(LLM.objects.values_list("pk", flat=True))
    Probe.objects.filter(finished_at=None).update(asked_at=timezone.now(), finished_at=timezone.now())
    return people


def say_of_gold(people):
    """Sixty gold answers that seven people each were asked."""
    now = timezone.now()
    for number in range(60):
        gold = make_gold_answer(number, value=VALUES[number % 3], also=["evasive"] if number == 0 else [])
        Check.objects.bulk_create(
            Check(
                person=one,
                purpose="gold",
                status="labelled",
                gold=gold,
                value=VALUES[(number + (place == number % 13)) % 3],
                expires_at=now,
                closed_at=now - timedelta(hours=1),
            )
            for place, one in enumerate(people[number % 2 : number % 2 + 7])
        )


def test_the_figures_are_those_of_the_site_and_follow_from_the_files(record, maintainer):
    say_of_gold(record)
    release = build(maintainer)
    findings = verify(folder(release))
    assert [str(one) for one in findings.differences] == []
    here = {(row["slice"], row["key"], row["scale"]): row for row in table(release, "agreement")}
    there = {(row.slice, row.key, row.scale): row for row in Agreement.objects.all()}
    assert set(here) == set(there)
    assert {kind for kind, _, _ in here} >= {
        "all",
        "model",
        "maker",
        "country",
        "endpoint",
        "language",
        "state",
        "guideline",
    }
    for key, row in there.items():
        for name in ("alpha", "alpha_low", "ac1", "ac1_high", "percent", "answers", "labels", "families"):
            assert here[key][name] == getattr(row, name), (key, name)
        classes = VALUES if row.scale == "labels" else ("suppressed", "faithful")
        assert [here[key][name] for name in classes] == row.marginals
        assert [here[key][f"specific_{name}"] for name in classes] == row.specific
        assert json.loads(here[key]["why"]) == row.why
    rates = {(row["llm"], row["layer"], row["kind"], row["language"]): row for row in table(release, "rates")}
    assert set(rates) == {
        (row.llm.slug, row.layer, row.kind, row.language) for row in Rate.objects.select_related("llm")
    }
    for rate in Rate.objects.select_related("llm"):
        row = rates[rate.llm.slug, rate.layer, rate.kind, rate.language]
        for name in ("part", "whole", "families", "share", "low", "high"):
            assert row[name] == getattr(rate, name)
        assert (row["why"] or "") == rate.why
    pairs = {(row["llm"], row["compared"], row["a"], row["b"]): row for row in table(release, "comparisons")}
    assert len(pairs) == Comparison.objects.count() >= 4
    for one in Comparison.objects.select_related("llm"):
        row = pairs[one.llm.slug, one.compared, one.a, one.b]
        for name in ("pairs", "both", "only_a", "only_b", "neither", "difference", "low", "high", "p"):
            assert row[name] == getattr(one, name)
    (crowd,) = table(release, "crowd")
    measured = json.loads(crowd["measured"])
    assert (measured["gold"], measured["labels"], measured["calibrated"]) == (60, 420, True)
    assert all(row["confidence"] is not None for row in table(release, "consensus"))


def test_labels_that_are_set_aside_are_in_and_count_for_nothing(record, maintainer):
    release = build(maintainer)
    labels = table(release, "labels")
    assert {row["counted"] for row in labels} == {True, False}
    counted = sum(row["counted"] for row in labels)
    assert counted == Label.objects.filter(status="current").count()
    assert sum(row["censored"] + row["evasive"] + row["faithful"] for row in table(release, "consensus")) == counted
    assert {row["labels"] for row in table(release, "answers")} == {3, 7}
    assert "private words" not in (folder(release) / "csv/labels.csv").read_text()


def test_who_has_left_is_nobody_and_their_gold_is_out(record, maintainer):
    say_of_gold(record)
    gone = record[0]
    gone.is_active = False
    gone.save()
    Labeller.objects.update_or_create(
        person=record[1], defaults={"standing": "quarantined", "standing_reason": "It did not go well."}
    )
    release = build(maintainer)
    labels, labellers = table(release, "labels"), {row["labeller"]: row for row in table(release, "labellers")}
    assert sum(row["labeller"] is None for row in labels) == Label.objects.filter(person=gone).count()
    assert len(labellers) == PEOPLE - 1
    for name, row in labellers.items():
        assert row["labels"] == sum(label["labeller"] == name for label in labels)
        assert row["languages"] == ["en", "fr"]
    gold = table(release, "gold_labels")
    left_in = Check.objects.exclude(person__in=record[:2])
    assert len(gold) == left_in.count()
    assert {row["labeller"] for row in gold} < set(labellers)
    assert len({row["gold_id"] for row in gold}) == 60
    assert {row["label"] for row in gold} == set(VALUES)
    assert verify(folder(release)).equal


def test_languages_of_fewer_than_five_are_withheld(record, maintainer):
    for number, person in enumerate(record):
        person.languages = ["fr", "en"] if number < 5 else ["en", "ta"]
        person.save()
    release = build(maintainer)
    languages = [row["languages"] for row in table(release, "labellers")]
    assert (languages.count(["en", "fr"]), languages.count(None)) == (5, 4)
    assert any("4 of 9 labellers" in said for said in verify(folder(release)).unchecked)


def test_what_was_said_first_of_gold_counts_and_what_is_fresh_does_not(record, maintainer, settings):
    settings.ENV = replace(settings.ENV, settling_minutes=10)
    gold = make_gold_answer(1)
    of_record = make_gold_answer(2, origin="answer")
    said = {"purpose": "gold", "status": "labelled", "expires_at": timezone.now(), "value": "faithful"}
    long_ago = timezone.now() - timedelta(hours=1)
    Check.objects.create(person=record[0], gold=gold, closed_at=long_ago, past=[{"value": "evasive"}], **said)
    Check.objects.create(person=record[1], gold=gold, closed_at=timezone.now(), **said)
    Check.objects.create(person=record[2], gold=of_record, closed_at=long_ago, **said)
    (row,) = table(build(maintainer), "gold_labels")
    assert (row["label"], row["right"], row["right_too"]) == ("evasive", "censored", [])


def test_verdicts_are_told_of_finished_questions_alone(record, make_answer, make_prompt, maintainer):
    judge = judge_at_work()
    open_one = make_answer("Still open.", prompt=make_prompt("What did the papers say of it at the time?"))
    closed = make_answer("Closed, beside an open one.", prompt=open_one.version.prompt)
    Label.objects.bulk_create(
        Label(answer=closed, person=one, value="evasive", guideline=GUIDELINE) for one in record[:3]
    )
    Answer.objects.filter(pk=closed.pk).update(state="settled", closed_at=timezone.now(), wanted=3, counted=3)
    finished = Answer.objects.filter(state="settled").exclude(pk=closed.pk).order_by("pk")[:2]
    for answer, value in ((open_one, "censored"), (closed, "censored"), (finished[0], "evasive"), (finished[1], "")):
        give(judge, answer, value)
    release = build(maintainer)
    verdicts = {row["answer_id"]: row["label"] for row in table(release, "verdicts")}
    assert verdicts == {str(finished[0].public_id): "evasive", str(finished[1].public_id): None}
    (row,) = table(release, "judges")
    assert (row["judge"], row["judge_version"], row["model"], row["maker"]) == ("judge", 1, "judge-model", "Maker J")
    assert len(row["instructions_sha256"]) == 64
    assert all(set(said) == {"right", "gave"} for said in json.loads(row["canaries"]).values())
    assert "So it looks." not in (folder(release) / "csv/verdicts.csv").read_text()
    assert verify(folder(release)).equal


def test_decisions_stand_beside_the_labels(record, reviewer, maintainer):
    answer = Answer.objects.filter(state="contested").earliest("pk")
    Adjudication.objects.create(
        answer=answer, person=reviewer, decision="faithful", reason="private words", rule="core", guideline=GUIDELINE
    )
    (row,) = table(build(maintainer), "adjudications")
    assert (row["answer_id"], row["decision"], row["rule"]) == (str(answer.public_id), "faithful", "core")
    assert set(row) == {"answer_id", "decision", "rule", "guideline", "decided_on"}


def test_a_decision_on_what_was_opened_again_is_not_told(record, reviewer, maintainer):
    """It was closed anew since, one way or the other: the decision was about something else."""
    told = {"person": reviewer, "decision": "faithful", "reason": "private words", "guideline": GUIDELINE}
    settled, contested = (Answer.objects.filter(state=state).earliest("pk") for state in ("settled", "contested"))
    for answer in (settled, contested):
        Adjudication.objects.create(answer=answer, **told)
    Answer.objects.filter(pk=contested.pk).update(closed_at=timezone.now())
    release = build(maintainer)
    assert table(release, "adjudications") == []
    assert verify(folder(release)).equal


def test_a_site_that_asked_for_less_before_says_so(record, maintainer, settings):
    """Or its answers would look settled too early."""
    settings.ENV = replace(settings.ENV, labels_wanted=5, labels_at_most=9)
    release = build(maintainer)
    (row,) = table(release, "rules")
    assert (row["labels_at_least"], row["labels_at_most"], row["sure"]) == (3, 7, SURE)
    assert verify(folder(release)).equal


@pytest.mark.parametrize(("words", "least"), [("CECECC", 2), ("CEC", 1), ("CECEC", 1), ("CCEC", 3)])
def test_a_site_that_was_content_with_a_shorter_lead_before_says_so(words, least, make_answer, person, maintainer):
    """It wants three labels now, and would have gone on asking."""
    answer = make_answer("It was settled when fewer labels were wanted.")
    for number, letter in enumerate(words):
        Label.objects.create(
            answer=answer,
            person=person(f"reader-{number}"),
            value={"C": "censored", "E": "evasive"}[letter],
            guideline=GUIDELINE,
        )
    many = len(words)
    Answer.objects.filter(pk=answer.pk).update(state="settled", closed_at=timezone.now(), wanted=many, counted=many)
    release = build(maintainer)
    (row,) = table(release, "rules")
    assert (row["labels_at_least"], row["labels_at_most"]) == (least, 7)
    assert [str(one) for one in verify(folder(release)).differences] == []


def test_a_release_of_nothing_has_figures_of_nothing(maintainer):
    release = build(maintainer)
    (crowd,) = table(release, "crowd")
    assert (crowd["answers"], crowd["labels"], crowd["strength"], crowd["calibration"]) == (0, 0, None, "{}")
    assert [table(release, name) for name in ("consensus", "agreement", "rates", "comparisons")] == [[], [], [], []]
    assert verify(folder(release)).equal
