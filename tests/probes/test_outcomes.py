"""Authors see how the asking of their prompts went: counts, never a text, never a model."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from probes.actions import Result, claim, open_missing_probes, open_round, record_result
from probes.selectors import Outcomes, outcomes

pytestmark = pytest.mark.django_db

BROUGHT = ["delivered", "delivered", "truncated", "blocked_input", "blocked_output", "cut_by_filter", "empty", "failed"]


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def asked(prompt, endpoint):
    open_missing_probes(of=open_round(by=None, name="A round", samples=10), limit=10)
    for one, delivery in zip(claim(endpoint=endpoint.pk, limit=9), BROUGHT, strict=False):
        result = Result(delivery=delivery, rule="a rule", text=f"Secret words {one.probe}.")
        record_result(probe_id=one.probe, attempt=one.attempt, result=result)
    return prompt


def test_every_probe_is_counted_once(asked, make_prompt):
    never = make_prompt("What happened in the harbour in 1919?")
    counts = outcomes([asked, never])
    assert counts == {asked.pk: Outcomes(asked=8, whole=2, cut=1, blocked=3, empty=1, failed=1, waiting=2)}


SAID = (
    "Times asked 8 {0}Came back whole 2 {0}Cut short by the length limit 1 {0}Blocked by a filter 3 {0}"
    "Came back empty 1 {0}Failed 1 {0}Still to be asked 2"
)


def test_the_author_and_maintainers_see_it(client, asked, author, maintainer, labeller):
    address = f"/prompts/{asked.pk}/"
    for person, sees in ((author, True), (maintainer, True), (labeller, False)):
        client.force_login(person)
        said = words(client.get(address))
        assert (SAID.format("") in said, "How the asking went" in said) == (sees, sees)
        assert "Secret words" not in said
        assert "Model A" not in said
    client.logout()
    assert "How the asking went" not in words(client.get(address))


def test_it_stands_beside_ones_own_prompts_without_a_query_each(client, asked, author, make_prompt):
    client.force_login(author)

    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert SAID.format("· ") in words(client.get("/prompts/mine/"))
        return len(seen)

    queries()
    few = queries()
    make_prompt("What happened in the harbour in 1919?")
    make_prompt("Who governed the mountains in 1919, and how?")
    assert queries() == few
