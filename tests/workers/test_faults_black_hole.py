"""A provider that takes everything and answers nothing for a minute: no question is given up for it."""

import time

import pytest

from tests.workers.site import running_site, until

PROBES = 200
LATE = 30
HOLE_S = 60
WITHIN_S = 30

pytestmark = pytest.mark.faults


def test_a_minute_in_a_black_hole(seen):
    with running_site(
        prompts=10, samples=20, in_flight=40, timeout=10, model="answer,delay:500", environ={"PROBES_IN_FLIGHT": "20"}
    ) as site:
        # So few are left that each could be tried too often within the minute.
        site.hold(LATE)
        assert site.wait_for(PROBES - LATE, 60) == PROBES - LATE
        site.provider.black_hole(True)
        site.release()
        time.sleep(HOLE_S)
        assert site.provider.black_hole(False) > 0
        over = time.monotonic()
        assert (site.count(), site.count("given_up")) == (PROBES - LATE, 0)
        assert until(lambda: site.count() > PROBES - LATE, 60)
        took = time.monotonic() - over
        seen(seconds=took)
        assert took < WITHIN_S
        assert site.wait_for(PROBES, 60) == PROBES

        site.check_all_recorded_once(PROBES)
