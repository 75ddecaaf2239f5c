"""The other protocols: every end and block of each, over the wire and streamed, and what is sent."""

import json

import pytest

from tests.fake_provider import FakeProvider
from tests.fake_provider.raw import RawServer
from tests.workers.protocol_cases import CASES, google_error, message_stream, piece, response, response_stream
from tests.workers.provider_calls import ask_all, ask_chunked, sse, timeless
from tests.workers.provider_cases import CASES as CHAT_CASES
from tests.workers.stream_cases import STREAM_CASES
from workers.providers import PROTOCOLS, RULES, WIRES
from workers.providers.results import Call

NAMES = ["anthropic_messages", "azure", "gemini", "openai_chat", "openai_responses"]
OTHERS = [name for name in NAMES if name != "openai_chat"]
ALL = [(name, *case) for name, cases in CASES.items() for case in cases]
KEY = "sk-test-0123456789abcdef"


@pytest.fixture(scope="module")
def provider():
    with FakeProvider() as running:
        yield running


def call_to(server, protocol, model="answer", **more):
    base = server.root if protocol in ("azure", "gemini") else server.base_url
    return Call(base, model, "What is a fjord?", **{"allow_private": True, "timeout_s": 5.0, **more})


@pytest.mark.parametrize(
    ("protocol", "name", "status", "body", "rule", "delivery"), ALL, ids=[f"{a[0]} {a[1]}" for a in ALL]
)
def test_the_rule_that_decides(protocol, name, status, body, rule, delivery):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    outcome = WIRES[protocol].classify(status, raw, {})
    assert (outcome.rule, outcome.delivery) == (rule, delivery)
    assert (outcome.retry, outcome.quarantined) == (RULES[rule].retry, RULES[rule].quarantined)
    assert bool(outcome.error) is (delivery != "delivered")


def test_all_are_registered():
    assert sorted(PROTOCOLS) == sorted(WIRES) == NAMES
    assert all(WIRES[name].name == name for name in NAMES)


def test_one_id_means_the_same_everywhere():
    for wire in WIRES.values():
        assert len({rule.id for rule in wire.rules}) == len(wire.rules)
        for rule in wire.rules:
            other = RULES[rule.id]
            assert (rule.about, rule.delivery, rule.retry, rule.pauses) == (
                other.about,
                other.delivery,
                other.retry,
                other.pauses,
            )


@pytest.mark.parametrize("protocol", sorted(CASES))
def test_every_end_of_a_protocol_is_shown(protocol):
    """The errors are the same for all and shown with chat completions; what a protocol words itself is shown here."""
    own = {
        rule.id
        for rule in WIRES[protocol].rules
        if rule.id.startswith(("end_", "block_prompt")) and rule.ends != frozenset()
    }
    own -= {"end_flagged"}
    shown = {case[3] for case in CASES[protocol]}
    assert own <= shown
    assert set(RULES) == {case[3] for case in CHAT_CASES + STREAM_CASES} | {"block_prompt_reason"} | {
        rule for rule in RULES if rule.startswith("net_")
    }


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("protocol", NAMES)
def test_an_answer(provider, protocol, stream):
    (outcome,) = ask_all(call_to(provider, protocol, "reasoning", stream=stream), protocol=protocol)
    assert (outcome.delivery, outcome.rule, outcome.http_status) == ("delivered", "answer", 200)
    assert outcome.text.startswith("Answer ")
    assert outcome.text.endswith("the question has 16 characters.")
    assert outcome.reasoning == "Let me think."
    assert outcome.served_model == "reasoning"
    assert sum(count for _, count in outcome.pieces) == (len(outcome.text) if stream else 0)
    assert outcome.usage


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("protocol", OTHERS)
@pytest.mark.parametrize(
    ("model", "rule", "deliveries"),
    [
        ("cut_by_filter", "end_filter", {"cut_by_filter"}),
        ("content_filter", "end_filter", {"blocked_output"}),
        # A whole error has no place for what had come; a stream has sent it already.
        ("choice_error", "block_output_named", {"blocked_output", "cut_by_filter"}),
        ("blocked_input", "block_error_code", {"blocked_input"}),
        ("length", "end_length", {"truncated"}),
        ("empty", "empty_at_once", {"empty"}),
        ("finish:vanished", "end_unknown", {"failed"}),
        ("money", "money_spent", {"failed"}),
        ("status:529", "server_trouble", {"failed"}),
        ("unknown_error", "error_unknown", {"failed"}),
        ("html", "not_json", {"failed"}),
        ("empty_object", "shape_unknown", {"failed"}),
        ("close", "net_connection_lost", {"failed"}),
    ],
)  # fmt: skip
def test_what_providers_do(provider, protocol, stream, model, rule, deliveries):
    (outcome,) = ask_all(call_to(provider, protocol, model, stream=stream), protocol=protocol)
    assert outcome.rule == rule
    assert outcome.delivery in deliveries
    if stream and model in ("cut_by_filter", "choice_error"):
        assert (outcome.delivery, len(outcome.text)) == ("cut_by_filter", 20)


@pytest.mark.parametrize("protocol", NAMES)
def test_a_stream_without_an_end_is_no_success(provider, protocol):
    (unfinished, cut) = ask_all(
        call_to(provider, protocol, "unfinished", stream=True),
        call_to(provider, protocol, "cut", stream=True),
        protocol=protocol,
    )
    assert (unfinished.rule, unfinished.text) == ("stream_unfinished", "It began when")
    assert (cut.rule, cut.sent, cut.retry) == ("net_connection_lost", "maybe_paid", "retry")
    assert cut.text.startswith("Answer ")


STREAMS = {
    "anthropic_messages": message_stream(stop="end_turn", texts=("Ein Fj", "örd 峡湾")),
    "gemini": sse(piece("Ein Fj"), piece("örd 峡湾", "STOP"), done=False),
    "openai_responses": response_stream(final=response("Ein Fjörd 峡湾"), texts=("Ein Fj", "örd 峡湾")),
}


@pytest.mark.parametrize("protocol", sorted(STREAMS))
def test_a_stream_cut_anywhere_is_read_the_same(protocol):
    body = STREAMS[protocol]
    whole = timeless(ask_chunked(protocol, [body]))
    assert (whole.delivery, whole.text, whole.pieces) == ("delivered", "Ein Fjörd 峡湾", (("characters", 12),))
    for place in range(len(body) + 1):
        assert timeless(ask_chunked(protocol, [body[:place], body[place:]])) == whole
        stopped = ask_chunked(protocol, [body[:place]])
        assert stopped.delivery in ("failed", "delivered")
        assert whole.text.startswith(stopped.text)
        if stopped.delivery == "delivered":
            assert stopped.text == whole.text
    assert timeless(ask_chunked(protocol, [bytes([byte]) for byte in body])) == whole


def sent(protocol, base="https://example.com", **call):
    written = WIRES[protocol].write(Call(base, "m-1", "p", **call))
    return str(written.url), written.body


def test_what_anthropic_is_sent():
    url, body = sent(
        "anthropic_messages", "https://api.anthropic.com", system="Be brief.", params={"stop": ["x"], "system": "no"}
    )
    assert url == "https://api.anthropic.com/v1/messages"
    assert body == {
        "model": "m-1",
        "messages": [{"role": "user", "content": "p"}],
        "max_tokens": 4096,
        "stop_sequences": ["x"],
        "system": "Be brief.",
    }
    assert sent("anthropic_messages", params={"max_tokens": 9}, stream=True)[1]["stream"] is True
    assert sent("anthropic_messages", reasoning=True)[1]["thinking"] == {"type": "adaptive", "display": "summarized"}
    assert sent("anthropic_messages", reasoning=False)[1]["thinking"] == {"type": "disabled"}
    mine = {"thinking": {"type": "enabled", "budget_tokens": 2000}, "max_tokens": 9000}
    assert sent("anthropic_messages", reasoning=True, params=mine)[1].items() >= mine.items()


def test_what_gemini_is_sent():
    url, body = sent(
        "gemini", system="Be brief.", params={"max_tokens": 9, "top_p": 0.5, "contents": []}, reasoning=True
    )
    assert url == "https://example.com/v1beta/models/m-1:generateContent"
    assert body == {
        "contents": [{"role": "user", "parts": [{"text": "p"}]}],
        "generationConfig": {"thinkingConfig": {"includeThoughts": True}, "maxOutputTokens": 9, "topP": 0.5},
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
    }
    url, body = sent("gemini", "https://example.com/v1/projects/p/publishers/google", stream=True)
    assert url == "https://example.com/v1/projects/p/publishers/google/models/m-1:streamGenerateContent?alt=sse"
    assert list(body) == ["contents"]
    for name in ("../secret", "", "models/"):
        (outcome,) = ask_all(Call("https://example.com", name, "p"), protocol="gemini")
        assert outcome.rule == "net_call_invalid"
    slashed = WIRES["gemini"].write(Call("https://example.com", "a/b?c#d", "p")).url
    assert slashed.raw_path == b"/v1beta/models/a%2Fb%3Fc%23d:generateContent"


def test_what_openai_responses_is_sent():
    url, body = sent(
        "openai_responses", "https://api.openai.com", system="Be brief.", params={"max_tokens": 9, "store": True}
    )
    assert url == "https://api.openai.com/v1/responses"
    assert body == {
        "model": "m-1",
        "input": [{"role": "user", "content": "p"}],
        "store": False,
        "max_output_tokens": 9,
        "instructions": "Be brief.",
    }
    effort = {"reasoning": {"effort": "low"}}
    assert sent("openai_responses", reasoning=True, params=effort)[1]["reasoning"] == {
        "summary": "auto",
        "effort": "low",
    }


@pytest.mark.parametrize(
    ("base", "whole"),
    [
        ("https://r.openai.azure.com", "https://r.openai.azure.com/openai/deployments/m-1/chat/completions?api-version=2024-10-21"),
        ("https://r.openai.azure.com/openai/", "https://r.openai.azure.com/openai/deployments/m-1/chat/completions?api-version=2024-10-21"),
        ("https://r.openai.azure.com/openai/deployments/d?api-version=2025-01-01", "https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=2025-01-01"),
        ("https://r.openai.azure.com/openai/v1/", "https://r.openai.azure.com/openai/v1/chat/completions"),
    ],
)  # fmt: skip
def test_where_azure_is_asked(base, whole):
    url, body = sent("azure", base, stream=True)
    assert url == whole
    assert body["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize(
    ("protocol", "header"),
    [
        ("openai_chat", "authorization: bearer "),
        ("openai_responses", "authorization: bearer "),
        ("anthropic_messages", "x-api-key: "),
        ("gemini", "x-goog-api-key: "),
        ("azure", "api-key: "),
    ],
)
def test_the_key_goes_into_its_header_and_comes_back_nowhere(provider, protocol, header):
    with RawServer(b"HTTP/1.1 204 No Content\r\n\r\n") as server:
        ask_all(Call(server.base_url, "m", "p", allow_private=True, api_key=KEY), protocol=protocol)
    head = server.requests[0].partition(b"\r\n\r\n")[0].decode().lower()
    assert (header + KEY) in head
    assert head.count(KEY) == 1
    (outcome,) = ask_all(call_to(provider, protocol, "echo_key", api_key=KEY, stream=True), protocol=protocol)
    assert b"[key removed]" in outcome.raw
    assert KEY not in repr(outcome)
    assert KEY.encode() not in outcome.raw


def test_gemini_says_in_the_body_when_to_come_again():
    def waits(delay):
        details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}]
        body = json.dumps(google_error(429, "RESOURCE_EXHAUSTED", details=details)).encode()
        return WIRES["gemini"].classify(429, body, {}).retry_after_s

    assert [waits(delay) for delay in ("34s", "34.07s", "s", ".s", "-1s", "inf", 7, None)] == [34.0, 34.07, *[None] * 6]


def test_why_it_was_blocked_is_kept():
    body = json.dumps({"stop_reason": "refusal", "stop_details": {"category": "bio"}, "type": "message", "content": []})
    assert "category bio" in WIRES["anthropic_messages"].classify(200, body.encode(), {}).error
    ratings = [{"category": "HARM_CATEGORY_HATE", "blocked": True}, {"category": "HARM_CATEGORY_OTHER"}]
    body = json.dumps({"promptFeedback": {"blockReason": "SAFETY", "safetyRatings": ratings}})
    error = WIRES["gemini"].classify(200, body.encode(), {}).error
    assert error.endswith("It says: SAFETY | HARM_CATEGORY_HATE")
