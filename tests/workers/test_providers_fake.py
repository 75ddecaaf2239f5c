"""The fake provider itself: what it is told to do, what it counts, and as a process of its own."""

import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.fake_provider import FakeProvider
from tests.fake_provider.behaviours import Asked, Behaviour, parse, text_for
from tests.fake_provider.records import Arrivals

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("model", "prompt", "behaviour"),
    [
        ("answer", "Hello", Behaviour()),
        ("some-model-7b", "Hello", Behaviour()),
        ("delay:250", "Hello", Behaviour(delay_s=0.25)),
        ("status:429,after:2,times:3", "Hello", Behaviour("status", "429", times=3, after="2")),
        ("answer", "Please [[finish:odd]]", Behaviour("finish", "odd")),
        ("close", "Not [[empty,delay:10]]", Behaviour("empty", delay_s=0.01)),
        ("limit:60", "Hello", Behaviour(limit=60)),
        ("answer,limit:5,window:0.5,delay:10", "Hello", Behaviour(limit=5, window_s=0.5, delay_s=0.01)),
        ("answer,input:900,output:70", "Hello", Behaviour(input_tokens=900, output_tokens=70)),
    ],
)
def test_behaviours_are_read_from_model_or_prompt(model, prompt, behaviour):
    assert parse(model, prompt) == behaviour


def test_answers_are_repeatable_and_distinct():
    assert text_for(Asked("m", "p", 1)) == text_for(Asked("m", "p", 1))
    asked = [Asked("m", "p", 1), Asked("m", "p", 2), Asked("m", "q", 1), Asked("n", "p", 1)]
    assert len({text_for(one) for one in asked}) == 4


@pytest.fixture
def provider():
    with FakeProvider() as running:
        yield running


def ask(provider, model, prompt="Hello", path="/v1/chat/completions", timeout=5):
    """Puts one question; gives the status, the headers and the body."""
    said = [{"role": "user", "content": prompt}]
    body = {"model": model, "messages": said, "input": said}
    request = urllib.request.Request(provider.root + path, json.dumps(body).encode())
    try:
        with urllib.request.urlopen(request, timeout=timeout) as response:
            return response.status, response.headers, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, json.load(error)


def test_a_limit_holds_in_any_window_and_each_model_has_its_own(provider):
    model = "answer,limit:3,window:0.6"
    assert [ask(provider, model)[0] for _ in range(5)] == [200, 200, 200, 429, 429]
    status, headers, body = ask(provider, model)
    assert (status, headers["Retry-After"], body["error"]["code"]) == (429, "1", "rate_limit_exceeded")
    assert ask(provider, "answer,limit:3,window:0.7")[0] == 200
    time.sleep(0.7)
    assert [ask(provider, model)[0] for _ in range(4)] == [200, 200, 200, 429]


def test_retry_after_is_the_time_until_one_more_is_let_through():
    arrivals = Arrivals()

    def decide(moment):
        return arrivals.decide({"model": "m", "at": moment}, limit=2, window_s=60.0)

    assert [decide(moment) for moment in (0.0, 10.0, 15.0, 59.0)] == [None, None, 45.0, 1.0]
    assert [decide(moment) for moment in (60.0, 61.0, 70.0, 71.0)] == [None, 9.0, None, 49.0]


def test_a_refusal_by_the_limit_is_in_the_words_of_the_protocol(provider):
    model = "answer,limit:1"
    assert ask(provider, model, path="/v1/messages")[0] == 200
    status, headers, body = ask(provider, model, path="/v1/messages")
    assert (status, headers["Retry-After"], body["error"]["type"]) == (429, "60", "rate_limit_exceeded")


def test_arrivals_are_kept_with_their_time(provider):
    begun, wall = time.monotonic(), time.time()
    for model in ("answer,limit:1", "answer,limit:1", "answer"):
        ask(provider, model)
    kept = provider.arrivals()
    assert [(one["model"], one["retry_after"]) for one in kept] == [
        ("answer,limit:1", None),
        ("answer,limit:1", 60.0),
        ("answer", None),
    ]
    moments = [one["at"] for one in kept]
    assert moments == sorted(moments)
    assert begun <= moments[0] and moments[-1] <= time.monotonic()
    assert wall <= kept[0]["wall"] <= time.time()
    assert provider.arrivals("answer") == kept[2:]
    provider.reset()
    assert provider.arrivals() == []
    assert ask(provider, "answer,limit:1")[0] == 200


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/v1/chat/completions", {"prompt_tokens": 900, "completion_tokens": 70, "total_tokens": 970}),
        ("/v1/responses", {"input_tokens": 900, "output_tokens": 70}),
        ("/v1/messages", {"input_tokens": 900, "output_tokens": 70}),
    ],
)
def test_usage_is_as_told(provider, path, said):
    assert ask(provider, "answer,input:900,output:70", path=path)[2]["usage"] == said


def test_a_call_refused_for_money_is_counted(provider):
    assert [ask(provider, "money")[0] for _ in range(2)] == [429, 429]
    assert provider.total() == 2


def test_the_black_hole_swallows_what_comes_and_what_is_under_way(provider):
    with ThreadPoolExecutor(1) as thread:
        under_way = thread.submit(ask, provider, "answer,delay:400", "Under way", timeout=1.5)
        time.sleep(0.2)
        assert provider.black_hole(True) == 0
        with pytest.raises(TimeoutError):
            ask(provider, "answer", "Comes", timeout=0.5)
        assert provider.black_hole(False) == 2
        assert ask(provider, "answer", "After")[0] == 200
        # What was swallowed stays so.
        with pytest.raises(TimeoutError):
            under_way.result()
    assert (provider.asked("Comes"), provider.counts()["finished"]) == (1, 1)


def test_as_a_process():
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fake_provider", "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        base = f"http://127.0.0.1:{int(process.stdout.readline())}"
        body = {"model": "answer", "messages": [{"role": "user", "content": "Hello"}]}
        for _ in range(2):
            request = urllib.request.Request(f"{base}/v1/chat/completions", json.dumps(body).encode())
            with urllib.request.urlopen(request, timeout=5) as response:
                assert json.load(response)["choices"][0]["finish_reason"] == "stop"
        with urllib.request.urlopen(f"{base}/_count", timeout=5) as response:
            counts = json.load(response)
        assert counts == {
            "total": 2,
            "finished": 2,
            "in_flight": 0,
            "most_in_flight": 1,
            "asked": [{"model": "answer", "prompt": "Hello", "asked": 2, "finished": 2}],
        }
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        process.stdout.close()
