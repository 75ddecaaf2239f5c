"""A request as it is stored and shown, and the most that it can cost."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fake_provider.raw import RawServer
from tests.workers.provider_calls import ask_all
from workers.providers import WIRES
from workers.providers.bounds import AROUND_TOKENS, estimate_tokens, output_limit
from workers.providers.results import Call
from workers.providers.wire import shown

KEY = "sk-test-0123456789abcdef"
KEY_HEADERS = {
    "openai_chat": ("authorization", "Bearer $MY_API_KEY"),
    "openai_responses": ("authorization", "Bearer $MY_API_KEY"),
    "anthropic_messages": ("x-api-key", "$MY_API_KEY"),
    "gemini": ("x-goog-api-key", "$MY_API_KEY"),
    "azure": ("api-key", "$MY_API_KEY"),
}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("protocol", sorted(WIRES))
def test_what_is_shown_is_what_is_sent(protocol, stream):
    wire = WIRES[protocol]
    with RawServer(b"HTTP/1.1 204 No Content\r\n\r\n") as server:
        call = Call(
            server.base_url, "m-1", "Fjörd?", system="Be brief.", allow_private=True, api_key=KEY, stream=stream
        )
        ask_all(call, protocol=protocol)
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    made = shown(wire, wire.write(call), "MY_API_KEY")
    assert list(made) == ["protocol", "url", "headers", "body"]
    assert made["protocol"] == protocol
    assert first == f"POST {made['url'].removeprefix('http://' + headers['host'])} HTTP/1.1"
    assert json.loads(body) == made["body"]
    name, value = KEY_HEADERS[protocol]
    assert made["headers"].pop(name) == value
    assert headers[name] == value.replace("$MY_API_KEY", KEY)
    assert made["headers"] == {name: headers[name] for name in made["headers"]}
    # What is left out says nothing about the question: it belongs to the connection.
    left_out = set(headers) - set(made["headers"]) - {name}
    assert left_out <= {"host", "accept-encoding", "connection", "user-agent", "content-length"}
    assert made["headers"]["accept"] == ("text/event-stream" if stream else "application/json")


@pytest.mark.parametrize("protocol", sorted(WIRES))
def test_no_key_is_shown(protocol):
    wire = WIRES[protocol]
    written = wire.write(Call("https://example.com", "m", "p", api_key=KEY))
    assert KEY not in repr(written)
    for name, told in (("", None), ("keys of ours.txt", "$API_KEY"), ("A`rm`", "$API_KEY")):
        made = shown(wire, written, name)
        assert KEY not in json.dumps(made)
        header = made["headers"].get(wire.key[0])
        assert header == (told and wire.key[1] + told)


def test_what_a_protocol_needs_is_shown():
    wire = WIRES["anthropic_messages"]
    assert shown(wire, wire.write(Call("https://example.com", "m", "p")), "")["headers"] == {
        "content-type": "application/json",
        "accept": "application/json",
        "anthropic-version": "2023-06-01",
    }


texts = st.text(st.characters() | st.characters(categories=["Cs", "Cc"]))


@given(texts, texts)
def test_no_more_tokens_than_bytes(prompt, system):
    for wire in WIRES.values():
        body = wire.write(Call("https://example.com", "m", prompt, system=system)).body
        most = sum(len(text.encode("utf-8", "surrogatepass")) for text in (prompt, system))
        assert most + AROUND_TOKENS <= estimate_tokens(body) <= 6 * most + AROUND_TOKENS + 200


def test_a_parameter_that_is_no_json_is_still_counted():
    assert estimate_tokens({"stop": {1}}) > AROUND_TOKENS


@pytest.mark.parametrize(
    ("body", "limit"),
    [
        ({}, None),
        ({"max_tokens": 100}, 100),
        ({"max_completion_tokens": 100}, 100),
        ({"max_output_tokens": 100}, 100),
        ({"max_tokens": 50, "max_completion_tokens": 100}, 100),
        ({"generationConfig": {"maxOutputTokens": 100}}, 100),
        ({"generationConfig": {"maxOutputTokens": 100, "thinkingConfig": {"thinkingBudget": 40}}}, 140),
        ({"generationConfig": {"maxOutputTokens": 100, "thinkingConfig": {"thinkingBudget": -1}}}, 100),
        ({"generationConfig": {"maxOutputTokens": 100, "candidateCount": 2}}, 200),
        ({"generationConfig": 7}, None),
        # Anthropic's budget is part of the whole.
        ({"max_tokens": 100, "thinking": {"type": "enabled", "budget_tokens": 60}}, 100),
        ({"max_tokens": 100, "enable_thinking": True, "thinking_budget": 40}, 140),
        ({"max_tokens": 100, "enable_thinking": True}, None),
        ({"max_tokens": 100, "enable_thinking": False}, 100),
        ({"max_tokens": 100, "reasoning": {"max_tokens": 40}}, 140),
        ({"max_tokens": 100, "reasoning": {"effort": "low"}}, 100),
        ({"max_tokens": 100, "n": 3}, 300),
        ({"max_tokens": -1}, None),
        ({"max_tokens": None}, None),
        ({"max_tokens": True}, None),
        ({"max_tokens": "100"}, None),
    ],
)
def test_the_most_a_request_allows(body, limit):
    assert output_limit(body) == limit


def test_what_every_protocol_calls_its_limit():
    limits = {
        name: output_limit(wire.write(Call("https://example.com", "m", "p", params={"max_tokens": 9})).body)
        for name, wire in WIRES.items()
    }
    assert limits == dict.fromkeys(WIRES, 9)
    assert output_limit(WIRES["anthropic_messages"].write(Call("https://example.com", "m", "p")).body) == 4096
