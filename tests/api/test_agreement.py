"""/agreement/ beyond single rows: slices crossed, what cannot be crossed, and the sweeps."""

import pytest

from annotations.actions import sweep
from annotations.models import Agreement
from probes.models import Answer
from tests.api.conftest import Caller, is_problem

CANNOT = [
    ("slice=model&key=model-a&with=maker&with_key=Maker A", "Endpoints, models, makers and countries follow"),
    ("slice=topic&with=topic", "A slice cannot be crossed with one of its own kind."),
    ("slice=all&with=topic", "All answers crossed with a slice are that slice."),
    ("with=topic", "Say which slice to cross."),
    ("slice=topic&with_key=india", "Say what with_key is a key of."),
    ("slice=topic&with=language&cursor=3", "Slices that are crossed have one page."),
]


def test_each_row_says_families_specific_agreement_and_where_it_is_from(nobody: Caller, closed: Answer) -> None:
    (row,) = nobody.get("agreement/?slice=model&key=model-a&scale=labels").json()["results"]
    assert (row["with_slice"], row["with_key"], row["families"]) == (None, None, 1)
    # Two of three say evasive: of the pairs with an evasive label, one in two agrees.
    assert row["specific"] == {"censored": None, "evasive": 0.5, "faithful": 0.0}
    assert row["recompute"] == "python -m annotations.agreement FOLDER --slice=model --key=model-a --scale=labels"
    assert row["url"] == "http://testserver/api/v1/agreement/?slice=model&key=model-a&scale=labels"


def test_two_slices_crossed(nobody: Caller, closed: Answer) -> None:
    body = nobody.get("agreement/?slice=model&with=topic").json()
    (row,) = body["results"]
    assert body["next"] is None
    assert (row["slice"], row["key"], row["with_slice"], row["with_key"]) == ("model", "model-a", "topic", "india")
    assert (row["answers"], row["labels"], row["scale"]) == (1, 3, "labels")
    alone = Agreement.objects.get(slice="model", key="model-a", scale="labels")
    assert (row["alpha"]["value"], row["percent"]["value"]) == (alone.alpha, alone.percent)
    assert nobody.get("agreement/?slice=model&key=nobody&with=topic").json() == {"next": None, "results": []}
    (simpler,) = nobody.get("agreement/?slice=topic&with=round&with_key=1&scale=suppressed").json()["results"]
    assert simpler["marginals"] == {"suppressed": 2, "faithful": 1}


@pytest.mark.parametrize(("query", "says"), CANNOT)
def test_what_cannot_be_crossed(nobody: Caller, closed: Answer, query: str, says: str) -> None:
    assert is_problem(nobody.get(f"agreement/?{query}"), 422)["detail"].startswith(says)


def test_sweeps_the_latest_first(nobody: Caller, closed: Answer) -> None:
    sweep()
    Agreement.objects.filter(slice="all", scale="labels").update(percent=0.0)
    sweep()
    rows = nobody.get("agreement/sweeps/").json()["results"]
    share = Agreement.objects.get(slice="all", scale="labels").percent
    assert [(row["answers"], row["tallies"], row["cells"], row["largest"]) for row in rows] == [
        (1, 0, 0, share),
        (1, 0, 0, 0.0),
    ]
