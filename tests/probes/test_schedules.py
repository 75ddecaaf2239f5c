"""Rounds that open by themselves: when they are due, once, never beside another, and without drift."""

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from core.errors import Conflict, Forbidden, Invalid
from core.models import Event
from probes.actions import (
    add_endpoint,
    add_schedule,
    claim,
    correct_endpoint,
    drop_unwanted,
    open_missing_probes,
    open_round,
    open_scheduled_rounds,
    stop_endpoint,
    stop_schedule,
)
from probes.models import Probe, Round, RoundSchedule, Spending
from probes.periods import following, later
from probes.selectors import remaining
from probes.selectors.endpoints import this_month

pytestmark = pytest.mark.django_db
AT_HOME = {"base_url": "http://127.0.0.1:9/v1", "allow_private": True}


def soon(**more):
    return timezone.now() + timedelta(**(more or {"days": 1}))


def monthly(name="Panel", **more):
    values = {"by": None, "every": "month", "samples": 2, "first_at": first_of_next_month(), **more}
    return add_schedule(name=name, **values)


def first_of_next_month():
    return later(timezone.now().astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0), "month", 1)


def over(probes):
    probes.update(status="done", delivery="empty", leased_until=None, finished_at=timezone.now())


def day(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "every", "expected"),
    [
        ("2026-11-30", "week", "2026-12-07"),
        ("2026-12-01", "month", "2027-01-01"),
        ("2026-12-28", "month", "2027-01-28"),
        ("2026-11-15", "quarter", "2027-02-15"),
        ("2028-01-28", "month", "2028-02-28"),
    ],
)
def test_calendar_steps(at, every, expected):
    assert following(day(at), every, day(at)) == day(expected)


def test_a_year_of_months_does_not_drift():
    at = day("2026-01-28")
    for _ in range(12):
        at = following(at, "month", at)
    assert at == day("2027-01-28")


def test_what_was_slept_through_is_left_out():
    assert following(day("2026-01-01"), "month", day("2026-05-17")) == day("2026-06-01")
    assert following(day("2026-01-05"), "week", day("2026-03-03")) == day("2026-03-09")


def test_it_opens_when_due_and_once(prompt, endpoint):
    schedule = monthly()
    due = schedule.next_at
    assert open_scheduled_rounds(now=due - timedelta(seconds=1)) == []
    (opened,) = open_scheduled_rounds(now=due)
    assert (opened.name, opened.samples, opened.schedule, opened.status) == (
        f"Panel, {due:%Y-%m}", 2, schedule, "open",
    )  # fmt: skip
    schedule.refresh_from_db()
    assert schedule.next_at == later(due, "month", 1)
    assert open_scheduled_rounds(now=due + timedelta(minutes=1)) == []
    assert Round.objects.count() == 1
    assert Event.objects.filter(verb="open", noun="round", actor=None, key=opened.pk).count() == 1


def test_a_week_has_its_day_in_its_name():
    monthly(every="week", first_at=first_of_next_month())
    (opened,) = open_scheduled_rounds(now=first_of_next_month())
    assert opened.name == f"Panel, {first_of_next_month():%Y-%m-%d}"


def test_it_waits_for_a_round_that_has_work_and_closes_one_that_is_finished(prompt, endpoint):
    schedule = monthly()
    due = schedule.next_at
    running = open_round(by=None, name="By hand", samples=2)
    assert remaining(running).lacking
    assert open_scheduled_rounds(now=due) == []  # its probes are not even made yet
    open_missing_probes(of=running, limit=100)
    assert (remaining(running).awaited, remaining(running).lacking) == (2, False)
    assert open_scheduled_rounds(now=due) == []
    claim(endpoint=endpoint.pk, limit=1)
    Probe.objects.filter(status="due").delete()
    open_missing_probes(of=running, limit=0)
    assert open_scheduled_rounds(now=due) == []  # one in flight, one to be made
    open_missing_probes(of=running, limit=100)
    over(Probe.objects.filter(round=running))
    schedule.refresh_from_db()
    assert schedule.next_at == due
    (opened,) = open_scheduled_rounds(now=due + timedelta(hours=7))
    running.refresh_from_db()
    assert (running.status, opened.name) == ("closed", f"Panel, {due:%Y-%m}")


def test_what_is_held_at_a_paused_endpoint_is_not_waited_for(prompt, endpoint):
    working = add_endpoint(by=None, llm=endpoint.llm, slug="endpoint-b", kind="local", **AT_HOME)
    running = open_round(by=None, name="By hand", samples=2)
    open_missing_probes(of=running, limit=100)
    claim(endpoint=endpoint.pk, limit=1)
    stop_endpoint(by=None, endpoint=endpoint, reason="Money.")
    left = remaining(running)
    assert (left.awaited, left.paused, left.unpaid, left.nothing) == (3, 1, 0, False)
    assert left.awaited_at == [(working, 2), (endpoint, 1)]  # what is in flight is waited for wherever it is
    monthly()
    assert open_scheduled_rounds(now=first_of_next_month()) == []
    over(Probe.objects.filter(round=running).exclude(endpoint=endpoint, status="due"))
    assert (remaining(running).paused, remaining(running).nothing) == (1, True)
    (opened,) = open_scheduled_rounds(now=first_of_next_month())
    running.refresh_from_db()
    assert (running.status, opened.status) == ("closed", "open")
    assert (drop_unwanted(), Probe.objects.filter(round=running, status="due").count()) == (1, 0)


def test_what_no_budget_holds_is_not_waited_for(prompt, endpoint, monkeypatch):
    monkeypatch.setattr("probes.selectors.budgets.most_of_a_call", lambda endpoint, text: Decimal("0.01"))
    changes = {"price_input": Decimal(1), "price_output": Decimal(1), "params": {"max_tokens": 9}}
    correct_endpoint(by=None, endpoint=endpoint, budget=Decimal("0.02"), **changes)
    running = open_round(by=None, name="By hand", samples=2)
    open_missing_probes(of=running, limit=100)
    monthly()
    assert (remaining(running).awaited, remaining(running).unpaid) == (2, 0)
    assert open_scheduled_rounds(now=first_of_next_month()) == []
    Spending.objects.create(endpoint=endpoint, month=this_month(), spent=Decimal("0.015"))
    assert (remaining(running).awaited, remaining(running).unpaid, remaining(running).nothing) == (0, 2, True)
    assert len(open_scheduled_rounds(now=first_of_next_month())) == 1


def test_a_stuck_round_is_closed_after_the_period_of_its_own_schedule(prompt, endpoint):
    monthly("Panel", every="week")
    due = first_of_next_month()
    (stuck,) = open_scheduled_rounds(now=due)
    open_missing_probes(of=stuck, limit=100)
    monthly("Other", first_at=due + timedelta(days=1))
    Round.objects.filter(pk=stuck.pk).update(opened_at=due)
    assert open_scheduled_rounds(now=due + timedelta(days=7, seconds=-1)) == []
    (opened,) = open_scheduled_rounds(now=due + timedelta(days=7))
    stuck.refresh_from_db()
    assert (stuck.status, opened.name) == ("closed", f"Other, {due:%Y-%m}")


def test_a_stuck_round_opened_by_hand_is_closed_after_the_period_of_what_waits(prompt, endpoint):
    schedule = monthly(every="week")
    by_hand = open_round(by=None, name="By hand", samples=1)
    open_missing_probes(of=by_hand, limit=100)
    Round.objects.filter(pk=by_hand.pk).update(opened_at=schedule.next_at - timedelta(days=6))
    assert open_scheduled_rounds(now=schedule.next_at) == []
    assert len(open_scheduled_rounds(now=schedule.next_at + timedelta(days=1))) == 1


def test_of_two_that_are_due_one_opens_and_the_other_waits_for_it(prompt, endpoint):
    monthly("One")
    monthly("Two", first_at=first_of_next_month() + timedelta(seconds=1))
    now = first_of_next_month() + timedelta(minutes=1)
    (first,) = open_scheduled_rounds(now=now)
    assert first.name.startswith("One")
    assert open_scheduled_rounds(now=now) == []
    open_missing_probes(of=first, limit=100)
    over(Probe.objects.filter(round=first))
    (second,) = open_scheduled_rounds(now=now)
    assert second.name.startswith("Two")


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_open_one(prompt, endpoint):
    due = monthly().next_at
    start = threading.Barrier(6)
    opened = []

    def work():
        try:
            start.wait()
            opened.extend(open_scheduled_rounds(now=due))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(opened), Round.objects.count()) == (1, 1)
    assert RoundSchedule.objects.get().next_at == later(due, "month", 1)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"every": "day"}, "every"),
        ({"samples": 0}, "samples"),
        ({"samples": 101}, "samples"),
        ({"first_at": datetime(2020, 1, 1, tzinfo=UTC)}, "first_at"),
        ({"first_at": datetime(2999, 1, 1, tzinfo=UTC)}, "first_at"),
        ({"first_at": later(first_of_next_month(), "month", 0) + timedelta(days=28)}, "first_at"),
    ],
)
def test_a_schedule_that_cannot_be(change, field):
    with pytest.raises(Invalid) as caught:
        monthly(**change)
    assert list(caught.value.fields) == [field]
    assert not RoundSchedule.objects.exists()


def test_stopping_and_taking_up_again(maintainer, labeller):
    schedule = monthly()
    with pytest.raises(Conflict, match="Panel already"):
        monthly()
    with pytest.raises(Forbidden):
        stop_schedule(by=labeller, schedule=schedule)
    with pytest.raises(Forbidden):
        monthly("Mine", by=labeller)
    stop_schedule(by=maintainer, schedule=schedule)
    with pytest.raises(Conflict, match="stopped already"):
        stop_schedule(by=maintainer, schedule=schedule)
    assert open_scheduled_rounds(now=first_of_next_month() + timedelta(days=400)) == []
    assert monthly(samples=5).pk == schedule.pk
    assert RoundSchedule.objects.values_list("samples", flat=True).get() == 5
    verbs = Event.objects.filter(noun="roundschedule", key=schedule.pk).order_by("at")
    assert list(verbs.values_list("verb", flat=True)) == ["add", "stop", "add"]


def test_the_page(client, maintainer, prompt, endpoint):
    client.force_login(maintainer)
    first = first_of_next_month()
    form = {"name": "Panel", "every": "month", "samples": "2", "first_on": f"{first:%Y-%m-%d}"}
    wrong = client.post("/probes/schedules/add/", form | {"first_on": "2020-01-01"})
    assert (wrong.status_code, "still to come" in wrong.content.decode()) == (422, True)
    assert client.post("/probes/schedules/add/", form | {"first_on": "x"}).status_code == 422
    assert client.post("/probes/schedules/add/", form).status_code == 302
    again = client.post("/probes/schedules/add/", form)
    assert (again.status_code, "There is a schedule Panel already." in again.content.decode()) == (422, True)
    schedule = RoundSchedule.objects.get()
    assert schedule.next_at == first
    assert "next on" in client.get("/probes/").content.decode()
    running = open_round(by=None, name="By hand", samples=2)
    open_missing_probes(of=running, limit=100)
    RoundSchedule.objects.update(next_at=timezone.now() - timedelta(hours=1))
    said = client.get("/probes/").content.decode()
    assert "It waits until By hand is finished; 2 probes are left." in said
    assert f'<a href="/probes/endpoints/{endpoint.pk}/">endpoint-a</a> (2)' in said
    assert "at the latest, By hand is closed" in said
    stop_endpoint(by=None, endpoint=endpoint, reason="Money.")
    said = client.get("/probes/").content.decode()
    assert "It opens within a minute." in said
    assert "Not waited for: 2 probes at paused endpoints." in said
    assert client.post(f"/probes/schedules/{schedule.pk}/stop/").status_code == 302
    assert client.post(f"/probes/schedules/{schedule.pk}/stop/").status_code == 409
    assert "It waits until" not in client.get("/probes/").content.decode()
