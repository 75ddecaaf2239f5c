"""What is public of probes is asked of the database in one go, however many there are."""

import pytest
from django.db import connection
from django.utils import timezone

from probes.models import Answer, ImportBatch, Probe
from probes.selectors import public_probes

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(make_answer, make_prompt):
    """Two answers to a question, both open, and one to another that is closed."""
    closed = make_answer("Closed.", prompt=make_prompt(text="What happened in the harbour in 1919?"))
    two = [make_answer("One."), make_answer("Two.")]
    close(closed)
    return [closed, *two]


def close(answer):
    Answer.objects.filter(pk=answer.pk).update(state="settled", closed_at=timezone.now())


def test_probes_are_public_when_no_answer_to_their_question_is_open(pair):
    closed, one, two = pair
    assert [probe.answer for probe in public_probes()] == [closed]
    close(one)
    assert [probe.answer for probe in public_probes()] == [closed]
    close(two)
    assert {probe.answer for probe in public_probes()} == {closed, one, two}


def test_an_import_has_to_be_ours_to_publish(pair):
    for letter, may in (("a", True), ("b", False)):
        batch = ImportBatch.objects.create(source=letter, licence="CC0", may_publish=may, sha256=letter * 64)
        Probe.objects.filter(answer=pair[0]).update(batch=batch, round=None)
        assert public_probes().count() == int(may)


def test_open_answers_are_looked_for_once_and_not_for_each_probe(pair, endpoint, open_a_round):
    """One join against the open answers, hashed or by index, rather than a subquery for each row."""
    version = pair[0].version
    Probe.objects.bulk_create(
        Probe(round=open_a_round, version=version, endpoint=endpoint, sample=sample) for sample in range(100, 3000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE probes_probe, probes_answer")
    plan = public_probes().explain()
    assert "SubPlan" not in plan
    assert "Anti Join" in plan
