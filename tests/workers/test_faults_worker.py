"""kill -9 in the middle of 1,000: of a worker with its children, and of its main process alone."""

import time

import pytest

from tests.workers.site import running_site

PROBES = 1000

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("how", ["kill_worker", "kill_workers_head"])
def test_a_killed_worker_loses_nothing_and_pays_no_more_than_was_in_flight(how, seen):
    in_flight = 40
    with running_site(
        prompts=20, samples=50, in_flight=in_flight, environ={"PROBES_IN_FLIGHT": str(in_flight // 2)}
    ) as site:
        assert site.wait_for(300, 60) >= 300
        getattr(site, how)()
        killed = time.monotonic()
        # In flight are those in the air and those answered that are not written down yet: all are paid for twice.
        held = site.count("claimed")
        assert held > 0
        site.start_worker()
        assert site.wait_for(PROBES, 90) == PROBES
        took = time.monotonic() - killed

        site.check_all_recorded_once(PROBES)
        assert PROBES <= site.provider.total() <= PROBES + held
        seen(seconds=took, paid_again=site.provider.total() - PROBES, at_most=held)
        assert took < 60
