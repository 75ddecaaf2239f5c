"""The nightly count: it finds what drifted and mends it, and takes nothing for drift that only waits its turn."""

import logging

import pytest
from django.utils import timezone

from annotations.actions import refresh_stale, sweep
from annotations.models import Agreement, Cell, Label, Sweep, Tally
from probes.actions import correct_llm
from probes.models import Answer, Probe
from tests.annotations.test_figures import ALL, exactly, figures, french, record, reopen
from tests.annotations.test_tally import added_up, cells

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lead_of_one")]
__all__ = ["french", "record"]


def found(row):
    return row.answers, row.tallies, row.cells, row.largest


def test_where_nothing_drifted_it_says_so(record, caplog):
    refresh_stale(limit=100)
    before = list(Agreement.objects.order_by("pk").values_list("slice", "key", "scale", "alpha", "ac1", "marginals"))
    assert found(sweep()) == (3, 0, 0, 0.0)
    assert found(sweep()) == (3, 0, 0, 0.0)
    after = list(Agreement.objects.order_by("pk").values_list("slice", "key", "scale", "alpha", "ac1", "marginals"))
    assert (after, Sweep.objects.count()) == (before, 2)
    assert not [line for line in caplog.records if line.levelno >= logging.ERROR]


def test_an_empty_site_has_nothing_to_compare(db):
    assert found(sweep()) == (0, 0, 0, None)


def test_labels_that_nobody_told_of_are_drift_and_are_mended(record, caplog):
    refresh_stale(limit=100)
    label = Label.objects.get(answer=record[0], value="evasive")
    Label.objects.filter(pk=label.pk).update(status="set_aside")
    row = sweep()
    assert (row.answers, row.tallies, row.cells) == (3, 1, 0)
    # C C E F without the E: 5 of all 8 labels stay as they were, and alpha moves from 5/13.
    assert row.largest > 0
    assert figures("all")[1:] == ([2, 2, 4], 3, 8)
    assert cells() == added_up()
    assert [line.levelname for line in caplog.records if "drifted" in line.message] == ["ERROR"]
    assert found(sweep()) == (3, 0, 0, 0.0)


def test_cells_that_are_wrong_missing_or_too_many_are_mended(record):
    refresh_stale(limit=100)
    right = cells()
    wrong, gone = Cell.objects.filter(slice="topic").order_by("pk")[:2]
    Cell.objects.filter(pk=wrong.pk).update(times=wrong.times + 5)
    Cell.objects.filter(pk=gone.pk).delete()
    Cell.objects.create(slice="state", key="XX", family=wrong.family, censored=1, evasive=1, faithful=1, times=2)
    row = sweep()
    assert (row.tallies, row.cells) == (0, 3)
    assert cells() == right
    assert figures("all") == exactly(ALL, [2, 3, 4], 3)
    assert not Agreement.objects.filter(key="XX").exists()


def test_a_figure_that_is_wrong_is_measured_again(record):
    refresh_stale(limit=100)
    right = Agreement.objects.get(slice="all", scale="labels").alpha
    Agreement.objects.filter(slice="all", scale="labels").update(alpha=right + 0.25)
    assert sweep().largest == pytest.approx(0.25)
    assert figures("all") == exactly(ALL, [2, 3, 4], 3)


def test_a_tally_nobody_should_have_goes(record):
    refresh_stale(limit=100)
    Answer.objects.filter(pk=record[2].pk).update(state="withdrawn")
    row = sweep()
    assert (row.tallies, Tally.objects.filter(answer=record[2]).exists()) == (1, False)
    assert cells() == added_up()


def test_what_waits_in_the_queue_is_no_drift(record):
    """An answer that was opened again: it is looked at before the queue is worked off, and its tally is wrong then."""
    refresh_stale(limit=100)
    reopen(record[0])
    assert found(sweep())[1:3] == (0, 0)
    assert not Tally.objects.filter(answer=record[0]).exists()


def test_news_of_who_answered_is_taken_up_and_is_no_drift(record, endpoint, another_endpoint):
    """Another call brings a text that was there and closed: no label changes, so nobody is told."""
    refresh_stale(limit=100)
    sweep()
    again = Probe.objects.filter(answer=record[0]).get()
    again.pk, again.endpoint, again.sample, again.finished_at = None, another_endpoint, 8, timezone.now()
    again.save()
    assert Agreement.objects.get(slice="model", key="model-b", scale="labels").answers == 2
    assert found(sweep()) == (3, 0, 0, 0.0)
    assert Agreement.objects.get(slice="model", key="model-b", scale="labels").answers == 3
    assert cells() == added_up()
    # The same without any call since the last count would be drift.
    Probe.objects.filter(pk=again.pk).update(endpoint=endpoint, sample=9)
    row = sweep()
    assert (row.tallies, row.cells) == (1, 0)


def test_a_new_answer_hides_the_models_at_the_next_count(record, make_answer):
    refresh_stale(limit=100)
    make_answer("Long ago.")
    assert found(sweep()) == (3, 0, 0, 0.0)
    assert set(Agreement.objects.filter(slice="model").values_list("key", flat=True)) == {"model-b"}


def test_a_corrected_maker_is_taken_up_and_is_no_drift(record, endpoint, maintainer):
    sweep()
    correct_llm(by=maintainer, llm=endpoint.llm, maker="Maker Z", maker_country="CN")
    found = sweep()
    assert (found.tallies, found.cells) == (0, 0)
    makers = set(Agreement.objects.filter(slice="maker").values_list("key", flat=True))
    assert "Maker Z" in makers
    assert "Maker A" not in makers
    assert sweep().tallies == 0
