"""A verdict can be taken back: the answer comes back, the counts step back, and the old verdict stays on record."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from annotations.actions import assign_next, pass_on, submit_label, take_back_expired, undo, undo_last
from annotations.models import Assignment, CannotJudge, Label
from annotations.selectors import hand, history, last_verdict, taken_back
from core.errors import Conflict, Forbidden, Gone, NotFound
from core.models import Event
from probes.models import Answer
from prompts.actions import withdraw_prompt
from prompts.models import Prompt

pytestmark = pytest.mark.django_db


def label_next(reader, value="evasive"):
    [assignment] = assign_next(by=reader)
    return submit_label(by=reader, assignment_id=assignment.id, value=value)


def test_a_label(make_answer, labeller):
    answer = make_answer()
    label = label_next(labeller)
    assert undo_last(by=labeller) == label.assignment_id
    again = Assignment.objects.get()
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
    passed = pass_on(by=labeller, assignment_id=assignment.id, reason="garbled")
    assert undo_last(by=labeller) == assignment.id
    passed.refresh_from_db()
    answer.refresh_from_db()
    assert (passed.status, passed.superseded_at is not None) == ("superseded", True)
    assert (answer.state, answer.counted, answer.leased) == ("open", 0, 1)
    submit_label(by=labeller, assignment_id=assignment.id, value="faithful")
    assert (Label.objects.count(), CannotJudge.objects.count()) == (1, 1)


def test_newest_first_and_ten_at_most(make_answer, labeller):
    labels = []
    for number in range(12):
        make_answer(f"Answer {number}.")
        labels.append(label_next(labeller))
    back = []
    with pytest.raises(NotFound, match="nothing to undo"):
        for _ in range(12):
            back.append(undo_last(by=labeller))
    assert back == [label.assignment_id for label in reversed(labels[2:])]
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
    ("verdicts", "state", "counted"), [("EEE", "settled", 3), ("---", "unjudgeable", 0), ("F---", "unjudgeable", 1)]
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
    passed = pass_on(by=labeller, assignment_id=assignment.id, reason="garbled")
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
    assert undo_last(by=labeller) == first.assignment_id
    gone.refresh_from_db()
    assert (gone.state, gone.counted, gone.leased) == ("withdrawn", 1, 0)
    with pytest.raises(NotFound):
        undo_last(by=labeller)


def test_a_withdrawn_prompt_still_lets_one_mend_ones_label(make_answer, labeller, prompt, maintainer):
    make_answer()
    label_next(labeller)
    withdraw_prompt(by=maintainer, prompt=prompt)
    again = undo_last(by=labeller)
    assert submit_label(by=labeller, assignment_id=again, value="faithful").value == "faithful"


def test_the_answer_taken_back_comes_before_those_in_hand(make_answer, labeller):
    for number in range(6):
        make_answer(f"Answer {number}.")
    first, second, *rest = [one.id for one in assign_next(by=labeller, limit=5)]
    submit_label(by=labeller, assignment_id=first, value="evasive")
    submit_label(by=labeller, assignment_id=second, value="evasive")
    assert [undo_last(by=labeller), undo_last(by=labeller)] == [second, first]
    assert [one.id for one in hand(by=labeller)] == [first, second, *rest]


def test_an_undone_answer_whose_lease_runs_out_goes_to_somebody_else(make_answer, labeller, person):
    answer = make_answer()
    label_next(labeller)
    Assignment.objects.filter(pk=undo_last(by=labeller)).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert take_back_expired() == 1
    answer.refresh_from_db()
    assert (answer.counted, answer.leased) == (0, 0)
    [one] = assign_next(by=person("other"))
    assert Assignment.objects.get(pk=one.id).answer == answer


def test_sending_the_old_label_again_after_undo_changes_nothing(make_answer, labeller):
    """A copy of it may have been on its way: its key says that it is no new verdict."""
    make_answer()
    [card] = assign_next(by=labeller)
    sent = {"by": labeller, "assignment_id": card.id, "value": "evasive", "key": uuid.uuid4()}
    label = submit_label(**sent)
    undo_last(by=labeller)
    assert submit_label(**sent) == label
    assert Label.objects.get().status == "superseded"
    assert [one.id for one in hand(by=labeller)] == [card.id]


def test_one_of_the_last_and_twice_is_once(make_answer, labeller):
    for number in range(3):
        make_answer(f"Answer {number}.")
    cards = [one.id for one in assign_next(by=labeller, limit=3)]
    for card in cards:
        submit_label(by=labeller, assignment_id=card, value="evasive")
    assert [undo(by=labeller, assignment_id=cards[0]) for _ in range(2)] == [cards[0]] * 2
    assert [one.id for one in hand(by=labeller)] == [cards[0]]
    assert Label.objects.filter(status="superseded").count() == Event.objects.filter(verb="undo").count() == 1
    again = submit_label(by=labeller, assignment_id=cards[0], value="faithful")
    assert [past.id for past in history(by=labeller)] == [cards[0], cards[2], cards[1]]
    assert undo_last(by=labeller) == cards[0]
    again.refresh_from_db()
    assert again.status == "superseded"


def test_what_was_said_is_there_to_be_mended(make_answer, labeller):
    make_answer()
    [card] = assign_next(by=labeller)
    assert taken_back(by=labeller, pk=card.id) is None
    more = {"note": "the park", "facets": ["hedged", "official_line"], "evidence": [[0, 2]]}
    submit_label(by=labeller, assignment_id=card.id, value="evasive", **more)
    undo(by=labeller, assignment_id=card.id)
    said = taken_back(by=labeller, pk=card.id)
    assert (said.value, said.reason, said.note) == ("evasive", "", "the park")
    assert (said.facets, said.evidence) == (["official_line", "hedged"], [[0, 2]])
    pass_on(by=labeller, assignment_id=card.id, reason="garbled", note="half")
    undo(by=labeller, assignment_id=card.id)
    said = taken_back(by=labeller, pk=card.id)
    assert (said.value, said.reason, said.note, said.facets, said.evidence) == ("", "garbled", "half", [], [])


def test_what_was_undone_and_left_is_had_again_while_there_is_room(make_answer, labeller, lease, person):
    answer = make_answer()
    label_next(labeller)
    card = undo_last(by=labeller)
    Assignment.objects.update(expires_at=timezone.now())
    assert undo(by=labeller, assignment_id=card) == card  # not swept yet
    assert [one.id for one in hand(by=labeller)] == [card]
    Assignment.objects.update(expires_at=timezone.now())
    assert take_back_expired() == 1
    assert undo(by=labeller, assignment_id=card) == card
    answer.refresh_from_db()
    assert ([one.id for one in hand(by=labeller)], answer.leased) == ([card], 1)
    Assignment.objects.update(expires_at=timezone.now())
    assert take_back_expired() == 1
    for number in range(3):
        lease(person(f"reader-{number}"), answer)
    with pytest.raises(Gone, match="went to somebody else"):
        undo(by=labeller, assignment_id=card)


def test_neither_anybody_elses_card_nor_one_that_never_was(make_answer, labeller, person):
    make_answer()
    label = label_next(labeller)
    with pytest.raises(Forbidden):
        undo(by=person("other"), assignment_id=label.assignment_id)
    with pytest.raises(NotFound):
        undo(by=labeller, assignment_id=uuid.uuid4())
    label.refresh_from_db()
    assert label.status == "current"


@pytest.mark.parametrize("model", [Answer, Prompt])
def test_what_was_reported_waits_for_a_reviewer(make_answer, labeller, model):
    make_answer()
    label = label_next(labeller)
    model.objects.update(held_at=timezone.now())
    with pytest.raises(Gone, match="was reported"):
        undo_last(by=labeller)
    label.refresh_from_db()
    assert label.status == "current"


def test_as_many_queries_however_many_were_undone(make_answer, labeller, django_assert_num_queries):
    for number in range(6):
        make_answer(f"Answer {number}.")
        label_next(labeller)
    with django_assert_num_queries(2):
        assert last_verdict(by=labeller) is not None
    for _ in range(5):
        undo_last(by=labeller)
    with django_assert_num_queries(2):
        assert last_verdict(by=labeller) is not None
