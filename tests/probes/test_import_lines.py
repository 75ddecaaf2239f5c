"""Whatever a line of an import file holds, it is imported or named with its number and a reason. It never blows up."""

import json

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from probes.actions import import_answers
from probes.actions.import_fields import FIELDS
from probes.choices import Delivery
from probes.models import Answer, ImportBatch, Probe

pytestmark = pytest.mark.django_db

KEEP = object()
TEXTS = st.text(st.characters(exclude_categories=()), max_size=100)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=6)
NAMES = sorted({name for fields in FIELDS.values() for name in fields})
# Any JSON object, and a good line with some of its fields replaced by anything: the second comes further.
CHANGES = st.dictionaries(st.sampled_from(NAMES), JSON, max_size=3) | st.dictionaries(TEXTS, JSON, max_size=3)
DELIVERIES = st.sampled_from([KEEP, *Delivery.values])
FREELY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def rows(prompt):
    return [
        {"kind": "batch", "source": "A study", "licence": "CC BY 4.0", "may_publish": True},
        {"kind": "llm", "slug": "model-b", "name": "Model B", "maker": "Maker B", "maker_country": "DE"},
        {"kind": "endpoint", "slug": "b-recorded", "llm": "model-b"},
        {
            "kind": "answer", "endpoint": "b-recorded", "family": prompt.family.slug, "language": "en",
            "prompt": prompt.current.text, "sample": 1, "delivery": "delivered", "text": "A massacre.",
        },
    ]  # fmt: skip


def outcome(rows):
    """What came of a file: "imported", or the beginnings of its errors; nothing of it is left in the database."""
    with transaction.atomic():
        try:
            report = import_answers(by=None, lines=[json.dumps(row) + "\n" for row in rows])
            assert (report.answers, Probe.objects.count(), ImportBatch.objects.count()) == (1, 1, 1)
            # What was written can be read.
            assert [probe.usage.__class__ for probe in Probe.objects.all()] == [dict]
            return "imported"
        except Invalid as error:
            assert (Answer.objects.count(), Probe.objects.count(), ImportBatch.objects.count()) == (0, 0, 0)
            return [reason.partition(": ")[0] for reason in error.fields["lines"]]
        finally:
            transaction.set_rollback(True)


@given(change=CHANGES, delivery=DELIVERIES)
@FREELY
def test_an_answer_is_imported_or_named(rows, change, delivery):
    more = {} if delivery is KEEP else {"delivery": delivery}
    assert outcome([*rows[:3], rows[3] | change | more]) in ("imported", ["Line 4"])


@given(row=st.dictionaries(TEXTS, JSON, max_size=5))
@FREELY
def test_so_is_any_object(rows, row):
    assert outcome([*rows[:3], row | {"kind": "answer"}]) == ["Line 4"]


@given(at=st.sampled_from([0, 1, 2]), change=CHANGES)
@FREELY
def test_so_is_a_line_that_is_no_answer(rows, at, change):
    changed = [row | change if number == at else row for number, row in enumerate(rows)]
    came = outcome(changed)
    assert came == "imported" or came[0] in {"Line 1", "Line 2", "Line 3", "Line 4"}
