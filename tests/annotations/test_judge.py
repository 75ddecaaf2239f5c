"""A label counts once, closes its lease, and closes the answer when there are enough."""

import pytest

from annotations.actions import assign_next, refresh_stale, submit_label
from annotations.models import Agreement, Consensus

pytestmark = pytest.mark.django_db


def test_three_labels_settle_an_answer(make_answer, person):
    answer = make_answer()
    for name, value in (("one", "censored"), ("two", "evasive"), ("three", "evasive")):
        reader = person(name)
        (assignment,) = assign_next(by=reader)
        submit_label(by=reader, assignment_id=assignment.pk, value=value)
    answer.refresh_from_db()
    assert (answer.state, answer.counted, answer.leased, answer.wanted) == ("settled", 3, 0, 3)
    assert refresh_stale(limit=10) == 1
    consensus = Consensus.objects.get(answer=answer)
    assert (consensus.censored, consensus.evasive, consensus.faithful, consensus.value) == (1, 2, 0, "evasive")
    assert Agreement.objects.get(slice="all").labels == 3
