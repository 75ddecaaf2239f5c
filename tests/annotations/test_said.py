"""What the crowd said, as columns: labels as they are copied out, gold as first answered, answers asked again."""

import sys

import pytest
from django.utils import timezone

from annotations.models import Gold, Label
from annotations.selectors.said import all_labels, asked_again, asked_of_gold
from probes.models import Answer
from releases.actions import leave
from tests.annotations.crowd import check_of
from tests.cast import PASSWORD

VALUES = ("censored", "evasive", "faithful")
FIT = sys.modules["annotations.actions.fit"]

pytestmark = pytest.mark.django_db


def test_labels_as_they_are_read(make_answer, judge, person):
    """Current ones of open and closed answers; those of somebody who left are nobody's."""
    answer, withdrawn = make_answer("One."), make_answer("Withdrawn.")
    readers = judge(answer, "CEF")
    judge(withdrawn, "C")
    Answer.objects.filter(pk=withdrawn.pk).update(state="withdrawn", closed_at=timezone.now())
    Label.objects.filter(answer=answer, person=readers[0]).update(status="set_aside")
    leave(by=readers[2], typed=PASSWORD)
    said = all_labels()
    assert rows_of(said) == [(answer.pk, 0, 2, False), (answer.pk, readers[1].pk, 1, False)]
    assert (said.count_people(), len(said.of_closed().values)) == (1, 0)
    for state in ("settled", "contested"):
        Answer.objects.filter(pk=answer.pk).update(state=state, settles_at=None, closed_at=timezone.now())
        assert rows_of(all_labels().of_closed()) == [(answer.pk, 0, 2, True), (answer.pk, readers[1].pk, 1, True)]
    Label.objects.all().update(status="set_aside")
    assert len(all_labels().values) == 0


def rows_of(said):
    columns = (said.answers, said.people, said.values, said.closed)
    return sorted(zip(*(column.tolist() for column in columns), strict=True))


@pytest.mark.parametrize("at_once", [1, 40, 1000])
def test_many_labels_are_read_in_pieces(make_answer, judge, monkeypatch, at_once):
    monkeypatch.setattr("annotations.selectors.said.AT_ONCE", at_once)
    for number in range(5):
        judge(make_answer(f"Answer {number}."), "CEF")
    said = all_labels()
    kept = Label.objects.values_list("answer", "person", "value")
    assert rows_of(said) == sorted((answer, person, VALUES.index(value), False) for answer, person, value in kept)


def test_gold_as_it_was_first_answered(person):
    one, quarantined = person("one"), person("quarantined")
    quarantined.labeller.standing, quarantined.labeller.standing_reason = "quarantined", "Random."
    quarantined.labeller.save()
    golds = [
        Gold.objects.create(
            slug=f"g{n}", origin="file", language="en", question="?", text="!", value="evasive", also=also, why="…"
        )
        for n, also in enumerate([[], ["censored"], []])
    ]
    Gold.objects.filter(pk=golds[2].pk).update(status="retired")
    check_of(one, gold=golds[0], purpose="gold", value="evasive", past=[{"key": None, "value": "faithful"}])
    check_of(one, gold=golds[1], purpose="gold", value="censored")
    check_of(one, gold=golds[2], purpose="gold", value="censored")
    check_of(quarantined, gold=golds[0], purpose="gold", value="evasive")
    found = asked_of_gold()
    assert (found.gold, found.people, found.values) == ([golds[0].pk, golds[1].pk], [one.pk, one.pk], [2, 0])
    assert found.truths == {golds[0].pk: [1], golds[1].pk: [1, 0]}


def test_what_people_say_when_asked_again(make_answer, judge):
    answer = make_answer()
    readers = judge(answer, "CEF")
    for reader, again in zip(readers, ("censored", "faithful", "faithful"), strict=True):
        label = Label.objects.get(person=reader)
        check_of(reader, purpose="repeat", first=label, answer=label.answer, value=again)
    # While the answer is open nothing is told of what was said of it, nor with others.
    assert asked_again() == ([], [], [])
    Answer.objects.filter(pk=answer.pk).update(state="settled", settles_at=None, closed_at=timezone.now())
    assert asked_again() == ([reader.pk for reader in readers], [0, 1, 2], [0, 2, 2])
    themselves = FIT.themselves()
    assert (themselves["repeats"], themselves["people"], themselves["percent"]["value"]) == (3, 3, 2 / 3)
    # By chance 1/3 * 1/3 + 1/3 * 0 + 1/3 * 2/3 = 1/3, so kappa is (2/3 - 1/3) / (1 - 1/3).
    assert themselves["kappa"]["value"] == pytest.approx(1 / 2)
    assert (themselves["kappa"]["low"], themselves["kappa"]["why"]) == (None, "too few people were asked")
