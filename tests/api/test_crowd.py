"""/crowd/, and what the API says of how sure an answer's labels make."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from annotations.actions import refresh_stale
from annotations.models import Adjudication, Consensus, Fit, Stale
from probes.models import Answer
from tests.annotations.crowd import POOLED, PRIOR, STRENGTH, TRUSTING, fitted, posterior
from tests.api.conftest import Caller

pytestmark = pytest.mark.django_db

MEASURED = {
    **{"settled": 0.9, "right": 0.97, "low": 0.95, "high": 0.99, "asked": 3.4},
    **{"gold": 60, "labels": 600, "calibrated": True, "why": ""},
}
SHARE = {"value": 0.9, "low": None, "high": None, "why": "too few people were asked"}


def test_before_there_is_a_fit(nobody: Caller) -> None:
    assert nobody.get("crowd/").json() == {"fit": None}


def test_the_crowd_as_it_was_fitted(nobody: Caller) -> None:
    fit = fitted(
        calibration=TRUSTING,
        answers=60,
        labels=240,
        people=10,
        strengths=[{"strength": STRENGTH, "log_likelihood": -0.5}],
        measured=MEASURED,
        themselves={"repeats": 12, "people": 5, "percent": SHARE, "kappa": SHARE},
        pairs={"at_least": 20, "pairs": 10, "people": 5, "low": 0.5, "median": 0.6, "high": 0.7},
    )
    found = nobody.get("crowd/").json()["fit"]
    assert found["fitted_at"] == fit.fitted_at.isoformat().replace("+00:00", "Z")
    assert (found["answers"], found["labels"], found["people"], found["strength"]) == (60, 240, 10, STRENGTH)
    assert found["strengths"] == [{"strength": STRENGTH, "log_likelihood": -0.5}]
    assert found["prior"] == dict(zip(("censored", "evasive", "faithful"), PRIOR, strict=True))
    assert [row["share"] for row in found["confusion"]] == [share for row in POOLED for share in row]
    assert found["confusion"][1] == {"truth": "censored", "said": "evasive", "share": 0.1}
    assert {"labels": 3, "posterior": 0.95, "chance": pytest.approx(0.95)} in found["calibration"]
    assert (found["sure"], found["error"]) == (0.95, MEASURED)
    assert found["oneself"] == {"repeats": 12, "people": 5, "percent": SHARE, "kappa": SHARE}
    assert found["pairs"] == {"at_least": 20, "pairs": 10, "people": 5, "low": 0.5, "median": 0.6, "high": 0.7}


def test_only_what_is_learned_from_closed_answers_is_told(nobody: Caller) -> None:
    fit = fitted(calibration=TRUSTING, answers=60, labels=240, people=10, measured=MEASURED)
    before = nobody.get("crowd/").json()
    Fit.objects.filter(pk=fit.pk).update(
        **{"answers": 61, "labels": 241, "people": 11, "prior": [1, 0, 0], "pooled": [1, 0, 0] * 3, "iterations": 9},
        **{"calibration": {}, "measured": {**MEASURED, "right": 0.5}, "log_likelihood": -1.0},
    )
    assert nobody.get("crowd/").json() == before
    Fit.objects.update(published={})
    assert nobody.get("crowd/").json() == {"fit": None}


def test_of_fewer_than_five_nothing_is_told(nobody: Caller) -> None:
    fitted(
        themselves={"repeats": 12, "people": 4, "percent": SHARE, "kappa": SHARE},
        # Four people make six pairs.
        pairs={"at_least": 20, "pairs": 6, "people": 4, "low": 0.5, "median": 0.6, "high": 0.7},
    )
    found = nobody.get("crowd/").json()["fit"]
    assert (found["oneself"], found["pairs"], found["calibration"], found["error"]) == (None, None, [], None)


def test_an_unknown_parameter_is_a_problem(nobody: Caller) -> None:
    response = nobody.get("crowd/?person=1")
    assert (response.status_code, response["Content-Type"]) == (422, "application/problem+json")


def test_a_closed_answer_with_what_its_labels_make_probable(nobody: Caller, closed: Answer) -> None:
    fitted(calibration=TRUSTING)
    Stale.objects.create(answer=closed)
    refresh_stale(limit=10)
    kept = Consensus.objects.get()
    found = nobody.get(f"answers/{closed.public_id}/").json()["consensus"]
    assert kept.posterior is not None
    told = [round(chance, 2) for chance in kept.posterior]
    assert found["posterior"] == dict(zip(("censored", "evasive", "faithful"), told, strict=True))
    assert told != kept.posterior
    assert kept.posterior == pytest.approx(posterior((None, 1), (None, 1), (None, 2)))
    assert found["confidence"] == round(TRUSTING.chance_right(kept.posterior, 3), 2)
    assert found["bridged"] is None
    Consensus.objects.update(bridged=[0.125, 0.5, 0.375])
    found = nobody.get(f"answers/{closed.public_id}/").json()["consensus"]
    assert found["bridged"] == {"censored": 0.125, "evasive": 0.5, "faithful": 0.375}


def test_a_reviewers_decision_is_told_beside_it(nobody: Caller, closed: Answer, person: Callable[..., object]) -> None:
    Answer.objects.filter(pk=closed.pk).update(state="contested")
    assert nobody.get(f"answers/{closed.public_id}/").json()["consensus"]["state"] == "contested"
    Adjudication.objects.create(
        answer=closed, decision="evasive", reason="It says nothing.", guideline="1.0", created_at=timezone.now()
    )
    found = nobody.get(f"answers/{closed.public_id}/").json()
    assert (found["consensus"]["state"], found["adjudication"]["decision"]) == ("adjudicated", "evasive")
    # The labels and their votes are what they were.
    assert (found["consensus"]["value"], found["consensus"]["evasive"]) == ("evasive", 2)
