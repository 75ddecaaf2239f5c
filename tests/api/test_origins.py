"""Reads are open to pages on any origin, without cookies; what is one's own is not. HEAD works as GET."""

from collections.abc import Callable

import pytest

from accounts.models import User
from probes.models import Answer
from prompts.models import Prompt
from tests.api.conftest import ROOT, SUBMISSION, Caller, is_problem

ORIGIN = {"origin": "https://elsewhere.example"}
READS = ("", "prompts/", "topics/", "models/", "answers/", "agreement/", "releases/", "openapi.json", "nowhere/")


@pytest.mark.parametrize("path", READS)
def test_reads_are_open(nobody: Caller, prompt: Prompt, path: str) -> None:
    for method in ("get", "head"):
        response = getattr(nobody.client, method)(ROOT + path, headers=ORIGIN)
        assert response["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in response
        shown = set(response["Access-Control-Expose-Headers"].split(", "))
        assert {"ETag", "Location", "RateLimit", "RateLimit-Policy", "Retry-After"} <= shown


@pytest.mark.parametrize("path", READS[:-1])
def test_a_browser_may_ask_first(nobody: Caller, path: str) -> None:
    response = nobody.client.options(ROOT + path, headers={**ORIGIN, "access-control-request-method": "GET"})
    assert (response.status_code, response.content) == (204, b"")
    assert response["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


def test_what_is_ones_own_is_not_open(caller: Callable[..., Caller], author: User, prompt: Prompt) -> None:
    program = caller(author)
    responses = [
        program.get("assignments/"),
        program.get("near/?text=What&language=en"),
        program.post("assignments/undo"),
        program.post("prompts/", SUBMISSION),
        program.client.options(f"{ROOT}assignments/"),
    ]
    assert [response.status_code for response in responses] == [200, 200, 404, 201, 204]
    for response in responses:
        assert "Access-Control-Allow-Origin" not in response
        assert response["Cache-Control"] == "no-store"


def test_problems_of_reads_are_open_too(nobody: Caller) -> None:
    response = nobody.get("prompts/?a=1", headers=ORIGIN)
    is_problem(response, 422)
    assert response["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", [*READS[:-1], "models/model-a/", "nowhere/"])
def test_head_is_get_without_a_body(nobody: Caller, closed: Answer, path: str) -> None:
    got, head = nobody.get(path), nobody.client.head(ROOT + path)
    assert head.content == b""
    assert (head.status_code, head["Content-Type"]) == (got.status_code, got["Content-Type"])
