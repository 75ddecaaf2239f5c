"""A verdict can be taken back: the answer comes back, the counts step back, and the old verdict stays on record."""

from datetime import timedelta

import pytest
from django.utils import timezone

from annotations.actions import assign_next, pass_on, submit_label, take_back_expired, undo_last
from annotations.models import CannotJudge, Label
from annotations.selectors import held, last_verdict
from core.errors import Conflict, NotFound
from core.models import Event
from probes.models import Answer
from prompts.actions import withdraw_prompt

pytestmark = pytest.mark.django_db


def label_next(reader, value="evasive"):
    [assignment] = assign_next(by=reader)
    return submit_label(by=reader, assignment_id=assignment.pk, value=value)


def test_a_label(make_answer, labeller):
    answer = make_answer()
    label = label_next(labeller)
    again = undo_last(by=labeller)
    label.refresh_from_db()
    answer.refresh_from_db()
    assert (label.status, label.value, label.superseded_at is not None) == ("superseded", "evasive", True)
    assert (answer.state, answer.counted, answer.leased) == ("open", 0, 1)
    assert (again.answer_id, again.key_points_id, again.status) == (answer.pk, label.key_points_id, "leased")
    second = submit_label(by=labeller, assignment_id=again.pk, value="faithful")
    assert sorted(Label.objects.values_list("value", "status")) == [
        ("evasive", "superseded"),
        ("faithful", "current"),
    ]
    answer.refresh_from_db()
    assert (answer.counted, answer.leased, second.status) == (1, 0, "current")
    assert list(Event.objects.filter(verb__in=["label", "undo"]).order_by("id").values_list("verb", "key")) == [
        ("label", label.pk),
        ("undo", label.pk),
        ("label", second.pk),
    ]


def test_a_cannot_judge(make_answer, labeller):
    answer = make_answer()
    [assignment] = assign_next(by=labeller)
    passed = pass_on(by=labeller, assignment_id=assignment.pk, reason="garbled")
    again = undo_last(by=labeller)
    passed.refresh_from_db()
    answer.refresh_from_db()
    assert (passed.status, passed.superseded_at is not None) == ("superseded", True)
    assert (answer.state, answer.counted, answer.leased) == ("open", 0, 1)
    submit_label(by=labeller, assignment_id=again.pk, value="faithful")
    assert (Label.objects.count(), CannotJudge.objects.count()) == (1, 1)


def test_newest_first_and_ten_at_most(make_answer, labeller):
    labels = []
    for number in range(12):
        make_answer(f"Answer {number}.")
        labels.append(label_next(labeller))
    back = []
    with pytest.raises(NotFound, match="nothing to undo"):
        for _ in range(12):
            back.append(undo_last(by=labeller).answer_id)
    assert back == [label.answer_id for label in reversed(labels[2:])]
    assert Label.objects.filter(status="current").count() == 2
    assert last_verdict(by=labeller) is None


def test_nothing_to_undo(labeller):
    with pytest.raises(NotFound, match="nothing to undo"):
        undo_last(by=labeller)


def test_never_anybody_elses(make_answer, person):
    make_answer()
    label_next(person("one"))
    with pytest.raises(NotFound):
        undo_last(by=person("two"))
    assert Label.objects.filter(status="current").count() == 1


@pytest.mark.parametrize(
    ("verdicts", "state", "counted"), [("CEE", "settled", 3), ("---", "unjudgeable", 0), ("F---", "unjudgeable", 1)]
)
def test_what_is_closed_stays(make_answer, judge, verdicts, state, counted):
    """Its model and the others' labels may be public by now: a second look would not be blind."""
    answer = make_answer()
    readers = judge(answer, verdicts)
    for reader in readers:
        with pytest.raises(Conflict, match="has all its labels and is public now"):
            undo_last(by=reader)
    answer.refresh_from_db()
    assert (answer.state, answer.counted, answer.leased) == (state, counted, 0)
    assert Label.objects.exclude(status="current").count() == 0


def test_the_place_has_been_given_away(make_answer, labeller, person):
    answer = make_answer()
    [assignment] = assign_next(by=labeller)
    passed = pass_on(by=labeller, assignment_id=assignment.pk, reason="garbled")
    for number in range(3):
        assign_next(by=person(f"reader-{number}"))
    with pytest.raises(Conflict, match="Somebody else has been given this answer"):
        undo_last(by=labeller)
    passed.refresh_from_db()
    answer.refresh_from_db()
    assert (passed.status, passed.superseded_at, answer.leased) == ("current", None, 3)


def test_a_withdrawn_answer_does_not_stand_in_the_way(make_answer, labeller):
    make_answer("The first.")
    first = label_next(labeller)
    gone = make_answer("The second.")
    label_next(labeller)
    Answer.objects.filter(pk=gone.pk).update(state="withdrawn", closed_at=timezone.now())
    assert undo_last(by=labeller).answer_id == first.answer_id
    gone.refresh_from_db()
    assert (gone.state, gone.counted, gone.leased) == ("withdrawn", 1, 0)
    with pytest.raises(NotFound):
        undo_last(by=labeller)


def test_a_withdrawn_prompt_still_lets_one_mend_ones_label(make_answer, labeller, prompt, maintainer):
    make_answer()
    label_next(labeller)
    withdraw_prompt(by=maintainer, prompt=prompt)
    again = undo_last(by=labeller)
    assert submit_label(by=labeller, assignment_id=again.pk, value="faithful").value == "faithful"


def test_the_answer_taken_back_comes_before_those_in_hand(make_answer, labeller):
    for number in range(6):
        make_answer(f"Answer {number}.")
    first, second, *rest = [one.pk for one in assign_next(by=labeller, limit=5)]
    submit_label(by=labeller, assignment_id=first, value="evasive")
    submit_label(by=labeller, assignment_id=second, value="evasive")
    back_second, back_first = undo_last(by=labeller), undo_last(by=labeller)
    assert [one.pk for one in held(by=labeller)] == [back_first.pk, back_second.pk, *rest]


def test_an_undone_answer_whose_lease_runs_out_goes_to_somebody_else(make_answer, labeller, person):
    answer = make_answer()
    label_next(labeller)
    again = undo_last(by=labeller)
    type(again).objects.filter(pk=again.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert take_back_expired() == 1
    answer.refresh_from_db()
    assert (answer.counted, answer.leased) == (0, 0)
    assert [one.answer_id for one in assign_next(by=person("other"))] == [answer.pk]


def test_sending_the_old_label_again_after_undo_changes_nothing(make_answer, labeller):
    make_answer()
    label = label_next(labeller)
    undo_last(by=labeller)
    with pytest.raises(Conflict):
        submit_label(by=labeller, assignment_id=label.assignment_id, value="evasive")
    assert Label.objects.get().status == "superseded"


def test_as_many_queries_however_many_were_undone(make_answer, labeller, django_assert_num_queries):
    for number in range(6):
        make_answer(f"Answer {number}.")
        label_next(labeller)
    with django_assert_num_queries(3):
        assert last_verdict(by=labeller) is not None
    for _ in range(5):
        undo_last(by=labeller)
    with django_assert_num_queries(3):
        assert last_verdict(by=labeller) is not None
