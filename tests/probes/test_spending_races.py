"""Many put money aside at once, and it is lowered meanwhile: never above the budget, and the sums are exact."""

import random
import threading
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from probes.actions import (
    Finished,
    Result,
    claim,
    give_back,
    record_results,
    reserve,
    take_back_expired,
)
from probes.actions import claims as claiming
from probes.actions.spending import month_of
from probes.models import Endpoint, Probe
from tests.probes.money import CENT, DELIVERED, EACH, OUTAGE, PRICE, check_the_sums, give_a_dollar, month
from tests.probes.money_watch import breaches, moments, watched_money

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def paid(prompt, endpoint):
    return give_a_dollar(endpoint)


def at_once(work, times):
    """Runs `work` in so many threads at once, each with a connection of its own; gives what they returned."""
    begin, results, errors = threading.Barrier(times), [], []

    def run():
        try:
            begin.wait()
            results.append(work())
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    return results


def test_a_budget_lowered_in_the_middle_of_a_claim(paid, monkeypatch):
    left_of_budget = claiming.left_of_budget

    def lower():
        Endpoint.objects.update(budget=Decimal("0.50"))
        connection.close()

    def lowered_meanwhile(**told):
        left = left_of_budget(**told)
        at_once(lower, 1)
        return left

    monkeypatch.setattr(claiming, "left_of_budget", lowered_meanwhile)
    assert claim(endpoint=paid, limit=3, price=PRICE) == []
    assert set(Probe.objects.values_list("status", "attempt", "reserved")) == {("due", 0, None)}
    monkeypatch.undo()
    assert len(claim(endpoint=paid, limit=3, price=PRICE)) == 1
    assert month() == (0, EACH)


def test_two_hundred_reservations_at_once_stop_at_the_cap(paid):
    this_month = month_of(timezone.now())

    def work():
        return [reserve(endpoint=paid, month=this_month, amount=Decimal("0.00700001")) for _ in range(8)]

    with watched_money():
        granted = sum(sum(some) for some in at_once(work, 25))
        assert (granted, breaches()) == (142, [])
        assert moments() == (142 + 1, 142 * Decimal("0.00700001"))  # the row itself, made once
    assert month() == (0, 142 * Decimal("0.00700001"))


def test_claiming_recording_and_dying_at_once_add_up(paid):
    """Twenty workers, one budget, every ending among them."""
    template = Probe.objects.first()
    Probe.objects.all().delete()
    Probe.objects.bulk_create(
        Probe(round=template.round, version=template.version, endpoint_id=paid, sample=number) for number in range(300)
    )
    Endpoint.objects.update(budget=Decimal(12), max_in_flight=300)
    numbers = iter(range(20))

    def work():
        dice = random.Random(next(numbers))
        for _ in range(12):
            held = claim(endpoint=paid, limit=dice.randint(1, 5), price=PRICE)
            back = [one for one in held if dice.random() < 0.2]
            give_back(held=back, perhaps_paid=dice.random() < 0.3)
            finished = []
            for one in held:
                costs = dice.choice([None, CENT, 3 * CENT, EACH])
                ending = dice.choice([DELIVERED, DELIVERED, {**OUTAGE, "perhaps_paid": True}])
                if one not in back and dice.random() < 0.9:
                    finished.append(Finished(one.probe, one.attempt, Result(**ending, cost=costs)))
            assert record_results(finished) == {one.probe for one in finished}

    with watched_money():
        at_once(work, 20)
        assert breaches() == []
        assert moments()[0] > 40
    check_the_sums()
    # And what nobody has brought back.
    Probe.objects.filter(status="claimed").update(leased_until=timezone.now())
    take_back_expired()
    check_the_sums()
    spent, reserved = month()
    assert (reserved, spent <= 12, spent > 5) == (0, True, True)
