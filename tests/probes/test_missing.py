"""Making what a round lacks costs what there is to make, however many probes the round has and whatever PostgreSQL
knows of them.
"""

import json

import pytest
from django.db import connection

from probes.actions import add_endpoint, missing, open_missing_probes, open_round, resume_endpoint, stop_endpoint
from probes.models import Probe
from probes.selectors import lacking
from probes.selectors.rounds import LACKING

pytestmark = pytest.mark.django_db

SAMPLES = 100
PLACES = 50


@pytest.fixture
def places(endpoint):
    return [
        endpoint,
        *(
            add_endpoint(
                by=None, llm=endpoint.llm, slug=f"endpoint-{number}", kind="local", base_url="http://127.0.0.1:9/v1",
                served_name="model-a", allow_private=True,
            )
            for number in range(1, PLACES)
        ),
    ]  # fmt: skip


@pytest.fixture
def a_round(prompt, places):
    return open_round(by=None, name="A round", samples=SAMPLES)


@pytest.fixture
def make(django_capture_on_commit_callbacks):
    """Makes missing probes as a worker does, whose work is committed; returns how many."""

    def call(of, limit=1000):
        with django_capture_on_commit_callbacks(execute=True):
            return open_missing_probes(of=of, limit=limit)

    return call


@pytest.fixture(autouse=True)
def nothing_remembered():
    missing._kept.clear()
    yield
    missing._kept.clear()


def fill(of, prompt, places):
    """The probes of a round, past the action."""
    statement = """
        INSERT INTO probes_probe (
            round_id, version_id, endpoint_id, sample, status, priority, due_at, attempt, failures, perhaps_paid,
            request, delivery, rule, quarantined, partial_text, reasoning, finish_reason, usage, served_by, fingerprint,
            error, created_at
        )
        SELECT %s, %s, endpoint, sample, 'due', 1, now(), 0, 0, 0, '{}',
               '', '', false, '', '', '', '{}', '', '', '', now()
        FROM generate_series(1, %s) sample, unnest(%s::bigint[]) endpoint
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, [of.pk, prompt.current_id, of.samples, [place.pk for place in places]])


def rows_read():
    """How many rows of probes, or entries of their indexes, this transaction has read so far."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT sum(pg_stat_get_xact_tuples_returned(oid) + pg_stat_get_xact_tuples_fetched(oid))
               FROM (SELECT 'probes_probe'::regclass::oid UNION ALL
                     SELECT indexrelid FROM pg_index WHERE indrelid = 'probes_probe'::regclass) of_probes (oid)"""
        )
        return int(cursor.fetchone()[0])


def nodes_of(statement, values):
    """The nodes of a statement's plan as it really ran, on a connection set up as the site's are."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {statement}", values)
        [(found,)] = cursor.fetchall()
    nodes, waiting = [], [(json.loads(found) if isinstance(found, str) else found)[0]["Plan"]]
    while waiting:
        nodes.append(waiting.pop())
        waiting += nodes[-1].get("Plans", [])
    return nodes


def analyze():
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


ANALYZED = {"nothing": lambda: None, "all": analyze}


def test_a_call_that_finds_everything_reads_no_probe(a_round, prompt, places, make):
    fill(a_round, prompt, places)
    assert make(a_round) == 0
    before = rows_read()
    assert make(a_round) == 0
    assert rows_read() == before


def test_a_call_reads_as_many_probes_as_it_may_make_however_many_there_are(a_round, make):
    assert make(a_round, limit=500) == 500
    read = []
    for _ in range(8):
        before = rows_read()
        assert make(a_round, limit=500) == 500
        read.append(rows_read() - before)
    assert max(read) <= 500
    assert Probe.objects.count() == 4500


def test_what_is_new_costs_what_is_new(a_round, prompt, places, make_prompt, make):
    fill(a_round, prompt, places)
    assert make(a_round) == 0
    another = make_prompt(text="Who gave the order to fire?")
    before = rows_read()
    assert make(a_round, limit=10_000) == SAMPLES * PLACES
    assert rows_read() - before <= SAMPLES * PLACES
    assert Probe.objects.filter(version=another.current).count() == SAMPLES * PLACES


@pytest.mark.parametrize("known", ["nothing", "all"])
def test_what_a_round_lacks_is_found_in_one_pass(a_round, prompt, places, known):
    """Every step of the plan goes over what there is once; none compares each probe with each."""
    fill(a_round, prompt, places)
    ANALYZED[known]()
    nodes = nodes_of(f"{LACKING} LIMIT 5000", {"round": a_round.pk})
    assert not [node["Node Type"] for node in nodes if node.get("Rows Removed by Join Filter", 0) > SAMPLES * PLACES]
    assert max(node["Actual Rows"] * node["Actual Loops"] for node in nodes) <= SAMPLES * PLACES
    assert lacking(a_round, at_most=1) == []


def test_a_call_that_is_undone_is_not_remembered(a_round):
    assert open_missing_probes(of=a_round, limit=10_000) == SAMPLES * PLACES
    Probe.objects.all().delete()
    assert open_missing_probes(of=a_round, limit=10_000) == SAMPLES * PLACES


def test_what_was_let_go_while_an_endpoint_was_stopped_is_made_again(a_round, places, make):
    assert make(a_round, limit=10_000) == SAMPLES * PLACES
    stop_endpoint(by=None, endpoint=places[3], reason="a pause")
    Probe.objects.filter(endpoint=places[3], sample__lte=7).delete()
    resume_endpoint(by=None, endpoint=places[3])
    assert make(a_round) == 7


def test_what_went_without_a_trace_is_made_again_after_a_while(a_round, places, make, monkeypatch):
    assert make(a_round, limit=10_000) == SAMPLES * PLACES
    assert make(a_round) == 0
    Probe.objects.filter(endpoint=places[3], sample__lte=7).delete()
    assert make(a_round) == 0
    monkeypatch.setattr(missing, "LOOK_AGAIN_S", -1.0)
    assert make(a_round) == 7


def test_an_endpoint_that_comes_in_mid_way_gets_its_own(a_round, endpoint, make):
    assert make(a_round, limit=1200) == 1200
    add_endpoint(
        by=None, llm=endpoint.llm, slug="late", kind="local", base_url="http://127.0.0.1:9/v1", served_name="model-a",
        allow_private=True,
    )  # fmt: skip
    assert make(a_round, limit=10_000) == SAMPLES * (PLACES + 1) - 1200
    assert make(a_round) == 0


def test_of_two_workers_each_passes_over_what_the_other_made(a_round, make):
    made, walks = 0, [{}, {}]
    for number in range(10):
        missing._kept.clear()
        missing._kept.update(walks[number % 2])
        made += make(a_round, limit=600)
        walks[number % 2] = dict(missing._kept)
    assert made == Probe.objects.count() == SAMPLES * PLACES


def test_a_few_that_a_new_worker_finds_lacking_are_made_and_no_other_is_asked_for(a_round, prompt, places, make):
    fill(a_round, prompt, places)
    Probe.objects.filter(endpoint=places[3], sample__lte=7).delete()
    last = Probe.objects.latest("pk").pk
    assert make(a_round) == 7
    assert list(Probe.objects.filter(pk__gt=last).order_by("pk").values_list("pk", "sample")) == [
        (last + number, number) for number in range(1, 8)
    ]
    assert make(a_round) == 0
