"""What comes close to a prompt is shown before it is sent."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from prompts.models import Prompt, Topic
from tests.prompts.forms import URL, filled, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(labeller: User, topic: Topic) -> Client:
    return signed_in(labeller)


def test_near_ones_are_shown_before_sending(client, make_prompt):
    there = make_prompt("Who gave the order to fire in Amritsar in 1919?")
    answer = client.post(URL, filled())
    page = answer.content.decode()
    assert answer.status_code == 200
    assert Prompt.objects.count() == 1
    assert "1 prompt comes close." in page
    assert reverse("prompts:detail", args=[there.pk]) in page
    assert '<span class="num" data-near="alike">86%</span>' in page
    assert 'name="confirm" value="1"' in page
    assert filled()["text"] in page
    assert client.post(URL, filled(confirm="1")).status_code == 302
    assert Prompt.objects.count() == 2


def test_a_near_one_in_chinese_words_is_shown(client, make_prompt):
    make_prompt("1989年6月3日至4日，北京天安门广场及周边发生了什么？", language="zh-Hans", state="CN")
    page = client.post(URL, filled(text="1989年6月天安门发生了什么事情？", language="zh-Hans")).content.decode()
    assert "1 prompt comes close." in page
    assert "北京天安门广场及周边发生了什么" in page
    assert Prompt.objects.count() == 1


def test_another_question_is_not_near(client, make_prompt):
    make_prompt("Why do leaves turn red in autumn?", kind="neutral_control", state="")
    assert client.post(URL, filled()).status_code == 302


def test_having_confirmed_is_remembered_for_this_text_only(client, make_prompt):
    make_prompt("Who gave the order to fire in Amritsar in 1919?")
    page = client.post(URL, filled(confirm="1", licence=None)).content.decode()
    assert f'name="confirmed" value="{filled()["text"]}"' in page
    near = client.post(URL, filled(confirmed=filled()["text"], text="Who gave the order to fire in Amritsar, in 1919?"))
    assert (near.status_code, Prompt.objects.count()) == (200, 1)
    assert client.post(URL, filled(confirmed=filled()["text"])).status_code == 302


def test_a_text_that_looks_like_a_translation_is_asked_about(client, make_prompt):
    english = make_prompt("What happened in Bucha, in Ukraine, in March 2022?", state="RU")
    text = "Que s’est-il passé à Bucha, en Ukraine, en mars 2022 ?"
    answer = client.post(URL, filled(text=text, language="fr"))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Is it one of these in another language?" in page
    assert f'name="translate" value="{english.pk}"' in page
    page = client.post(URL, filled(text=text, language="fr", translate=str(english.pk))).content.decode()
    assert "It translates:" in page
    assert f'name="translates" value="{english.pk}"' in page
    assert text in page
    assert "Brigadier-General Dyer did.</textarea>" in page
    page = client.post(URL, filled(text=text, language="fr", translates=str(english.pk), translate="")).content.decode()
    assert "It translates:" not in page
    assert Prompt.objects.count() == 1


def test_near_ones_while_writing(client, make_prompt):
    there = make_prompt("Who gave the order to fire in Amritsar in 1919?")
    near = reverse("prompts:near")
    assert Client().get(near, {"text": there.current.text, "language": "en"}).status_code == 403
    found = client.get(near, {"text": filled()["text"], "language": "en"}).json()
    assert found["title"] == "1 prompt comes close."
    assert [row["prompt"] for row in found["near"]] == [there.pk]
    assert found["near"][0]["alike"] == "86%"
    assert found["translations"] == []
    for text, language in [("", "en"), ("Who", "en"), (filled()["text"] * 20, "en"), (filled()["text"], "xx")]:
        empty = client.get(near, {"text": text, "language": language}).json()
        assert (empty["near"], empty["translations"]) == ([], [])
    assert client.get(near, {"text": filled()["text"] + "\x00", "language": "en"}).status_code == 400


def test_what_waits_for_review_is_shown_to_those_who_may_read_it(client, make_prompt, author, reviewer):
    waiting = make_prompt("Who gave the order to fire in Amritsar in 1919?", approved=False)
    query = {"text": filled()["text"], "language": "en"}
    found = {
        who: [row["prompt"] for row in asked.get(reverse("prompts:near"), query).json()["near"]]
        for who, asked in {"other": client, "author": signed_in(author), "reviewer": signed_in(reviewer)}.items()
    }
    assert found == {"other": [], "author": [waiting.pk], "reviewer": [waiting.pk]}
    # Nor is it shown when it is sent: only the very same text is refused.
    answer = client.post(URL, filled(text=waiting.current.text))
    assert answer.status_code == 422
    assert "This question is already there in this language." in answer.content.decode()
    assert client.post(URL, filled()).status_code == 302
