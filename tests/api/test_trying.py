"""The forms on the page about the API: without a script they lead to the address that the line beside them calls."""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from api.reference import groups
from probes.models import Answer
from releases.models import Release
from tests.api.conftest import ROOT

WRITING = [one.anchor for group in groups() for one in group.operations if one.method != "GET"]
READING = [one for group in groups() for one in group.operations if one.method == "GET"]
BY_PATH = {one.path: one for one in READING}


def tried(path: str, **given: str) -> str:
    """Where the form of a reading operation leads; the page it shows where it leads nowhere by itself."""
    address = reverse("api:try", args=[BY_PATH[ROOT + path].anchor])
    response = Client().get(address, {name.replace("in_", "in."): value for name, value in given.items()})
    return response["Location"] if response.status_code == 302 else response.content.decode()


def test_what_is_filled_in_becomes_the_address() -> None:
    assert tried("prompts/") == "/api/v1/prompts/"
    assert tried("prompts/", language="fr", cursor="") == "/api/v1/prompts/?language=fr"
    assert tried("prompts/{id}/", in_id="3", id="4") == "/api/v1/prompts/3/"
    assert tried("models/{slug}/", in_slug="a/../b c?d#e") == "/api/v1/models/a%2F..%2Fb%20c%3Fd%23e/"
    assert tried("prompts/", unknown="1") == "/api/v1/prompts/"


def test_what_leads_on_is_shown_as_a_link(db: None) -> None:
    page = tried("releases/latest/files/{path}", in_path="data/answers/part-0000.parquet")
    assert 'href="/api/v1/releases/latest/files/data/answers/part-0000.parquet"' in page


def test_what_is_missing_is_named(db: None) -> None:
    response = Client().get(reverse("api:try", args=[BY_PATH[f"{ROOT}prompts/{{id}}/"].anchor]))
    assert response.status_code == 422 and "Fill in: id." in response.content.decode()


@pytest.mark.parametrize("anchor", ["nothing", *WRITING])
def test_only_what_reads_can_be_tried_without_a_script(db: None, anchor: str) -> None:
    assert Client().get(reverse("api:try", args=[anchor])).status_code == 404
    assert Client().post(reverse("api:try", args=[anchor])).status_code == 405


def test_every_form_as_it_stands_reads_something(closed: Answer, published: Release) -> None:
    page = Client().get(reverse("api:docs")).content.decode()
    forms = re.findall(r'<form[^>]*action="([^"]*/try/[^"]*)"(.*?)</form>', page, re.DOTALL)
    assert len(forms) == len(READING)
    read = 0
    for action, inside in forms:
        inputs = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*?value="([^"]*)"', inside))
        for name, words in re.findall(r'<select[^>]*name="([^"]+)".*?>(.*?)</select>', inside, re.DOTALL):
            inputs[name] = "".join(re.findall(r"<option selected>([^<]*)", words))
        given = {name: unescape(value) for name, value in inputs.items() if value}
        response = Client().get(unescape(action), given)
        if response.status_code == 302:
            read += 1
            assert Client().get(response["Location"]).status_code in {200, 401, 404}, response["Location"]
        else:  # leads on by itself, or wants what only its caller knows
            assert response.status_code in {200, 422}, action
    assert read > 15
