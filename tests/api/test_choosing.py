"""`fields=` on every list and every single row: what is asked for, and never what the row does not show."""

from collections.abc import Iterator
from typing import Any

import pytest

from api.choosing import names, project, tree_of
from api.urls import urlpatterns
from observatory.models import Correction, Reply
from probes.models import Answer
from releases.models import Release
from tests.api.conftest import Caller, is_problem

EXAMPLES = {
    "prompts/": "prompts/<int:pk>/",
    "models/": "models/<name:slug>/",
    "endpoints/": "endpoints/<name:slug>/",
    "rounds/": "rounds/<int:number>/",
    "answers/": "answers/<uuid:public_id>/",
    "releases/": "releases/<name:version>/",
    "replies/": "replies/<uuid:public_id>/",
    "corrections/": "corrections/<int:pk>/",
}
ALONE = ("topics/", "labels/", "consensus/", "probes/", "agreement/", "files/", "changes/")
EMPTY = ("rates/", "comparisons/", "judges/", "agreement/sweeps/")


def names_of(value: Any, above: str = "") -> Iterator[str]:
    """Every name in a JSON value, those inside others with a dot."""
    if isinstance(value, list):
        for one in value:
            yield from names_of(one, above)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield above + name
            yield from names_of(inner, f"{above}{name}.")


def view_at(route: str) -> Any:
    [found] = [one for one in urlpatterns if str(one.pattern) == route]
    view: Any = found.callback
    return view.view_class


@pytest.fixture
def addresses(closed: Answer, published: Release, reply: Reply, correction: Correction) -> dict[str, str]:
    """By route, an address with rows."""
    filled = {
        "<int:pk>": str(closed.version.prompt_id),
        "<name:slug>": "model-a",
        "<int:number>": "1",
        "<uuid:public_id>": str(closed.public_id),
        "<name:version>": published.version,
    }
    found = {route: route for route in (*EXAMPLES, *ALONE)}
    for route in EXAMPLES.values():
        address = route.replace("corrections/<int:pk>", f"corrections/{correction.pk}")
        address = address.replace("replies/<uuid:public_id>", f"replies/{reply.public_id}")
        address = address.replace("models/<name:slug>", "models/model-a").replace("<name:slug>", "endpoint-a")
        for place, value in filled.items():
            address = address.replace(place, value)
        found[route] = address
    return found


def rows_at(nobody: Caller, address: str, fields: str = "") -> list[dict[str, Any]]:
    response = nobody.get(address, {"fields": fields} if fields else None)
    assert response.status_code == 200, response.content
    body = response.json()
    rows: list[dict[str, Any]] = body["results"] if set(body) == {"next", "results"} else [body]
    assert rows
    return rows


def test_every_list_and_every_row_takes_fields() -> None:
    takes = set()
    for one in urlpatterns:
        view = getattr(one.callback, "view_class", None)
        if view is not None and any(parameter.name == "fields" for parameter in view().known_parameters):
            takes.add(str(one.pattern))
    ones_own = {"webhooks/", "webhooks/<uuid:public_id>/"}
    assert takes == {"releases/latest/", *EXAMPLES, *EXAMPLES.values(), *ALONE, *EMPTY, *ones_own}


# The feed of changes tells of what is committed.
@pytest.mark.django_db(transaction=True)
def test_each_field_alone_is_what_the_whole_row_has(nobody: Caller, addresses: dict[str, str]) -> None:
    asked = 0
    for route, address in addresses.items():
        tree, whole = tree_of(view_at(route).serializer_class), rows_at(nobody, address)
        # Everything a row shows can be named, and what can be named is what it shows.
        assert {name for name in names_of(whole) if name in set(names(tree))} >= set(tree), route
        assert rows_at(nobody, address, ",".join(tree)) == whole
        for name in names(tree):
            chosen: Any = {}
            for part in reversed(name.split(".")):
                chosen = {part: chosen}
            assert rows_at(nobody, address, name) == [project(row, chosen) for row in whole], (route, name)
            asked += 1
    assert asked > 150


def test_many_and_nested_ones(nobody: Caller, closed: Answer) -> None:
    [row] = rows_at(nobody, "answers/", "state,prompt.language,given_by.model,consensus.value,prompt.topic,id")
    assert row == {
        "id": str(closed.public_id),
        "prompt": {"language": "en", "topic": "india"},
        "state": "settled",
        "consensus": {"value": "evasive"},
        "given_by": [{"model": "model-a"}],
    }
    # The whole and a part of it is the whole.
    [row] = rows_at(nobody, "answers/", "consensus.value,consensus")
    assert set(row) == {"consensus"} and len(row["consensus"]) == 10


def test_pages_go_on_with_the_same_fields(nobody: Caller, closed: Answer) -> None:
    body = nobody.get("labels/?fields=value&page_size=2").json()
    assert "fields=value" in body["next"]
    rest = nobody.get(body["next"]).json()
    values = [row["value"] for row in body["results"] + rest["results"]]
    assert sorted(values) == ["evasive", "evasive", "faithful"] and rest["next"] is None
    assert {tuple(row) for row in body["results"] + rest["results"]} == {("value",)}


def test_what_is_not_asked_for_is_not_computed(nobody: Caller, closed: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        raise AssertionError("it was computed")

    monkeypatch.setattr("api.answers.posterior_told", fails)
    assert rows_at(nobody, "answers/", "id,state") == [{"id": str(closed.public_id), "state": "settled"}]


@pytest.mark.parametrize(
    "fields",
    [
        *("", ",", "id,", "ID", "password", "person", "version", "pk", "public_id", "leased", "wanted", "shuffle"),
        *("consensus__value", "consensus.fit", "consensus.value.x", ".id", "id.", "prompt.submitted_by", "held_at"),
        *("given_by.endpoint.base_url", "given_by.request", "labels.person", "__class__", "id;state", "*", "a" * 5000),
        *("adjudication.person", "adjudication.person.password", "prompt.family.twin", "settles_at", "created_at"),
    ],
)
def test_what_a_row_does_not_show_cannot_be_named(nobody: Caller, closed: Answer, fields: str) -> None:
    said = is_problem(nobody.get("answers/", {"fields": fields}), 422)["fields"]["fields"]
    assert len(said) == 1 and said[0].startswith("Not here: ") and "consensus.value" in said[0]


def test_where_there_are_no_rows_there_are_no_fields(nobody: Caller) -> None:
    for path in ("", "crowd/", "openapi.json"):
        assert is_problem(nobody.get(path, {"fields": "name"}), 422)["fields"] == {
            "fields": ["Unknown. Known here: none."]
        }
