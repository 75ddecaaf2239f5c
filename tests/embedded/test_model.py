"""The model in the box runs where it can, and says why where it cannot."""

import json
import os
import socket
import subprocess
import sys
import urllib.request

import pytest

from embedded import model
from tests.embedded.conftest import ROOT, eventually, free_port

HAS_ALL = "flags\t\t: fpu sse4_2 avx avx2 fma f16c bmi1 bmi2\n"
PLENTY = "MemAvailable:    8000000 kB\n"


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine to be described: installed, x86-64, Linux, with every instruction and plenty of memory."""
    files = {"/proc/cpuinfo": HAS_ALL, "/proc/meminfo": PLENTY}
    monkeypatch.setattr(model, "weights", lambda: tmp_path / "model.gguf")
    monkeypatch.setattr(model.importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(model.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(model.sys, "platform", "linux")
    monkeypatch.setattr(model, "_lines", lambda path: files[path].splitlines())
    return files


def test_it_runs_on_a_usual_machine(machine, monkeypatch):
    assert model.why_not() is None
    machine["/proc/cpuinfo"] = "Features\t: fp asimd\n"
    monkeypatch.setattr(model.platform, "machine", lambda: "aarch64")
    assert model.why_not() is None


def test_without_the_instructions_it_was_built_with(machine):
    machine["/proc/cpuinfo"] = HAS_ALL.replace(" avx2", "")
    assert model.why_not() == "this processor has no AVX2"


def test_without_memory(machine):
    machine["/proc/meminfo"] = "MemAvailable:     307200 kB\n"
    assert model.why_not() == "only 300 MB of memory are free and it wants 500"


def test_on_another_platform(machine, monkeypatch):
    monkeypatch.setattr(model.platform, "machine", lambda: "riscv64")
    assert model.why_not() == "it was not built for riscv64"


def test_where_it_is_not_installed(machine, monkeypatch):
    monkeypatch.setattr(model, "weights", lambda: None)
    assert model.why_not() == "it is not installed"


def test_its_port_is_the_usual_one_or_a_free_one(monkeypatch):
    monkeypatch.setattr(model, "USUAL_PORT", free_port())
    assert model.free_port() == model.USUAL_PORT
    with socket.socket() as door:
        door.bind(("127.0.0.1", model.USUAL_PORT))
        door.listen()
        assert model.free_port() not in (0, model.USUAL_PORT)


runs_here = pytest.mark.skipif(
    model.why_not() is not None, reason=f"the model in the box does not run here: {model.why_not()}"
)


@runs_here
def test_up_serves_it_and_tells_the_site_where(up):
    code = "import os; print(os.environ['MODEL_IN_THE_BOX_URL'], flush=True)"
    one = up({"prepare": code}, servers="given", MODEL_IN_THE_BOX="yes").ready()
    assert one.said.startswith("Starting the model in the box ...\n")
    address = next(line.strip() for line in one.said.splitlines() if line.strip().endswith("/v1"))
    assert [found["id"] for found in eventually(lambda: served(address))] == [model.NAME]


def served(address: str):
    """The models an endpoint has; None while it does not answer."""
    try:
        with urllib.request.urlopen(f"{address}/models", timeout=5) as answer:
            return json.load(answer)["data"]
    except OSError:
        return None


@runs_here
def test_it_answers_as_an_openai_compatible_endpoint():
    port = free_port()
    server = subprocess.Popen(
        model.command(port), env=os.environ | {"PYTHONPATH": str(ROOT / "platform")}, stdout=subprocess.DEVNULL
    )

    try:
        assert [one["id"] for one in eventually(lambda: served(model.url(port)))] == [model.NAME]
        body = {"model": model.NAME, "max_tokens": 4, "messages": [{"role": "user", "content": "Say yes."}]}
        asked = urllib.request.Request(
            f"{model.url(port)}/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(asked, timeout=60) as answer:
            choice = json.load(answer)["choices"][0]
        assert choice["message"]["role"] == "assistant"
        assert choice["message"]["content"].strip()
        if sys.platform == "linux":
            assert os.getpriority(os.PRIO_PROCESS, server.pid) == 19
    finally:
        server.terminate()
        assert server.wait(5) == 0
