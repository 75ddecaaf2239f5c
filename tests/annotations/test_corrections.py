"""Which verdict an undo takes back, and how often one may change one's mind: alike on every card."""

import uuid

import pytest

from annotations.actions import assign_next, submit_label, undo
from annotations.models import Check, Label
from annotations.rules import CORRECTIONS_AT_MOST
from core.errors import Conflict
from tests.annotations.screen import UNDO_ONE

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


def said(response):
    """Status, code and sentence of a refusal; the status alone of what was taken."""
    body = response.json()
    return (response.status_code, body["code"], body["detail"]) if response.status_code >= 400 else response.status_code


def test_an_undo_takes_back_the_verdict_it_means_and_no_newer_one(make_answer, labeller):
    make_answer()
    [card] = assign_next(by=labeller)
    first, second = uuid.uuid4(), uuid.uuid4()
    submit_label(by=labeller, assignment_id=card.id, value="evasive", key=first)
    assert undo(by=labeller, assignment_id=card.id, key=first) == card.id
    assert undo(by=labeller, assignment_id=card.id, key=first) == card.id
    submit_label(by=labeller, assignment_id=card.id, value="faithful", key=second)
    with pytest.raises(Conflict, match="judged this answer anew since"):
        undo(by=labeller, assignment_id=card.id, key=first)
    assert Label.objects.get(status="current").value == "faithful"
    undo(by=labeller, assignment_id=card.id, key=second)
    assert Label.objects.filter(status="current").count() == 0


def test_without_a_key_it_is_the_last_one(make_answer, labeller):
    make_answer()
    [card] = assign_next(by=labeller)
    submit_label(by=labeller, assignment_id=card.id, value="evasive", key=uuid.uuid4())
    assert undo(by=labeller, assignment_id=card.id) == card.id
    assert Label.objects.get().status == "superseded"


def test_the_key_of_an_undo_tells_no_card_from_another(signed_in, three):
    seen = {}
    for name, pk in three.items():
        keys = [str(uuid.uuid4()) for _ in range(2)]
        steps = [
            ("", {"value": "evasive", "key": keys[0]}),
            ("undo/", {"key": "no key"}),
            ("undo/", {"key": keys[0]}),
            ("undo/", {"key": keys[0]}),
            ("", {"reason": "garbled", "key": keys[1]}),
            ("undo/", {"key": keys[0]}),
            ("undo/", {"key": str(uuid.uuid4())}),
            ("undo/", {"key": keys[1]}),
            ("", {"value": "faithful"}),
            ("undo/", {"key": keys[1]}),
            ("undo/", {"key": ""}),
        ]
        seen[name] = [said(signed_in.post(f"/label/{pk}/{verb}", sent, headers=JSON)) for verb, sent in steps]
    anew = (409, "conflict", "You have judged this answer anew since, and that verdict stands.")
    assert [one if isinstance(one, int) else one[0] for one in seen["real"]] == [
        *(200, 422, 200, 200, 200, 409, 409, 200, 200, 409, 200)
    ]
    assert [seen["real"][number] for number in (5, 6, 9)] == [anew] * 3
    assert seen["gold"] == seen["real"]
    assert seen["repeat"] == seen["real"]


@pytest.mark.parametrize("with_key", [True, False])
def test_there_is_an_end_to_corrections_on_every_card(signed_in, three, with_key):
    """Whether they are changed or taken back and said anew, with keys or without."""

    def key():
        return {"key": str(uuid.uuid4())} if with_key else {}

    seen = {}
    for name, pk in three.items():

        def send(verb, pk=pk, **fields):
            return said(signed_in.post(f"/label/{pk}/{verb}", {**fields, **key()} if not verb else {}, headers=JSON))

        steps = [send("", value="evasive")]
        for number in range(CORRECTIONS_AT_MOST):
            if number % 4 == 3:
                steps += [send("undo/"), send("", reason="garbled")]
            else:
                steps.append(send("", value=("faithful", "censored")[number % 2], again="1"))
        assert set(steps) == {200}, name
        seen[name] = [
            send("", value="evasive", again="1"),
            send("undo/"),
            send("", reason="garbled", again="1"),
            send("", value="faithful"),
        ]
    enough = (429, "no_more", "You have changed what you said of this answer 20 times. What you said last stands.")
    already = (409, "conflict", "You have judged this answer already. Undo that first.")
    assert seen["real"] == [enough, enough, 200, already]
    assert seen["gold"] == seen["repeat"] == seen["real"]
    assert [len(check.past) for check in Check.objects.all()] == [CORRECTIONS_AT_MOST] * 2


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_page_says_which_verdict_it_takes_back(screen, five):
    sent = []
    screen.context.route(UNDO_ONE, lambda route: (sent.append(route.request.post_data), route.continue_()))
    screen.open()
    screen.judge("2")
    screen.until_saved()
    label = Label.objects.get()
    screen.undo()
    screen.until(lambda: Label.objects.get().status == "superseded")
    assert sent == [f"key={label.key}"]
    assert screen.faults == []
