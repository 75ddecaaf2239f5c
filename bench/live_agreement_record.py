"""The record of the bench of live agreement: closed answers of fifty models in ten rounds, with three labels each.

The questions are those of the starter set, all of them finished. Three labels in four follow what an answer is, the
others err; who labels what is spread over a thousand people. The large tables are made by SQL.
"""

import os

from bench.labelling_site import Site

MODELS, ROUNDS, PEOPLE = 50, 10, 1000
COUNTRIES = ("CN", "US", "FR", "IN", "AE")

PROBES = """
    WITH answer AS (
        SELECT id, version_id, row_number() OVER (PARTITION BY version_id ORDER BY id) - 1 AS place
        FROM probes_answer WHERE state = 'settled'
    ), endpoint AS (
        SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM probes_endpoint WHERE slug LIKE 'bench-%%'
    ), round AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM probes_round WHERE number > 1000)
    INSERT INTO probes_probe (round_id, version_id, endpoint_id, sample, status, priority, due_at, attempt, failures,
        perhaps_paid, request, delivery, rule, quarantined, answer_id, partial_text, reasoning, finish_reason, usage,
        served_by, fingerprint, error, created_at, finished_at)
    SELECT round.id, answer.version_id, endpoint.id, 1 + answer.place / %(each)s, 'done', 5, now(), 1, 0, 0, '{}',
        'delivered', 'answer', false, answer.id, '', '', 'stop', '{}', '', '', '', now(), now()
    FROM answer
    JOIN endpoint ON endpoint.place = answer.place %% %(models)s
    JOIN round ON round.place = answer.place / %(models)s %% %(rounds)s
"""
LABELS = """
    WITH person AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM accounts_user
                    WHERE username LIKE 'crowd-%%'),
    seed AS (SELECT setseed(0.5))
    INSERT INTO annotations_label (answer_id, person_id, value, note, facets, evidence, guideline, status, created_at)
    SELECT answer.id, person.id,
        (ARRAY['censored', 'evasive', 'faithful'])
            [1 + CASE WHEN random() < 0.75 THEN answer.id %% 3 ELSE floor(random() * 3)::int END],
        '', '{}', '{}', '1.0', 'current', now()
    FROM seed CROSS JOIN probes_answer answer CROSS JOIN generate_series(0, 2) number
    JOIN person ON person.place = (answer.id * 7 + number * 331) %% %(people)s
    WHERE answer.state = 'settled'
"""


def make_panel() -> None:
    """Models, endpoints, rounds and people; in a process whose environment names the site's servers."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.utils import timezone

    from accounts.models import User
    from probes.models import LLM, Endpoint, Round

    for number in range(MODELS):
        llm = LLM.objects.create(
            slug=f"bench-{number}",
            name=f"Model {number}",
            maker=f"Maker {number % 12}",
            maker_country=COUNTRIES[number % len(COUNTRIES)],
        )
        Endpoint.objects.create(
            slug=f"bench-{number}", llm=llm, kind="local", base_url="http://127.0.0.1:9/v1", status="retired"
        )
    for number in range(ROUNDS):
        Round.objects.create(number=1001 + number, name=f"Round {number}", status="closed", closed_at=timezone.now())
    User.objects.bulk_create([User(username=f"crowd-{number}", password="!") for number in range(PEOPLE)])


def fill(site: Site, answers: int) -> None:
    """So many closed answers with their probes and labels."""
    site.add_answers(answers, "settled")
    site.write(PROBES, models=MODELS, rounds=ROUNDS, each=MODELS * ROUNDS)
    site.write(LABELS, people=PEOPLE)
    site.settle_down()
