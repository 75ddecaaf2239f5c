"""Nothing about an answer that is open or leased is anywhere in the API, whoever asks."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import URLPattern

from accounts.models import User
from annotations.actions import assign_next, undo_last
from api.urls import urlpatterns
from core.errors import CandorError, Conflict
from probes.actions import add_endpoint, add_llm
from probes.models import Answer, Endpoint
from prompts.models import Prompt
from releases.models import Release
from tests.api.conftest import ROOT, Caller, is_problem

# What names models and endpoints whether or not they answered anything.
PANEL = ("/models/", "/models/model-s/", "/endpoints/", "/endpoints/endpoint-s/", "/changes/", "/docs/")
SECRET = "Nothing of note took place in that garden."


def addresses(**examples: Any) -> Iterator[str]:
    """Every address of the API, with each place of a path filled in."""
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        route = str(pattern.pattern)
        if pattern.name != "nothing":
            for name, value in examples.items():
                route = route.replace(f"<{name}>", str(value))
            assert "<" not in route, f"no example for {route}"
            yield ROOT + route


@pytest.fixture
def hidden(make_answer: Callable[..., Answer], db: None) -> Answer:
    """An open answer, given by an endpoint that gave no other."""
    llm = add_llm(by=None, slug="model-s", name="Model S", maker="Maker S", maker_country="US")
    only = add_endpoint(by=None, llm=llm, slug="endpoint-s", kind="host", base_url="https://s.example/v1")
    return make_answer(SECRET, endpoint=only)


def test_no_address_tells_of_an_open_answer(
    nobody: Caller,
    caller: Callable[..., Caller],
    closed: Answer,
    hidden: Answer,
    labeller: User,
    maintainer: User,
    endpoint: Endpoint,
) -> None:
    [lease] = assign_next(by=labeller, limit=1)
    assert lease.text == hidden.text
    Release.objects.create(version="2026.11.0", cutoff=closed.created_at, key=b"k")
    examples = {
        "int:pk": closed.version.prompt_id,
        "int:number": 1,
        "uuid:pk": lease.id,
        "uuid:public_id": hidden.public_id,
        "uuid:delivery": lease.id,
        "name:slug": "model-s",
        "name:version": "2026.11.0",
        "name:sha256": "a" * 64,
        "name:anchor": "get-answers",
        "path:path": "data/answers/0.parquet",
    }
    seen = 0
    for who in (nobody, caller(labeller), caller(maintainer)):
        for address in addresses(**examples):
            response = who.get(address, {"page_size": 200} if address.endswith("answers/") else None)
            assert response.status_code < 500, address
            content = response.content.decode()
            seen += 1
            mine = address.endswith("assignments/") and response.status_code == 200
            if not (mine and who is not nobody):
                assert SECRET not in content, address
                assert str(hidden.public_id) not in content, address
                assert str(lease.id) not in content, address
            if not address.endswith(PANEL):
                assert "endpoint-s" not in content and "model-s" not in content.replace("models", ""), address
    assert seen >= 60


def test_an_open_answer_is_a_404_like_any_that_never_was(nobody: Caller, hidden: Answer) -> None:
    there = is_problem(nobody.get(f"answers/{hidden.public_id}/"), 404)
    nowhere = is_problem(nobody.get(f"answers/{uuid.uuid4()}/"), 404)
    assert there == nowhere


def test_filters_do_not_find_an_open_answer(nobody: Caller, hidden: Answer) -> None:
    for query in ("", "?model=model-s", "?language=en", f"?prompt={hidden.version.prompt_id}"):
        assert nobody.get(f"answers/{query}").json() == {"next": None, "results": []}


def test_an_assignment_is_an_id_a_question_an_answer_and_key_points(
    caller: Callable[..., Caller], labeller: User, hidden: Answer, prompt: Prompt
) -> None:
    program = caller(labeller)
    body = program.get("assignments/?ahead=3").json()
    assert set(body) == {"results"}
    [row] = body["results"]
    uuid.UUID(row.pop("id"))
    assert row == {
        "question": {"text": prompt.current.text if prompt.current else "", "language": "en"},
        "answer": SECRET,
        "key_points": [
            {
                "text": "Troops fired on the crowd.",
                "source": "Report of the inquiry, 1920",
                "url": "",
                "essential": True,
            },
            {
                "text": "The official count was 379 dead.",
                "source": "The same report, chapter 3",
                "url": "",
                "essential": False,
            },
        ],
    }


def test_what_comes_back_for_a_label_a_pass_and_an_undo_is_blind_too(
    caller: Callable[..., Caller], labeller: User, hidden: Answer
) -> None:
    program = caller(labeller)
    seen = []
    for verb, body in (("label", {"value": "evasive"}), ("pass", {"reason": "garbled"})):
        pk = program.get("assignments/").json()["results"][0]["id"]
        seen += [program.post(f"assignments/{pk}/{verb}", body), program.post("assignments/undo")]
    for response in seen:
        assert response.status_code == 200
        content = response.content.decode()
        assert not any(word in content for word in ("model-s", "Model S", "endpoint-s", str(hidden.public_id)))


def test_an_answer_opened_again_is_gone_until_it_closes(nobody: Caller, closed: Answer, three: list[User]) -> None:
    with pytest.raises(CandorError):
        undo_last(by=User.objects.get(username="author"))
    with pytest.raises(Conflict):
        undo_last(by=three[2])
    Answer.objects.filter(pk=closed.pk).update(state="open", closed_at=None)
    is_problem(nobody.get(f"answers/{closed.public_id}/"), 404)
    assert nobody.get("answers/").json()["results"] == []


def test_errors_do_not_repeat_what_a_lease_holds(
    caller: Callable[..., Caller], labeller: User, reviewer: User, hidden: Answer
) -> None:
    [lease] = assign_next(by=labeller, limit=1)
    stranger = caller(reviewer)
    for verb, body in (("label", {"value": "evasive"}), ("label", {"value": "x"}), ("pass", {"reason": "garbled"})):
        response = stranger.post(f"assignments/{lease.id}/{verb}", body)
        assert response.status_code in {403, 422}
        assert SECRET not in response.content.decode()
