"""How the database draws: it walks the deck's index and stops early, however many answers are open."""

import json

import pytest
from django.conf import settings
from django.db import connection

from annotations.actions import assign_next
from annotations.actions.assign import DRAW, DRAWN_FROM
from probes.models import Answer

pytestmark = pytest.mark.django_db

OPEN = 20_000


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


def plan_of(by, limit):
    """The plan of the draw as it really ran, its nodes in one list."""
    values = {
        "person": by.pk,
        "languages": by.languages,
        "from": DRAWN_FROM,
        "limit": limit,
        "minutes": settings.ENV.lease_minutes,
    }
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {DRAW}", values)
        [(found,)] = cursor.fetchall()
    found = json.loads(found) if isinstance(found, str) else found
    nodes, waiting = [], [found[0]["Plan"]]
    while waiting:
        node = waiting.pop()
        nodes.append(node)
        waiting += node.get("Plans", [])
    return nodes


def rows(node):
    """How many it looked at; the plan gives means over its loops."""
    return round((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])


def check(nodes):
    walks = [node for node in nodes if node.get("Index Name") == "answer_deck"]
    assert len(walks) == 1
    assert walks[0]["Node Type"] == "Index Scan"
    on_answers = [node for node in nodes if node.get("Relation Name") == "probes_answer"]
    assert not [node for node in on_answers if node["Node Type"] in {"Seq Scan", "Bitmap Heap Scan"}]
    sorts = [node for node in nodes if "Sort" in node["Node Type"]]
    assert max(rows(node) for node in sorts) <= DRAWN_FROM * 3
    return rows(walks[0])


def test_the_draw_walks_the_index_and_stops(many, labeller):
    assert check(plan_of(labeller, 5)) <= DRAWN_FROM


def test_and_so_for_somebody_who_reads_three_languages(many, labeller):
    labeller.languages = ["en", "fr", "zh-Hans"]
    assert check(plan_of(labeller, 5)) <= DRAWN_FROM


def test_what_others_hold_in_full_is_passed_over_in_the_index(many, person):
    """A hundred answers at the head of the deck have no place left: they are stepped over, nothing is sorted."""
    head = Answer.objects.order_by("priority", "shuffle").values("pk")[:100]
    Answer.objects.filter(pk__in=list(head.values_list("pk", flat=True))).update(counted=3)
    assert check(plan_of(person("one"), 5)) <= DRAWN_FROM + 100


def test_the_plan_it_explains_is_the_statement_it_runs(many, labeller, django_assert_num_queries):
    # The lock of the person, the count of what is held, the draw; then what is held, and its key points.
    with django_assert_num_queries(7):
        assert len(list(assign_next(by=labeller, limit=5))) == 5
