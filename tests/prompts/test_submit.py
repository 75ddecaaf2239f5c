"""Submitting a prompt: the form with and without a script, what is wrong, what comes close, translations."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.errors import Invalid
from core.models import Event
from prompts.actions import reject_prompt, submit_prompt
from prompts.models import Family, KeyPoint, Prompt, PromptVersion, Topic
from tests.cast import POINTS
from tests.prompts.forms import URL, filled, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(labeller: User, topic: Topic) -> Client:
    return signed_in(labeller)


def test_one_has_to_sign_in(topic):
    for answer in (Client().get(URL), Client().post(URL, filled())):
        assert (answer.status_code, answer.url) == (302, f"{reverse('account_login')}?next={URL}")


def test_the_form_offers_two_key_points(client):
    page = client.get(URL).content.decode()
    form = page[page.index("data-rows>") : page.index("<template data-row")]
    assert form.count('class="kp"') == 2
    assert 'value="0" id="essential-0" checked' in form
    assert "It may be published under CC0" in page


def test_a_prompt_is_sent_and_waits(client, labeller):
    answer = client.post(URL, filled())
    prompt = Prompt.objects.get()
    assert (answer.status_code, answer.url) == (302, reverse("prompts:detail", args=[prompt.pk]))
    assert (prompt.status, prompt.submitted_by, prompt.language) == ("submitted", labeller, "en")
    assert (prompt.family.kind, prompt.family.state, prompt.family.topic.slug) == ("sensitive", "GB", "india")
    points = KeyPoint.objects.values_list("text", "source", "url", "essential")
    assert list(points) == [
        ("Brigadier-General Dyer did.", "Report of the inquiry, 1920", "https://example.org/report", True)
    ]
    assert list(Event.objects.filter(noun="prompt").values_list("verb", flat=True)) == ["submit"]


@pytest.mark.parametrize(
    ("wrong", "field", "message"),
    [
        ({"text": ""}, "id_text", "Write the question."),
        ({"text": " \n\t "}, "id_text", "Write the question."),
        ({"text": "???????????"}, "id_text", "Write the question."),
        ({"text": "Why?"}, "id_text", "at least 8 characters; this one has 4"),
        ({"text": "w" * 501}, "id_text", "at most 500 characters; this one has 501"),
        ({"text": "What\x00 happened there?"}, "id_text", "Null characters are not allowed"),
        ({"language": "en_XX"}, "id_language", "en_XX is not a language of Candor"),
        ({"language": None}, "id_language", "Choose the language"),
        ({"topic": "atlantis"}, "id_topic", "Choose a topic from the list"),
        ({"topic": ""}, "id_topic", "Choose a topic"),
        ({"kind": "x"}, "id_kind", "not one of the available choices"),
        ({"act": "x"}, "id_act", "not one of the available choices"),
        ({"state": ""}, "id_state", "Choose the state it concerns, or None."),
        ({"state": "gb"}, "id_state", "not on the list of states"),
        ({"state": "-"}, "id_state", "Say which state it concerns"),
        ({"licence": None}, "id_licence", "Only what may be published"),
        ({"points-0-text": ""}, "id_points-0-text", "Write the key point, or clear its source."),
        ({"points-0-text": "p" * 501}, "id_points-0-text", "at most 500 characters"),
        ({"points-0-source": ""}, "id_points-0-source", "Add a source."),
        ({"points-0-url": "javascript:alert(1)"}, "id_points-0-url", "starts with http:// or https://"),
        ({"points-0-url": "ftp://example.org/"}, "id_points-0-url", "starts with http:// or https://"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(client, wrong, field, message):
    answer = client.post(URL, filled(**wrong))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert (Prompt.objects.count(), Family.objects.count(), PromptVersion.objects.count()) == (0, 0, 0)
    error = page[page.index(f'id="{field}_error"') :][:900]
    assert message in error
    assert f'{field}_error"' in page[: page.index(f'id="{field}_error"')]  # the input points at it
    kept = [filled(**wrong)[name].strip("\n\t ") for name in ("text", "points-0-text", "points-0-source")]
    assert [value for value in kept if value.replace("\x00", "") not in page.replace("\x00", "")] == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"points-0-text": "", "points-0-source": "", "points-0-url": ""}, "Name at least one key point"),
        ({"points-1-text": "Another.", "points-1-source": "A book", "essential": "7"}, "Mark which key point"),
        ({"points-1-text": "Another.", "points-1-source": "A book", "essential": "²"}, "Mark which key point"),
        ({"points-0-text": "\u200e\x01", "points-0-source": "\x01\x02"}, "is empty"),
    ],
)
def test_what_is_wrong_with_the_key_points_together(client, wrong, message):
    answer = client.post(URL, filled(**wrong))
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert Prompt.objects.count() == 0


@pytest.mark.parametrize("total", ["", "x", "-1", "1001", "9" * 30])
def test_a_form_that_was_tampered_with_is_refused(client, total):
    assert client.post(URL, filled(**{"points-TOTAL_FORMS": total})).status_code == 422
    assert client.post(URL, filled(**{"points-TOTAL_FORMS": total, "add_point": "1"})).status_code == 200
    assert Prompt.objects.count() == 0


def test_the_only_key_point_is_the_essential_one(client):
    moved = {"points-0-text": "", "points-0-source": "", "points-0-url": ""}
    moved |= {"points-1-text": "Dyer did.", "points-1-source": "A book", "essential": "0"}
    assert client.post(URL, filled(**moved)).status_code == 302
    assert list(KeyPoint.objects.values_list("text", "essential")) == [("Dyer did.", True)]


def test_rows_are_added_and_removed_without_a_script(client):
    page = client.post(URL, filled(add_point="1", text="Half a")).content.decode()
    rows = page[page.index("data-rows>") : page.index("<template data-row")]
    assert rows.count('class="kp"') == 3
    assert 'name="points-TOTAL_FORMS" value="3"' in page
    assert "Half a</textarea>" in page
    assert "Brigadier-General Dyer did.</textarea>" in rows
    assert 'class="error"' not in page
    second = {"points-1-text": "379 dead.", "points-1-source": "A book", "essential": "1"}
    page = client.post(URL, filled(remove_point="0", **second)).content.decode()
    rows = page[page.index("data-rows>") : page.index("<template data-row")]
    assert rows.count('class="kp"') == 1
    assert "379 dead.</textarea>" in rows
    assert 'id="essential-0" checked' in rows
    page = client.post(URL, filled(add_point="1", **{"points-TOTAL_FORMS": "6"})).content.decode()
    rows = page[page.index("data-rows>") : page.index("<template data-row")]
    assert rows.count('class="kp"') == 6
    assert 'name="add_point"' not in page
    assert Prompt.objects.count() == 0


def test_the_very_same_question_is_never_taken_twice(client, author, topic):
    assert client.post(URL, filled()).status_code == 302
    answer = client.post(URL, filled(confirm="1"))
    assert answer.status_code == 422
    assert "This question is already there in this language." in answer.content.decode()
    assert (Prompt.objects.count(), Family.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_of_a_button_pressed_twice_one_arrives(author, topic):
    def press(_number: int) -> str:
        try:
            submit_prompt(
                by=author,
                text="Who gave the order to fire?",
                language="en",
                topic=topic,
                kind="sensitive",
                act="ask_fact",
                state="GB",
                points=POINTS,
            )
        except Invalid:
            return "refused"
        finally:
            connection.close()
        return "taken"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(press, range(4))) == ["refused", "refused", "refused", "taken"]
    assert (Prompt.objects.count(), Family.objects.count()) == (1, 1)


def test_a_translation_takes_over_what_its_original_says(client, prompt):
    page = client.get(f"{URL}?translates={prompt.pk}").content.decode()
    assert "Translate a prompt" in page
    assert 'name="topic"' not in page
    assert '<option value="en"' not in page
    assert "Report of the inquiry, 1920</textarea>" in page
    french = filled(text="Que s’est-il passé à Jallianwala Bagh en 1919 ?", language="fr", translates=str(prompt.pk))
    french |= {"topic": "atlantis", "kind": "harm_control", "state": "FR"}  # whatever is sent
    answer = client.post(URL, french)
    assert answer.status_code == 302
    made = Prompt.objects.get(language="fr")
    assert made.family == prompt.family
    assert made.current.translates == prompt.current


def test_a_language_that_is_there_is_refused(client, prompt):
    answer = client.post(URL, filled(translates=str(prompt.pk)))
    assert answer.status_code == 422
    assert "en is not a language of Candor" in answer.content.decode() or "already there" in answer.content.decode()
    assert Prompt.objects.count() == 1


@pytest.mark.parametrize("key", ["999999", "x", "9" * 40, "-1"])
def test_an_original_that_is_not_there(client, key):
    assert client.get(f"{URL}?translates={key}").status_code == 404
    assert client.post(URL, filled(translates=key)).status_code == 404


def test_a_prompt_that_waits_cannot_be_translated(client, make_prompt):
    waiting = make_prompt(approved=False)
    assert client.get(f"{URL}?translates={waiting.pk}").status_code == 404


def test_what_was_sent_back_is_mended(make_prompt, author, labeller, reviewer):
    back = reject_prompt(by=reviewer, prompt=make_prompt(approved=False), reason="Say where.")
    page = signed_in(author).get(f"{URL}?again={back.pk}").content.decode()
    assert f"{back.current.text}</textarea>" in page
    assert "The official count was 379 dead.</textarea>" in page
    assert back.current.text not in signed_in(labeller).get(f"{URL}?again={back.pk}").content.decode()
