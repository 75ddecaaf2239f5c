"""A process that is told to stop leaves nothing behind: what is in the air ends or is given back, at once."""

import asyncio
import os
import signal
import time

import pytest
from django.conf import settings

from probes.models import Probe
from tests.fake_provider import FakeProvider
from tests.workers.engine import open_probes, prove, running, until
from tests.workers.site import running_site
from workers.limits import Limits

WITHIN_S = 5.0


@pytest.fixture
def provider():
    with FakeProvider() as running:
        yield running


def places(endpoint):
    """How many calls the limits believe to be in the air."""

    async def ask():
        limits = Limits(settings.REDIS_LIMITS)
        state = (await limits.state([endpoint.pk]))[endpoint.pk]
        await limits.close()
        return state.in_flight

    return asyncio.run(ask())


def stop(runner):
    began = time.monotonic()
    runner.stop()
    assert time.monotonic() - began < WITHIN_S
    assert not runner.thread.is_alive()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("stream", [True, False])
def test_what_ends_within_the_grace_is_recorded_and_the_rest_given_back(provider, make_prompt, stream):
    make_prompt(text="What happened in the year 1919? [[answer,delay:500]]")
    make_prompt(text="What happened in the year 1920? [[answer,delay:60000]]")
    endpoint = open_probes(provider.base_url, "fake", samples=6, stream=stream)
    prove(endpoint)
    with running(20) as runner:
        runner.wake(endpoint.pk)
        assert until(lambda: provider.total() == 12)
        stop(runner)
    rows = Probe.objects.values_list("version__text", "status", "failures", "perhaps_paid", "attempt", "leased_until")
    assert sorted(rows) == [
        ("What happened in the year 1919? [[answer,delay:500]]", "done", 0, 0, 1, None),
    ] * 6 + [
        ("What happened in the year 1920? [[answer,delay:60000]]", "due", 0, 1, 1, None),
    ] * 6  # fmt: skip
    assert places(endpoint) == 0
    # And another takes up at once what was given back.
    with running(20) as another:
        another.wake(endpoint.pk)
        assert until(lambda: provider.total() == 18)


@pytest.mark.django_db(transaction=True)
def test_a_streamed_answer_half_of_which_has_come_is_given_back(provider, prompt):
    endpoint = open_probes(provider.base_url, "answer,gap:2000", samples=3)
    prove(endpoint)
    with running(20) as runner:
        runner.wake(endpoint.pk)
        assert until(lambda: provider.total() == 3)
        time.sleep(0.2)
        stop(runner)
    assert set(Probe.objects.values_list("status", "perhaps_paid", "partial_text")) == {("due", 1, "")}
    assert places(endpoint) == 0


@pytest.mark.django_db(transaction=True)
def test_stopping_with_nothing_in_the_air(provider, prompt):
    open_probes(provider.base_url, "answer")
    with running(20) as runner:
        assert until(runner.thread.is_alive)
        stop(runner)
    assert Probe.objects.get().status == "due"


@pytest.mark.faults
def test_a_celery_worker_told_to_stop_leaves_nothing_claimed():
    """Calls end at any moment: some within the grace, some not. Nothing of them is lost, nothing is left to a lease."""
    with running_site(prompts=6, samples=10, in_flight=30, model="answer,delay:1500") as site:
        assert site.wait_for(10, 60) >= 10
        assert until(lambda: site.count("claimed") > 5)
        told = time.monotonic()
        # The worker alone, as a supervisor does it: its children hear of it from the worker.
        os.kill(site.worker.pid, signal.SIGTERM)
        site.worker.wait(20)
        took = time.monotonic() - told
        statuses = dict(site.rows("SELECT status, count(*) FROM probes_probe GROUP BY 1"))
        assert statuses.get("claimed", 0) == 0
        assert took < WITHIN_S
        assert set(statuses) <= {"due", "done"}
        # Each call that was asked was recorded or counts as perhaps paid; none is both, none neither.
        paid = site.rows("SELECT coalesce(sum(perhaps_paid), 0) FROM probes_probe")[0][0]
        assert site.provider.total() == statuses["done"] + paid
        site.start_worker()
        assert site.wait_for(60, 60) == 60
        site.check_all_recorded_once(60)
