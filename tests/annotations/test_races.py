"""Many people at the same instant: never more labels than wanted, never two of one person, no error."""

import random
from dataclasses import replace
from functools import partial

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from annotations.actions import assign_next, pass_on, renew, settle_due, submit_label, take_back_expired, undo_last
from annotations.models import Assignment, Label
from core.errors import CandorError, Conflict, Gone, NotFound
from core.models import Event
from probes.models import Answer
from tests.annotations.conftest import at_once

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 16


def label_all(reader, *, ahead):
    """Labels until there is nothing more; how many. What is handed out is always taken."""
    lot, given = random.Random(reader.pk), 0
    while True:
        held = list(assign_next(by=reader, limit=ahead))
        if not held:
            return given
        for assignment in held:
            submit_label(by=reader, assignment_id=assignment.id, value=lot.choice(["censored", "evasive", "faithful"]))
            given += 1


@pytest.mark.parametrize("ahead", [1, 5])
def test_sixteen_people_label_all_there_is(make_answer, person, ahead):
    answers = [make_answer(f"Answer {number}.") for number in range(12)]
    readers = [person(f"reader-{number}") for number in range(PEOPLE)]
    given = at_once([partial(label_all, reader, ahead=ahead) for reader in readers])
    assert [found for found in given if not isinstance(found, int)] == []
    # Those who were done early may leave labels wanted later by a tie to nobody: there is somebody who takes them.
    given += [label_all(reader, ahead=ahead) for reader in readers]
    assert sum(given) == Label.objects.count()
    for answer in Answer.objects.all():
        labels = answer.labels.filter(status="current")
        assert answer.state in {"settled", "contested"}
        assert (labels.count(), answer.leased) == (answer.wanted, 0)
        assert answer.counted == labels.values("person").distinct().count() == answer.wanted
    assert len(answers) == Answer.objects.count()


def test_one_place_left_and_everybody_wants_it(make_answer, person):
    answer = make_answer()
    Answer.objects.filter(pk=answer.pk).update(wanted=1)
    readers = [person(f"reader-{number}") for number in range(PEOPLE)]
    found = at_once([lambda reader=reader: len(assign_next(by=reader, limit=5)) for reader in readers])
    assert sorted(found) == [0] * (PEOPLE - 1) + [1]
    answer.refresh_from_db()
    assert (answer.counted, answer.leased) == (0, 1)


def test_nobody_goes_without_while_there_is_enough_for_all(make_answer, person):
    for number in range(6):
        make_answer(f"Answer {number}.")
    readers = [person(f"reader-{number}") for number in range(PEOPLE)]
    # 18 places for 16 people.
    found = at_once([lambda reader=reader: len(assign_next(by=reader)) for reader in readers])
    assert found == [1] * PEOPLE


def test_two_tabs_of_one_person_get_no_more_than_one_would(make_answer, labeller):
    for number in range(20):
        make_answer(f"Answer {number}.")
    found = at_once([lambda: {held.id for held in assign_next(by=labeller, limit=3)}] * 8)
    assert [len(held) for held in found] == [3] * 8
    assert len(set.union(*found)) == 3
    assert Assignment.objects.filter(person=labeller).count() == 3


def test_one_label_sent_sixteen_times_at_once_is_one_label(make_answer, labeller):
    answer = make_answer()
    [held] = assign_next(by=labeller)
    found = at_once([lambda: submit_label(by=labeller, assignment_id=held.id, value="evasive").pk] * PEOPLE)
    assert set(found) == {Label.objects.get().pk}
    answer.refresh_from_db()
    assert (answer.counted, answer.leased) == (1, 0)


def test_different_labels_sent_at_once_keep_one(make_answer, labeller):
    answer = make_answer()
    [held] = assign_next(by=labeller)
    values = ["censored", "evasive", "faithful"] * 4
    jobs = [partial(submit_label, by=labeller, assignment_id=held.id, value=value) for value in values]
    found = at_once(jobs)
    kept = Label.objects.get()
    for value, result in zip(values, found, strict=True):
        if value == kept.value:
            assert result == kept
        else:
            assert isinstance(result, Conflict)
    answer.refresh_from_db()
    assert (answer.counted, answer.leased) == (1, 0)


def test_one_undo_sent_eight_times_takes_one_label_back(make_answer, labeller):
    answer = make_answer()
    [held] = assign_next(by=labeller)
    submit_label(by=labeller, assignment_id=held.id, value="evasive")
    found = at_once([partial(undo_last, by=labeller)] * 8)
    assert {result for result in found if not isinstance(result, NotFound)} == {held.id}
    assert (Assignment.objects.get().status, Event.objects.filter(verb="undo").count()) == ("leased", 1)
    answer.refresh_from_db()
    assert (answer.counted, answer.leased, Label.objects.get().status) == (0, 1, "superseded")


def test_labels_passes_undos_and_the_sweep_at_once(make_answer, person, settings):
    """Everything that moves a counter, all together: no deadlock, no drift, no answer above its cap."""
    settings.ENV = replace(settings.ENV, settling_minutes=10)
    for number in range(8):
        make_answer(f"Answer {number}.")
    readers = [person(f"reader-{number}") for number in range(PEOPLE - 2)]

    def busy(reader):
        lot = random.Random(reader.pk)
        for _ in range(12):
            for held in assign_next(by=reader, limit=2):
                if lot.random() < 0.3:
                    # Runs out in mid-thought, as the sweep comes by.
                    Assignment.objects.filter(pk=held.id, status="leased").update(expires_at=timezone.now())
                try:
                    if lot.random() < 0.2:
                        pass_on(by=reader, assignment_id=held.id, reason="garbled")
                    else:
                        submit_label(by=reader, assignment_id=held.id, value=lot.choice(["censored", "faithful"]))
                    if lot.random() < 0.3:
                        submit_label(by=reader, assignment_id=held.id, value="evasive", again=True)
                    if lot.random() < 0.3:
                        undo_last(by=reader)
                    renew(by=reader)
                except CandorError as error:
                    assert isinstance(error, Gone | Conflict | NotFound), error

    def sweeping():
        for _ in range(60):
            take_back_expired()
            for pk in Answer.objects.filter(settles_at__isnull=False).values_list("pk", flat=True):
                Answer.objects.filter(pk=pk, settles_at__isnull=False).update(settles_at=timezone.now())
            settle_due()

    found = at_once([*(partial(busy, reader) for reader in readers), sweeping, sweeping])
    assert found == [None] * PEOPLE
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM probes_answer answer
               WHERE counted <> (SELECT count(*) FROM annotations_label label
                                 WHERE label.answer_id = answer.id AND label.status = 'current')
                  OR leased <> (SELECT count(*) FROM annotations_assignment held
                                WHERE held.answer_id = answer.id AND held.status = 'leased')"""
        )
        assert cursor.fetchone() == (0,)
    assert not Answer.objects.filter(wanted__lt=F("counted") + F("leased")).exists()


def test_the_sweep_does_not_wait_for_a_verdict(make_answer, labeller):
    """Both lock the answer first; if each had one half, neither could go on."""
    answer = make_answer()
    assign_next(by=labeller)
    Assignment.objects.update(expires_at=timezone.now())
    with transaction.atomic():
        Answer.objects.select_for_update(no_key=True).get(pk=answer.pk)  # as a verdict does first
        assert at_once([take_back_expired]) == [0]
    assert take_back_expired() == 1
