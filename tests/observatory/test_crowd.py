"""What the crowd's page and an answer's page tell of how sure labels make: the fit's own numbers, and nobody's name."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotations.actions import adjudicate
from annotations.agreement.calibration import Calibration
from annotations.choices import SURE
from annotations.models import Consensus, Fit, Judge, JudgeAgreement
from annotations.selectors.crowd import TOLD_FROM
from probes.models import Endpoint

pytestmark = pytest.mark.django_db

CROWD = "/agreement/crowd/"
CALIBRATION = Calibration(knots=(-6.0, 6.0), chances={3: (0.5, 0.9), 5: (0.96, 0.97)}, gold=60)
POSTERIORS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999)
MEASURED = {"settled": 0.8, "right": 0.97, "low": 0.93, "high": 0.99, "asked": 4.3, "gold": 80, "labels": 560}
TOLD = {"value": 0.91, "low": 0.88, "high": 0.94, "why": None}


@pytest.fixture
def fit(db):
    """A fit of the crowd: `fit(calibration=None)`, with what is told of it."""

    def make(calibration=None, measured=None, **more):
        return Fit.objects.create(
            **{
                # What is in force, with open answers, is not told.
                "answers": 1, "labels": 2, "people": 3, "strength": 10, "prior": [1, 0, 0],
                "pooled": [1, 0, 0, 1, 0, 0, 1, 0, 0],
                "published": {
                    "answers": 1234, "labels": 5678, "people": 42, "prior": [0.2, 0.3, 0.5],
                    "pooled": [0.9, 0.06, 0.04, 0.15, 0.7, 0.15, 0.02, 0.03, 0.95],
                    "calibration": CALIBRATION.to_dict() if calibration is None else calibration,
                    "measured": measured or {**MEASURED, "calibrated": True, "why": ""},
                },
                "themselves": {"repeats": 321, "people": 17, "percent": TOLD, "kappa": {**TOLD, "value": 0.85}},
                "pairs": {"at_least": 20, "pairs": 66, "people": 12, "low": 0.52, "median": 0.63, "high": 0.74},
                **more,
            }
        )  # fmt: skip

    return make


def test_before_the_crowd_is_known_it_says_what_it_takes(words):
    said = words(CROWD)
    assert "There are too few labels to know the crowd" in said
    assert f"at least {TOLD_FROM} people" in said
    assert "No machine judge is at work on this site." in said


def test_the_crowd_is_told_by_the_fits_own_numbers(fit, words):
    fit()
    said = words(CROWD)
    for part in (
        "from 5,678 labels that 42 people gave to 1,234 closed answers.",
        "Censored 20% 90% 6% 4% Evasive 30% 15% 70% 15% Faithful 50% 2% 3% 95%",
        "with the weight of 10 labels",
        "Settled answers that are right 97% 95% interval 93% to 99%. On 80 answers whose label is known.",
        "Labels an answer takes 4.3 on average; 80% of them come to be settled",
        "321 by 17 people 91% 88 to 94 .85 .88 to .94",
        "Two people with each other .63 Cohen’s kappa of the pair in the middle.",
        "Half of the pairs are between .52 and .74.",
        "come to be settled at all. These answers are clearer than the rest of the record, so there it may be fewer",
        "with 20 answers or more in common 66 pairs .63 half of them from .52 to .74",
        "97% of what is called settled is right (95% interval 93% to 99%), and 80% come to be settled at all.",
    ):
        assert part in said, part


def test_the_calibration_is_shown_as_it_is_used(fit, words):
    fit()
    said = words(CROWD)
    head = "if the model says Labels " + " ".join(str(at).replace("0.", ".") for at in POSTERIORS)
    assert head in said
    for labels in (3, 5):
        chances = [
            CALIBRATION.chance_right((at, 1 - at), labels) for at in (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999)
        ]
        row = " ".join(f"{chance:.0%}" + (" , enough" if chance >= SURE else "") for chance in chances)
        assert f"{labels} {row}" in said, labels


def test_without_a_calibration_votes_decide_and_it_says_why(fit, words):
    nothing = dict.fromkeys(("settled", "right", "low", "high", "asked"))
    few = fit(calibration={}, measured={**nothing, "gold": 12, "labels": 90, "calibrated": False, "why": "too few"})
    said = words(CROWD)
    assert "For now by votes alone: from 3 labels on, once one label leads every other by three." in said
    assert "it takes 59 answers whose label is known and that 7 people have read; there are 12." in said
    few.published["measured"] = {**MEASURED, "calibrated": False, "why": "not sure enough"}
    few.save()
    said = words(CROWD)
    assert "not even the surest were right often enough" in said
    assert "97% of what is called settled is right" in said


def test_nothing_is_told_of_a_few(fit, words):
    fit(
        themselves={"repeats": 9, "people": TOLD_FROM - 1, "percent": TOLD, "kappa": TOLD},
        # Four people make six pairs.
        pairs={"at_least": 20, "pairs": 6, "people": TOLD_FROM - 1, "low": 0.1, "median": 0.2, "high": 0.3},
    )
    said = words(CROWD)
    assert "91%" not in said
    assert ".20" not in said
    assert said.count("people were shown an answer again.") == 2
    assert said.count("people share enough answers with another.") == 2


@pytest.fixture
def judge(endpoint):
    """A judge at work with figures of some slices: `judge("a", 2)`."""

    def make(slug, slices):
        made = Judge.objects.create(
            slug=slug, endpoint=Endpoint.objects.get(pk=endpoint.pk), instructions="Judge.", guideline="1.0",
            status="active", tested_at="2026-01-01T00:00Z",
        )  # fmt: skip
        places = [("all", ""), *(("language", f"x-{number}") for number in range(slices - 1))]
        for kind, key in places:
            JudgeAgreement.objects.create(
                judge=made, slice=kind, key=key, answers=120, families=30, passed=7, confusion=[40, 0, 0] * 3,
                percent=0.88, percent_low=0.8, percent_high=0.93, kappa=0.71, kappa_low=0.6, kappa_high=0.8,
                ac1=0.8, ac1_low=0.7, ac1_high=0.9,
            )  # fmt: skip
        return made

    return make


def test_machine_judges_stand_beside_people(judge, words):
    judge("a-judge", 1)
    said = words(CROWD)
    assert "All answers 120 30 families 7 88% 80 to 93 .71 .60 to .80 .80 .70 to .90" in said
    Judge.objects.update(status="draft")
    assert "No machine judge is at work on this site." in words(CROWD)


def test_more_slices_of_a_judge_ask_no_more_queries(judge, fit, client):
    fit()
    one = judge("a-judge", 1)
    seen = []
    for time in range(2):
        JudgeAgreement.objects.filter(slice="topic").delete()
        for at in range(1 + 9 * time):
            JudgeAgreement.objects.create(judge=one, slice="topic", key=f"t-{at}", confusion=[0] * 9)
        client.get(CROWD)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(CROWD).status_code == 200
        seen.append(len(queries))
    assert seen[0] == seen[1]


def test_an_answer_says_what_its_labels_add_up_to(make_answer, settle, fit, words):
    answer = settle(make_answer("A"), "FFE")
    at = f"/answers/{answer.public_id}/"
    assert "How sure that makes is not known yet: there are too few labels to know how the crowd labels." in words(at)
    # Two of nine draws say the first and then the second, and as many the other way round.
    assert "Spread of the votes .44" in words(at)
    consensus = Consensus.objects.filter(answer=answer)
    consensus.update(posterior=[0.02, 0.08, 0.9], fit=fit())
    said = words(at)
    assert "too few answers whose label is known have been read by enough people." in said
    assert "Probability, given who said what 2% censored 8% evasive 90% faithful" in said
    consensus.update(confidence=0.968)
    assert "Settled, and right with a chance of 97% , as measured on answers whose label is known." in words(at)
    assert "The chance that two of the votes, drawn at random with replacement, differ." in words(at)
    # The votes have settled it, and who gave them makes another label more probable: that is what the chance is of.
    consensus.update(posterior=[0.02, 0.58, 0.4], confidence=0.6)
    said = words(at)
    assert "Settled, and right" not in said
    assert "The most probable label is right with a chance of 60% , as measured" in said


def test_camps_are_shown_where_they_can_be_seen(make_answer, settle, words):
    answer = settle(make_answer("A"), "FFE")
    at = f"/answers/{answer.public_id}/"
    assert "two camps" not in words(at)
    Consensus.objects.filter(answer=answer).update(bridged=[0.04, 0.46, 0.5])
    assert "Halfway between two camps 4% censored 46% evasive 50% faithful" in words(at)


def test_what_is_drawn_has_no_more_digits_than_what_is_told(make_answer, settle, fit, client):
    answer = settle(make_answer("A"), "FFE")
    consensus = Consensus.objects.filter(answer=answer)
    pages = []
    for posterior in ([0.021, 0.079, 0.9], [0.0201, 0.0801, 0.8998]):
        consensus.update(posterior=posterior, fit=fit(), confidence=0.96 + posterior[0] / 10)
        page = client.get(f"/answers/{answer.public_id}/").content.decode()
        pages.append(page[page.index('id="adds-up"') :].split("</section>")[0])
    assert pages[0] == pages[1]
    assert 'width="2.0%"' in pages[0]


def test_a_contested_answer_that_was_decided_says_both(make_answer, settle, maintainer, fit, words):
    answer = settle(make_answer("divided"), "CEFCEFC")
    Consensus.objects.filter(answer=answer).update(posterior=[0.5, 0.3, 0.2], fit=fit(), confidence=0.4)
    adjudicate(by=maintainer, answer=answer, decision="evasive", reason="The core is missing.", rule="official-line")
    said = words(f"/answers/{answer.public_id}/")
    assert "What they add up to Contested a reviewer decided" in said
    assert "The most probable label is right with a chance of 40%" in said


def test_an_answer_nobody_can_judge_adds_up_to_nothing(make_answer, give_up, words):
    answer = give_up(make_answer("who knows"))
    assert "What they add up to" not in words(f"/answers/{answer.public_id}/")
