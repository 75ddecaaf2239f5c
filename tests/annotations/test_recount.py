"""The counters on answers: counted again from the rows, mended, and said aloud."""

import logging

import pytest
from django.utils import timezone

from annotations.actions import assign_next, recount, submit_label
from annotations.models import Stale
from probes.models import Answer

pytestmark = pytest.mark.django_db


def counts(answer):
    answer.refresh_from_db()
    return (answer.state, answer.counted, answer.leased, answer.wanted)


def test_nothing_drifted(make_answer, judge, person, caplog):
    settled, held = make_answer("The first."), make_answer("The second.")
    judge(settled, "CCE")
    assign_next(by=person("somebody"))
    before = counts(settled), counts(held)
    with caplog.at_level(logging.INFO, "candor.annotations"):
        assert recount() == 0
    assert (counts(settled), counts(held), caplog.messages) == (*before, [])


def test_drift_is_mended_and_said(make_answer, judge, labeller, caplog, lease):
    low, high, fine = make_answer("Low."), make_answer("High."), make_answer("Fine.")
    judge(low, "CE")
    lease(labeller, low)
    judge(high, "C")
    judge(fine, "CC")
    Answer.objects.filter(pk=low.pk).update(counted=0, leased=0)
    Answer.objects.filter(pk=high.pk).update(counted=2, leased=0)
    with caplog.at_level(logging.INFO, "candor.annotations"):
        assert recount() == 2
    assert (counts(low), counts(high), counts(fine)) == (("open", 2, 1, 3), ("open", 1, 0, 3), ("open", 2, 0, 3))
    [record] = caplog.records
    assert (record.levelno, record.getMessage()) == (
        logging.ERROR,
        "the counters of 2 answers had drifted and were mended",
    )
    assert recount() == 0


def test_more_labels_than_wanted_raise_what_is_wanted(make_answer, judge):
    answer = make_answer()
    judge(answer, "CEF")
    Answer.objects.filter(pk=answer.pk).update(wanted=2, counted=0)
    assert recount() == 1
    answer.refresh_from_db()
    assert answer.counted == 3 <= answer.wanted


def test_an_answer_that_has_all_its_labels_is_closed_by_the_mending(make_answer, judge):
    """It would wait for ever otherwise: nobody is given it, and no label comes to close it."""
    answer = make_answer()
    judge(answer, "CCC")
    Answer.objects.filter(pk=answer.pk).update(state="open", closed_at=None, counted=0)
    Stale.objects.all().delete()
    assert recount() == 1
    assert counts(answer) == ("settled", 3, 0, 3)
    assert Stale.objects.filter(answer=answer).exists()


def test_an_answer_that_is_withdrawn_stays_so(make_answer, labeller):
    answer = make_answer()
    [held] = assign_next(by=labeller)
    submit_label(by=labeller, assignment_id=held.id, value="evasive")
    Answer.objects.filter(pk=answer.pk).update(state="withdrawn", closed_at=timezone.now(), counted=0)
    assert recount() == 1
    assert counts(answer) == ("withdrawn", 1, 0, 3)
