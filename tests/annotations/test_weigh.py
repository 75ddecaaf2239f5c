"""Behind the labels: open answers settle where who labelled them makes sure, and come sooner where it helps."""

import random
from dataclasses import replace
from functools import partial

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from annotations.actions import (
    assign_next,
    pass_on,
    recount,
    settle_due,
    submit_label,
    take_back_expired,
    undo_last,
    weigh,
)
from annotations.agreement import matching
from annotations.agreement.gain import gain
from annotations.models import Assignment, Label, Progress
from core.errors import CandorError
from probes.models import Answer
from tests.annotations.conftest import at_once
from tests.annotations.crowd import CAREFUL, POOLED, SPAMMER, TRUSTING, fitted, posterior

pytestmark = pytest.mark.django_db

C, E, F_ = range(3)
# Three careful people and one who says "faithful" whatever it is: three to one, which votes alone do not settle.
SAY = "CCFC"
THEIRS = (CAREFUL, CAREFUL, SPAMMER, CAREFUL)


@pytest.fixture(autouse=True)
def ten_minutes(settings):
    settings.ENV = replace(settings.ENV, settling_minutes=10)


def stands(answer):
    answer.refresh_from_db()
    return (answer.state, answer.counted, answer.leased, answer.wanted, answer.settles_at is not None)


def places():
    return list(Answer.objects.order_by("pk").values_list("priority", flat=True))


def test_without_a_fit_nothing_is_looked_at(make_answer, judge):
    judge(make_answer(), SAY)
    assert weigh() == 0
    progress = Progress.objects.get()
    assert (progress.seen, progress.looked_at, progress.fit) == (0, 0, None)


def test_enough_begins_to_settle_and_closes(make_answer, judge):
    """Three careful people against a spammer: a lead of two, and sure all the same."""
    answer, split = make_answer("Sure."), make_answer("Split.")
    readers = judge(answer, SAY)
    judge(split, "CFEC")
    assert stands(answer) == ("open", 4, 0, 5, False)
    fitted(calibration=TRUSTING, skills=dict(zip(readers, THEIRS, strict=True)))
    weigh()
    assert (stands(answer), stands(split)) == (("open", 4, 0, 4, True), ("open", 4, 0, 5, False))
    Answer.objects.filter(pk=answer.pk).update(settles_at=timezone.now())
    assert settle_due() == 1
    assert stands(answer) == ("settled", 4, 0, 4, False)
    assert recount() == 0


def test_nobody_is_given_it_while_it_settles(make_answer, judge, person):
    answer = make_answer()
    readers = judge(answer, SAY)
    other = person("other")
    fitted(calibration=TRUSTING, skills=dict(zip(readers, THEIRS, strict=True)))
    weigh()
    assert assign_next(by=other) == []


def test_without_a_calibration_none_begins_to_settle(make_answer, judge):
    answer = make_answer()
    readers = judge(answer, SAY)
    fitted(skills=dict(zip(readers, THEIRS, strict=True)))
    weigh()
    assert stands(answer) == ("open", 4, 0, 5, False)


def test_a_label_that_comes_after_the_fit_is_found(make_answer, judge):
    first, second = make_answer("First."), make_answer("Second.")
    readers = judge(first, SAY)
    fitted(calibration=TRUSTING, skills=dict(zip(readers, THEIRS, strict=True)))
    weigh()
    progress = Progress.objects.get()
    assert (progress.answer, progress.seen) == (None, Label.objects.latest("pk").pk)
    judge(second, SAY)
    assert weigh() == 1
    assert stands(second) == ("open", 4, 0, 4, True)
    assert Progress.objects.get().seen == Label.objects.latest("pk").pk
    assert weigh() == 0


def test_a_correction_while_it_settles_is_weighed_anew(make_answer, judge):
    answer = make_answer()
    readers = judge(answer, SAY)
    fitted(calibration=TRUSTING, skills=dict(zip(readers, THEIRS, strict=True)))
    weigh()
    card = Assignment.objects.get(person=readers[0]).pk
    submit_label(by=readers[0], assignment_id=card, value="evasive", again=True)
    assert stands(answer) == ("open", 4, 0, 5, False)
    weigh()
    assert stands(answer) == ("open", 4, 0, 5, False)
    submit_label(by=readers[0], assignment_id=card, value="censored", again=True)
    weigh()
    assert stands(answer) == ("open", 4, 0, 4, True)


def test_what_changes_most_comes_sooner_within_its_kind(make_answer, judge):
    """What has two labels keeps the place of its kind, however much a third would change; nor is it known of what has
    none.
    """
    sure, unsure, begun = make_answer("Sure."), make_answer("Unsure."), make_answer("Begun.")
    make_answer("Fresh.")
    readers = judge(unsure, "CFCF")
    fitted(skills=dict.fromkeys(readers, CAREFUL))
    judge(sure, "CCE")
    judge(begun, "CF")
    c, e, f = ((CAREFUL, code) for code in (C, E, F_))
    assert gain(posterior(c, c, e), POOLED, room=4) < 0.03
    assert gain(posterior(c, f, c, f), POOLED, room=3) > 0.03
    assert gain(posterior(c, f), POOLED, room=5) > 0.03
    assert weigh() == 2
    assert places() == [2, 0, 1, 1]
    type(sure.version.prompt.family).objects.update(starter=True)
    Progress.objects.update(answer=0)
    assert weigh() == 3
    assert places() == [6, 4, 5, 1]


def test_an_answer_of_many_probes_counts_as_often(make_answer, judge):
    """The same labels: one text came once, the other ten times, and ten figures have it."""
    once, often = make_answer("Once."), make_answer("Often.")
    for _ in range(9):
        make_answer("Often.")
    judge(once, "CCF")
    judge(often, "CCF")
    fitted()
    worth = gain(posterior((None, C), (None, C), (None, F_)), POOLED, room=4)
    assert worth < 0.03 < 10 * worth
    weigh()
    assert places() == [2, 0]


def test_the_last_open_answer_of_a_question_counts_for_all_of_it(make_answer, judge, lease):
    """Twelve probes brought three texts. While two of these want labels, each counts for itself; the last counts for
    all twelve, which no rate and no comparison has before it is closed.
    """
    often, once, last = (make_answer(text) for text in ("Often.", "Once.", "Last."))
    for _ in range(9):
        make_answer("Often.")
    judge(once, "CC")
    judge(last, "CCF")
    fitted()
    worth = gain(posterior((None, C), (None, C), (None, F_)), POOLED, room=4)
    assert worth < 0.03 < 12 * worth
    assert [last.priority, last.settles_at] == [1, None]
    assert weigh() == 1
    assert places() == [1, 1, 2]
    readers = judge(often, "CCC")
    assert weigh() == 0
    assert places() == [1, 1, 2]
    # The second has its third label: it settles, and the third, at which nothing has changed, is the last.
    submit_label(by=readers[2], assignment_id=lease(readers[2], once).pk, value="censored")
    assert weigh() == 1
    assert places() == [1, 1, 0]


def test_what_comes_sooner_is_given_first(make_answer, judge, person, monkeypatch):
    monkeypatch.setattr(matching, "SHARE_TO_AN_END", 0)
    answers = [make_answer(f"Answer {number}.") for number in range(6)]
    other, newcomer = person("other"), person("newcomer")
    for answer in answers[:5]:
        judge(answer, "CCE")
    readers = judge(answers[5], "CFCF")
    fitted(skills=dict.fromkeys([*readers, other], CAREFUL))
    assert weigh() == 6
    assert places() == [2, 2, 2, 2, 2, 0]
    [card] = assign_next(by=other)
    assert Assignment.objects.get(pk=card.id).answer == answers[5]
    # Of whom nothing is known is given it at last.
    cards = assign_next(by=newcomer, limit=5)
    assert {Assignment.objects.get(pk=card.id).answer for card in cards} == set(answers[:5])


@pytest.mark.django_db(transaction=True)
def test_a_label_committed_after_a_higher_number_is_not_missed(make_answer, judge, lease, person):
    """Its number is drawn, others go on, and only then is it there."""
    slow, quick, last = make_answer("Slow."), make_answer("Quick."), make_answer("Last.")
    readers = judge(slow, "CCC")
    Answer.objects.filter(pk=slow.pk).update(wanted=5, settles_at=None)
    late = lease(person("late"), slow)
    fitted(calibration=TRUSTING, skills={**dict.fromkeys(readers, CAREFUL), late.person: SPAMMER})
    weigh()

    def give():
        """From another connection, as the label is on its way."""
        judge(quick, "C")
        assert weigh() == 0
        assert weigh() == 0
        return Progress.objects.get().seen

    with transaction.atomic():
        label = submit_label(by=late.person, assignment_id=late.pk, value="faithful")
        [seen] = at_once([give])
        assert seen > label.pk
    assert stands(slow) == ("open", 4, 0, 5, False)
    judge(last, "C")
    changed = sum(weigh() for _ in range(3))
    assert (changed, stands(slow)) == (1, ("open", 4, 0, 4, True))
    progress = Progress.objects.get()
    assert progress.looked_at >= label.pk


def test_a_label_is_as_many_statements_as_without_a_fit(make_answer, labeller, django_assert_num_queries):
    answers = [make_answer(f"Answer {number}.") for number in range(2)]
    first, second = assign_next(by=labeller, limit=2)
    with django_assert_num_queries(5) as before:
        submit_label(by=labeller, assignment_id=first.id, value="evasive")
    fitted(calibration=TRUSTING, skills={labeller: CAREFUL})
    with django_assert_num_queries(5) as after:
        submit_label(by=labeller, assignment_id=second.id, value="evasive")
    assert (len(answers), len(before), len(after)) == (2, 5, 5)


@pytest.mark.django_db(transaction=True)
def test_weighing_never_breaks_the_cap_under_races(make_answer, person):
    for number in range(8):
        make_answer(f"Answer {number}.")
    readers = [person(f"reader-{number}") for number in range(10)]
    fitted(
        calibration=TRUSTING,
        skills={reader: CAREFUL if number % 3 else SPAMMER for number, reader in enumerate(readers)},
    )

    def label(reader):
        lot = random.Random(reader.pk)
        for _ in range(10):
            for held in assign_next(by=reader, limit=2):
                if lot.random() < 0.2:
                    Assignment.objects.filter(pk=held.id, status="leased").update(expires_at=timezone.now())
                try:
                    if lot.random() < 0.1:
                        pass_on(by=reader, assignment_id=held.id, reason="garbled")
                    else:
                        value = lot.choice(["censored", "censored", "faithful"])
                        submit_label(by=reader, assignment_id=held.id, value=value)
                    if lot.random() < 0.2:
                        undo_last(by=reader)
                except CandorError:
                    continue

    def sweep():
        for _ in range(40):
            take_back_expired()
            Answer.objects.filter(settles_at__isnull=False).update(settles_at=timezone.now())
            settle_due()

    def weighing():
        for _ in range(40):
            weigh()

    found = at_once([*(partial(label, reader) for reader in readers), sweep, weighing, weighing])
    assert found == [None] * 13
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
    assert not Answer.objects.filter(state="open", counted__gte=F("wanted"), settles_at=None).exists()
    assert Answer.objects.filter(state="settled").exists()
    assert recount() == 0
