"""The page of keys, and what may be one."""

import json

import pytest
from django.urls import reverse

from annotations import selectors
from annotations.actions import set_keys
from annotations.keyboard import ACTIONS, USUAL
from annotations.models import Labeller
from core.errors import Invalid
from core.models import Event

URL = "/label/keys/"


def fields(**changes):
    """What the page would send: the usual keys, with some lines changed; None switches one off."""
    keys = {**USUAL, **changes}
    sent = {f"key_{action}": key or "" for action, key in keys.items()}
    return {**sent, **{f"off_{action}": "on" for action, key in keys.items() if key is None}, "swipe": "on"}


def test_everybody_begins_with_the_usual_keys(labeller):
    assert selectors.keyboard(by=labeller) == selectors.keyboard(by=None)
    assert dict(selectors.keyboard(by=None).keys) == USUAL
    assert len(set(USUAL.values())) == len(USUAL)
    assert selectors.keyboard(by=None).of["pass"] == "S"
    assert selectors.keyboard(by=None).back == "Shift+J"
    assert selectors.keyboard(by=None).back_label == "Shift+J"


def test_a_persons_own_keys(labeller):
    set_keys(by=labeller, keys={"pass": "X", "undo": "", "evasive": "é", "jump": "."})
    own = selectors.keyboard(by=labeller)
    assert dict(own.keys) == {**USUAL, "pass": "x", "undo": "", "evasive": "é", "jump": "."}
    assert (own.of["pass"], own.of["undo"], own.of["evasive"], own.back) == ("X", "", "É", "")
    assert json.loads(own.json) == own.keys
    # Only what differs is kept, so that a usual key that changes one day changes for all who never chose.
    assert Labeller.objects.get(pk=labeller.pk).keys == {"pass": "x", "undo": "", "evasive": "é", "jump": "."}
    set_keys(by=labeller, keys={})
    assert Labeller.objects.get(pk=labeller.pk).keys == {}
    assert list(Event.objects.filter(verb="set_keys").order_by("id").values_list("data", flat=True)) == [
        {"off": ["undo"]},
        {"off": []},
    ]


def test_keys_do_not_make_a_labeller_of_who_has_not_practised(person):
    beginner = person("beginner", practised=False)
    set_keys(by=beginner, keys={"note": ""})
    assert selectors.may_label(beginner) is False
    assert selectors.keyboard(by=beginner).keys["note"] == ""


def test_two_actions_may_change_places(labeller):
    set_keys(by=labeller, keys={"censored": "3", "faithful": "1"})
    assert selectors.keyboard(by=labeller).of["censored"] == "3"


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (" ", "space bar"),
        ("\u3000", "space bar"),
        ("\t", "space bar"),
        ("Enter", "One key:"),
        ("Tab", "One key:"),
        ("Escape", "One key:"),
        ("ArrowUp", "One key:"),
        ("Ctrl+x", "One key:"),
        ("ab", "One key:"),
        ("ß" * 50, "One key:"),
        ("İ", "One key:"),
        ("\0", "cannot be typed"),
        ("\x07", "cannot be typed"),
        ("\u0301", "cannot be typed"),
        ("\u200d", "cannot be typed"),
        ("\ud800", "cannot be typed"),
    ],
)
def test_what_is_no_key(labeller, key, why):
    with pytest.raises(Invalid) as caught:
        set_keys(by=labeller, keys={"note": key, "undo": "z"})
    assert list(caught.value.fields) == ["note"]
    assert why in caught.value.fields["note"][0]
    assert dict(selectors.keyboard(by=labeller).keys) == USUAL


def test_one_key_for_two_actions_is_refused_on_both_lines(labeller):
    with pytest.raises(Invalid) as caught:
        set_keys(by=labeller, keys={"note": "S"})
    assert caught.value.fields == {
        "pass": ["S is the key of “Write a note” too."],
        "note": ["S is the key of “Cannot judge” too."],
    }


def test_an_action_that_there_is_not(labeller):
    with pytest.raises(Invalid) as caught:
        set_keys(by=labeller, keys={"dance": "d"})
    assert caught.value.fields == {"dance": ["There is no such action."]}


def test_the_page_shows_every_action_with_its_key(signed_in, labeller):
    set_keys(by=labeller, keys={"pass": "x", "undo": ""})
    response = signed_in.get(URL)
    assert (response.status_code, response["Cache-Control"][:10]) == (200, "max-age=0,"), response["Cache-Control"]
    rows = {row["action"]: (row["key"].value(), row["off"].value()) for row in response.context["form"].rows}
    assert list(rows) == list(ACTIONS)
    assert (rows["pass"], rows["undo"], rows["note"]) == (("X", False), ("", True), ("N", False))


def test_the_page_saves(signed_in, labeller):
    response = signed_in.post(URL, fields(note="m", undo=None))
    assert (response.status_code, response.url) == (302, URL)
    assert selectors.keyboard(by=labeller).of["note"] == "M"
    assert selectors.keyboard(by=labeller).of["undo"] == ""
    assert selectors.keyboard(by=labeller).swipe is True
    assert "Your keys are saved." in signed_in.get(URL).content.decode()


def test_the_page_says_what_is_wrong_and_keeps_what_was_typed(signed_in, labeller):
    response = signed_in.post(URL, fields(note="s", undo="Enter", jump=""))
    page = response.content.decode()
    assert response.status_code == 422
    assert "Type a key here, or switch it off." in page
    response = signed_in.post(URL, fields(note="s", undo="Enter"))
    page = response.content.decode()
    assert response.status_code == 422
    for sentence in ("S is the key of “Cannot judge” too.", "One key: a letter, a digit or a sign."):
        assert sentence in page
    assert 'value="Enter"' in page
    assert dict(selectors.keyboard(by=labeller).keys) == USUAL


@pytest.mark.parametrize("text", ["a" * 5000, "\0", "\ud800".encode("utf-8", "surrogatepass")])
def test_what_nobody_types_is_refused_too(signed_in, labeller, text):
    assert signed_in.post(URL, fields(note=text)).status_code == 422
    assert dict(selectors.keyboard(by=labeller).keys) == USUAL


def test_all_off_and_all_as_usual(signed_in, labeller):
    assert signed_in.post(URL, {**fields(note="nonsense"), "every": "off"}).status_code == 302
    assert set(selectors.keyboard(by=labeller).keys.values()) == {""}
    assert signed_in.post(URL, {**fields(), "every": "usual"}).status_code == 302
    assert dict(selectors.keyboard(by=labeller).keys) == USUAL
    assert Labeller.objects.get(pk=labeller.pk).keys == {}


def test_swiping_is_switched_off_beside_the_keys(signed_in, labeller):
    sent = fields()
    del sent["swipe"]
    assert signed_in.post(URL, sent).status_code == 302
    assert json.loads(selectors.keyboard(by=labeller).json)["swipe"] == ""
    assert signed_in.get(URL).context["form"]["swipe"].value() is False
    signed_in.post(URL, {**sent, "every": "off"})
    assert selectors.keyboard(by=labeller).swipe is False


def test_nobody_changes_keys_without_signing_in(client, db):
    response = client.post(URL, fields())
    assert (response.status_code, response.url) == (302, f"/account/login/?next={URL}")
    assert Labeller.objects.count() == 0


def test_the_address(db):
    assert reverse("annotations:keys") == URL
