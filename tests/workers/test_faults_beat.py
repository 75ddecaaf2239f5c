"""kill -9 of beat, and a process that dies between COMMIT and telling anybody: both are made good within 30 seconds."""

import signal
import subprocess
import sys
import time

import pytest

from tests.workers.site import running_site, until

PROBES = 100
LATE = 50
WITHIN_S = 30
# Makes probes due, and is gone before it could have sent a message.
DIES_AFTER_COMMIT = """
import os, signal, sys, psycopg
with psycopg.connect(sys.argv[1]) as connection:
    connection.execute(sys.argv[2])
os.kill(os.getpid(), signal.SIGKILL)
"""

pytestmark = pytest.mark.faults


@pytest.fixture
def site():
    with running_site(prompts=10, samples=10, in_flight=10) as running:
        # The late ones are made due in the tables alone, when nothing is under way that would find them by itself.
        running.hold(LATE)
        assert running.wait_for(PROBES - LATE, 60) == PROBES - LATE
        yield running


def check_beat_is_back(site, seen, before, killed):
    """By its own count of what it has sent: the runners would find what is due without it."""
    assert until(lambda: site.scheduled() > before, WITHIN_S)
    seen(next_scheduled_task_after_seconds=time.monotonic() - killed)


def check_the_rest_is_asked(site, seen):
    started = time.monotonic()
    assert until(lambda: site.provider.total() > PROBES - LATE, WITHIN_S)
    seen(asked_after_seconds=time.monotonic() - started)
    assert site.wait_for(PROBES, 30) == PROBES
    site.check_all_recorded_once(PROBES)
    assert site.provider.total() == PROBES


def test_the_next_scheduled_task_after_kill_9_of_beat(site, seen):
    site.kill_beat()
    before, killed = site.scheduled(), time.monotonic()
    assert before > 0
    site.release()
    # The dead one's lock is still there when the supervisor starts the next.
    site.start_beat()
    check_beat_is_back(site, seen, before, killed)
    check_the_rest_is_asked(site, seen)


def test_two_beats_and_the_one_with_the_lock_dies(site, seen):
    first = site.beat
    site.start_beat()
    second, site.beat = site.beat, first
    try:
        site.kill_beat()
        before, killed = site.scheduled(), time.monotonic()
        site.release()
        check_beat_is_back(site, seen, before, killed)
        check_the_rest_is_asked(site, seen)
    finally:
        site.beat = second


def test_dying_between_commit_and_publish(site, seen):
    died = subprocess.run([sys.executable, "-c", DIES_AFTER_COMMIT, site.postgres.url, site.RELEASE], check=False)
    assert died.returncode == -signal.SIGKILL
    assert site.count("due") + site.count("claimed") + site.count() == PROBES
    check_the_rest_is_asked(site, seen)
