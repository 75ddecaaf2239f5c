"""manage.py reclassify: old responses decided again, what becomes of their answers, and that twice is once."""

import dataclasses
import gzip
import io
import json
import os
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from annotations.actions import assign_next, submit_label
from annotations.models import Label
from core.models import Event
from probes.actions import Result, dismiss, record_answer, redo_result
from probes.models import Answer, Payload, Probe
from tests.workers.provider_cases import chat, error
from tests.workers.watch_cases import Rows, make_endpoint
from workers import reclassifying
from workers.providers import WIRES
from workers.providers.keys import IN_PIECES
from workers.providers.rules import Rule, words

pytestmark = pytest.mark.django_db
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


def test_nothing_changes_by_the_same_rules(recorded):
    for body, status in ((chat("Yes."), 200), (chat("It beg", "content_filter"), 200), (chat("Yes.", "odd"), 200),
                         (error("No.", "content_policy_violation"), 400), (b"<html>", 502)):  # fmt: skip
        recorded(body, status)
    assert run("--write") == "5 looked at, 0 changed.\n"
    assert not Event.objects.filter(verb="reclassify").exists()


def test_only_shown_unless_told_to_write(recorded, tomorrow):
    probe = recorded(chat("Yes."))
    tomorrow(dataclasses.replace(FILTER, ends=words("stop")))
    said = run()
    assert said == (
        "answer (delivered)  ->  end_veil (cut_by_filter)        1\n"
        "1 looked at, 1 would change; --write changes them.\n"
    )
    assert run("--dry-run", "-v", "2").splitlines()[1] == f"    {probe.pk}"
    assert state(probe)[1:3] == ("delivered", "answer")


def test_an_answer_becomes_a_block(recorded, tomorrow):
    probe = recorded(chat("It beg"), pieces=[[100, 3], [200, 3]])
    answer = probe.answer
    tomorrow(dataclasses.replace(FILTER, ends=words("stop")))
    assert "1 changed" in run("--write")
    assert state(probe) == ("done", "cut_by_filter", "end_veil", None, "It beg")
    assert probe.pieces == [[100, 3], [200, 3]]
    answer.refresh_from_db()
    assert (answer.state, answer.closed_at is not None) == ("withdrawn", True)
    event = Event.objects.get(verb="reclassify")
    assert event.data == {
        "was": {"rule": "answer", "delivery": "delivered"}, "now": {"rule": "end_veil", "delivery": "cut_by_filter"},
    }  # fmt: skip
    assert run("--write") == "1 looked at, 0 changed.\n"


def test_a_quarantined_response_becomes_an_answer(recorded, tomorrow):
    probe = recorded(chat("Yes, it did.", "fine"))
    assert (probe.status, probe.rule, probe.quarantined) == ("given_up", "end_unknown", True)
    tomorrow(Rule("answer", "It is fine.", "delivered", ends=words("fine"), has_text=True))
    run("--quarantined", "--write")
    assert state(probe)[:3] == ("done", "delivered", "answer")
    assert (probe.answer.text, probe.partial_text, probe.quarantined, probe.error) == ("Yes, it did.", "", False, "")
    assert probe.answer.state == "open"


def test_what_was_dismissed_stays_dismissed_until_a_rule_changes(recorded, tomorrow, maintainer):
    probe = recorded(chat("Yes, it did.", "fine"))
    assert dismiss(by=maintainer, probes=Probe.objects.all()) == 1
    assert run("--write") == "1 looked at, 0 changed.\n"
    probe.refresh_from_db()
    assert (probe.rule, probe.quarantined, Event.objects.filter(verb="reclassify").count()) == ("end_unknown", False, 0)
    tomorrow(Rule("end_fine", "Nobody has seen this.", "failed", ends=words("fine"), quarantined=True))
    assert run("--write").endswith("1 changed.\n")
    probe.refresh_from_db()
    assert (probe.rule, probe.quarantined) == ("end_fine", True)


def test_it_is_said_what_differs_under_the_same_rule(recorded):
    dismissed = recorded(chat("Yes.", "fine"))
    Probe.objects.filter(pk=dismissed.pk).update(partial_text="Ye", finish_reason="odd", quarantined=False)
    lost = recorded(chat("No."))
    Probe.objects.filter(pk=lost.pk).update(reasoning="Hm.")
    assert run("--write") == (
        "answer (delivered)    ->  answer (delivered)          1: another reasoning\n"
        "end_unknown (failed)  ->  end_unknown (failed)        1: another text, finish reason\n"
        "2 looked at, 2 changed.\n"
    )
    dismissed.refresh_from_db()
    assert (dismissed.partial_text, dismissed.finish_reason, dismissed.quarantined) == ("Yes.", "fine", False)


def test_there_and_back_opens_the_answer_again(recorded, tomorrow):
    probe = recorded(chat("Yes."))
    tomorrow(dataclasses.replace(FILTER, ends=words("stop")))
    run("--write")
    tomorrow()
    run("--write")
    assert state(probe)[1:3] == ("delivered", "answer")
    assert (Answer.objects.count(), probe.answer.state, probe.answer.closed_at) == (1, "open", None)


def test_an_answer_that_another_probe_brings_stays_open(recorded, tomorrow):
    first, second = recorded(chat("Yes.", "veiled"), delivery="delivered"), recorded(chat("Yes."))
    assert first.answer == second.answer
    tomorrow(FILTER)
    run("--write")
    assert (state(first)[3], state(second)[3], state(second)[3].state) == (None, second.answer, "open")


def test_labels_stay_and_closed_answers_stay_closed(recorded, tomorrow, person, settings):
    probe = recorded(chat("Yes."))
    for name in ("one", "two", "three"):
        by = person(name, languages=["en"])
        (given,) = assign_next(by=by, limit=1)
        submit_label(by=by, assignment_id=given.pk, value="faithful", took_ms=900)
    answer = Answer.objects.get()
    assert answer.state == "settled"
    tomorrow(dataclasses.replace(FILTER, ends=words("stop")))
    run("--write")
    answer.refresh_from_db()
    assert (answer.state, Label.objects.filter(answer=answer).count(), state(probe)[3]) == ("settled", 3, None)


def test_another_text_is_another_answer(recorded, rows):
    probe = recorded(chat("Yes."))
    old = probe.answer
    assert redo_result(
        by=None, probe=probe.pk, attempt=1, result=Result("delivered", "answer", text="No.", finish_reason="stop")
    )
    assert state(probe)[3].text == "No."
    assert (probe.pieces, Answer.objects.get(pk=old.pk).state) == ([], "withdrawn")


def test_an_outage_is_not_asked_again(recorded, tomorrow):
    probe = recorded(chat("Yes."))
    tomorrow(OUTAGE)
    assert "end_storm (failed)        1 (would be asked again today; it is not)" in run("--write")
    assert state(probe)[:3] == ("given_up", "failed", "end_storm")


def test_what_a_payload_does_not_tell_is_left_alone(recorded, rows, tomorrow):
    without = rows.over(10, "failed", "net_timed_out")
    ours = recorded(error("No.", "content_policy_violation"), 400, rule="candor.withdrawn", delivery="failed")
    earlier = recorded(chat("Yes."), delivery="failed", rule="net_timed_out")
    Probe.objects.filter(pk=earlier.pk).update(attempt=2)
    half = b'data: {"choices":[{"index":0,"delta":{"content":"It beg"},"finish_reason":null}]}\n\n'
    broken = recorded(half, delivery="failed", rule="net_connection_lost")
    whole = recorded(chat("Yes."), delivery="failed", rule="net_too_big")
    damaged = recorded(chat("Yes."), kept=b"no gzip")
    before = [state(probe) for probe in (without, ours, earlier, broken, whole, damaged)]
    assert run("--write") == "3 looked at, 0 changed, 3 left alone because their payload does not tell.\n"
    assert [state(probe) for probe in (without, ours, earlier, broken, whole, damaged)] == before


def test_a_broken_stream_that_said_its_end_is_read_again(recorded):
    ended = b'data: {"choices":[{"index":0,"delta":{"content":"Yes."},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
    probe = recorded(ended, delivery="failed", rule="net_connection_lost")
    run("--write")
    assert state(probe)[:3] == ("done", "delivered", "answer")


def test_claimed_due_and_imported_probes_are_not_looked_at(recorded, tomorrow):
    probe = recorded(chat("Yes."))
    Probe.objects.filter(pk=probe.pk).update(
        status="claimed", delivery="", answer=None, leased_until=probe.finished_at, finished_at=None
    )
    tomorrow(OUTAGE)
    assert run("--write") == "0 looked at, 0 changed.\n"
    assert not redo_result(by=None, probe=probe.pk, attempt=1, result=Result("failed", "busy"))


def test_another_attempt_is_another_probe(recorded):
    probe = recorded(chat("Yes."))
    assert not redo_result(by=None, probe=probe.pk, attempt=2, result=Result("failed", "busy"))
    assert state(probe)[1] == "delivered"


def test_what_is_chosen(recorded, tomorrow, prompt, open_a_round):
    first, _ = recorded(chat("Yes.")), recorded(chat("No."))
    third = recorded(chat("It"), rows=Rows(make_endpoint("other"), prompt, open_a_round))
    recorded(chat("It", "length"))
    Probe.objects.filter(pk=third.pk).update(finished_at="2020-01-01T00:00:00Z")
    tomorrow(OUTAGE)
    for arguments, looked_at in (
        ([], 4), (["--endpoint", "other"], 1), (["--rule", "end_length"], 1), (["--since", "2020-01-02"], 3),
        (["--quarantined"], 0), (["--after", str(first.pk)], 3),
    ):  # fmt: skip
        assert run(*arguments).splitlines()[-1].startswith(f"{looked_at} looked at, ")
    with pytest.raises(CommandError, match="There is no endpoint nobody"):
        run("--endpoint", "nobody")


def test_in_batches_and_resumed(recorded, tomorrow, monkeypatch):
    probes = [recorded(chat(f"Yes, {n}.")) for n in range(5)]
    tomorrow(OUTAGE)
    monkeypatch.setattr(reclassifying, "BATCH", 2)
    seen = []

    def stop_after_three(**values):
        if len(seen) == 3:
            raise KeyboardInterrupt
        seen.append(values["probe"])
        return redo_result(**values)

    monkeypatch.setattr("workers.management.commands.reclassify.redo_result", stop_after_three)
    with pytest.raises(CommandError, match=f"Go on with --after {probes[2].pk}."):
        run("--write")
    monkeypatch.undo()
    assert [state(probe)[2] for probe in probes] == ["end_storm"] * 3 + ["answer"] * 2


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
