"""Before anything is there, every page says so, and no number pretends to be one."""

import json
import re
import uuid
from datetime import date, timedelta

import pytest

from annotations.choices import Value
from observatory.exhibits import exhibits, exhibits_of
from probes import demo

pytestmark = pytest.mark.django_db

PAGES = ["/", "/agreement/", "/models/", "/about/", "/method/"]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["en", "fr", "zh-hans"])
def test_every_page_is_there_in_an_empty_database(client, address, language):
    client.cookies["django_language"] = language
    response = client.get(address)
    assert response.status_code == 200
    assert client.head(address).status_code == 200
    assert client.post(address).status_code == 405
    assert b"nan" not in re.sub(rb"<[^>]+>", b" ", response.content).lower().split()
    assert b"style=" not in response.content
    assert b"<script" not in response.content


@pytest.mark.parametrize("address", ["/models/nobody/", f"/answers/{uuid.UUID(int=7)}/", "/answers/1/"])
def test_what_is_not_there_is_404(read, address):
    read(address, status=404)


def test_the_front_page_says_that_labels_are_missing(read, words):
    said = words("/")
    assert "Labels by people 0 on 0 closed answers" in said
    assert "Agreement, alpha not enough labels yet" in said
    assert 'class="void"' in read("/")


def test_the_agreement_page_says_why_there_is_no_number(read, words):
    said = words("/agreement/")
    assert "This cannot be said yet: there are no labels." in said
    assert said.count("not enough labels yet Undefined: there are no labels.") == 3
    assert "No slice has labels yet" in said
    assert read("/agreement/").count('class="void"') == 3


def test_recorded_answers_stand_on_the_home_page_and_are_called_so(words, read):
    said = words("/?q=1")
    assert "What happened to the civil rights marchers in Derry" in said
    assert "Qwen2.5 Coder 0.5B Instruct Alibaba, China" in said
    assert "Real answers, recorded on 22 November 2026 and chosen by us as examples; nobody labels them." in said
    assert words("/?q=no-such-thing") == words("/") == words("/?q=99")
    assert read("/?q=2").count('href="?q=2" aria-current="true">Example 2<') == 1


def test_the_sets_take_turns():
    monday = date(2026, 11, 23)
    shown = [exhibits_of(on=monday + timedelta(days=day))[0] for day in range(4)]
    assert sorted(shown[:3]) == [1, 2, 3]
    assert shown[3] == shown[0]
    assert exhibits_of(on=monday, chosen="2")[0] == 2


def test_each_set_has_the_three_labels_and_marks_the_words_that_decide():
    for one_set in exhibits():
        assert [one.label for one in one_set] == Value.values
        assert all(one.words and "".join(one.parts) == one.text for one in one_set)


def test_no_exhibit_is_among_the_answers_to_label():
    lines = [json.loads(line) for line in demo.FILE.read_text(encoding="utf-8").splitlines()]
    texts = {(row["prompt"], row["text"]) for row in lines if row["kind"] == "answer"}
    assert len(lines) == 430
    assert [one for one_set in exhibits() for one in one_set if (one.question, one.text) in texts] == []
