"""Results wait for the database, are written together, each for itself where one is refused, and each once."""

import asyncio
import time

import psycopg
import pytest
from django.db import OperationalError, connection

from probes.actions import Finished, Result, claim, record_results
from probes.models import Answer, Payload, Probe
from tests.workers.engine import open_probes
from workers import recording
from workers.database import Database, passes
from workers.recording import Recorder

pytestmark = pytest.mark.django_db(transaction=True)

NOWHERE = "http://127.0.0.1:9/v1"


def delivered(text="379 dead.", **more):
    return Result(delivery="delivered", rule="answer", text=text, raw=text.encode(), **more)


# PostgreSQL holds no NUL; whoever makes a Result sees to it, and if it does not, it is its result alone that is lost.
REFUSED = Result(delivery="delivered", rule="answer", text="nu\x00l")


@pytest.fixture
def held(prompt):
    """Thirty probes in hand."""
    endpoint = open_probes(NOWHERE, "fake", samples=30)
    return claim(endpoint=endpoint.pk, limit=30)


class Watched(Database):
    """Counts what it is asked to do; while it is `away`, every use says so, as a server that is not there does."""

    def __init__(self, away=0):
        super().__init__()
        self.away, self.sizes = away, []

    async def run(self, work):
        self.sizes.append(len(work.args[0]))
        if self.away > 0:
            self.away -= 1
            raise OperationalError("the connection is closed")
        return await super().run(work)


def record_all(results, database=None, later=None):
    """Gives all results to a recorder at once; returns what each wait ended with."""

    async def main():
        recorder = Recorder(database or Database())
        helper = asyncio.create_task(recorder.run())
        waits = [asyncio.ensure_future(recorder.write(one)) for one in results]
        if later:
            await later(recorder)
        ends = await asyncio.wait_for(asyncio.gather(*waits, return_exceptions=True), 20)
        helper.cancel()
        recorder.database.close()
        return ends

    return asyncio.run(main())


def finished(held, result=None):
    return [Finished(one.probe, one.attempt, result or delivered(f"Answer {one.probe}.")) for one in held]


def test_what_comes_together_is_written_together(held):
    database = Watched()
    assert record_all(finished(held), database) == [None] * 30
    assert database.sizes == [30]
    assert set(Probe.objects.values_list("status", "attempt")) == {("done", 1)}
    assert Answer.objects.count() == Payload.objects.count() == 30


def test_no_batch_is_larger_than_it_may_be_and_the_order_is_kept(held, monkeypatch):
    monkeypatch.setattr(recording, "BATCH", 8)
    database = Watched()
    assert record_all(finished(held), database) == [None] * 30
    assert database.sizes == [8, 8, 8, 6]
    # Answers of an earlier batch are older.
    batches = [set(range(start, start + 8)) for start in range(0, 30, 8)]
    places = {one.probe: place for place, one in enumerate(held)}
    answered = Probe.objects.order_by("answer__pk").values_list("pk", flat=True)
    for number, probe in enumerate(answered):
        assert places[probe] in batches[number // 8]


def test_one_bad_result_takes_no_other_along(held):
    results = finished(held)
    results[7] = Finished(held[7].probe, held[7].attempt, REFUSED)
    ends = record_all(results)
    assert [number for number, end in enumerate(ends) if end is not None] == [7]
    assert "NUL" in str(ends[7])
    assert Probe.objects.filter(status="done").count() == 29
    # It keeps its lease; nothing of it was written.
    probe = Probe.objects.get(pk=held[7].probe)
    assert (probe.status, probe.answer, probe.payloads.count()) == ("claimed", None, 0)


def test_a_late_result_is_refused_and_the_others_of_its_batch_are_not(held):
    Probe.objects.filter(pk=held[3].probe).update(attempt=2)
    assert record_all(finished(held)) == [None] * 30
    assert Probe.objects.filter(status="done").count() == 29
    late = Probe.objects.get(pk=held[3].probe)
    assert (late.status, late.attempt, late.answer, late.payloads.count()) == ("claimed", 2, None, 0)


def test_a_late_result_beside_the_right_one_of_the_same_probe(held):
    """A process may have taken up again what it had lost: both results can come in one batch, in any order."""
    Probe.objects.filter(pk__in=[held[0].probe, held[1].probe]).update(attempt=2)
    late = [Finished(one.probe, 1, delivered("Too late.")) for one in held[:2]]
    right = [Finished(one.probe, 2, delivered("In time.")) for one in held[:2]]
    assert record_results([late[0], right[0], right[1], late[1]]) == {held[0].probe, held[1].probe}
    rows = Probe.objects.filter(pk__in=[held[0].probe, held[1].probe]).values_list("status", "answer__text")
    assert list(rows) == [("done", "In time.")] * 2
    assert list(Payload.objects.values_list("attempt", flat=True)) == [2, 2]
    assert list(Answer.objects.values_list("text", flat=True)) == ["In time."]


def test_while_the_database_is_away_results_wait(held):
    database = Watched(away=3)
    began = time.monotonic()
    assert record_all(finished(held), database) == [None] * 30
    assert database.sizes == [30] * 4
    assert 0.1 + 0.2 + 0.4 <= time.monotonic() - began < 3
    assert Probe.objects.filter(status="done").count() == 30


def test_a_database_that_stays_away_is_not_waited_for_for_ever(held, monkeypatch):
    monkeypatch.setattr(recording, "DATABASE_AWAY_S", 0.2)
    ends = record_all(finished(held[:2]), Watched(away=1000))
    assert [type(end) for end in ends] == [OperationalError] * 2
    assert Probe.objects.filter(status="claimed").count() == 30


def cut_all():
    """The server ends every connection to this database but the one it is told by; gives how many."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            return cursor.fetchone()[0]
    finally:
        connection.close()


def test_connections_that_the_server_ends_are_made_anew(held):
    async def cut(recorder):
        await asyncio.sleep(0.4)
        assert await asyncio.to_thread(cut_all) >= 1
        writes = [recorder.write(one) for one in finished(held[15:])]
        assert await asyncio.wait_for(asyncio.gather(*writes), 10) == [None] * 15

    assert record_all(finished(held[:15]), later=cut) == [None] * 15
    connection.close()
    assert Probe.objects.filter(status="done").count() == 30


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (psycopg.OperationalError("no connection"), True),
        (psycopg.errors.AdminShutdown(), True),
        (psycopg.errors.TooManyConnections(), True),
        (psycopg.errors.DeadlockDetected(), True),
        (psycopg.errors.ProgramLimitExceeded(), False),
        (psycopg.errors.StatementTooComplex(), False),
    ],
)
def test_what_the_database_refuses_is_not_taken_for_its_absence(cause, expected):
    error = OperationalError("said")
    error.__cause__ = cause
    assert passes(error) is expected
