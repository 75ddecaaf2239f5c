"""A recorded call can be repeated by hand: a real shell runs the command against our own provider."""

import json
import os
import subprocess

import pytest

from probes.actions import add_endpoint, claim, open_missing_probes, open_round
from probes.models import ImportBatch, Probe
from probes.recorded import asked_for, curl
from probes.timeline import timeline
from tests.fake_provider import FakeProvider
from workers.providers import WIRES
from workers.providers.results import Call
from workers.providers.wire import shown

pytestmark = pytest.mark.django_db

KEY = "sk-a-key-that-only-the-shell-knows"
# Everything a shell could trip over, and a line's end.
NASTY = """It's "so": $HOME `id` $(id) \\n !! {a,b} [1-3] %s; rm -rf / & é 你好 ' ' '' \\
and another line"""


@pytest.fixture
def probe(prompt, endpoint):
    open_missing_probes(of=open_round(by=None, name="A round", samples=1), limit=1)
    return Probe.objects.select_related("endpoint", "version").get()


def call_at(provider, protocol, **more):
    base = provider.base_url if protocol in ("openai_chat", "openai_responses", "anthropic_messages") else provider.root
    return Call(base, "model-a", NASTY, allow_private=True, params={"max_tokens": 99, "stop": ["'", "$X"]}, **more)


def in_a_shell(command):
    environ = {"PATH": os.environ["PATH"], "HOME": "/nowhere", "SOME_API_KEY": KEY, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["bash", "-c", command + " -sS"], env=environ, capture_output=True, text=True, timeout=20, check=True
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("protocol", list(WIRES))
@pytest.mark.parametrize("stream", [True, False])
def test_the_command_asks_the_very_same(probe, protocol, stream):
    with FakeProvider() as provider:
        wire = WIRES[protocol]
        written = wire.write(call_at(provider, protocol, stream=stream, system='Say "it\'s" $so.'))
        probe.request = shown(wire, written, "SOME_API_KEY")
        command = curl(probe)
        assert KEY not in command
        came = in_a_shell(command)
        assert provider.asked(NASTY, "model-a") == 1
    assert ("data: " in came) is stream


def test_the_key_comes_out_of_the_shells_own_variable(probe):
    with FakeProvider() as provider:
        wire = WIRES["openai_chat"]
        call = Call(provider.base_url, "echo_key", "Who am I?", allow_private=True)
        probe.request = shown(wire, wire.write(call), "SOME_API_KEY")
        assert KEY in in_a_shell(curl(probe))


def test_only_the_place_of_a_key_is_for_the_shell_to_fill_in(probe):
    probe.request = {
        "url": "http://127.0.0.1:9/v1/[x]?a=1&b=$(id)",
        "headers": {"x-note": "$HOME", "authorization": 'Bearer $A_KEY"; id; "', "api-key": "$A_KEY", "bad name": "x"},
        "body": {"model": "m"},
    }
    lines = curl(probe).split(" \\\n  ")
    assert lines[:4] == [
        "curl --globoff 'http://127.0.0.1:9/v1/[x]?a=1&b=$(id)'",
        "-H 'x-note: $HOME'",
        "-H 'authorization: Bearer $A_KEY\"; id; \"'",
        '-H "api-key: $A_KEY"',
    ]
    assert len(lines) == 5


def test_what_was_recorded_before_whole_requests_were_kept(probe):
    probe.request = {"model": "model-a", "system": "Be brief.", "max_tokens": 5}
    probe.endpoint.key_variable = "A_KEY"
    command = curl(probe)
    assert command.startswith("curl http://127.0.0.1:9/v1/chat/completions \\\n")
    assert '-H "authorization: Bearer $A_KEY"' in command
    body = json.loads(command.split("--data-raw ")[1].strip("'"))
    assert body == {
        "model": "model-a",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "What happened at Jallianwala Bagh in 1919?"},
        ],
        "max_tokens": 5,
    }
    assert asked_for(probe) is None


@pytest.mark.parametrize("request_", [{}, [], None, {"url": 7, "body": {}}, {"url": "x", "body": {}, "headers": []}])
def test_what_is_not_there_gives_no_command(probe, request_):
    probe.request = request_
    probe.endpoint.protocol = "gemini"
    assert curl(probe) == ""


def test_an_import_has_no_command_whatever_it_says(prompt, endpoint):
    batch = ImportBatch.objects.create(source="A box", licence="CC0", sha256="0" * 64)
    place = add_endpoint(by=None, llm=endpoint.llm, slug="recorded", kind="import")
    asked = {"url": "https://thief.example/", "headers": {"authorization": "Bearer $OPENAI_API_KEY"}, "body": {}}
    probe = Probe(batch=batch, version=prompt.current, endpoint=place, sample=1, request=asked)
    assert curl(probe) == ""


@pytest.mark.parametrize(
    ("protocol", "reasoning", "limit"),
    [
        ("openai_chat", 'thinking: {"type": "enabled"}', "99"),
        ("anthropic_messages", None, "99"),
        ("gemini", 'thinkingConfig: {"includeThoughts": true}', "99"),
        ("openai_responses", None, "99"),
    ],
)
def test_what_was_asked_for_is_read_out_of_any_protocol(probe, protocol, reasoning, limit):
    wire = WIRES[protocol]
    call = Call(
        "https://api.example/v1", "model-a", "Why?", system="Be brief.", stream=True, reasoning=True,
        params={"max_tokens": 99}, dialect="deepseek" if protocol == "openai_chat" else "",
    )  # fmt: skip
    probe.request = shown(wire, wire.write(call), "A_KEY")
    asked = asked_for(probe)
    assert asked is not None
    assert (asked.protocol, asked.stream, asked.system, asked.logprobs) == (protocol, True, "Be brief.", "")
    assert limit in asked.limit
    if reasoning is not None:
        assert asked.reasoning == reasoning


def test_a_claimed_probe_that_was_never_answered_has_none_either(probe):
    claim(endpoint=probe.endpoint_id, limit=1)
    probe.refresh_from_db()
    assert curl(probe) == ""


def test_the_timeline():
    drawn = timeline([[700, 5], [200, 3], [1900, 8]])
    assert drawn is not None
    assert (drawn.pieces, drawn.characters, drawn.first_ms, drawn.last_ms, drawn.longest_ms) == (3, 16, 200, 1900, 1200)
    assert "style=" not in drawn.wide
    assert drawn.wide.count('class="piece"') == 3
    assert ">1.5 s<" in drawn.wide


@pytest.mark.parametrize("pieces", [[], None, {}, "no", [["a", 1]], [[1]], [[-1, 5]], [None], [[True, False, 1]]])
def test_what_is_no_timeline_draws_nothing(pieces):
    assert timeline(pieces) is None


def test_one_piece_at_once_is_drawn_too():
    assert timeline([[0, 4]]).characters == 4
