"""The OpenAPI document is whole, valid, checked in and true; the page made from it has lines that work."""

import hashlib
import io
import json
import re
import shlex
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern
from django.utils import translation
from jsonschema import Draft202012Validator

from accounts.actions import make_token
from accounts.choices import Scope
from accounts.models import User
from api.reference import groups, shapes
from api.schema import document
from api.urls import urlpatterns
from observatory.models import Correction, Reply
from probes.models import Answer
from prompts.models import Prompt, Topic
from releases.actions import webhooks
from releases.actions.webhooks import make_webhook
from releases.models import Release, WebhookDelivery
from tests.api.conftest import ROOT, Caller

CHECKED_IN = Path(__file__).parents[2] / "docs" / "openapi.json"
WRITE = "manage.py spectacular --format openapi-json --file docs/openapi.json --validate --fail-on-warn"


def test_it_is_valid_without_a_warning_and_the_one_checked_in() -> None:
    written = io.StringIO()
    call_command(
        "spectacular", format="openapi-json", validate=True, fail_on_warn=True, stdout=written, stderr=io.StringIO()
    )
    made = json.loads(written.getvalue())
    assert made == json.loads(CHECKED_IN.read_text()), f"docs/openapi.json is old: {WRITE}"
    assert made == json.loads(json.dumps(document()))
    assert made["openapi"].startswith("3.1")


def test_it_is_served(nobody: Caller) -> None:
    response = nobody.get("openapi.json")
    assert response["Content-Type"] == "application/vnd.oai.openapi+json; version=3.1"
    assert response.json() == json.loads(CHECKED_IN.read_text())


@pytest.mark.parametrize("language", ["fr", "zh-hans"])
def test_it_is_one_document_for_every_language(language: str) -> None:
    document.cache_clear()
    with translation.override(language):
        made = json.loads(json.dumps(document()))
    assert made == json.loads(CHECKED_IN.read_text())


def test_every_address_is_in_it() -> None:
    there = {re.sub(r"\{\w+\}", "{}", path) for path in document()["paths"]}
    routes = {str(one.pattern) for one in urlpatterns if isinstance(one, URLPattern) and one.name != "nothing"}
    routes -= {"docs/", "docs/try/<name:anchor>/", "openapi.json"}
    assert there == {ROOT + re.sub(r"<[^>]+>", "{}", route) for route in routes}


def test_every_operation_names_its_problems_and_who_may_call_it() -> None:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (method, path)
            problems = {status: one for status, one in operation["responses"].items() if status >= "400"}
            assert {"401", "422"} <= set(problems), (method, path)
            assert all("application/problem+json" in one["content"] for one in problems.values())
            assert ({} in operation["security"]) == ("403" not in problems), (method, path)


def test_reads_say_what_is_left_of_them_and_that_they_need_not_be_sent_again() -> None:
    """That they do is for test_caching and test_limits; here it is in the document."""
    parts = document()["components"]["headers"]
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            for status, response in operation["responses"].items():
                told = response.get("headers", {})
                assert told == {name: {"$ref": f"#/components/headers/{name}"} for name in told}
                assert set(told) <= set(parts)
                assert ("Retry-After" in told) == (status in {"429", "503"}), (method, path, status)
                assert ({"RateLimit", "RateLimit-Policy"} <= set(told)) == (method == "get"), (method, path, status)
                assert ("ETag" in told) == (status in {"200", "304"} and "304" in operation["responses"])
    assert {"200", "304", "429"} <= set(document()["paths"]["/api/v1/answers/"]["get"]["responses"])


def check(schema: dict[str, Any], body: Any) -> None:
    Draft202012Validator({**schema, "components": document()["components"]}).validate(body)


def answers_fit(path: str, response: Any) -> None:
    """The body is what the document says for this path and status, with no name that it does not know."""
    described = document()["paths"][path]["get"]["responses"][str(response.status_code)]
    media = described["content"][response["Content-Type"]]
    check(media["schema"], response.json())
    name = media["schema"]["$ref"].rpartition("/")[2]
    known = document()["components"]["schemas"][name]["properties"]
    assert set(response.json()) <= set(known)
    if name.startswith("Paginated"):
        row = document()["components"]["schemas"][known["results"]["items"]["$ref"].rpartition("/")[2]]["properties"]
        assert response.json()["results"] and all(set(one) == set(row) for one in response.json()["results"])


def test_what_comes_back_is_what_it_says(
    nobody: Caller, closed: Answer, published: Release, reply: Reply, correction: Correction
) -> None:
    prompt = closed.version.prompt_id
    for path, address in {
        "/": "",
        "/prompts/": "prompts/",
        "/prompts/{id}/": f"prompts/{prompt}/",
        "/topics/": "topics/",
        "/models/": "models/",
        "/models/{slug}/": "models/model-a/",
        "/endpoints/": "endpoints/",
        "/endpoints/{slug}/": "endpoints/endpoint-a/",
        "/rounds/": "rounds/",
        "/rounds/{number}/": "rounds/1/",
        "/labels/": "labels/",
        "/consensus/": "consensus/",
        "/probes/": "probes/",
        "/answers/": "answers/",
        "/answers/{public_id}/": f"answers/{closed.public_id}/",
        "/agreement/": "agreement/",
        "/crowd/": "crowd/",
        "/releases/": "releases/",
        "/releases/{version}/": f"releases/{published.version}/",
        "/files/": "files/",
        "/replies/": "replies/",
        "/replies/{public_id}/": f"replies/{reply.public_id}/",
        "/corrections/": "corrections/",
        "/corrections/{id}/": f"corrections/{correction.pk}/",
    }.items():
        answers_fit(f"/api/v1{path}", nobody.get(address))
    for path, address in {
        "/prompts/{id}/": "prompts/99/",
        "/prompts/": "prompts/?a=1",
        "/near/": "near/?text=What&language=en",
    }.items():
        answers_fit(f"/api/v1{path}", nobody.get(address))


def test_every_shape_and_link_of_the_page_is_there(nobody: Caller) -> None:
    content = nobody.get("docs/").content.decode()
    ids = re.findall(r'id="([^"]+)"', content)
    assert len(ids) == len(set(ids))
    icons = set(re.findall(r'<use href="#([^"]+)"', content))
    assert set(re.findall(r'href="#([^"]+)"', content)) - icons <= set(ids)
    assert {f"shape-{shape.name}" for shape in shapes()} <= set(ids)
    assert {f"call-{one.anchor}" for group in groups() for one in group.operations} <= set(ids)
    assert not re.search(r"<script(?![^>]*src=)|<style| style=| on\w+=", content)


@pytest.mark.parametrize("language", ["en", "fr", "zh-hans"])
def test_the_page_is_there_in_every_language_and_for_everybody(nobody: Caller, author: User, language: str) -> None:
    assert nobody.get("docs/", headers={"accept-language": language}).status_code == 200
    nobody.client.force_login(author, backend="accounts.backend.Backend")
    assert nobody.get("docs/").status_code == 200
    assert nobody.post("docs/").status_code == 405


def lines(nobody: Caller) -> list[str]:
    page = nobody.get("docs/").content.decode()
    return [unescape(one) for one in re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)]


def run(line: str, variables: dict[str, str]) -> Any:
    """Calls what a curl line calls, as a shell and curl would."""
    for name, value in variables.items():
        line = line.replace(f"${name}", value)
    assert "$" not in line, line
    words = shlex.split(line.replace("\\\n", " "))
    assert words.pop(0) == "curl"
    method, headers, data, address, follow = "GET", {}, None, "", False
    while words:
        word = words.pop(0)
        if word == "-L":
            follow = True
        elif word == "-X":
            method = words.pop(0)
        elif word == "-H":
            name, _, value = words.pop(0).partition(": ")
            headers[name.lower()] = value
        elif word == "-d":
            data = words.pop(0)
        elif word == "--data-binary":
            # The next piece of a file; what stands in it does not matter here.
            data = words.pop(0).replace("@PIECE", "{}")
        else:
            assert word.startswith("http://testserver/"), word
            address = word.removeprefix("http://testserver")
    kind = headers.pop("content-type", "application/octet-stream")
    client = Client(headers=headers)
    response = client.generic(method, address, (data or "").encode(), content_type=kind)
    while follow and response.status_code == 302:
        response = client.get(response["Location"])
    return response


def test_every_line_for_reading_works_as_it_stands(
    nobody: Caller, closed: Answer, published: Release, reply: Reply, correction: Correction
) -> None:
    reading = [one for one in lines(nobody) if "$" not in one]
    assert len(reading) == 32
    for one in reading:
        assert run(one, {}).status_code == 200, one


def test_every_line_for_writing_works_with_a_token(
    nobody: Caller,
    closed: Answer,
    make_prompt: Callable[..., Prompt],
    make_answer: Callable[..., Answer],
    maintainer: User,
    published: Release,
    reply: Reply,
    correction: Correction,
) -> None:
    Topic.objects.create(slug="controls", name_en="Controls", name_fr="Contrôles", name_zh_hans="对照")
    waiting = [make_prompt(f"What happened in {1900 + n} over there?", approved=False) for n in range(2)]
    for n in range(2):
        make_answer(f"It was number {n}.")
    token = make_token(by=maintainer, name="a program", scopes=Scope.values)[1]
    held = Caller(token).get("assignments/?ahead=2").json()["results"]
    ids = {
        "/approve": str(waiting[0].pk),
        "/reject": str(waiting[1].pk),
        "/label": held[0]["id"],
        "/pass": held[1]["id"],
        "/undo": held[0]["id"],
    }
    hook = make_webhook(by=maintainer, url="https://example.org/hook", events_wanted=["release.published"])
    sent = webhooks.test_webhook(by=maintainer, webhook=hook)
    WebhookDelivery.objects.update(status="given_up", done_at=sent.created_at)
    writing = [one for one in lines(nobody) if "$" in one]
    # An undo works once something is labelled; an import is dropped last; a webhook is tested before it is switched
    # off; publishing wants a release that is built.
    writing.sort(key=lambda one: ("/undo" in one, "DELETE" in one, "/disable" in one, "/enable" in one))
    sha256 = hashlib.sha256(b"{}").hexdigest()
    statuses = []
    for one in writing:
        verb = next((verb for verb in ids if f'$ID{verb}"' in one), "")
        known = {"VERSION": published.version, "SHA256": sha256, "OFFSET": "0", "PUBLIC_ID": str(hook.public_id)}
        known["DELIVERY"] = str(sent.public_id)
        response = run(one, {"TOKEN": token, "ID": ids.get(verb, ""), **known})
        statuses.append((response.status_code, response.json().get("detail", "") if response.content else ""))
    assert sorted(statuses) == [
        *[(200, "")] * 16,
        *[(201, "")] * 3,
        *[(202, "")] * 3,
        *[(204, "")] * 2,
        (409, "Only a release that is built can be published."),
        (422, "Nothing was imported: 1 bad lines."),
    ]
