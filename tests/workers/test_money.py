"""An endpoint never costs more than its budget, however many ask at once; one without money is asked once."""

import threading
import time
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum

from probes.actions import resume_endpoint
from probes.models import Endpoint, Probe, Spending
from tests.fake_provider import FakeProvider
from tests.probes.money_watch import breaches, moments, watched_money
from tests.workers.engine import open_probes, over, processes, prove, running, until
from workers.desks import Desk

pytestmark = pytest.mark.django_db(transaction=True)

# A call may cost $0.1 by its limit of tokens (and a little for its question), and costs $0.03.
PRICED = {
    "params": {"max_tokens": 100},
    "price_input": Decimal("0.5"),
    "price_output": Decimal(1000),
    "budget": Decimal(6),
}
USED = "input:20,output:30"
COST = Decimal("0.03001")


@pytest.fixture
def provider():
    with FakeProvider() as running:
        yield running


class Sampler:
    """Looks at the month again and again while something runs, as anybody else's transaction sees it."""

    def __enter__(self):
        self.looks, self.above, self.ended = 0, [], threading.Event()
        self.thread = threading.Thread(target=self.look)
        self.thread.start()
        return self

    def look(self):
        while not self.ended.wait(0.005):
            for spent, reserved, budget in Spending.objects.values_list("spent", "reserved", "endpoint__budget"):
                self.looks += 1
                if spent + reserved > budget:
                    self.above.append((spent, reserved))
        connection.close()

    def __exit__(self, *exc_info):
        self.ended.set()
        self.thread.join()


def asked_out(endpoint):
    """Whether nothing is in the air and not one more call can be paid for."""
    if Probe.objects.filter(status="claimed").exists():
        return False
    month = Spending.objects.filter(endpoint=endpoint).first()
    return month is not None and month.reserved == 0 and endpoint.budget - month.spent < most_of_one(endpoint)


def most_of_one(endpoint):
    """What is put aside for one call."""
    return Desk(endpoint).price.of(Probe.objects.select_related("version").first().version.text)


def check_the_money(endpoint, provider, seen):
    """At no moment above the budget; in the end every cent is accounted for, and no call is left out that it allows."""
    month = Spending.objects.get()
    asked = provider.total()
    seen(budget=endpoint.budget, most_ever=moments()[1], asked=asked)
    assert breaches() == []
    assert moments()[1] <= endpoint.budget
    assert (month.spent, month.reserved) == (COST * asked, 0)
    assert Probe.objects.aggregate(cost=Sum("cost"))["cost"] == month.spent
    assert endpoint.budget - month.spent < most_of_one(endpoint)
    assert Probe.objects.filter(status="done").count() == asked
    assert set(Probe.objects.exclude(status="done").values_list("status", "cost")) == {("due", None)}


def test_two_hundred_at_once_never_go_above_the_budget(provider, prompt, seen):
    endpoint = open_probes(
        provider.base_url, f"answer,delay:150,{USED}", samples=300, max_in_flight=200, stream=False, **PRICED
    )
    prove(endpoint)
    with watched_money(), Sampler() as sampler, running(200) as runner:
        runner.wake(endpoint.pk)
        assert until(lambda: asked_out(endpoint), 30)
        # Nothing more goes out afterwards.
        asked = provider.total()
        time.sleep(0.5)
        assert provider.total() == asked
        check_the_money(endpoint, provider, seen)
    assert sampler.looks > 20
    assert sampler.above == []


@pytest.mark.faults
def test_four_processes_never_go_above_the_budget(provider, prompt, seen):
    endpoint = open_probes(
        provider.base_url, f"answer,delay:150,{USED}", samples=300, max_in_flight=200, stream=False, **PRICED
    )
    prove(endpoint)
    with watched_money(), Sampler() as sampler, processes(4, 50):
        assert until(lambda: asked_out(endpoint), 40)
        check_the_money(endpoint, provider, seen)
    assert sampler.above == []


@pytest.mark.parametrize("runners", [1, 3])
@pytest.mark.parametrize(
    ("behaviour", "status"), [("money", 429), ("status:402", 402), ("status:401", 401)], ids=["429", "402", "401"]
)
def test_an_endpoint_that_refuses_us_is_asked_once_and_once_after_each_resume(
    provider, prompt, behaviour, status, runners, seen
):
    endpoint = open_probes(provider.base_url, behaviour, samples=40)
    with running(20, 3) as all_of_them:
        for calls in (1, 2):
            for runner in all_of_them[:runners]:
                runner.wake(endpoint.pk)
            assert until(lambda: Endpoint.objects.get().status == "paused")
            time.sleep(0.3)
            assert provider.total() == calls
            seen(calls=calls)
            assert Endpoint.objects.get().status_reason.strip() != ""
            assert set(Probe.objects.values_list("status", "failures")) == {("due", 0)}
            assert set(Probe.objects.exclude(attempt=0).values_list("http_status", flat=True)) == {status}
            resume_endpoint(by=None, endpoint=endpoint)


def test_money_that_ends_in_the_middle_stops_what_had_not_left(provider, make_prompt):
    """What was in the air when the first refusal came cannot be helped; nothing leaves after it."""
    for number in range(60):
        behaviour = "money" if number >= 10 else "answer,delay:100"
        make_prompt(text=f"What happened in the year {1900 + number}? [[{behaviour}]]")
    endpoint = open_probes(provider.base_url, "fake", samples=1, max_in_flight=8)
    prove(endpoint)
    with running(8) as runner:
        runner.wake(endpoint.pk)
        assert until(lambda: Endpoint.objects.get().status == "paused")
        asked = provider.total()
        time.sleep(0.5)
        assert provider.total() == asked <= 10 + 2 * 8
    assert Probe.objects.filter(status="done").count() == 10
    assert not Probe.objects.filter(failures__gt=0).exists()


@pytest.mark.parametrize("usage", ["input:-5,output:30", "input:3,output:9000000000000000", "input:0,output:0"])
def test_a_count_that_cannot_be_counts_as_all_that_was_put_aside(provider, prompt, usage):
    endpoint = open_probes(provider.base_url, f"answer,{usage}", **PRICED)
    with running(5) as runner:
        runner.wake(endpoint.pk)
        assert until(over)
    most = most_of_one(endpoint)
    assert Probe.objects.values_list("status", "attempt", "cost").get() == ("done", 1, most)
    assert Spending.objects.values_list("spent", "reserved").get() == (most, 0)


def test_after_the_money_is_there_again_all_is_asked(provider, prompt):
    endpoint = open_probes(provider.base_url, "money,times:1", samples=10)
    with running(20) as runner:
        runner.wake(endpoint.pk)
        assert until(lambda: Endpoint.objects.get().status == "paused")
        resume_endpoint(by=None, endpoint=endpoint)
        runner.wake(endpoint.pk)
        assert until(over, 15)
    assert provider.total() == 11
    assert set(Probe.objects.values_list("status", "failures")) == {("done", 0)}
