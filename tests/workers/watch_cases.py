"""Probes in every state, written as rows, for the tests of what is watched."""

import asyncio
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from redis import Redis

from probes.actions import add_endpoint, add_llm
from probes.choices import Delivery, ProbeStatus
from probes.models import Probe
from workers.limits import Allowed, Ended, Limits, Settled


def make_endpoint(slug, **more):
    llm = add_llm(by=None, slug=slug, name=slug.title(), maker="Maker A", maker_country="FR")
    values = {"kind": "local", "base_url": "http://127.0.0.1:9/v1", "served_name": slug, "allow_private": True, **more}
    return add_endpoint(by=None, llm=llm, slug=slug, **values)


def empty_limits():
    with Redis.from_url(settings.REDIS_LIMITS) as valkey:
        valkey.flushdb()


def hold_permits(endpoint, number):
    """So many calls in flight, as the limits count them."""

    async def hold():
        limits, allowed = Limits(settings.REDIS_LIMITS), Allowed(100, None, None)
        # The first call of an endpoint goes alone.
        first = await limits.take(endpoint.pk, allowed, wanted=1, tokens_each=1)
        if first.why == "cold":
            await limits.seed(endpoint.pk, [])
            first = await limits.take(endpoint.pk, allowed, wanted=1, tokens_each=1)
        await limits.settle(endpoint.pk, allowed, [Settled(first.permits[0], Ended.OK)])
        grant = await limits.take(endpoint.pk, allowed, wanted=number, tokens_each=1)
        assert len(grant.permits) == number
        await limits.close()

    asyncio.run(hold())


class Rows:
    """`rows.over(…)`, `rows.due(…)`, `rows.claimed(…)` add one probe of an endpoint; times are seconds ago."""

    def __init__(self, endpoint, prompt, of, now=None):
        self.endpoint, self.version, self.round, self.number = endpoint, prompt.current, of, 0
        self.now = now or timezone.now()

    def ago(self, seconds):
        return self.now - timedelta(seconds=seconds)

    def add(self, **values):
        self.number += 1
        return Probe.objects.create(
            endpoint=self.endpoint, version=self.version, round=self.round, sample=self.number, **values
        )

    def over(self, seconds, delivery=Delivery.DELIVERED, rule="answer", **more):
        status = ProbeStatus.GIVEN_UP if delivery == Delivery.FAILED else ProbeStatus.DONE
        values = {"attempt": 1, "latency_ms": 1000, "asked_at": self.ago(seconds + 1), **more}
        return self.add(status=status, delivery=delivery, rule=rule, finished_at=self.ago(seconds), **values)

    def due(self, seconds, **more):
        return self.add(due_at=self.ago(seconds), **more)

    def claimed(self, **more):
        values = {"attempt": 1, "asked_at": self.now, "leased_until": self.ago(-30), **more}
        return self.add(status=ProbeStatus.CLAIMED, **values)
