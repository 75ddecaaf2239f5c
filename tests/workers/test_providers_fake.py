"""The fake provider itself: what it is told to do, what it counts, and as a process of its own."""

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.fake_provider.behaviours import Asked, Behaviour, parse, text_for

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
    ],
)
def test_behaviours_are_read_from_model_or_prompt(model, prompt, behaviour):
    assert parse(model, prompt) == behaviour


def test_answers_are_repeatable_and_distinct():
    assert text_for(Asked("m", "p", 1)) == text_for(Asked("m", "p", 1))
    asked = [Asked("m", "p", 1), Asked("m", "p", 2), Asked("m", "q", 1), Asked("n", "p", 1)]
    assert len({text_for(one) for one in asked}) == 4


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
