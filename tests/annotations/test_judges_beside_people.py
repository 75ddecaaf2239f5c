"""Machine judges beside people: how far they agree on closed answers, and what a rate may take from them."""

import pytest

from annotations.actions.judge_agreement import measure_judges
from annotations.models import JudgeAgreement
from annotations.selectors import judged_pairs
from probes.models import Answer
from tests.annotations.judges import give, judge_at_work, settle_as

pytestmark = pytest.mark.django_db


def test_agreement_is_of_closed_answers_by_language_and_topic(make_answer, make_prompt):
    judge = judge_at_work()
    french = make_prompt("Que s'est-il passé ?", language="fr")
    for number in range(4):
        give(judge, settle_as(make_answer(f"Answer {number}."), "evasive"), "evasive" if number else "faithful")
    give(judge, settle_as(make_answer("Une réponse.", prompt=french), "censored"), "censored")
    give(judge, settle_as(make_answer("Une autre.", prompt=french), "censored"), "")
    give(judge, make_answer("Nobody has labelled this."), "faithful")
    assert measure_judges() == 1
    rows = {(row.slice, row.key): row for row in JudgeAgreement.objects.all()}
    assert set(rows) == {("all", ""), ("language", "en"), ("language", "fr"), ("topic", "india")}
    whole = rows["all", ""]
    assert (whole.answers, whole.passed, whole.families, whole.percent) == (5, 1, 2, 0.8)
    assert whole.confusion == [1, 0, 0, 0, 3, 1, 0, 0, 0]
    assert whole.why["percent"] == "the answers are to too few families of prompts"
    assert (whole.percent_low, whole.percent_high) == (None, None)
    assert (rows["language", "fr"].percent, rows["language", "fr"].kappa) == (1.0, None)
    # Measured again, it is as it was.
    measure_judges()
    assert JudgeAgreement.objects.count() == 4


def test_what_its_own_maker_wrote_is_counted_apart(make_answer, endpoint):
    judge = judge_at_work()
    give(judge, settle_as(make_answer(), "evasive"), "evasive")
    measure_judges()
    assert not JudgeAgreement.objects.filter(slice="maker").exists()
    judge.endpoint.llm.maker = endpoint.llm.maker
    judge.endpoint.llm.save()
    measure_judges()
    assert JudgeAgreement.objects.get(slice="maker").key == "Maker A"
    # While another answer to the question is open, nobody is told who wrote this one.
    make_answer("Another.")
    measure_judges()
    assert not JudgeAgreement.objects.filter(slice="maker").exists()


def test_pairs_for_rates(make_answer, endpoint, make_prompt):
    judge = judge_at_work()
    other = make_prompt("And in 1920?")
    settled = settle_as(make_answer("Closed."), "evasive")
    give(judge, settled, "faithful")
    unlabelled, begun = make_answer("Open.", prompt=other), make_answer("Begun.", prompt=other)
    give(judge, unlabelled, "censored")
    give(judge, begun, "censored")
    Answer.objects.filter(pk=begun.pk).update(counted=1)
    labelled, nobody = judged_pairs(judge)
    (one,) = labelled
    family = settled.version.prompt.family_id
    assert (one.llm, one.family, one.language, one.kind, one.answer, one.people, one.judge) == (
        endpoint.llm_id, family, "en", "sensitive", settled.pk, "evasive", "faithful",
    )  # fmt: skip
    assert [(row.answer, row.people, row.judge) for row in nobody] == [(unlabelled.pk, "", "censored")]
    # A question with an open answer tells nothing of its closed ones.
    make_answer("Another to the first.")
    assert judged_pairs(judge)[0] == []
