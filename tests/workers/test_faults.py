"""kill -9 of the worker, of Valkey and of PostgreSQL while 200 probes run: all are recorded, each once."""

import pytest

from tests.workers.site import running_site

PROBES = 200
IN_FLIGHT = 8
# A killed worker's leases run out after 30 seconds; beat looks every five.
WITHIN_S = 120

pytestmark = pytest.mark.faults


def test_two_hundred_probes_survive_three_kills():
    with running_site(samples=10, in_flight=IN_FLIGHT) as site:
        assert site.wait_for(30, 60) >= 30
        site.kill_worker()
        site.start_worker()
        assert site.wait_for(80, 60) >= 80
        site.kill_valkey()
        site.valkey.start()
        assert site.wait_for(130, 60) >= 130
        site.kill_postgres()
        site.postgres.start()
        assert site.wait_for(PROBES, WITHIN_S) == PROBES

        site.check_all_recorded_once(PROBES)
        # What was in flight at the kill of the worker, and at that of PostgreSQL, may have been asked twice.
        assert PROBES <= site.provider.total() <= PROBES + 2 * IN_FLIGHT
