"""What nobody wants any more is let go: of withdrawn prompts, closed rounds, retired endpoints."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from annotations.actions import assign_next, take_back_expired
from annotations.models import Assignment
from core.errors import Conflict, Forbidden
from core.models import Event
from probes.actions import (
    Result,
    claim,
    close_round,
    drop_unwanted,
    open_missing_probes,
    open_round,
    record_result,
    stop_endpoint,
    withdraw_answers,
)
from probes.models import Answer, Probe, Round
from probes.selectors import endpoints_with_work
from prompts.actions import withdraw_prompt
from workers.tasks import sweep

pytestmark = pytest.mark.django_db

OUTAGE = Result(delivery="failed", rule="status_500", error="500", heals=True)


@pytest.fixture
def a_round(prompt, endpoint):
    """Three probes: one that failed and waits for another try, two that were never asked."""
    opened = open_round(by=None, name="A round", samples=3)
    open_missing_probes(of=opened, limit=100)
    (one,) = claim(endpoint=endpoint.pk, limit=1)
    record_result(probe_id=one.probe, attempt=one.attempt, result=OUTAGE)
    return opened


@pytest.fixture
def ends(a_round, prompt, endpoint, maintainer):
    return {
        "candor.withdrawn": lambda: withdraw_prompt(by=maintainer, prompt=prompt),
        "candor.round_closed": lambda: close_round(by=maintainer, of=a_round),
        "candor.endpoint_retired": lambda: stop_endpoint(by=maintainer, endpoint=endpoint, reason="", retire=True),
    }


@pytest.mark.parametrize("rule", ["candor.withdrawn", "candor.round_closed", "candor.endpoint_retired"])
def test_what_was_never_asked_goes_and_what_was_is_given_up(ends, rule, endpoint):
    assert drop_unwanted() == 0
    ends[rule]()
    assert (endpoints_with_work(), claim(endpoint=endpoint.pk, limit=5)) == ([], [])
    assert drop_unwanted() == 3
    probe = Probe.objects.get()
    assert (probe.status, probe.delivery, probe.rule, probe.attempt) == ("given_up", "failed", rule, 1)
    assert probe.finished_at is not None
    assert drop_unwanted() == 0


def test_it_is_bounded_and_all_three_at_once_are_no_trouble(ends, a_round):
    for end in ends.values():
        end()
    assert [drop_unwanted(limit=2) for _ in range(3)] == [2, 1, 0]
    assert Probe.objects.get().rule == "candor.endpoint_retired"
    assert open_missing_probes(of=a_round, limit=100) == 0


def test_a_paused_endpoint_keeps_its_queue(a_round, endpoint):
    stop_endpoint(by=None, endpoint=endpoint, reason="No credit left.")
    assert drop_unwanted() == 0


def test_what_is_in_flight_when_a_round_closes_is_recorded(a_round, endpoint):
    won, lost = claim(endpoint=endpoint.pk, limit=2)
    close_round(by=None, of=a_round)
    answer = Result(delivery="delivered", rule="answer", text="Yes.")
    assert record_result(probe_id=won.probe, attempt=won.attempt, result=answer) is True
    assert record_result(probe_id=lost.probe, attempt=lost.attempt, result=OUTAGE) is True
    drop_unwanted()
    assert Probe.objects.get(pk=won.probe).status == "done"
    assert Probe.objects.get(pk=lost.probe).rule == "candor.round_closed"


def test_open_answers_of_a_withdrawn_prompt_are_withdrawn_and_closed_ones_stay(make_answer, prompt, maintainer):
    closed = make_answer("It was a massacre.")
    Answer.objects.update(state="settled", closed_at=timezone.now())
    waiting = make_answer("I cannot say.")
    assert withdraw_answers() == 0
    withdraw_prompt(by=maintainer, prompt=prompt)
    assert (withdraw_answers(), withdraw_answers()) == (1, 0)
    states = dict(Answer.objects.values_list("pk", "state"))
    assert states == {closed.pk: "settled", waiting.pk: "withdrawn"}
    waiting.refresh_from_db()
    assert waiting.closed_at is not None
    assert list(Event.objects.filter(noun="answer").values_list("verb", "key")) == [("withdraw", waiting.pk)]


def test_a_lease_on_a_withdrawn_answer_runs_out_and_the_counts_are_right(make_answer, prompt, labeller, maintainer):
    make_answer("I cannot say.")
    assert len(assign_next(by=labeller)) == 1
    withdraw_prompt(by=maintainer, prompt=prompt)
    sweep()
    assert Answer.objects.values_list("state", "counted", "leased").get() == ("withdrawn", 0, 1)
    assert list(assign_next(by=labeller)) == []
    Assignment.objects.update(expires_at=timezone.now())
    assert take_back_expired() == 1
    assert Answer.objects.values_list("state", "counted", "leased").get() == ("withdrawn", 0, 0)


def test_closing_a_round(maintainer, labeller):
    opened = open_round(by=maintainer, name="A round", samples=1)
    with pytest.raises(Forbidden):
        close_round(by=labeller, of=opened)
    close_round(by=maintainer, of=opened)
    opened.refresh_from_db()
    assert (opened.status, opened.closed_at is not None) == ("closed", True)
    with pytest.raises(Conflict, match="closed already"):
        close_round(by=maintainer, of=opened)
    assert list(Event.objects.filter(noun="round").order_by("at").values_list("verb", flat=True)) == ["open", "close"]
    assert open_round(by=None, name="The next", samples=1).number == 2
    with pytest.raises(Forbidden):
        open_round(by=labeller, name="Mine", samples=1)


def test_closing_it_in_the_browser(client, maintainer, labeller, a_round):
    address = f"/probes/rounds/{a_round.pk}/close/"
    client.force_login(labeller)
    assert client.post(address).status_code == 403
    client.force_login(maintainer)
    assert address in client.get("/probes/").content.decode()
    assert client.get(address).status_code == 405
    response = client.post(address, follow=True)
    assert "A round is closed. What is in flight is still recorded." in response.content.decode()
    assert "No round is open" in response.content.decode()
    assert client.post(address).status_code == 409
    assert client.post("/probes/rounds/4711/close/").status_code == 404


def test_closing_it_in_a_terminal(a_round, capsys):
    call_command("close_round")
    assert capsys.readouterr().out == f"Round {a_round.number}, A round, is closed.\n"
    assert Round.objects.get().status == "closed"
    with pytest.raises(CommandError, match="No round is open"):
        call_command("close_round")
