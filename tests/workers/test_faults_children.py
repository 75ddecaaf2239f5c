"""kill -9 of a worker's children, twenty times, while 1,000 are asked: none is lost."""

import pytest

from tests.workers.site import running_site, until

PROBES = 1000

pytestmark = pytest.mark.faults


def test_children_killed_twenty_times_lose_nothing(seen):
    each = 8
    # What a dead child held counts as in flight until its leases run out: there has to be room beside it.
    with running_site(
        prompts=20, samples=50, in_flight=400, model="answer,delay:500", environ={"PROBES_IN_FLIGHT": str(each)}
    ) as site:
        assert site.wait_for(20, 60) >= 20
        site.raise_concurrency(400)
        held = 0
        for kill in range(20):
            before = site.provider.total()
            pid = site.children()[kill % 2]
            site.kill_child(pid)
            # The next one is killed when the new child is there and questions are being asked.
            assert until(lambda pid=pid: pid not in site.children() and len(site.children()) == 2, 30)
            assert until(lambda before=before: site.provider.total() >= before + each, 30)
            held += each
        assert PROBES - site.count() > 0, "all was over before the last kill"
        assert site.wait_for(PROBES, 90) == PROBES

        site.check_all_recorded_once(PROBES)
        seen(paid_again=site.provider.total() - PROBES, at_most=held)
        assert PROBES <= site.provider.total() <= PROBES + held
