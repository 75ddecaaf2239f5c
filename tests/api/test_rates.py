"""/rates/ and /comparisons/: what a worker measured, by model."""

import pytest

from annotations.models import Comparison, Rate
from probes.models import LLM

pytestmark = pytest.mark.django_db


@pytest.fixture
def measured(endpoint):
    llm = LLM.objects.get()
    common = {"llm": llm, "part": 3, "whole": 10, "families": 10, "share": 0.3}
    Rate.objects.create(layer="model", method="people", low=0.1, high=0.6, **common)
    Rate.objects.create(layer="model", method="people", language="fr", low=0.1, high=0.6, **common)
    few = {**common, "families": 4}
    Rate.objects.create(layer="provider", method="people", why="the answers are to too few families of prompts", **few)
    cells = {"pairs": 12, "both": 3, "only_a": 1, "only_b": 5, "neither": 3}
    Comparison.objects.create(
        llm=llm, compared="language", a="en", b="zh-Hans", difference=-1 / 3, low=-0.6, high=0.0, p=0.21875, **cells
    )
    return llm


def test_rates(client, measured):
    rows = client.get("/api/v1/rates/").json()["results"]
    assert [(row["model"], row["layer"], row["language"]) for row in rows] == [
        ("model-a", "model", ""),
        ("model-a", "model", "fr"),
        ("model-a", "provider", ""),
    ]
    first = {
        key: rows[0][key] for key in ("kind", "method", "part", "whole", "families", "share", "low", "high", "why")
    }
    assert first == {
        **{"kind": "", "method": "people", "part": 3, "whole": 10, "families": 10},
        **{"share": 0.3, "low": 0.1, "high": 0.6, "why": None},
    }
    assert (rows[2]["low"], rows[2]["why"]) == (None, "the answers are to too few families of prompts")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("layer=model&language=all", 1),
        ("language=fr", 1),
        ("kind=all", 3),
        ("kind=twin", 0),
        ("method=judge", 0),
        ("model=model-a&layer=provider", 1),
        ("model=nobody", 0),
    ],
)
def test_rates_are_narrowed(client, measured, query, found):
    assert len(client.get(f"/api/v1/rates/?{query}").json()["results"]) == found


def test_comparisons(client, measured):
    [row] = client.get("/api/v1/comparisons/?model=model-a&compared=language").json()["results"]
    assert {key: row[key] for key in ("a", "b", "pairs", "both", "only_a", "only_b", "neither", "p")} == {
        **{"a": "en", "b": "zh-Hans", "pairs": 12, "both": 3, "only_a": 1, "only_b": 5, "neither": 3, "p": 0.21875},
    }
    assert client.get("/api/v1/comparisons/?compared=twin").json()["results"] == []


@pytest.mark.parametrize("query", ["layer=host", "kind=harm_control", "method=guess", "compared=both"])
def test_what_there_is_not_is_a_problem(client, db, query):
    path = "comparisons" if query.startswith("compared") else "rates"
    response = client.get(f"/api/v1/{path}/?{query}")
    assert (response.status_code, response["Content-Type"]) == (422, "application/problem+json")
