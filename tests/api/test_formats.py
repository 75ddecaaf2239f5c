"""`format=`: what Accept says, for links, spreadsheets and whoever else cannot send it."""

from typing import Any

import pytest
from django.test import Client

from api.reference import groups
from api.schema import document
from probes.models import Answer
from releases.models import Release
from releases.served.addresses import address_of
from tests.api.conftest import Caller, is_problem

KINDS = {
    "csv": "text/csv; charset=utf-8; header=present",
    "ndjson": "application/x-ndjson",
    "json": "application/json",
}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def whole(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def lists() -> list[str]:
    """Every address that comes in several forms, by the document."""
    found = []
    for path, methods in document()["paths"].items():
        names = {one["name"] for one in methods.get("get", {}).get("parameters", ())}
        if "format" in names:
            found.append(path)
    return found


def test_every_list_that_anybody_may_read_has_it() -> None:
    streamed = [
        path
        for path, methods in document()["paths"].items()
        if "text/csv" in methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
    ]
    assert lists() == streamed and len(streamed) > 15


@pytest.mark.parametrize("path", lists())
@pytest.mark.parametrize("accept", ["*/*", BROWSER, "text/html", "application/json", "text/csv", ""])
def test_the_address_has_the_last_word(nobody: Caller, closed: Answer, path: str, accept: str) -> None:
    for kind, content_type in KINDS.items():
        response = nobody.client.get(path, {"format": kind}, headers={"accept": accept})
        assert (response.status_code, response["Content-Type"]) == (200, content_type)
        noun = path.removeprefix("/api/v1/").strip("/").replace("/", "-")
        named = f'attachment; filename="candor-{noun}.{kind}"'
        assert response.headers.get("Content-Disposition") == (None if kind == "json" else named)
        whole(response)


def test_it_is_the_same_as_by_accept_but_for_the_name(nobody: Caller, closed: Answer) -> None:
    for kind in ("csv", "ndjson"):
        media_type = KINDS[kind].partition(";")[0]
        by_accept = nobody.get("answers/", headers={"accept": media_type})
        by_address = nobody.get("answers/", {"format": kind})
        assert whole(by_accept) == whole(by_address)
        assert "Content-Disposition" not in by_accept
    assert nobody.get("answers/", {"format": "json"}).json() == nobody.get("answers/").json()
    assert nobody.client.head("/api/v1/answers/?format=csv")["Content-Disposition"].endswith('"candor-answers.csv"')


@pytest.mark.parametrize("wrong", ["", "xml", "CSV", "csv,json", "\x00"])
@pytest.mark.parametrize("accept", ["*/*", "text/html", "text/csv"])
def test_another_form_is_refused_and_says_which_there_are(nobody: Caller, db: None, wrong: str, accept: str) -> None:
    refused = nobody.get("topics/", {"format": wrong}, headers={"accept": accept})
    assert list(is_problem(refused, 422)["fields"]) == ["format"]
    is_problem(nobody.client.get("/api/v1/topics/?format=csv&format=json"), 422)


def test_what_is_no_list_has_none(nobody: Caller, closed: Answer) -> None:
    is_problem(nobody.get(f"answers/{closed.public_id}/", {"format": "csv"}), 422)
    is_problem(nobody.get("answers/", {"format": "csv", "page_size": 10}), 422)


def test_where_another_process_streams_the_address_leads_there_whole(
    nobody: Caller, closed: Answer, settings: Any
) -> None:
    settings.FILES_URL = "https://files.candor.example"
    led = nobody.get("answers/", {"format": "csv", "state": "settled"}, headers={"accept": BROWSER})
    assert (led.status_code, led["Location"]) == (
        307, "https://files.candor.example/api/v1/answers/?format=csv&state=settled"
    )  # fmt: skip


def test_the_reference_has_a_link_to_each_list_as_csv(client: Client, db: None) -> None:
    page = client.get("/api/v1/docs/").content.decode()
    for path in lists():
        assert f'href="{path}?format=csv"' in page
    assert page.count("data-csv") == len(lists())
    assert 'name="format"' not in page
    assert sum(one.is_list for group in groups() for one in group.operations) == len(lists())


def test_a_file_of_a_release_is_one_step_away(nobody: Caller, published: Release, settings: Any) -> None:
    settings.FILES_URL = "https://files.candor.example"
    for file in published.files.order_by("path")[:3]:
        for version in ("latest", published.version):
            led = nobody.get(f"releases/{version}/files/{file.path}")
            assert (led.status_code, led["Location"]) == (302, address_of(file))
            assert led["Location"].startswith("https://files.candor.example/data/files/")
    is_problem(nobody.get("releases/latest/files/nothing"), 404)
    is_problem(nobody.get("releases/2020.1.0/files/SHA256SUMS"), 404)


def test_concerns_is_the_same_in_prompts_as_in_the_other_lists(nobody: Caller, closed: Answer) -> None:
    [row] = nobody.get("prompts/").json()["results"]
    state = row["state"]
    assert state
    for name in ("concerns", "state"):
        assert nobody.get("prompts/", {name: state}).json()["results"] == [row]
        assert nobody.get("prompts/", {name: "ZZ"}).json()["results"] == []
    parameters = {one["name"]: one for one in document()["paths"]["/api/v1/prompts/"]["get"]["parameters"]}
    assert (parameters["state"].get("deprecated"), parameters["concerns"].get("deprecated")) == (True, None)


def test_the_document_says_whose_it_is_and_what_each_noun_is() -> None:
    made = document()
    assert made["info"]["license"]["identifier"] == "CC-BY-4.0 AND CC0-1.0"
    assert made["info"]["contact"] == {"name": "The maintainers of the site", "url": "/about/"}
    assert [server["url"] for server in made["servers"]] == ["/"]
    used = {tag for methods in made["paths"].values() for one in methods.values() for tag in one["tags"]}
    assert {tag["name"] for tag in made["tags"]} == used
    assert all(tag["description"].endswith(".") for tag in made["tags"])


@pytest.mark.parametrize(
    ("contact", "way"),
    [
        ("people@candor.example", {"email": "people@candor.example"}),
        ("https://c.example/x", {"url": "https://c.example/x"}),
    ],
)
def test_whoever_runs_the_site_is_named_in_it(settings: Any, contact: str, way: dict[str, str]) -> None:
    settings.CONTACT = contact
    document.cache_clear()
    try:
        assert document()["info"]["contact"] == {"name": "The maintainers of the site", **way}
    finally:
        document.cache_clear()
