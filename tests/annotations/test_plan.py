"""How the database draws: it walks the deck's index from anywhere and stops early, however many answers are open and
however many of them the person has labelled already.
"""

import json
import random
from datetime import datetime

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from psycopg import sql

from annotations.actions import assign_next
from annotations.actions.draw import DRAWN_FROM, GIVE, OFFERS, WALK, priorities
from annotations.actions.offers import offered
from annotations.agreement.matching import AHEAD, OTHERS
from annotations.closing import CLOSES_AT
from core.prepared import numbered
from probes.models import Answer
from probes.selectors import known_names
from tests.annotations.crowd import CAREFUL, fitted

pytestmark = pytest.mark.django_db

OPEN = 20_000
# As which values are sent; others as what the statement makes of them.
TYPES = {bool: "boolean", int: "bigint", float: "float8", datetime: "timestamptz"}


@pytest.fixture
def many(prompt):
    """Twenty thousand open answers to one question."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO probes_answer (public_id, version_id, sha256, text, escaped, language, state, wanted,
                   counted, leased, may_publish, priority, shuffle, created_at)
               SELECT gen_random_uuid(), %s, encode(sha256(n::text::bytea), 'hex'), 'Answer ' || n, false, 'en', 'open',
                   3, 0, 0, true, 5, random(), now()
               FROM generate_series(1, %s) n""",
            [prompt.current.pk, OPEN],
        )
        cursor.execute("ANALYZE")


def label(by, *, below):
    """The person has labelled every answer whose place in the random order is below a number from 0 to 1."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO annotations_label (answer_id, person_id, value, note, facets, evidence, guideline, status,
                   created_at)
               SELECT id, %s, 'faithful', '', '{}', '{}', '1.0', 'current', now() - interval '2 days'
               FROM probes_answer WHERE shuffle < %s""",
            [by.pk, below],
        )
        labelled = cursor.rowcount
        cursor.execute("UPDATE probes_answer SET counted = 1 WHERE shuffle < %s", [below])
        cursor.execute("ANALYZE")
    return labelled


def plan_of(statement, **values):
    """The plan of a statement as it really ran, its nodes in one list: the one that a connection keeps, for any values.

    EXPLAIN of a statement with values would plan for these.
    """
    text, names = numbered(statement)
    told = ", ".join(sql.Literal(values[name]).as_string(connection.connection) for name in names)
    with connection.cursor() as cursor:
        types = ", ".join(TYPES.get(type(values[name]), "unknown") for name in names)
        cursor.execute(f"PREPARE kept ({types}) AS {text.decode()}")
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) EXECUTE kept ({told})")
        [(found,)] = cursor.fetchall()
        cursor.execute("DEALLOCATE kept")
    found = json.loads(found) if isinstance(found, str) else found
    nodes, waiting = [], [found[0]["Plan"]]
    while waiting:
        node = waiting.pop()
        nodes.append(node)
        waiting += node.get("Plans", [])
    return nodes


def values_of(by, *, start, limit=5, ahead=False, known=False):
    """What both statements are told, of a person who holds nothing."""
    return {
        **{"person": by.pk, "languages": by.languages, "from": DRAWN_FROM, "walk": WALK, "start": start},
        **{"limit": limit, "order": priorities(AHEAD if ahead else OTHERS), "known": known},
        **{"at": timezone.now(), "minutes": settings.ENV.lease_minutes},
    }


def offers_plan(by, **values):
    return plan_of(OFFERS, **values_of(by, **values))


def offered_to(by, *, start):
    return offered(CAREFUL, values_of(by, start=start, ahead=True), lot=random.Random(1))


def doubt(*, below):
    """Every answer whose place in the random order is below this number has three labels, and is doubtful."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE probes_answer SET counted = 3, wanted = 7, priority = 4 WHERE shuffle < %s", [below])
        cursor.execute("ANALYZE")


def rows(node):
    """How many it looked at; the plan gives means over its loops."""
    return round((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])


def check(nodes):
    """How many entries of the deck's index were looked at; nothing else was walked over."""
    walks = [node for node in nodes if node.get("Index Name") == "answer_deck"]
    assert {node["Node Type"] for node in walks} <= {"Index Scan", "Index Only Scan"}
    on_answers = [node for node in nodes if node.get("Relation Name") == "probes_answer"]
    assert not [node for node in on_answers if node["Node Type"] in {"Seq Scan", "Bitmap Heap Scan"}]
    sorts = [node for node in nodes if "Sort" in node["Node Type"]]
    assert max(rows(node) for node in sorts) <= DRAWN_FROM * 3
    return sum(rows(node) for node in walks)


# Two entries for each band are the next band's first and the end of the bands.
BANDS = 6


@pytest.mark.parametrize("start", [0.0, 0.5, 0.9999])
def test_the_draw_walks_the_index_and_stops(many, labeller, start):
    assert check(offers_plan(labeller, start=start)) <= DRAWN_FROM + BANDS


def test_and_so_for_somebody_who_reads_three_languages(many, labeller):
    labeller.languages = ["en", "fr", "zh-Hans"]
    assert check(offers_plan(labeller, start=0.5)) <= DRAWN_FROM + 3 * BANDS


def test_what_others_hold_in_full_is_passed_over_in_the_index(many, person):
    """A hundred answers in the way have no place left: they are stepped over, nothing is sorted."""
    head = Answer.objects.filter(shuffle__gte=0.5).order_by("shuffle").values_list("pk", flat=True)[:100]
    Answer.objects.filter(pk__in=list(head)).update(leased=3)
    assert check(offers_plan(person("one"), start=0.5)) <= DRAWN_FROM + 100 + BANDS


@pytest.mark.parametrize("start", [0.0, 0.3, 0.7])
def test_who_has_labelled_ten_thousand_open_answers_walks_no_further(many, labeller, start):
    assert label(labeller, below=0.5) > OPEN * 0.4
    assert check(offers_plan(labeller, start=start)) <= 2 * WALK + DRAWN_FROM + BANDS


@pytest.mark.parametrize("start", [0.0, 0.3, 0.7])
def test_who_is_ahead_looks_at_doubtful_answers_and_stops(many, labeller, start):
    doubt(below=0.6)
    assert check(offers_plan(labeller, start=start, ahead=True)) <= DRAWN_FROM + BANDS
    found = offered_to(labeller, start=start)
    assert Answer.objects.filter(pk__in=found, priority=4).count() == len(found) == DRAWN_FROM


def test_where_nothing_is_doubtful_who_is_ahead_looks_no_further(many, labeller):
    assert check(offers_plan(labeller, start=0.5, ahead=True)) <= DRAWN_FROM + BANDS
    assert len(offered_to(labeller, start=0.5)) == DRAWN_FROM


@pytest.mark.parametrize("start", [0.0, 0.3, 0.7])
def test_who_is_ahead_and_has_labelled_ten_thousand_looks_no_further(many, labeller, start):
    assert label(labeller, below=0.5) > OPEN * 0.4
    doubt(below=0.6)
    assert check(offers_plan(labeller, start=start, ahead=True)) <= 2 * WALK + DRAWN_FROM + BANDS


@pytest.mark.parametrize("start", [0.0, 0.3, 0.7])
def test_the_labels_of_what_is_found_are_read_and_no_others(many, labeller, person, start):
    """Of thirty thousand labels those of twenty answers, once to see that none is their own, once to weigh them."""
    for name in ("one", "two", "three"):
        label(person(name), below=0.6)
    doubt(below=0.6)
    fitted(skills={labeller: CAREFUL})
    nodes = offers_plan(labeller, start=start, ahead=True, known=True)
    assert check(nodes) <= DRAWN_FROM + BANDS
    reads = [node for node in nodes if node.get("Relation Name") == "annotations_label"]
    assert sum(rows(node) for node in reads) <= 2 * DRAWN_FROM * 3
    assert not [node for node in reads if node["Node Type"] == "Seq Scan"]


def test_what_was_chosen_is_leased_without_a_walk(many, labeller):
    there = offered_to(labeller, start=0.5)
    told = {"answers": "{" + ",".join(map(str, there)) + "}", "plain": [1, 2, 3, 4, 5]}
    assert check(plan_of(GIVE, **values_of(labeller, start=0.5), **told)) == 0
    assert set(labeller.assignments.values_list("answer", flat=True)) == set(there[:5])


def test_what_others_began_comes_before_what_nobody_has_labelled(many, labeller, person):
    label(person("other"), below=0.01)
    begun = {one.text for one in assign_next(by=labeller, limit=5)}
    assert Answer.objects.filter(text__in=begun, counted=1).count() == 5


def test_the_last_answer_one_has_not_labelled_is_found_among_thousands(many, labeller):
    label(labeller, below=1.1)
    last = Answer.objects.order_by("pk").last()
    last.labels.update(person=None)
    assert [held.text for held in assign_next(by=labeller, limit=5)] == [last.text]


@pytest.mark.usefixtures("only_by_need")
def test_who_may_what_there_is_and_what_they_hold_are_three_statements(many, labeller, django_assert_num_queries):
    known_names()  # read twice a minute, by whoever comes then
    # Around them the savepoint of this test's transaction.
    with django_assert_num_queries(5):
        assert len(assign_next(by=labeller, limit=5)) == 5


@pytest.mark.usefixtures("only_by_need")
def test_who_is_known_costs_no_statement_more_whatever_there_is(many, person, django_assert_num_queries):
    """Their number does not tell what was found. A new fit is read once, by whoever meets it first."""
    first, second, third = person("first"), person("second"), person("third")
    fitted(skills={first: CAREFUL, second: CAREFUL, third: CAREFUL})
    known_names()
    for reader, statements in ((first, 6), (second, 5)):
        with django_assert_num_queries(statements):
            assert len(assign_next(by=reader, limit=5)) == 5
    doubt(below=0.1)
    with django_assert_num_queries(5):
        assert len(assign_next(by=third, limit=5)) == 5
    assert set(third.assignments.values_list("answer__priority", flat=True)) == {4}


def test_when_a_check_closes_is_drawn_from_the_latest_cards(labeller, many):
    """However much somebody has labelled, a verdict on a check is as quick as on any other card."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO annotations_assignment (id, answer_id, person_id, status, leased_at, expires_at, closed_at)
               SELECT gen_random_uuid(), id, %s, 'labelled', now(), now(), now() - random() * interval '9 days'
               FROM probes_answer""",
            [labeller.pk],
        )
        cursor.execute("ANALYZE")
    nodes = plan_of(f"SELECT {CLOSES_AT}", person=labeller.pk, at=timezone.now(), settling=10)
    assert max(node["Actual Rows"] * node["Actual Loops"] for node in nodes) <= 60
    assert "assignment_of_person" in {node.get("Index Name") for node in nodes}
