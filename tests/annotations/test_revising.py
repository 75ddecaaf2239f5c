"""A verdict with all it may carry: facets, passages, a key; and another in its place while the answer is open."""

import uuid

import pytest
from django.utils import timezone

from annotations.actions import pass_on, submit_label
from annotations.models import Assignment, CannotJudge, Label
from annotations.selectors import history, past
from core.errors import Conflict, Forbidden, Gone, Invalid
from core.models import Event
from probes.identity import SIGN
from probes.models import Answer
from tests.annotations.conftest import at_once

pytestmark = pytest.mark.django_db


def said(label):
    return (label.value, label.note, label.facets, label.evidence)


def test_facets_and_passages_are_kept_in_order(held, labeller):
    label = submit_label(
        by=labeller,
        assignment_id=held.pk,
        value="evasive",
        facets=["hedged", "official_line"],
        evidence=[[10, 12], [3, 6], [0, 4], [6, 7]],
    )
    assert said(Label.objects.get()) == said(label) == ("evasive", "", ["official_line", "hedged"], [[0, 7], [10, 12]])


@pytest.mark.parametrize(
    "evidence",
    [
        None,
        0,
        "",
        {},
        "[[0,1]]",
        [0, 1],
        [[0]],
        [[0, 1, 2]],
        [["0", "1"]],
        [[0.0, 1.0]],
        [[False, True]],
        [[None, 1]],
        [[-1, 1]],
        [[1, 1]],
        [[2, 1]],
        [[0, 19]],
        [[0, 10**30]],
        [[n, n + 1] for n in range(11)],
    ],
    ids=str,
)
def test_passages_that_are_none(held, labeller, evidence):
    with pytest.raises(Invalid) as caught:
        submit_label(by=labeller, assignment_id=held.pk, value="evasive", evidence=evidence)
    assert set(caught.value.fields) == {"evidence"}
    held.refresh_from_db()
    assert (Label.objects.exists(), held.status) == (False, "leased")


def test_a_passage_may_be_the_whole_answer(held, labeller):
    label = submit_label(by=labeller, assignment_id=held.pk, value="evasive", evidence=[[0, 18]])
    assert label.evidence == [[0, len(held.answer.text)]]


@pytest.mark.parametrize("facets", [["rude"], [""], ["hedged", "hedged"], ["HEDGED"]])
def test_facets_that_are_none(held, labeller, facets):
    with pytest.raises(Invalid) as caught:
        submit_label(by=labeller, assignment_id=held.pk, value="evasive", facets=facets)
    assert set(caught.value.fields) == {"facets"}
    assert not Label.objects.exists()


def test_passages_count_in_the_text_that_is_shown(make_answer, labeller, lease):
    """A bar stands over a name, whatever its length; what is kept counts in the text as it came."""
    text = "I am Model A, made by Maker A. I cannot speak of this."
    answer = make_answer(text)
    Answer.objects.filter(pk=answer.pk).update(identity_leaked=True)
    card = lease(labeller, answer)
    submit_label(by=labeller, assignment_id=card.pk, value="censored")
    shown = past(by=labeller, pk=card.pk).text
    assert SIGN in shown and "Model A" not in shown
    start = shown.index("I cannot")
    sent = [[start, start + len("I cannot speak")]]
    submit_label(by=labeller, assignment_id=card.pk, value="censored", evidence=sent, again=True)
    [[first, last]] = Label.objects.get(status="current").evidence
    assert text[first:last] == "I cannot speak"
    assert past(by=labeller, pk=card.pk).evidence == sent
    bar = shown.index(SIGN)
    submit_label(by=labeller, assignment_id=card.pk, value="censored", evidence=[[bar + 1, bar + 2]], again=True)
    assert past(by=labeller, pk=card.pk).evidence == [[bar, bar + len(SIGN)]]


def test_another_label_in_its_place(held, labeller):
    first = submit_label(by=labeller, assignment_id=held.pk, value="evasive", note="one")
    closed_at = Assignment.objects.get().closed_at
    for change in ({"value": "faithful", "note": "one"}, {"value": "faithful", "note": "two"}):
        submit_label(by=labeller, assignment_id=held.pk, again=True, **change)
    first.refresh_from_db()
    held.refresh_from_db()
    held.answer.refresh_from_db()
    current = Label.objects.get(status="current")
    assert (first.status, first.superseded_at is not None) == ("superseded", True)
    assert (current.value, current.note, Label.objects.count()) == ("faithful", "two", 3)
    assert (held.status, held.closed_at) == ("labelled", closed_at)
    assert (held.answer.counted, held.answer.leased) == (1, 0)
    events = list(Event.objects.filter(verb__in=["label", "revise"]).order_by("id").values_list("verb", "data"))
    assert events[:2] == [("label", {}), ("revise", {"instead_of": first.pk})]


def test_the_same_with_again_changes_nothing(held, labeller):
    first = submit_label(by=labeller, assignment_id=held.pk, value="evasive", facets=["hedged"])
    assert submit_label(by=labeller, assignment_id=held.pk, value="evasive", facets=["hedged"], again=True) == first
    assert Label.objects.count() == 1


@pytest.mark.parametrize("more", [{"note": "new"}, {"facets": ["hedged"]}, {"evidence": [[0, 1]]}], ids=str)
def test_the_same_label_with_more_is_another_verdict(held, labeller, more):
    submit_label(by=labeller, assignment_id=held.pk, value="evasive")
    with pytest.raises(Conflict, match="judged this answer already"):
        submit_label(by=labeller, assignment_id=held.pk, value="evasive", **more)
    submit_label(by=labeller, assignment_id=held.pk, value="evasive", again=True, **more)
    assert Label.objects.count() == 2


def test_again_where_there_is_nothing_yet_is_a_verdict(held, labeller):
    submit_label(by=labeller, assignment_id=held.pk, value="evasive", again=True)
    assert Label.objects.get().status == "current"


def test_a_label_becomes_a_pass_and_a_pass_a_label(held, labeller):
    submit_label(by=labeller, assignment_id=held.pk, value="evasive")
    pass_on(by=labeller, assignment_id=held.pk, reason="garbled", again=True)
    held.answer.refresh_from_db()
    assert (held.answer.counted, Label.objects.get().status, CannotJudge.objects.get().status) == (
        0,
        "superseded",
        "current",
    )
    submit_label(by=labeller, assignment_id=held.pk, value="faithful", again=True)
    held.refresh_from_db()
    held.answer.refresh_from_db()
    assert (held.status, held.answer.counted, CannotJudge.objects.get().status) == ("labelled", 1, "superseded")


def test_a_pass_cannot_become_a_label_where_its_place_is_gone(held, labeller, person, lease):
    pass_on(by=labeller, assignment_id=held.pk, reason="garbled")
    for number in range(3):
        lease(person(f"reader-{number}"), held.answer)
    with pytest.raises(Conflict, match="Somebody else has been given this answer"):
        submit_label(by=labeller, assignment_id=held.pk, value="evasive", again=True)
    assert (CannotJudge.objects.get().status, Label.objects.exists()) == ("current", False)
    assert pass_on(by=labeller, assignment_id=held.pk, reason="language", again=True).reason == "language"


def test_what_is_public_stays(make_answer, judge):
    answer = make_answer()
    [reader, *_] = judge(answer, "CCC")
    card = Assignment.objects.get(person=reader).pk
    with pytest.raises(Conflict, match="is public now"):
        submit_label(by=reader, assignment_id=card, value="evasive", again=True)
    assert submit_label(by=reader, assignment_id=card, value="censored", again=True).value == "censored"
    assert Label.objects.filter(status="superseded").count() == 0


def test_the_same_key_is_the_same_verdict(held, labeller):
    key = uuid.uuid4()
    first = submit_label(by=labeller, assignment_id=held.pk, value="evasive", key=key)
    for more in ({"value": "evasive"}, {"value": "faithful"}, {"value": "faithful", "again": True}):
        assert submit_label(by=labeller, assignment_id=held.pk, key=key, **more) == first
    submit_label(by=labeller, assignment_id=held.pk, value="faithful", key=uuid.uuid4(), again=True)
    assert submit_label(by=labeller, assignment_id=held.pk, value="evasive", key=key) == first
    assert Label.objects.get(status="current").value == "faithful"


def test_a_key_of_another_card_or_person_or_kind(make_answer, labeller, person, lease):
    cards = [lease(labeller, make_answer(f"Answer {number}.")) for number in range(2)]
    key = uuid.uuid4()
    submit_label(by=labeller, assignment_id=cards[0].pk, value="evasive", key=key)
    other = person("other")
    theirs = lease(other, cards[0].answer)
    sends = [
        lambda: submit_label(by=labeller, assignment_id=cards[1].pk, value="evasive", key=key),
        lambda: submit_label(by=other, assignment_id=theirs.pk, value="evasive", key=key),
        lambda: pass_on(by=labeller, assignment_id=cards[1].pk, reason="garbled", key=key),
        lambda: pass_on(by=labeller, assignment_id=cards[0].pk, reason="garbled", key=key),
    ]
    for send in sends:
        with pytest.raises(Conflict, match="came with another verdict"):
            send()
    assert (Label.objects.count(), CannotJudge.objects.count()) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_one_key_on_many_cards_at_once_is_one_verdict(make_answer, labeller, lease):
    cards = [lease(labeller, make_answer(f"Answer {number}.")) for number in range(8)]
    key = uuid.uuid4()
    jobs = [lambda pk=card.pk: submit_label(by=labeller, assignment_id=pk, value="evasive", key=key) for card in cards]
    found = at_once(jobs)
    assert sum(isinstance(one, Label) for one in found) == Label.objects.count() == 1
    assert sum(isinstance(one, Conflict) for one in found) == 7
    assert Assignment.objects.filter(status="leased").count() == 7


def test_who_is_in_quarantine_changes_nothing(held, labeller):
    submit_label(by=labeller, assignment_id=held.pk, value="evasive")
    labeller.labeller.standing, labeller.labeller.standing_reason = "quarantined", "Gold."
    labeller.labeller.save()
    with pytest.raises(Forbidden, match="being looked at"):
        submit_label(by=labeller, assignment_id=held.pk, value="faithful", again=True)
    assert [(one.editable, one.why_not[:11]) for one in history(by=labeller)] == [(False, "Your labels")]


def test_the_last_ten_and_why_some_stay(make_answer, labeller, lease, judge):
    cards = [lease(labeller, make_answer(f"Answer {number}.")) for number in range(12)]
    for card in cards[:-1]:
        submit_label(by=labeller, assignment_id=card.pk, value="evasive", note=f"note {card.answer.text}")
    pass_on(by=labeller, assignment_id=cards[-1].pk, reason="garbled")
    judge(cards[-2].answer, "EE")
    Answer.objects.filter(pk=cards[-3].answer_id).update(state="withdrawn", closed_at=timezone.now())
    Answer.objects.filter(pk=cards[-4].answer_id).update(held_at=timezone.now())
    found = history(by=labeller)
    assert [one.id for one in found] == [card.pk for card in reversed(cards[2:])]
    assert [one.text for one in found] == [card.answer.text for card in reversed(cards[2:])]
    assert (found[0].reason, found[0].value, found[1].value, found[1].note) == (
        "garbled",
        "",
        "evasive",
        "note Answer 10.",
    )
    assert [one.editable for one in found] == [True, False, False, False, *[True] * 6]
    assert [one.why_not.split(" ")[:3] for one in found[1:4]] == [["This", "answer", "has"]] * 2 + [
        ["This", "answer", "was"]
    ]
    assert history(by=labeller, limit=2) == found[:2]


def test_a_change_of_what_was_withdrawn_or_reported(held, labeller):
    submit_label(by=labeller, assignment_id=held.pk, value="evasive")
    for change in ({"held_at": timezone.now()}, {"state": "withdrawn", "closed_at": timezone.now()}):
        Answer.objects.update(**change)
        with pytest.raises(Gone):
            submit_label(by=labeller, assignment_id=held.pk, value="faithful", again=True)
    assert Label.objects.get().status == "current"
