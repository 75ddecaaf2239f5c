"""One's last ten verdicts, as pages that work without a script: read again, changed, or told why they stay."""

import html
import re
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from annotations.models import CannotJudge, Label
from probes.models import Answer
from tests.annotations.pages import JSON, action_of, address_of, read

pytestmark = pytest.mark.django_db


def history():
    return reverse("annotations:history")


def change(pk):
    return reverse("annotations:change", args=[pk])


def hidden(page, name):
    """What a hidden field of the page's form of verdicts holds."""
    return html.unescape(re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page).group(1))


def test_a_verdict_is_changed_without_javascript(signed_in, held):
    sent = {"value": "censored", "note": "It says so.", "facets": ["hedged"], "evidence": "[[0, 2]]"}
    signed_in.post(address_of(held.id), sent)
    page = read(signed_in, history())
    assert change(held.id) in page and "It says so." in page and '<span class="chip">Hedged</span>' in page
    [passage] = re.findall(r'<q class="past__passage"[^>]*>(.*?)</q>', page)
    assert html.unescape(passage) == held.answer.text[:2]
    page = read(signed_in, change(held.id))
    assert action_of(page) == address_of(held.id)
    assert "Your label now" in page and "It says so." in page
    assert (hidden(page, "again"), hidden(page, "evidence")) == ("1", "[[0, 2]]")
    fields = {name: hidden(page, name) for name in ("again", "changed", "key", "evidence")}
    there = signed_in.post(action_of(page), {**fields, "value": "faithful", "note": "On second thought.", "facets": []})
    assert (there.status_code, there.url) == (302, history())
    page = read(signed_in, there.url)
    assert "Your verdict is changed." in page and "On second thought." in page
    labels = Label.objects.order_by("pk").values_list("value", "note", "facets", "evidence", "status")
    assert list(labels) == [
        ("censored", "It says so.", ["hedged"], [[0, 2]], "superseded"),
        ("faithful", "On second thought.", [], [[0, 2]], "current"),
    ]


def test_a_label_becomes_a_pass(signed_in, held):
    signed_in.post(address_of(held.id), {"value": "evasive"})
    signed_in.post(address_of(held.id), {"reason": "garbled", "again": "1", "changed": "1"})
    assert (Label.objects.get().status, CannotJudge.objects.get().reason) == ("superseded", "garbled")
    page = read(signed_in, history())
    assert "Garbled" in page and "Cannot judge" in page


def test_a_closed_one_says_why_it_stays(signed_in, held):
    signed_in.post(address_of(held.id), {"value": "evasive"})
    Answer.objects.update(state="settled", closed_at=timezone.now())
    for page in (read(signed_in, history()), read(signed_in, change(held.id))):
        assert "has all its labels and is public now" in page
        assert 'id="verdict"' not in page
    response = signed_in.post(address_of(held.id), {"value": "faithful", "again": "1"}, headers=JSON)
    assert response.status_code == 409
    assert Label.objects.get().value == "evasive"


def test_nothing_yet(signed_in):
    assert "Nothing yet" in read(signed_in, history())


def test_ten_and_no_more_newest_first(signed_in, make_answer):
    for number in range(12):
        make_answer(f"Answer {number}.")
    given = []
    for _ in range(12):
        page = read(signed_in)
        given.append(action_of(page).split("/")[-2])
        signed_in.post(action_of(page), {"value": "evasive"})
    shown = re.findall(r'href="/label/([0-9a-f-]{36})/change/"', read(signed_in, history()))
    assert shown == given[:1:-1]


def test_nobody_elses(client, person, held):
    client.force_login(person("other"))
    for pk in (held.id, uuid.uuid4()):
        assert client.get(change(pk)).status_code == 404


def test_a_page_of_somebody_who_has_left_the_browser(signed_in, held):
    """The script says whose page it is on; where that is not who is signed in, nothing is taken."""
    theirs = {**JSON, "X-Candor-Person": "0"}
    response = signed_in.post(address_of(held.id), {"value": "evasive"}, headers=theirs)
    assert (response.status_code, response.json()["code"]) == (401, "other_person")
    assert Label.objects.count() == 0


def test_the_next_cards_come_with_the_verdict_and_none_twice(signed_in, make_answer):
    for number in range(4):
        make_answer(f"Answer {number}.")
    before = signed_in.get(reverse("annotations:cards"), {"ahead": "2"}, headers=JSON).json()
    first, second = before["held"]
    sent = {"value": "evasive", "ahead": "3", "have": second, "key": str(uuid.uuid4())}
    body = signed_in.post(address_of(first), sent, headers=JSON).json()
    assert (body["today"], body["total"], len(body["held"]), first in body["held"]) == (1, 1, 3, False)
    assert [card["id"] for card in body["cards"]] == [pk for pk in body["held"] if pk != second]
    again = signed_in.post(address_of(first), sent, headers=JSON).json()
    assert (again["held"], Label.objects.count()) == (body["held"], 1)


def test_undo_of_one_card_brings_what_was_said_of_it(signed_in, held):
    said = {"value": "evasive", "note": "Hm.", "facets": ["hedged"], "evidence": "[[0, 2]]"}
    signed_in.post(address_of(held.id), said, headers=JSON)
    for _ in range(2):
        body = signed_in.post(reverse("annotations:undo_one", args=[held.id]), headers=JSON).json()
        card = body["card"]
        assert (card["id"], card["note"], card["facets"], card["evidence"]) == (
            str(held.id),
            "Hm.",
            ["hedged"],
            [[0, 2]],
        )
    assert (body["today"], Label.objects.get().status) == (0, "superseded")


def test_leases_are_renewed(signed_in, held):
    body = signed_in.post(reverse("annotations:renew"), headers=JSON).json()
    assert (body["ids"], body["until"] is not None) == ([str(held.id)], True)


def test_who_has_not_practised_is_led_there(client, person, make_answer):
    make_answer()
    client.force_login(person("fresh", practised=False))
    there = client.get(reverse("annotations:deck"))
    assert (there.status_code, there.url) == (302, reverse("annotations:practice"))
