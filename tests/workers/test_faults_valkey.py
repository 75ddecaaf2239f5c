"""Valkey only wakes: killed ten times, or emptied in the middle, it takes no probe with it, and beat comes back."""

import time

import pytest

from tests.workers.site import running_site, until

PROBES = 1000
IN_FLIGHT = 24
ENVIRON = {"PROBES_IN_FLIGHT": "12"}
LATE = 50

pytestmark = pytest.mark.faults


def beat_is_back(site, since):
    """Plays the supervisor until beat sends a task by its new schedule; returns how many seconds after `since`."""

    def sends():
        site.look_after()
        return site.scheduled() > 0

    assert until(sends, 60)
    took = time.monotonic() - since
    assert took < 60
    return took


def test_killed_and_restarted_ten_times_under_load(seen):
    with running_site(prompts=20, samples=50, in_flight=IN_FLIGHT, model="answer,delay:600", environ=ENVIRON) as site:
        assert site.wait_for(20, 60) >= 20
        for _ in range(10):
            site.kill_valkey()
            time.sleep(0.5)
            site.valkey.start()
            site.look_after()
            time.sleep(1.5)
        assert site.count() < PROBES, "all was over before the last kill"
        assert site.wait_for(PROBES, 90, looked_after=True) == PROBES

        site.check_all_recorded_once(PROBES)
        seen(recorded=site.count(), asked=site.provider.total())
        assert site.provider.total() == PROBES


def test_emptied_in_the_middle(seen):
    with running_site(prompts=20, samples=50, in_flight=IN_FLIGHT, environ=ENVIRON) as site:
        site.hold(LATE)
        assert site.wait_for(200, 60) >= 200
        site.empty_valkey()
        emptied = time.monotonic()
        assert site.count() < PROBES - LATE, "all was over before it was emptied"
        assert site.wait_for(PROBES - LATE, 60, looked_after=True) == PROBES - LATE
        assert site.provider.total() == PROBES - LATE

        # Beat has lost its lock and its schedule with the rest.
        seen(beat_is_back_after_seconds=beat_is_back(site, emptied))
        site.release()
        assert site.wait_for(PROBES - LATE + 1, 30, looked_after=True) > PROBES - LATE
        assert site.wait_for(PROBES, 30) == PROBES

        site.check_all_recorded_once(PROBES)
        seen(recorded=site.count(), asked=site.provider.total())
        assert site.provider.total() == PROBES


def test_emptied_while_nothing_is_due():
    with running_site(prompts=10, samples=10, in_flight=IN_FLIGHT, environ=ENVIRON) as site:
        site.hold(LATE)
        assert site.wait_for(100 - LATE, 60) == 100 - LATE
        site.empty_valkey()
        beat_is_back(site, time.monotonic())
        site.release()
        assert site.wait_for(100 - LATE + 1, 30, looked_after=True) > 100 - LATE
        assert site.wait_for(100, 30) == 100
        site.check_all_recorded_once(100)
        assert site.provider.total() == 100
