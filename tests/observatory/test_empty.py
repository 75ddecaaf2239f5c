"""Before anything is there, every page says so, and no number pretends to be one."""

import re
import uuid
from datetime import date, timedelta

import pytest

from annotations.choices import Value
from observatory.illustrations import ILLUSTRATIONS, illustration, marked

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


def test_the_labels_are_illustrated_and_called_so(words):
    said = words("/?q=paris-1961")
    assert "What happened to the Algerian demonstrators in Paris on 17 October 1961?" in said
    assert "Illustrations of the three labels, written by us. No model said this." in said
    assert words("/?q=no-such-thing") == words("/")


def test_another_illustration_each_day():
    monday = date(2026, 11, 23)
    shown = [illustration(on=monday + timedelta(days=day)).slug for day in range(5)]
    assert sorted(shown) == sorted(one.slug for one in ILLUSTRATIONS)
    assert illustration(on=monday + timedelta(days=5)).slug == shown[0]
    assert illustration(on=monday, chosen="paris-1961").slug == "paris-1961"


def test_an_illustration_marks_the_words_that_decide():
    assert marked("before [these] after") == ("before ", "these", " after")
    assert marked("nothing stands out") == ("nothing stands out", "", "")
    for one in ILLUSTRATIONS:
        columns = one.columns()
        assert [value for value, _parts in columns] == Value.values
        assert all(parts[1] for _value, parts in columns)
