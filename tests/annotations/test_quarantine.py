"""Quarantine: labels set aside and brought back, with counts, states and the inputs of consensus as they were."""

from datetime import timedelta
from functools import partial

import pytest
from django.db.models import F
from django.utils import timezone

from annotations.actions import (
    assign_next,
    carry_on_all,
    pass_on,
    quarantine,
    recount,
    refresh_stale,
    reinstate,
    submit_label,
)
from annotations.actions.quarantine import carry_on, one_batch
from annotations.models import Assignment, CannotJudge, Check, Consensus, Label, Labeller, Stale
from core.errors import CandorError, Forbidden, Gone
from core.models import Event
from probes.models import Answer
from tests.annotations.conftest import at_once
from tests.annotations.gold import make_gold_answer

pytestmark = pytest.mark.django_db


def stands(answer):
    answer.refresh_from_db()
    return (answer.state, answer.counted, answer.leased, answer.wanted)


def everything():
    """What must be the same again: counts, states, and which labels count."""
    return (
        list(Answer.objects.order_by("pk").values_list("state", "counted", "leased", "wanted")),
        list(Label.objects.order_by("pk").values_list("answer", "person", "value", "status")),
        list(CannotJudge.objects.order_by("pk").values_list("answer", "person", "status")),
    )


def test_labels_are_set_aside_and_the_answer_opens_again(make_answer, judge, maintainer):
    answer = make_answer()
    readers = judge(answer, "CCC")
    assert stands(answer) == ("settled", 3, 0, 3)
    refresh_stale(limit=10)
    assert Consensus.objects.filter(answer=answer).exists()
    quarantine(by=maintainer, person=readers[0], reason="A complaint.")
    assert stands(answer) == ("open", 2, 0, 3)
    assert (answer.closed_at, answer.settles_at) == (None, None)
    assert list(Label.objects.order_by("pk").values_list("status", flat=True)) == ["set_aside", "current", "current"]
    assert Stale.objects.filter(answer=answer).exists()
    refresh_stale(limit=10)
    assert not Consensus.objects.filter(answer=answer).exists()
    assert recount() == 0


def test_quarantine_and_back_leaves_all_as_it_was(make_answer, judge, maintainer, lease):
    votes = ["CCC", "CFC", "FCCCC", "C", "CF", "---", "CE-", "-CC", "CEFCEFC", "FFEE", "CCF-E"]
    answers = [make_answer(f"Answer {number}.") for number in range(len(votes))]
    for answer, letters in zip(answers, votes, strict=True):
        judge(answer, letters)
    first = Label.objects.order_by("pk").first().person
    before = everything()
    for _ in range(2):
        quarantine(by=maintainer, person=first, reason="A complaint.")
        assert not Label.objects.filter(person=first, status="current").exists()
        assert recount() == 0
        assert not Answer.objects.filter(wanted__lt=F("counted") + F("leased")).exists()
        reinstate(by=maintainer, person=first, reason="It was a mistake.")
        assert everything() == before
        assert recount() == 0


def test_a_decided_answer_stays_closed_where_what_is_left_decides_it(make_answer, judge, maintainer):
    """Its labels are public: whom nobody has to ask is not asked."""
    answer = make_answer()
    readers = judge(answer, "FCCCC")
    assert stands(answer) == ("settled", 5, 0, 5)
    quarantine(by=maintainer, person=readers[0], reason="A complaint.")
    assert stands(answer) == ("settled", 4, 0, 5)
    assert Stale.objects.filter(answer=answer).exists()


def test_three_passes_less_one_are_no_longer_unjudgeable(make_answer, judge, maintainer):
    answer = make_answer()
    readers = judge(answer, "---")
    assert stands(answer) == ("unjudgeable", 0, 0, 3)
    quarantine(by=maintainer, person=readers[1], reason="A complaint.")
    assert stands(answer) == ("open", 0, 0, 3)
    reinstate(by=maintainer, person=readers[1], reason="It was a mistake.")
    assert stands(answer) == ("unjudgeable", 0, 0, 3)


def test_what_came_in_between_raises_what_is_wanted(make_answer, judge, maintainer, person, lease):
    answer = make_answer()
    readers = judge(answer, "FCC")
    assert stands(answer) == ("open", 3, 0, 4)
    quarantine(by=maintainer, person=readers[0], reason="A complaint.")
    assert stands(answer) == ("open", 2, 0, 4)
    holders = [person("one"), person("two")]
    for holder in holders:
        lease(holder, answer)
    assert stands(answer) == ("open", 2, 2, 4)
    reinstate(by=maintainer, person=readers[0], reason="It was a mistake.")
    assert stands(answer) == ("open", 3, 2, 5)
    assert recount() == 0


def test_settled_without_them_and_undecided_with_them(make_answer, judge, maintainer, person, lease):
    answer = make_answer()
    readers = judge(answer, "FCC")
    quarantine(by=maintainer, person=readers[0], reason="A complaint.")
    for name in ("one", "two"):
        reader = person(name)
        submit_label(by=reader, assignment_id=lease(reader, answer).pk, value="censored")
    assert stands(answer) == ("settled", 4, 0, 4)
    reinstate(by=maintainer, person=readers[0], reason="It was a mistake.")
    assert stands(answer) == ("settled", 5, 0, 5)  # 4-1
    Stale.objects.all().delete()


def test_leases_and_checks_are_given_back_and_nothing_new_is_given(make_answer, labeller, maintainer):
    answer = make_answer()
    [held] = assign_next(by=labeller)
    gold = make_gold_answer()
    check = Check.objects.create(
        person=labeller, purpose="gold", gold=gold, expires_at=timezone.now() + timedelta(minutes=30)
    )
    quarantine(by=maintainer, person=labeller, reason="A complaint.")
    assert stands(answer) == ("open", 0, 0, 3)
    assert Assignment.objects.get().status == "returned"
    check.refresh_from_db()
    assert check.status == "returned"
    for card in (held.id, check.pk):
        with pytest.raises(Forbidden) as refused:
            submit_label(by=labeller, assignment_id=card, value="evasive")
        assert refused.value.message == "Your labels are being looked at, so none can be given or changed just now."
    with pytest.raises(Forbidden):
        assign_next(by=labeller)


def test_a_withdrawn_answer_stays_so(make_answer, judge, maintainer):
    answer = make_answer()
    readers = judge(answer, "CC")
    Answer.objects.filter(pk=answer.pk).update(state="withdrawn", closed_at=timezone.now())
    quarantine(by=maintainer, person=readers[0], reason="A complaint.")
    assert stands(answer) == ("withdrawn", 1, 0, 3)
    reinstate(by=maintainer, person=readers[0], reason="It was a mistake.")
    assert stands(answer) == ("withdrawn", 2, 0, 3)


def test_many_labels_go_in_batches_and_the_rest_later(make_answer, labeller, maintainer, lease, monkeypatch):
    answers = [make_answer(f"Answer {number}.") for number in range(7)]
    for answer in answers:
        submit_label(by=labeller, assignment_id=lease(labeller, answer).pk, value="evasive")
    import sys

    module = sys.modules["annotations.actions.quarantine"]
    monkeypatch.setattr(module, "BATCH", 2)
    assert Labeller.objects.filter(pk=labeller.pk).update(
        standing="quarantined", standing_reason="A complaint.", standing_since=timezone.now()
    )
    assert carry_on(person=labeller, batches=2) == 4
    # Each batch is whole in itself.
    assert recount() == 0
    assert sorted(Answer.objects.values_list("counted", flat=True)) == [0, 0, 0, 0, 1, 1, 1]
    assert carry_on_all() == 3
    assert carry_on_all() == 0
    assert set(Answer.objects.values_list("counted", flat=True)) == {0}
    Labeller.objects.filter(pk=labeller.pk).update(standing="new", standing_since=timezone.now() - timedelta(days=2))
    assert carry_on_all() == 0
    assert carry_on_all(lately=False) == 7
    assert set(Answer.objects.values_list("counted", flat=True)) == {1}
    verdicts = Event.objects.filter(verb__in=["set_aside", "restore"]).order_by("pk").values_list("verb", "data")
    assert [(verb, data["verdicts"]) for verb, data in verdicts] == [
        ("set_aside", 2), ("set_aside", 2), ("set_aside", 2), ("set_aside", 1),
        ("restore", 2), ("restore", 2), ("restore", 2), ("restore", 1),
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_quarantine_while_people_label(make_answer, person, maintainer):
    """No deadlock, no drift, no answer above its cap, and nothing of the quarantined person counts in the end."""
    for number in range(10):
        make_answer(f"Answer {number}.")
    readers = [person(f"reader-{number}") for number in range(6)]
    doubted = readers[0]

    def label_all(reader):
        for _ in range(30):
            try:
                cards = assign_next(by=reader, limit=2)
                if not cards:
                    return None
                for card in cards:
                    submit_label(by=reader, assignment_id=card.id, value="censored")
            except CandorError as error:
                assert isinstance(error, Forbidden | Gone), error
        return None

    def back_and_forth():
        for _ in range(5):
            quarantine(by=maintainer, person=doubted, reason="A complaint.")
            reinstate(by=maintainer, person=doubted, reason="It was a mistake.")
        quarantine(by=maintainer, person=doubted, reason="A complaint.")

    found = at_once([*(partial(label_all, reader) for reader in readers), back_and_forth])
    assert found == [None] * 7
    while one_batch(person=doubted):
        pass
    assert not Label.objects.filter(person=doubted, status="current").exists()
    assert not Assignment.objects.filter(person=doubted, status="leased").exists()
    assert not Answer.objects.filter(wanted__lt=F("counted") + F("leased")).exists()
    assert recount() == 0


def test_a_pass_set_aside_gives_way_to_a_newer_label(make_answer, labeller, maintainer, lease):
    answer = make_answer()
    pass_on(by=labeller, assignment_id=lease(labeller, answer).pk, reason="garbled")
    CannotJudge.objects.update(status="set_aside")
    submit_label(by=labeller, assignment_id=lease(labeller, answer).pk, value="evasive")
    reinstate(by=maintainer, person=labeller, reason="It was a mistake.")
    assert CannotJudge.objects.get().status == "superseded"
    assert Label.objects.get().status == "current"
    assert stands(answer) == ("open", 1, 0, 3)
