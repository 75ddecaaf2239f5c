"""Money is put aside before a call and settled after it: never above the budget, and not a cent lost."""

import datetime
from datetime import UTC, date
from decimal import Decimal

import pytest
from django.utils import timezone

from probes.actions import (
    Finished,
    Price,
    Result,
    claim,
    give_back,
    open_missing_probes,
    open_round,
    record_result,
    record_results,
    take_back_expired,
)
from probes.actions import claims as claiming
from probes.actions.spending import month_of
from probes.models import Endpoint, Probe, Spending
from tests.probes.money import CENT, DELIVERED, EACH, OUTAGE, PRICE, check_the_sums, give_a_dollar, month

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(prompt, endpoint):
    return give_a_dollar(endpoint)


def record(one, **result):
    assert record_result(probe_id=one.probe, attempt=one.attempt, result=Result(**result)) is True
    return Probe.objects.get(pk=one.probe)


def due_now():
    Probe.objects.filter(status="due").update(due_at=timezone.now())


def test_only_as_many_as_can_be_paid_for_and_in_order(paid):
    held = claim(endpoint=paid, limit=10, price=PRICE)
    assert sorted(one.probe for one in held) == list(Probe.objects.order_by("id").values_list("id", flat=True)[:3])
    assert {one.reserved for one in held} == {EACH}
    assert set(Probe.objects.values_list("status", "reserved")) == {("claimed", EACH), ("due", None)}
    assert month() == (0, Decimal("0.90"))
    assert Spending.objects.get().month == month_of(timezone.now())
    assert claim(endpoint=paid, limit=10, price=PRICE) == []
    assert month() == (0, Decimal("0.90"))


def test_one_that_is_too_dear_is_not_overtaken(paid, make_prompt):
    make_prompt(text="Who gave the order to fire? " + "And who else? " * 20)
    long = Probe.objects.first()
    dear = long.version.prompt.__class__.objects.latest("pk").current
    Probe.objects.filter(pk=long.pk).update(version=dear)
    price = Price(each=Decimal(0), a_byte=Decimal("0.004"))
    assert price.of(dear.text) > 1 > price.of("What happened at Jallianwala Bagh in 1919?")
    assert claim(endpoint=paid, limit=10, price=price) == []
    assert Probe.objects.filter(status="due").count() == 5
    assert month() == (0, 0)


def test_a_price_counts_the_bytes_of_the_question_and_is_rounded_up(paid, prompt):
    price = Price(each=Decimal("0.1"), a_byte=Decimal("0.000000001"))
    (one,) = claim(endpoint=paid, limit=1, price=price)
    assert len(prompt.current.text.encode()) == 42
    assert one.reserved == price.of(prompt.current.text) == Decimal("0.10000005")
    assert Price(Decimal(0), Decimal(1)).of("绿") == 3


def test_real_usage_takes_the_place_of_what_was_put_aside(paid):
    first, second, _ = claim(endpoint=paid, limit=10, price=PRICE)
    assert record(first, **DELIVERED, cost=CENT).cost == CENT
    assert month() == (CENT, Decimal("0.60"))
    record(second, **DELIVERED, cost=CENT)
    assert month() == (2 * CENT, EACH)
    # What is free again is put aside for the next ones: 0.02 + 0.30 + 2 x 0.30.
    assert len(claim(endpoint=paid, limit=10, price=PRICE)) == 2
    check_the_sums()


@pytest.mark.parametrize(
    ("ending", "cost"),
    [
        ({**DELIVERED, "cost": Decimal("0.02000001")}, Decimal("0.02000001")),
        ({**DELIVERED}, EACH),
        ({**OUTAGE, "perhaps_paid": True}, EACH),
        ({**OUTAGE, "cost": Decimal(0)}, Decimal(0)),
        ({**OUTAGE, "unsent": True}, Decimal(0)),
        ({**DELIVERED, "cost": Decimal("0.31")}, Decimal("0.31")),
    ],
    ids=["counted", "not counted", "perhaps paid", "free", "unsent", "dearer than thought"],
)
def test_what_each_ending_costs(paid, ending, cost):
    (one,) = claim(endpoint=paid, limit=1, price=PRICE)
    probe = record(one, **ending)
    assert (probe.cost, probe.reserved) == (cost, None)
    assert month() == (cost, 0)
    check_the_sums()


def test_each_try_adds_to_the_cost_of_its_probe(paid):
    Probe.objects.exclude(sample=1).delete()
    for ending in ({**OUTAGE, "perhaps_paid": True}, {**OUTAGE, "unsent": True}, {**OUTAGE, "cost": CENT}):
        record(*claim(endpoint=paid, limit=1, price=PRICE), **ending)
        due_now()
    probe = record(*claim(endpoint=paid, limit=1, price=PRICE), **DELIVERED, cost=2 * CENT)
    assert (probe.status, probe.attempt, probe.cost) == ("done", 4, EACH + 3 * CENT)
    assert month() == (EACH + 3 * CENT, 0)


@pytest.mark.parametrize("perhaps_paid", [False, True])
def test_giving_back_settles(paid, perhaps_paid):
    held = claim(endpoint=paid, limit=2, price=PRICE)
    assert give_back(held=held, perhaps_paid=perhaps_paid) == 2
    assert month() == (2 * EACH * perhaps_paid, 0)
    assert set(Probe.objects.filter(attempt=1).values_list("status", "cost", "reserved", "perhaps_paid")) == {
        ("due", EACH, None, 1) if perhaps_paid else ("due", None, None, 0)
    }
    # Once only, whoever says it again.
    assert give_back(held=held, perhaps_paid=True) == 0
    check_the_sums()


@pytest.mark.parametrize("deaths", [0, 9])
def test_what_a_dead_worker_held_counts_in_full(paid, deaths):
    Probe.objects.update(deaths=deaths)
    held = claim(endpoint=paid, limit=3, price=PRICE)
    Probe.objects.filter(pk=held[0].probe).update(leased_until=timezone.now())
    assert take_back_expired() == 1
    assert month() == (EACH, 2 * EACH)
    probe = Probe.objects.get(pk=held[0].probe)
    assert (probe.status, probe.cost, probe.reserved) == ("given_up" if deaths else "due", EACH, None)
    # The dead one's result, if it comes after all, changes nothing.
    late = Result(**DELIVERED, cost=CENT)
    assert record_result(probe_id=held[0].probe, attempt=held[0].attempt, result=late) is False
    check_the_sums()


class Clock(datetime.datetime):
    """Stands still at `at`."""

    at = datetime.datetime(2026, 10, 31, 23, 59, 59, 999999, tzinfo=UTC)

    @classmethod
    def now(cls, tz=None):
        return cls.at


def test_a_call_belongs_to_the_month_it_began_in(paid, monkeypatch):
    monkeypatch.setattr(claiming, "datetime", Clock)
    before = claim(endpoint=paid, limit=3, price=PRICE)
    monkeypatch.setattr(Clock, "at", datetime.datetime(2026, 11, 1, tzinfo=UTC))
    # The new month has a dollar of its own.
    after = claim(endpoint=paid, limit=3, price=PRICE)
    assert (len(before), len(after)) == (3, 2)
    record_results([Finished(one.probe, one.attempt, Result(**DELIVERED, cost=CENT)) for one in (before[0], after[0])])
    give_back(held=[before[1], after[1]], perhaps_paid=True)
    Probe.objects.filter(pk=before[2].probe).update(leased_until=timezone.now())
    take_back_expired()
    rows = Spending.objects.order_by("month").values_list("month", "spent", "reserved")
    assert list(rows) == [(date(2026, 10, 1), 2 * EACH + CENT, 0), (date(2026, 11, 1), EACH + CENT, 0)]
    check_the_sums()


def test_months_are_those_of_utc():
    east = datetime.timezone(datetime.timedelta(hours=8))
    assert month_of(datetime.datetime(2026, 12, 1, 7, 59, tzinfo=east)) == date(2026, 11, 1)
    assert month_of(datetime.datetime(2026, 12, 1, 8, 0, tzinfo=east)) == date(2026, 12, 1)


def test_a_budget_that_was_lowered_holds_from_then_on(paid):
    held = claim(endpoint=paid, limit=3, price=PRICE)
    Endpoint.objects.update(budget=Decimal("0.50"))
    assert claim(endpoint=paid, limit=3, price=PRICE) == []
    for one in held:
        record(one, **DELIVERED, cost=Decimal("0.05"))
    assert len(claim(endpoint=paid, limit=3, price=PRICE)) == 1
    Endpoint.objects.update(budget=0)
    assert claim(endpoint=paid, limit=3, price=PRICE) == []
    Endpoint.objects.update(budget=None)
    assert len(claim(endpoint=paid, limit=3, price=PRICE)) == 1
    check_the_sums()


def test_without_prices_nothing_is_put_aside(paid):
    Endpoint.objects.update(price_input=None, price_output=None, budget=None)
    first, second, third, fourth = claim(endpoint=paid, limit=4, price=None)
    assert {one.reserved for one in (first, second, third, fourth)} == {None}
    assert record(first, **DELIVERED).cost is None
    assert record(second, **OUTAGE, perhaps_paid=True).cost is None
    give_back(held=[third], perhaps_paid=True)
    Probe.objects.filter(pk=fourth.probe).update(leased_until=timezone.now())
    take_back_expired()
    assert set(Probe.objects.values_list("cost", "reserved")) == {(None, None)}
    assert not Spending.objects.exists()


def test_prices_that_came_or_went_while_it_was_asked(paid):
    (unpriced,) = claim(endpoint=paid, limit=1, price=None)
    priced = claim(endpoint=paid, limit=1, price=PRICE)[0]
    assert record(unpriced, **DELIVERED, cost=CENT).cost == CENT
    assert record(priced, **DELIVERED).cost == EACH
    assert month() == (EACH + CENT, 0)
    check_the_sums()


@pytest.mark.parametrize(("budget", "status"), [(Decimal("1.00"), "paused"), (None, "active")])
def test_a_count_beyond_what_the_call_can_cost_is_kept_and_stops_an_endpoint_with_a_budget(
    prompt, endpoint, budget, status
):
    Endpoint.objects.filter(pk=endpoint.pk).update(price_input=1, price_output=1, budget=budget)
    open_missing_probes(of=open_round(by=None, name="A round", samples=1), limit=1)
    (one,) = claim(endpoint=endpoint.pk, limit=1, price=Price(Decimal("0.5"), Decimal(0)))
    counted = Result(delivery="delivered", rule="answer", text="A text.", cost=Decimal("109.99"))
    assert record_result(probe_id=one.probe, attempt=one.attempt, result=counted) is True
    endpoint.refresh_from_db()
    spending = Spending.objects.get()
    assert (Probe.objects.get().status, spending.spent, spending.reserved) == ("done", Decimal("109.99"), 0)
    assert endpoint.status == status
