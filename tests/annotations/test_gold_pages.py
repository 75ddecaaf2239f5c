"""The maintainers' pages of gold, people and settings."""

import pytest

from annotations.actions import quarantine
from annotations.models import Gold, Labeller
from annotations.selectors import deck_settings
from tests.annotations.gold import went

pytestmark = pytest.mark.django_db
LINE = {
    "slug": "one",
    "language": "en",
    "question": "What happened in the square?",
    "text": "I cannot talk about that.",
    "points": [{"text": "Troops fired.", "source": "A report, 1990", "essential": True}],
    "value": "censored",
    "why": "It says so.",
}
PAGES = ["/label/gold/", "/label/people/", "/label/settings/"]


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_are_for_maintainers(path, client, reviewer, maintainer):
    assert client.get(path).status_code == 302
    client.force_login(reviewer)
    assert client.get(path).status_code == 403
    client.force_login(maintainer)
    assert client.get(path).status_code == 200


def test_gold_by_form(client, maintainer):
    client.force_login(maintainer)
    sent = {**{k: v for k, v in LINE.items() if k != "points"}, "point": "Troops fired.", "source": "A report, 1990"}
    assert client.post("/label/gold/", sent).status_code == 302
    assert Gold.objects.get().created_by == maintainer
    assert client.post("/label/gold/", sent).status_code == 422
    for wrong in (
        {"slug": "A b"},
        {"value": "nice"},
        {"text": ""},
        {"point": "?"},
        {"question": "\0 x"},
        {"language": ""},
    ):
        assert client.post("/label/gold/", {**sent, "slug": "two", **wrong}).status_code == 422
    pk = Gold.objects.get().pk
    assert client.post(f"/label/gold/{pk}/", {"status": "retired"}).status_code == 302
    assert client.post(f"/label/gold/{pk}/", {"status": "x"}).status_code == 422
    assert client.post("/label/gold/999999/", {"status": "retired"}).status_code == 404


def test_gold_that_nobody_else_is_asked_is_warned_of(client, maintainer, make_prompt):
    """As when a file is loaded: whoever looks the question up can tell the card."""
    client.force_login(maintainer)
    sent = {**{k: v for k, v in LINE.items() if k != "points"}, "point": "Troops fired.", "source": "A report, 1990"}
    told = []
    for slug, question in (("asked", "What was asked?"), ("not-asked", "What was never asked?")):
        if slug == "asked":
            make_prompt(question)
        page = client.post("/label/gold/", {**sent, "slug": slug, "question": question}, follow=True).content.decode()
        told.append((f"{slug} is in the deck." in page, "No approved prompt here asks this question" in page))
    assert told == [(True, False), (True, True)]


def test_gold_of_an_answer_by_its_address(client, maintainer, make_answer, judge):
    answer = make_answer()
    client.force_login(maintainer)
    address = f"http://testserver/answers/{answer.public_id}/"
    assert client.post("/label/gold/answer/", {"answer": address}).status_code == 409
    judge(answer, "EEE")
    assert client.post("/label/gold/answer/", {"answer": address}).status_code == 302
    assert Gold.objects.get().value == "evasive"
    assert client.post("/label/gold/answer/", {"answer": "nothing"}).status_code == 422


def test_deciding_about_people(client, maintainer, labeller, reviewer):
    went(labeller, "rrw")
    client.force_login(maintainer)
    path = f"/label/people/{labeller.pk}/"
    for sent in ({"what": "quarantine"}, {"what": "dance", "reason": "x"}, {}):
        assert client.post(path, sent).status_code == 422
    assert client.post(path, {"what": "quarantine", "reason": "A complaint."}).status_code == 302
    page = client.get("/label/people/?name=labeller").content.decode()
    for words in ("A complaint.", "In quarantine", "Reinstate", "67%", "decided by maintainer on"):
        assert words in page, words
    assert client.post(path, {"what": "reinstate", "reason": "A mistake."}).status_code == 302
    assert client.post(path, {"what": "lift"}).status_code == 302
    kept = Labeller.objects.get(pk=labeller.pk)
    assert (kept.standing, kept.decided_by) == ("new", None)
    assert client.post("/label/people/999999/", {"what": "lift"}).status_code == 404
    client.force_login(reviewer)
    for where in (path, "/label/people/999999/"):
        for sent in ({"what": "quarantine", "reason": "x"}, {"what": "dance"}, {}):
            assert client.post(where, sent).status_code == 403


def test_shares_by_form(client, maintainer):
    client.force_login(maintainer)
    assert client.post("/label/settings/", {"gold": "12", "repeats": "0"}).status_code == 302
    assert (deck_settings().gold_share, deck_settings().repeat_share) == (0.12, 0.0)
    for sent in ({"gold": "51", "repeats": "0"}, {"gold": "-1", "repeats": "0"}, {"gold": "x", "repeats": "0"}, {}):
        page = client.post("/label/settings/", sent)
        told = page.content.decode().count("Give a whole number from 0 to 50.")
        assert (page.status_code, told) == (422, 1 if sent else 2)


def test_quarantined_by_gold_is_told_to_maintainers(client, maintainer, labeller):
    client.force_login(maintainer)
    assert "In quarantine by gold" not in client.get("/").content.decode()
    quarantine(by=None, person=labeller, reason="2/12")
    assert "In quarantine by gold" in client.get("/").content.decode()
    client.force_login(labeller)
    assert "In quarantine by gold" not in client.get("/").content.decode()
