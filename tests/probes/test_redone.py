"""Old results decided again, beside others that do so and beside workers that record."""

import threading
import time

import pytest
from django.db import transaction

from core.deadlocks import done_again
from probes.actions import Result, record_answer, record_result, redo_result
from probes.models import Answer, Probe
from tests.probes.import_beside import at_once, claimed, delivered

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_that_really_wait_for_each_other_are_both_done(make_prompt):
    prompts = [make_prompt(text=f"What happened in {year}?") for year in (1901, 1902)]
    one, two = (record_answer(version=each.current, text="A.", escaped=False).pk for each in prompts)
    meet, tries = threading.Barrier(2), []

    def both(one, two):
        with transaction.atomic():
            tries.append(one)
            Answer.objects.filter(pk=one).update(priority=7)
            if len(tries) <= 2:
                meet.wait(5)
            Answer.objects.filter(pk=two).update(priority=7)
            return True

    works = (lambda: done_again(lambda: both(one, two)), lambda: done_again(lambda: both(two, one)))
    assert (at_once(*works), len(tries)) == ([True, True], 3)


@pytest.fixture
def swapped(prompt, endpoint):
    """Two probes of one question, over, and their texts."""
    one, two = claimed([prompt], endpoint, samples=2)
    for each, text in ((one, "X."), (two, "Y.")):
        record_result(probe_id=each.probe, attempt=each.attempt, result=delivered(text))
    return one, two


def test_two_old_results_that_swap_their_texts(swapped):
    for turn in range(10):
        texts = ("Y.", "X.") if turn % 2 == 0 else ("X.", "Y.")
        gave = at_once(
            *(
                lambda each=each, text=text, turn=turn: redo_result(
                    by=None, probe=each.probe, attempt=1, result=Result("delivered", f"rule {turn}", text=text)
                )
                for each, text in zip(swapped, texts, strict=True)
            )
        )
        assert gave == [True, True]
        assert [Probe.objects.get(pk=each.probe).answer.text for each in swapped] == list(texts)
        assert {answer.state for answer in Answer.objects.all() if answer.probes.exists()} == {"open"}


def test_an_answer_that_is_just_recorded_again_is_not_withdrawn(prompt, endpoint):
    old, new = claimed([prompt], endpoint, samples=2)
    record_result(probe_id=old.probe, attempt=old.attempt, result=delivered("X."))
    recorded = threading.Event()

    def work():
        with transaction.atomic():
            done = record_result(probe_id=new.probe, attempt=new.attempt, result=delivered("X."))
            recorded.set()
            time.sleep(0.5)
        return done

    def redo():
        recorded.wait(5)
        return redo_result(by=None, probe=old.probe, attempt=1, result=Result("delivered", "another", text="Z."))

    assert at_once(work, redo) == [True, True]
    assert {(one.text, one.state, one.probes.count()) for one in Answer.objects.all()} == {
        ("X.", "open", 1),
        ("Z.", "open", 1),
    }
