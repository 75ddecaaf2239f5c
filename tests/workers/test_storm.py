"""A provider that counts and says "slow down": four processes together never send more than it allows, and hardly less.

What happened is read from the provider, who notes when each request arrived and what it was told.
"""

import asyncio
import itertools
import os
import time
from bisect import bisect_left

import pytest
from django.conf import settings

from probes.actions import claim
from probes.models import Endpoint, Probe
from tests.fake_provider import FakeProvider
from tests.workers.engine import open_probes, over, processes, prove, running, until
from workers import runner as loop
from workers.limits import Allowed, Ended, Limits, Settled

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

# What was sent before a "slow down" had come back is on its way; so long may it take from one process to all others.
# On a machine with more to do than it can, everything takes longer.
ON_ITS_WAY_S = 0.15


@pytest.fixture
def provider():
    with FakeProvider() as running:
        yield running


def most_within(times, seconds):
    """The largest number of arrivals in any stretch of that length."""
    return max(bisect_left(times, at + seconds) - number for number, at in enumerate(times))


def check_the_known_limit(provider, limit, window_s, windows, seen):
    """Nobody was told to slow down, no window holds too many, and each whole one at least 90 % of what was allowed."""
    arrivals = provider.arrivals()
    times = [one["at"] for one in arrivals]
    assert [one for one in arrivals if one["retry_after"] is not None] == []
    ends = [bisect_left(times, times[0] + number * window_s) for number in range(windows + 1)]
    of_each = [after - before for before, after in itertools.pairwise(ends)]
    most = most_within(times, window_s)
    seen(limit=limit, most_in_a_window=most, each_window=of_each)
    assert most <= limit
    assert min(of_each) >= 0.9 * limit, of_each


def run_for(provider, seconds):
    """Lets the storm blow for so long from its first request."""
    assert until(provider.total, 30)
    time.sleep(max(0.0, provider.arrivals()[0]["at"] + seconds - time.monotonic()))


@pytest.mark.parametrize(("limit", "window_s", "margin_s", "windows"), [(60, 4, 0.2, 2), (300, 60, 2.0, 2)])
def test_never_more_than_the_limit_and_at_least_nine_tenths_of_it(
    provider, prompt, limit, window_s, margin_s, windows, seen
):
    behaviour = f"answer,delay:100,limit:{limit},window:{window_s}"
    endpoint = open_probes(provider.base_url, behaviour, samples=(windows + 2) * limit, requests_a_minute=limit)
    with processes(4, 25, window_s=window_s, margin_s=margin_s):
        run_for(provider, windows * window_s + 0.5)
        check_the_known_limit(provider, limit, window_s, windows, seen)
    asked = provider.total()
    assert Probe.objects.filter(endpoint=endpoint, status="done", delivery="delivered", attempt=1).count() == asked


def test_a_limit_that_nobody_knew_is_obeyed_when_it_is_told(provider, prompt, seen):
    endpoint = open_probes(provider.base_url, "answer,delay:50,limit:40,window:3", samples=120)
    prove(endpoint)
    with processes(4, 25):
        assert until(over, 60, pause=0.1)
    arrivals = provider.arrivals()
    on_its_way_s = ON_ITS_WAY_S * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    refused = [one for one in arrivals if one["retry_after"] is not None]
    seen(asked=len(arrivals), told_to_wait=len(refused), load=os.getloadavg()[0])
    assert refused != []
    for told in refused:
        until_s = told["at"] + told["retry_after"]
        early = [one["at"] - told["at"] for one in arrivals if told["at"] + on_its_way_s < one["at"] < until_s]
        assert early == []
    assert set(Probe.objects.values_list("status", "delivery")) == {("done", "delivered")}
    # Waiting is no failure: nothing was given up, however often it was told to wait.
    assert set(Probe.objects.values_list("failures", flat=True)) == {0}
    assert len(arrivals) == 120 + len(refused)
    assert Endpoint.objects.get().status == "active"


def test_a_slow_down_that_another_process_hears_while_probes_are_claimed(provider, prompt, monkeypatch):
    """The permits are there, the claim takes its time: what was told meanwhile is heard before anything is sent."""
    endpoint = open_probes(provider.base_url, "answer", samples=8)
    prove(endpoint)

    async def slow_down():
        elsewhere, allowed = Limits(settings.REDIS_LIMITS), Allowed(100, None, None)
        grant = await elsewhere.take(endpoint.pk, allowed, wanted=1, tokens_each=0)
        await elsewhere.settle(endpoint.pk, allowed, [Settled(grant.permits[0], Ended.LIMITED, None, 1.5)])
        await elsewhere.close()

    def slow_claim(**told):
        held = claim(**told)
        if not claimed:
            asyncio.run(slow_down())
            claimed.extend(held)
            time.sleep(0.05)
        return held

    claimed = []
    monkeypatch.setattr(loop, "claim", slow_claim)
    with running(5) as runner:
        runner.wake(endpoint.pk)
        assert until(lambda: len(claimed) == 5)
        assert until(lambda: Probe.objects.filter(status="due").count() == 8)
        assert provider.total() == 0
        assert set(Probe.objects.values_list("perhaps_paid", "failures")) == {(0, 0)}
        assert until(over)
    assert provider.total() == 8
