"""Recorded probes, the rules of tomorrow, and the command, for the tests of reclassify."""

import dataclasses
import gzip
import io
import json

import pytest
from django.core.management import call_command

from probes.actions import record_answer
from probes.models import Payload
from tests.workers.watch_cases import Rows
from workers import reclassifying
from workers.providers import WIRES
from workers.providers.rules import Rule, words

REQUEST = {"protocol": "openai_chat", "url": "http://127.0.0.1:9/v1/chat/completions", "headers": {}, "body": {}}
# A rule of tomorrow: this finish reason was taken for an answer, and turns out to be a filter.
FILTER = Rule("end_veil", "A filter ended it.", "blocked_output", with_text="cut_by_filter", ends=words("veiled"))
OUTAGE = Rule("end_storm", "An outage ended it.", "failed", retry="retry", ends=words("stop"), has_message=True)


@pytest.fixture
def rows(endpoint, prompt, open_a_round):
    return Rows(endpoint, prompt, open_a_round)


@pytest.fixture
def tomorrow(monkeypatch):
    """`tomorrow(rule, …)`: the table of chat completions begins with these."""

    def make(*rules):
        wire = WIRES["openai_chat"]
        changed = dataclasses.replace(wire, rules=(*rules, *wire.rules))
        monkeypatch.setattr(reclassifying, "WIRES", {**WIRES, "openai_chat": changed})

    return make


@pytest.fixture
def recorded(rows):
    """A probe as the rules of today record it, from a response: `recorded(body, status)`."""

    def make(body, status=200, rows=rows, kept=None, **more):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        outcome = WIRES["openai_chat"].classify(status, raw, {})
        values = {
            "http_status": status, "request": REQUEST, "finish_reason": outcome.finish_reason,
            "usage": outcome.usage, "quarantined": outcome.quarantined, "error": outcome.error,
            "reasoning": outcome.reasoning,
        }  # fmt: skip
        delivery = more.get("delivery", outcome.delivery)
        if delivery == "delivered":
            values["answer"] = record_answer(version=rows.version, text=outcome.text, escaped=False)
        else:
            values["partial_text"] = outcome.text
        probe = rows.over(10, **{"delivery": delivery, "rule": outcome.rule, **values, **more})
        Payload.objects.create(probe=probe, attempt=probe.attempt, body=kept or gzip.compress(raw), sha256="0" * 64)
        return probe

    return make


def run(*arguments):
    out = io.StringIO()
    call_command("reclassify", *arguments, stdout=out)
    return out.getvalue()


def state(probe):
    probe.refresh_from_db()
    return probe.status, probe.delivery, probe.rule, probe.answer, probe.partial_text
