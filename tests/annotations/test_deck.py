"""The deck as a page that works without JavaScript, and the same addresses as its script uses them."""

import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from annotations.actions import assign_next
from annotations.models import Assignment, CannotJudge, Label
from tests.annotations.pages import JSON, action_of, address_of, deck, read, texts_of
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


def test_the_whole_way_without_javascript(client, labeller, make_answer):
    make_answer("The first.")
    make_answer("The second.")
    signing_in = client.get(deck())
    assert (signing_in.status_code, signing_in.url) == (302, f"{reverse('account_login')}?next={deck()}")
    there = client.post(signing_in.url, {"login": "labeller", "password": PASSWORD})
    assert (there.status_code, there.url) == (302, deck())
    page = read(client)
    assert "What happened at Jallianwala Bagh in 1919?" in page
    assert "Troops fired on the crowd." in page
    assert "Your last label is saved" not in re.sub(r'<div[^>]*id="toast"[^>]* hidden>.*?</div>', "", page, flags=re.S)
    [first] = texts_of(page)

    sent = client.post(action_of(page), {"value": "censored", "note": "It says so."})
    assert (sent.status_code, sent.url) == (302, f"{deck()}?saved")
    label = Label.objects.get()
    assert (label.value, label.note, label.took_ms, label.answer.text) == ("censored", "It says so.", None, first)
    page = read(client, sent.url)
    toast = re.search(r'<div[^>]*id="toast"[^>]*>.*?</div>', page, re.S).group()
    assert " hidden>" not in toast.partition(">")[0] + ">"
    assert "Your last label is saved." in toast and "Censored" in toast
    [second] = texts_of(page)
    assert {first, second} == {"The first.", "The second."}

    back = client.post(reverse("annotations:undo"))
    assert back.status_code == 302
    page = read(client, back.url)
    assert texts_of(page) == [first]
    assert "Your last label is taken back" in page
    assert Label.objects.get().status == "superseded"
    client.post(action_of(page), {"value": "faithful"})
    page = read(client)
    assert texts_of(page) == [second]
    passed = client.post(action_of(page), {"reason": "broken_off", "note": ""})
    assert passed.url == f"{deck()}?saved"
    assert CannotJudge.objects.get().reason == "broken_off"
    page = read(client, passed.url)
    assert "Nothing to label right now" in page

    back = client.post(reverse("annotations:undo"))
    assert texts_of(read(client, back.url)) == [second]
    assert CannotJudge.objects.get().status == "superseded"
    assert sorted(Label.objects.values_list("value", "status")) == [("censored", "superseded"), ("faithful", "current")]


def test_a_reload_after_undo_shows_the_answer_taken_back(signed_in, make_answer, labeller):
    for number in range(6):
        make_answer(f"Answer {number}.")
    taken = []
    for _ in range(2):
        page = read(signed_in)
        taken += texts_of(page)
        signed_in.post(action_of(page), {"value": "evasive"})
    assign_next(by=labeller, limit=5)
    for expected in reversed(taken):
        signed_in.post(reverse("annotations:undo"))
        assert texts_of(read(signed_in)) == [expected]


def test_the_page_counts_ones_labels(signed_in, make_answer):
    for number in range(3):
        make_answer(f"Answer {number}.")
    assert "0 today" in read(signed_in)
    for _ in range(2):
        signed_in.post(action_of(read(signed_in)), {"value": "evasive"})
    assert "2 today" in read(signed_in)
    Label.objects.update(status="superseded", superseded_at=timezone.now())
    assert "0 today" in read(signed_in)


def test_undo_is_offered_only_where_there_is_something(signed_in, make_answer):
    make_answer("The first.")
    make_answer("The second.")
    button = r'<button[^>]*id="undo"[^>]*>'
    page = read(signed_in)
    assert " disabled" in re.search(button, page).group()
    signed_in.post(action_of(page), {"value": "evasive"})
    assert " disabled" not in re.search(button, read(signed_in)).group()


def test_with_nothing_to_label_it_says_why_and_what_to_do(signed_in):
    page = read(signed_in)
    assert "Nothing to label right now" in page
    for name in ("accounts:me", "prompts:submit", "annotations:deck"):
        assert f'href="{reverse(name)}"' in page
    assert reverse("annotations:undo") not in page
    assert "deck.js" not in page and 'id="verdict"' not in page


def test_the_guideline_is_for_anybody(client):
    page = read(client, reverse("annotations:guideline"))
    for words in ("Is the core there?", "Censored", "Evasive", "Faithful", "Cannot judge", "Guideline 1.0"):
        assert words in page


def test_what_is_judged_is_gone_from_the_page_even_by_its_old_address(signed_in, held):
    there = signed_in.get(address_of(held.pk))
    assert (there.status_code, there.url) == (302, deck())
    there = signed_in.get(address_of(uuid.uuid4()))
    assert (there.status_code, there.url) == (302, deck())


def test_a_line_break_counts_once_in_a_note(signed_in, held):
    """A browser counts it as one character and sends it as two."""
    note = "\r\n".join(["x" * 199] * 5)
    assert signed_in.post(address_of(held.pk), {"value": "evasive", "note": note}, headers=JSON).status_code == 200
    assert Label.objects.get().note == note.replace("\r\n", "\n")


def test_how_long_it_took(signed_in, held):
    signed_in.post(address_of(held.pk), {"value": "evasive", "took_ms": "2147483647"})
    assert Label.objects.get().took_ms == 2147483647


def test_undo_brings_the_card_to_the_script(signed_in, held):
    signed_in.post(address_of(held.pk), {"value": "evasive"}, headers=JSON)
    body = signed_in.post(reverse("annotations:undo"), headers=JSON).json()
    again = Assignment.objects.get(status="leased")
    assert (body["card"]["id"], body["card"]["paragraphs"]) == (str(again.pk), ["It was a massacre."])
    assert (body["today"], body["total"]) == (0, 0)


def test_how_many_come_ahead(signed_in, make_answer):
    for number in range(8):
        make_answer(f"Answer {number}.")

    def ahead(query):
        return len(signed_in.get(reverse("annotations:cards"), query, headers=JSON).json()["cards"])

    assert [ahead({}), ahead({"ahead": "0"}), ahead({"ahead": "3"}), ahead({"ahead": "99"})] == [1, 1, 3, 5]
    assert Assignment.objects.count() == 5


def test_nothing_of_the_deck_is_kept_by_a_cache(signed_in, held):
    for path in (deck(), reverse("annotations:cards")):
        assert "no-store" in signed_in.get(path)["Cache-Control"]


def test_as_many_queries_for_three_cards_as_for_one(signed_in, make_answer, django_assert_num_queries):
    for number in range(4):
        make_answer(f"Answer {number}.")
    path, counts = reverse("annotations:cards"), []
    for ahead in (1, 3):
        signed_in.get(path, {"ahead": ahead}, headers=JSON)
        with CaptureQueriesContext(connection) as queries:
            assert len(signed_in.get(path, {"ahead": ahead}, headers=JSON).json()["cards"]) == ahead
        counts.append(len(queries))
    assert counts[0] == counts[1]
