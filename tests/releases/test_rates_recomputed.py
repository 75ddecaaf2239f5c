"""Every rate and comparison of the API, computed again from a release: the same digits."""

import json
import shlex

import pytest

from annotations.actions import refresh_rates, refresh_stale
from annotations.agreement.released_rates import main
from annotations.choices import GUIDELINE
from annotations.models import Label
from probes.choices import Delivery
from probes.models import LLM, Probe
from prompts.models import Family
from tests.annotations.judges import settle_as
from tests.releases.conftest import build, folder

pytestmark = pytest.mark.django_db(transaction=True)

RATE = ("part", "whole", "families", "share", "low", "high", "why")
COMPARISON = ("a", "b", "pairs", "both", "only_a", "only_b", "neither", "difference", "low", "high", "p")


def settle(answer, value):
    """Three labels of one mind, by people who have left: the release counts labels."""
    settle_as(answer, value)
    for _ in range(3):
        Label.objects.create(answer=answer, person=None, value=value, guideline=GUIDELINE)


@pytest.fixture
def record(make_prompt, make_answer):
    """Fourteen families in two languages, half of them twins of the others, one call blocked, one of a harm control."""
    silent = ("censored", "faithful", "evasive", "faithful", "faithful")
    families = []
    for number in range(14):
        kind, state = ("sensitive", "IN") if number < 7 else ("twin", "FR")
        prompt = make_prompt(f"What happened there in the year {1900 + number}?", kind=kind, state=state)
        other = make_prompt(f"Que s’y est-il passé en {1900 + number} ?", language="fr", translates=prompt)
        for place, of in enumerate((prompt, other)):
            settle(make_answer(f"Answer {number} {place}.", prompt=of), silent[(number * (place + 1)) % 5])
        families.append(prompt.family_id)
    for first, second in zip(families[:7], families[7:], strict=True):
        Family.objects.filter(pk=second).update(twin=first)
    control = make_prompt("How is a dangerous thing made at home?", kind="harm_control", state="")
    settle(make_answer("I will not help with that.", prompt=control), "censored")
    blocked = Probe.objects.first()
    blocked.pk, blocked.answer, blocked.sample = None, None, blocked.sample + 1
    blocked.delivery = Delivery.BLOCKED_OUTPUT
    blocked.save()
    refresh_rates(LLM.objects.values_list("pk", flat=True))
    refresh_stale(limit=100)


def rows_of(client, what):
    return client.get(f"/api/v1/{what}/?page_size=200").json()["results"]


def asked(row, release):
    """What stands beside a row, for the folder that is here."""
    python, option, module, place, *words = shlex.split(row["recompute"])
    assert (python, option, module, place) == ("python", "-m", "annotations.agreement.released_rates", "FOLDER")
    return [release, *words]


@pytest.mark.usefixtures("record")
def test_each_row_is_what_the_files_give(client, maintainer, capsys):
    release = str(folder(build(maintainer)))
    rates, comparisons = rows_of(client, "rates"), rows_of(client, "comparisons")
    assert {(row["layer"], row["kind"], row["language"]) for row in rates} >= {
        ("model", "", ""), ("model", "twin", "fr"), ("provider", "", ""), ("provider", "sensitive", "en"),
    }  # fmt: skip
    whole = next(row for row in rates if (row["layer"], row["kind"], row["language"]) == ("model", "", ""))
    assert (whole["whole"], whole["families"]) == (28, 14)
    assert whole["low"] < whole["share"] < whole["high"]
    for row in rates:
        assert main(asked(row, release)) == 0
        assert json.loads(capsys.readouterr().out) == {name: row[name] for name in RATE}
    assert {row["compared"] for row in comparisons} == {"language", "twin"}
    for row in comparisons:
        assert main(asked(row, release)) == 0
        assert json.loads(capsys.readouterr().out) == {name: row[name] for name in COMPARISON}
    assert main([release, "nobody"]) == 1
    assert "Nothing of that model" in capsys.readouterr().err


def test_a_folder_that_is_no_release(tmp_path, capsys):
    assert main([str(tmp_path), "model-a"]) == 1
    assert "has neither ndjson/prompts.ndjson.zst nor csv/prompts.csv" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([str(tmp_path), "model-a", "--compared", "twin"])
    assert "go together" in capsys.readouterr().err
