"""What a call sends, and that the key comes back nowhere."""

import json

import pytest

from tests.fake_provider import FakeProvider
from tests.fake_provider.raw import RawServer
from tests.workers.provider_calls import ANSWER, ask_all, call_to, raw_reply
from workers.providers.openai_chat import address, request_body
from workers.providers.results import Call

KEY = "sk-test-0123456789abcdef"


@pytest.fixture(scope="module")
def provider():
    with FakeProvider() as running:
        yield running


@pytest.mark.parametrize("params", [{"temperature": float("nan")}, {"stop": {1, 2}}, {"seed": object()}, {(1, 2): 3}])
def test_parameters_that_are_no_json(provider, params):
    (outcome,) = ask_all(call_to(provider, params=params))
    assert (outcome.rule, outcome.delivery, outcome.sent, outcome.retry) == (
        "net_call_invalid",
        "failed",
        "not_sent",
        "no",
    )


def test_a_key_that_cannot_be_sent():
    (outcome,) = ask_all(Call("https://example.com/v1", "m", "p", api_key="sk-\nX-Other: 1"))
    assert (outcome.rule, outcome.sent) == ("net_call_invalid", "not_sent")
    assert "X-Other" not in outcome.error


def test_the_key_is_sent_and_comes_back_nowhere(provider):
    call = call_to(provider, "echo_key", api_key=KEY)
    (outcome,) = ask_all(call)
    assert b"Something is wrong with [key removed]" in outcome.raw
    assert KEY not in repr(outcome) + repr(call)
    assert KEY.encode() not in outcome.raw


def test_the_request_says_all_and_nothing_more():
    with RawServer(raw_reply(ANSWER)) as server:
        ask_all(
            call_to(server, "m-1", "Wie heißt der Fjord?", system="Be brief.", params={"max_tokens": 5}, api_key=KEY)
        )
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /v1/chat/completions HTTP/1.1"
    headers = {line.split(":")[0].lower() for line in lines[1:]}
    assert headers == {
        *("host", "accept", "accept-encoding", "connection", "user-agent"),
        *("authorization", "content-length", "content-type"),
    }
    assert json.loads(body) == {
        "model": "m-1",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Wie heißt der Fjord?"}],
        "max_tokens": 5,
    }


def test_no_system_prompt_unless_given_and_parameters_replace_nothing():
    call = Call("https://example.com", "m", "p", params={"model": "other", "messages": [], "stream": True, "seed": 1})
    assert json.loads(request_body(call)) == {"model": "m", "messages": [{"role": "user", "content": "p"}], "seed": 1}


@pytest.mark.parametrize(
    ("base", "whole"),
    [
        ("https://example.com/v1", "https://example.com/v1/chat/completions"),
        ("https://example.com/v1/", "https://example.com/v1/chat/completions"),
        (" https://example.com ", "https://example.com/chat/completions"),
        ("https://example.com/v1/chat/completions", "https://example.com/v1/chat/completions"),
        ("https://example.com/a%20b/v1", "https://example.com/a%20b/v1/chat/completions"),
        ("https://example.com/d/x?api-version=2024-10", "https://example.com/d/x/chat/completions?api-version=2024-10"),
        ("https://example.com/v1#top", "https://example.com/v1/chat/completions"),
    ],
)
def test_the_address_a_call_goes_to(base, whole):
    assert str(address(base, allow_private=False)) == whole
