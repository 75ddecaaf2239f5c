"""manage.py reclassify: payloads that are odd, were blanked, or cannot be read."""

import dataclasses
import gzip
import json
import os
from pathlib import Path

import pytest

from probes.models import Probe
from tests.workers.provider_cases import chat, error
from tests.workers.reclassify_cases import FILTER, run, state
from workers import reclassifying
from workers.providers.keys import IN_PIECES
from workers.providers.rules import words

pytestmark = pytest.mark.django_db


def test_texts_no_database_holds(recorded):
    probe = recorded(chat("A"), kept=gzip.compress(json.dumps(chat("A\x00\ud800")).encode()))
    run("--write")
    assert (state(probe)[3].text, probe.answer.escaped) == ("A\\u0000\\ud800", True)
    assert run("--write").endswith("0 changed.\n")


def test_a_key_that_was_taken_out_does_not_come_back(recorded):
    """The payload of an earlier day has it in pieces or in escapes, and nobody knows it any more."""
    key = "sk-proj/abcdefghijklmnop"
    answered = recorded(chat("It is [key removed]."), kept=gzip.compress(json.dumps(chat(f"It is {key}.")).encode()))
    failed = recorded(error(key, "odd"), 400)
    Probe.objects.filter(pk=failed.pk).update(error="It says: [key removed]", finish_reason="x")
    noted = recorded(chat("Yes."), kept=gzip.compress(IN_PIECES.encode()))
    whole = recorded(chat("It was [key removed]."))
    before = [state(probe) for probe in (answered, failed, noted, whole)]
    assert run("--write") == "4 looked at, 0 changed, 3 left alone because their payload does not tell.\n"
    assert [state(probe) for probe in (answered, failed, noted, whole)] == before


def test_one_payload_that_cannot_be_read_stops_nobody(recorded, tomorrow, monkeypatch, caplog):
    first, second = recorded(chat("Bad.")), recorded(chat("Yes."))
    tomorrow(dataclasses.replace(FILTER, ends=words("stop")))
    read = reclassifying.body_of

    def body_of(probe):
        if probe == first:
            raise OverflowError("int too large")
        return read(probe)

    monkeypatch.setattr(reclassifying, "body_of", body_of)
    assert run("--write").endswith("2 looked at, 1 changed, 1 left alone because their payload does not tell.\n")
    assert f"probe {first.pk} was left alone: its payload could not be read" in caplog.text
    assert (state(first)[2], state(second)[2]) == ("answer", "end_veil")


def test_a_count_without_bounds(recorded):
    body = json.dumps({**chat("Yes."), "usage": {"prompt_tokens": 10**400, "completion_tokens": 4}}).encode()
    probe = recorded(chat("Yes."), kept=gzip.compress(body))
    assert run("--write") == "1 looked at, 0 changed.\n"
    assert state(probe)[2] == "answer"


@pytest.mark.shared
def test_the_recorded_payloads(recorded):
    """Taken for failures once, they become what they are: 48 blocks, and 2 that stay failures."""
    path = Path(os.environ["CANDOR_SHARED"]) / "data" / "speechmap" / "provider_block_payloads.jsonl"
    responses = [json.loads(line)["row"]["response"] for line in path.read_text().splitlines()]
    probes = [recorded(one, None, delivery="failed", rule="end_unknown", quarantined=True) for one in responses]
    assert run("--quarantined", "--write").endswith("50 looked at, 50 changed.\n")
    found = [state(probe)[1] for probe in probes]
    assert [found.count(one) for one in ("cut_by_filter", "blocked_input", "failed")] == [37, 11, 2]
    assert [probe.partial_text for probe in probes] == [
        one["choices"][0]["message"]["content"] if "choices" in one else "" for one in responses
    ]
    assert run("--write").endswith("50 looked at, 0 changed.\n")
