"""manage.py reclassify: old responses decided again, what becomes of their answers, and that twice is once."""

import dataclasses

import pytest
from django.core.management import CommandError

from annotations.actions import assign_next, submit_label
from annotations.models import Label
from core.models import Event
from probes.actions import Result, dismiss, redo_result
from probes.models import Answer, Probe
from tests.workers.provider_cases import chat, error
from tests.workers.reclassify_cases import FILTER, OUTAGE, run, state
from tests.workers.watch_cases import Rows, make_endpoint
from workers import reclassifying
from workers.providers.rules import Rule, words

pytestmark = pytest.mark.django_db


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
        submit_label(by=by, assignment_id=given.id, value="faithful", took_ms=900)
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
