"""What the database itself refuses, whoever asks: the cap, a second current label, a fourth value, a changed label."""

import re

import pytest
from django.db import Error, IntegrityError, connection, transaction
from django.utils import timezone

from annotations.actions import assign_next, pass_on, submit_label, undo_last
from annotations.models import Assignment, CannotJudge, Label
from probes.models import Answer

pytestmark = pytest.mark.django_db


def refused(name, change):
    """Whether the named constraint, and no other, refuses the change."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        change()
    assert re.search(r'constraint "(\w+)"', str(caught.value)).group(1) == name


@pytest.fixture
def label(make_answer, labeller):
    make_answer()
    [held] = assign_next(by=labeller)
    return submit_label(by=labeller, assignment_id=held.id, value="evasive")


def copy(label, **changes):
    values = {"answer": label.answer, "person": label.person, "value": "evasive", "guideline": "1.0", **changes}
    return lambda: Label.objects.create(**values)


def test_a_second_current_label(label, person):
    refused("label_current_once", copy(label))
    refused("label_current_once", copy(label, value="faithful"))
    copy(label, person=person("other"))()
    copy(label, status="superseded", superseded_at=timezone.now())()
    undo_last(by=label.person)
    copy(label)()


def test_labels_of_people_who_left_do_not_collide(label):
    """Who leaves takes their name with them; two such labels on one answer are two people's."""
    Label.objects.update(person=None)
    copy(label, person=None)()
    assert Label.objects.filter(person=None, status="current").count() == 2


def test_a_second_current_cannot_judge(make_answer, labeller):
    answer = make_answer()
    [held] = assign_next(by=labeller)
    pass_on(by=labeller, assignment_id=held.id, reason="garbled")
    refused(
        "cannot_judge_current_once",
        lambda: CannotJudge.objects.create(answer=answer, person=labeller, reason="language"),
    )


def test_a_second_lease_on_the_same_answer(make_answer, labeller):
    answer = make_answer()
    assign_next(by=labeller)
    refused(
        "assignment_leased_once",
        lambda: Assignment.objects.create(answer=answer, person=labeller, expires_at=timezone.now()),
    )


@pytest.mark.parametrize(
    "counts", [{"counted": 4}, {"leased": 4}, {"counted": 2, "leased": 2}, {"wanted": 0, "leased": 1}]
)
def test_more_than_wanted(make_answer, counts):
    answer = make_answer()
    refused("answer_never_more_than_wanted", lambda: Answer.objects.filter(pk=answer.pk).update(**counts))


def test_fewer_than_none(make_answer):
    answer = make_answer()
    for column in ("counted", "leased"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Answer.objects.filter(pk=answer.pk).update(**{column: -1})


def test_words_that_are_not_in_the_lists(label, person):
    other = person("other")
    refused("label_value_known", copy(label, person=other, value="rude"))
    refused("label_value_known", copy(label, person=other, value=""))
    refused("label_status_known", copy(label, person=other, status="deleted"))
    refused(
        "cannot_judge_reason_known",
        lambda: CannotJudge.objects.create(answer=label.answer, person=other, reason="bored"),
    )
    refused(
        "cannot_judge_status_known",
        lambda: CannotJudge.objects.create(answer=label.answer, person=other, reason="garbled", status="deleted"),
    )
    refused("assignment_status_known", lambda: Assignment.objects.update(status="lost"))


def test_superseded_is_said_twice_or_not_at_all(label):
    refused("label_superseded_when_it_says_so", lambda: Label.objects.update(status="superseded"))
    refused("label_superseded_when_it_says_so", lambda: Label.objects.update(superseded_at=timezone.now()))


def test_superseded_is_said_twice_of_cannot_judge_too(held, labeller):
    pass_on(by=labeller, assignment_id=held.id, reason="garbled")
    name = "cannot_judge_superseded_when_it_says_so"
    refused(name, lambda: CannotJudge.objects.update(status="superseded"))
    refused(name, lambda: CannotJudge.objects.update(superseded_at=timezone.now()))
    undo_last(by=labeller)
    assert CannotJudge.objects.get().status == "superseded"


def test_a_verdict_is_never_deleted(label, person):
    CannotJudge.objects.create(answer=label.answer, person=person("other"), reason="garbled")
    for model in (Label, CannotJudge):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            model.objects.all().delete()
        assert model.objects.count() == 1


def test_erasure_says_so_and_may(label):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL candor.erasing = 'on'")
        assert Label.objects.all().delete()[0] == 1
        cursor.execute("SET LOCAL candor.erasing = 'off'")


def test_who_leaves_leaves_their_label(label):
    """Leases go with the person; a label stays, without a name."""
    label.person.delete()
    label.refresh_from_db()
    assert (label.person, label.assignment, label.value) == (None, None, "evasive")


@pytest.mark.parametrize(
    "change",
    [
        "value = 'faithful'",
        "guideline = '9'",
        "created_at = created_at - interval '1 day'",
        "answer_id = answer_id + 1",
    ],
)
def test_a_label_is_never_rewritten(label, change):
    with pytest.raises(Error, match="annotations_label"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE annotations_label SET {change}")
    label.refresh_from_db()
    assert (label.value, label.status) == ("evasive", "current")
