"""What is sent to each provider of chat completions, and where each puts its reasoning."""

import json

import pytest

from tests.workers.provider_calls import ask_all
from workers.providers.dialects import DIALECTS, SERVED_BY_HEADERS, dialect_of
from workers.providers.openai_chat import classify, request_body, write
from workers.providers.results import Call
from workers.providers.text import REASONING_FIELDS

# address, dialect, where a call goes
ADDRESSES = [
    ("https://api.openai.com", "openai", "https://api.openai.com/v1/chat/completions"),
    ("https://api.openai.com/v1/", "openai", "https://api.openai.com/v1/chat/completions"),
    ("https://api.deepseek.com", "deepseek", "https://api.deepseek.com/chat/completions"),
    (
        "https://dashscope.aliyuncs.com",
        "alibaba",
        "https://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions",
    ),
    ("https://api.moonshot.cn/v1", "moonshot", "https://api.moonshot.cn/v1/chat/completions"),
    ("https://open.bigmodel.cn", "zhipu", "https://open.bigmodel.cn/api/paas/v4/chat/completions"),
    ("https://qianfan.baidubce.com/v2", "baidu", "https://qianfan.baidubce.com/v2/chat/completions"),
    ("https://api.minimax.io", "minimax", "https://api.minimax.io/v1/chat/completions"),
    ("https://api.mistral.ai", "mistral", "https://api.mistral.ai/v1/chat/completions"),
    ("https://eu-west-1.api.x.ai/v1", "xai", "https://eu-west-1.api.x.ai/v1/chat/completions"),
    ("https://openrouter.ai", "openrouter", "https://openrouter.ai/api/v1/chat/completions"),
    ("https://router.huggingface.co/v1", "huggingface", "https://router.huggingface.co/v1/chat/completions"),
    ("https://example.com", "plain", "https://example.com/chat/completions"),
    ("https://notopenrouter.ai", "plain", "https://notopenrouter.ai/chat/completions"),
    ("https://openrouter.ai.example.com/v1", "plain", "https://openrouter.ai.example.com/v1/chat/completions"),
]


def sent(dialect, **call):
    return json.loads(request_body(Call("https://example.com/v1", "m", "p", dialect=dialect, **call)))


@pytest.mark.parametrize(("base", "dialect", "whole"), ADDRESSES)
def test_a_dialect_is_found_by_its_host(base, dialect, whole):
    assert dialect_of("", base).name == dialect
    assert str(write(Call(base, "m", "p", upstream="one")).url) == whole


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_a_named_dialect_writes_a_whole_request(name):
    plain = sent(name, upstream="one")
    assert plain["messages"] == [{"role": "user", "content": "p"}]
    assert "stream" not in plain
    streamed = sent(name, upstream="one", stream=True, params={"stream_options": 1})
    assert streamed["stream"] is True
    assert streamed.get("stream_options") == ({"include_usage": True} if DIALECTS[name].stream_usage else None)


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_reasoning_is_asked_for_only_when_it_is_wanted(name):
    dialect = DIALECTS[name]
    untold, wanted, unwanted = (sent(name, upstream="one", reasoning=asked) for asked in (None, True, False))
    for body, fields in ((wanted, dialect.think), (unwanted, dialect.think_not)):
        assert body == {**untold, **fields}
    for parameter in dialect.think:
        own = sent(name, upstream="one", reasoning=True, params={parameter: "mine"})
        assert own[parameter] == "mine"


@pytest.mark.parametrize("name", sorted(name for name, dialect in DIALECTS.items() if dialect.reasoning_field))
def test_reasoning_is_found_where_the_provider_puts_it(name):
    place = DIALECTS[name].reasoning_field
    thought = [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Yes."}]
    message = {"content": thought} if place == "content" else {"content": "Yes.", place: [{"text": "Hm."}]}
    assert place == "content" or place in REASONING_FIELDS
    outcome = classify(200, json.dumps({"choices": [{"message": message, "finish_reason": "stop"}]}).encode(), {})
    assert (outcome.text, outcome.reasoning) == ("Yes.", "Hm.")


@pytest.mark.parametrize(
    ("dialect", "params", "written"),
    [
        ("openai", {"max_tokens": 9, "seed": 1}, {"max_completion_tokens": 9, "seed": 1}),
        ("mistral", {"max_completion_tokens": 9, "seed": 1}, {"max_tokens": 9, "random_seed": 1, "safe_prompt": False}),
        ("mistral", {"safe_prompt": True}, {"safe_prompt": False}),
        ("zhipu", {"max_completion_tokens": 9}, {"max_tokens": 9}),
        ("vllm", {"max_tokens": 9}, {"max_tokens": 9}),
    ],
)
def test_parameters_have_the_provider_s_names(dialect, params, written):
    body = sent(dialect, params=params)
    assert {name: value for name, value in body.items() if name not in ("model", "messages")} == written


def test_a_router_is_always_told_whom_to_use():
    assert sent("openrouter", upstream="novita")["provider"] == {"only": ["novita"], "allow_fallbacks": False}
    mine = {"provider": {"only": ["a"], "allow_fallbacks": True, "sort": "price"}}
    assert sent("openrouter", params=mine)["provider"] == {"only": ["a"], "allow_fallbacks": False, "sort": "price"}
    (outcome,) = ask_all(Call("https://openrouter.ai/api/v1", "m", "p"))
    assert (outcome.rule, outcome.sent) == ("net_call_invalid", "not_sent")
    assert "upstream" in outcome.error
    assert sent("huggingface", upstream="novita")["model"] == "m:novita"


def test_an_unknown_dialect_is_not_sent():
    (outcome,) = ask_all(Call("https://example.com", "m", "p", dialect="klingon"))
    assert (outcome.rule, outcome.sent) == ("net_call_invalid", "not_sent")
    assert "klingon is not a dialect" in outcome.error


def test_who_served_it_is_read_from_the_header_too():
    body = json.dumps({"choices": [{"message": {"content": "Yes."}, "finish_reason": "stop"}]}).encode()
    assert SERVED_BY_HEADERS == ("x-inference-provider",)
    assert classify(200, body, {"X-Inference-Provider": "novita"}).served_by == "novita"
    assert classify(200, body, {}).served_by == ""
