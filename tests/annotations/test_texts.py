"""Texts of the record on the page: as they were written, in any script, and never as markup."""

import re

import pytest
from django.urls import reverse

from annotations.cards import length, paragraphs
from annotations.models import Assignment
from probes.actions import record_answer
from prompts.rules import Point

pytestmark = pytest.mark.django_db

NASTY = "<script>alert(1)</script><b>bold</b> & \"quoted\" '{{ user }}' {% now %} </p></div>"
SHOWN = (
    "&lt;script&gt;alert(1)&lt;/script&gt;&lt;b&gt;bold&lt;/b&gt; &amp; &quot;quoted&quot; &#x27;{{ user }}&#x27; "
    "{% now %} &lt;/p&gt;&lt;/div&gt;"
)


def page_of(client):
    response = client.get(reverse("annotations:deck"))
    assert response.status_code == 200
    return response.content.decode()


def card_of(client):
    [card] = client.get(reverse("annotations:cards"), headers={"Accept": "application/json"}).json()["cards"]
    return card


def test_markup_is_text_everywhere(signed_in, make_prompt, make_answer):
    points = [
        Point(text=f"Essential {NASTY}", source=f"Source {NASTY}", essential=True),
        Point(text=f"Other {NASTY}", source=f"Linked {NASTY}", url='https://example.org/?a="b"&c=<d>'),
    ]
    make_answer(f"Answer {NASTY}", prompt=make_prompt(f"Question {NASTY}", points=points))
    page = page_of(signed_in)
    for word in ("Question", "Answer", "Essential", "Source", "Other", "Linked"):
        assert f"{word} {SHOWN}" in page
    assert "<script>alert" not in page and "<b>bold" not in page
    card = card_of(signed_in)
    assert (card["question"], card["paragraphs"]) == (f"Question {NASTY}", [f"Answer {NASTY}"])


def test_only_addresses_of_the_web_become_links(signed_in, make_prompt, make_answer):
    points = [Point(text="A point.", source="A book", url="https://example.org/book", essential=True)]
    make_answer(prompt=make_prompt("Who wrote the book?", points=points))
    page = page_of(signed_in)
    assert page.count('<a href="https://example.org/book" target="_blank" rel="noopener noreferrer">A book</a>') == 2
    assert "javascript:" not in page


def test_what_could_not_be_shown_is_said(signed_in, prompt):
    record_answer(version=prompt.current, text="One \\u0000 and a half \\ud800.", escaped=True)
    page = page_of(signed_in)
    assert "One \\u0000 and a half \\ud800." in page
    assert 'id="answer-escaped">' in page
    assert card_of(signed_in)["escaped"] is True


def test_nothing_is_said_where_all_could_be_shown(signed_in, make_answer):
    make_answer("A backslash \\u0000 that the model wrote itself.")
    assert 'id="answer-escaped" hidden>' in page_of(signed_in)


@pytest.mark.parametrize(
    ("language", "question", "text"),
    [
        ("ar", "ماذا حدث في عام 1919؟", "كانت مجزرة.\n\nومات المئات."),
        ("he", "מה קרה בשנת 1919?", "זה היה טבח."),
        ("zh-Hans", "1919年发生了什么？", "那是一场屠杀。"),
    ],
)
def test_each_text_has_its_language_and_finds_its_direction(
    signed_in, labeller, make_prompt, make_answer, language, question, text
):
    labeller.languages = [language]
    labeller.save()
    points = [Point(text=text, source=question, essential=True)]
    make_answer(text, prompt=make_prompt(question, language=language, points=points))
    page = page_of(signed_in)
    assert f'lang="{language}" dir="auto" tabindex="-1">{question}</h2>' in page
    assert f'id="answer-text" lang="{language}">' in page
    for part in text.split("\n\n"):
        assert f'<p dir="auto">{part}</p>' in page
    assert page.count(f'<span lang="{language}" dir="auto"><b>{text}</b></span>') == 2
    assert page.count(f'<span class="meta" dir="auto">{question}</span>') == 2


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One.", ["One."]),
        ("One.\n\nTwo.", ["One.", "Two."]),
        ("One.\r\n\r\nTwo.", ["One.", "Two."]),
        ("  - a\n  - b\n\n\n\n1. c", ["  - a\n  - b", "1. c"]),
        ("def f():\n\treturn 1", ["def f():\n\treturn 1"]),
        ("   ", ["   "]),
        ("\n\n\n", ["\n\n\n"]),
        ("\u2028one\u2029", ["\u2028one\u2029"]),
    ],
)
def test_paragraphs(text, parts):
    assert paragraphs(text) == parts


@pytest.mark.parametrize("text", ["One.\n\nTwo  words\tand\u3000more.", "\ufeffa\u200bb\n\n\u00a0c"])
def test_no_character_but_line_breaks_between_paragraphs_is_lost(text):
    assert "".join(paragraphs(text)) == text.replace("\n\n", "")


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("One.", "en", "1 word"),
        ("One two\nthree.", "en", "3 words"),
        ("那是。", "zh-Hans", "3 characters"),
        ("是", "zh-Hant", "1 character"),
        ("それ は", "ja", "3 characters"),
        ("كانت مجزرة.", "ar", "2 words"),
    ],
)
def test_how_long_an_answer_is(text, language, said):
    assert length(text, language) == said


def test_a_long_answer_is_shown_whole(signed_in, make_answer):
    text = "\n\n".join(f"Paragraph {number} of a long answer." for number in range(2000))
    make_answer(text)
    page = page_of(signed_in)
    assert all(f'<p dir="auto">Paragraph {number} of a long answer.</p>' in page for number in range(2000))
    assert len(card_of(signed_in)["paragraphs"]) == 2000


def test_a_lease_without_key_points_shows_no_empty_box(signed_in, held):
    Assignment.objects.update(key_points=None)
    page = page_of(signed_in)
    assert re.findall(r'has-points"( hidden)?>', page) == [" hidden", " hidden"]
    assert card_of(signed_in)["points"] == []
