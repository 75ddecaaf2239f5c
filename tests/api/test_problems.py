"""Whatever goes wrong comes back as a problem, with a status and a sentence that fit."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from api import index
from api.problems import flat
from probes.models import Answer
from prompts.models import Prompt, Topic
from tests.api.conftest import ROOT, SUBMISSION, Caller, is_problem

LISTS = (
    *("prompts/", "topics/", "models/", "endpoints/", "rounds/", "answers/", "labels/", "consensus/", "probes/"),
    *("agreement/", "rates/", "comparisons/", "releases/", "files/", "changes/"),
    *("replies/", "corrections/"),
)


@pytest.mark.parametrize(
    "path",
    [
        *("nowhere", "nowhere/", "prompts/nowhere/", "prompts/0/", f"prompts/{10**30}/", "prompts/1/nowhere"),
        *("models/nowhere/", "models/%00/", "models/a%20b/", "answers/1/", "answers/nowhere/", "releases/9999.1.0/"),
        *("answers/9d8f3c1e-0000-4000-8000-000000000000/", "releases/latest/", "releases/latest/files/x"),
        *("releases/9999.1.0/files/SHA256SUMS", "releases/%00/", "releases/x/files/%00", "docs/nowhere", "%ff", "a//b"),
        *("releases/latest/files/..%2f..%2fetc%2fpasswd", "releases/x/files/../../etc/passwd", "assignments/1/label"),
    ],
)
def test_404(nobody: Caller, path: str) -> None:
    assert is_problem(nobody.get(path), 404)["detail"] == "There is nothing at this address."


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_404_for_every_method(db: None, method: str) -> None:
    is_problem(getattr(Client(enforce_csrf_checks=True), method)(f"{ROOT}nowhere/"), 404)


@pytest.mark.parametrize(
    ("path", "right"),
    [
        ("prompts", "prompts/"),
        ("prompts?language=en&kind=twin", "prompts/?language=en&kind=twin"),
        ("prompts/7", "prompts/7/"),
        ("models/qwen2.5", "models/qwen2.5/"),
        ("prompts/7/approve/", "prompts/7/approve"),
        ("openapi.json/", "openapi.json"),
        ("docs", "docs/"),
    ],
)
def test_a_slash_too_many_or_too_few_is_forgiven(nobody: Caller, path: str, right: str) -> None:
    for response in (nobody.get(path), nobody.post(path)):
        assert (response.status_code, response["Location"]) == (308, ROOT + right)


@pytest.mark.parametrize("path", ["", *LISTS, "openapi.json", "prompts/1/", "assignments/", "near/"])
@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_405(nobody: Caller, path: str, method: str) -> None:
    response = getattr(nobody.client, method)(ROOT + path)
    is_problem(response, 405)
    assert "GET" in response["Allow"]


@pytest.mark.parametrize("path", ["topics/", "models/", "answers/", "agreement/", "openapi.json", ""])
def test_405_for_posting_where_one_reads(
    nobody: Caller, caller: Callable[..., Caller], author: User, path: str
) -> None:
    is_problem(nobody.post(path), 405)
    is_problem(caller(author).post(path), 405)


@pytest.mark.parametrize("path", ["prompts/1/approve", "assignments/undo", "releases/x/publish"])
def test_405_for_reading_where_one_posts(nobody: Caller, path: str) -> None:
    is_problem(nobody.get(path), 405)


def test_406(nobody: Caller) -> None:
    is_problem(nobody.get("prompts/", headers={"accept": "application/xml"}), 406)
    for accept in ("*/*", "application/json", "text/html,*/*;q=0.8"):
        assert nobody.get("prompts/", headers={"accept": accept}).status_code == 200


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/json, text/csv", "application/json"),
        ("text/csv, */*", "text/csv"),
        ("*/*, text/csv;q=0.5", "application/json"),
        ("application/json;q=0, text/csv", "text/csv"),
        ("application/json;q=0.1, text/csv;q=0.2, application/x-ndjson;q=0.3", "application/x-ndjson"),
        ("application/json;q=0, */*", "application/x-ndjson"),
        ("text/*;q=nonsense", "text/csv"),
        ("text/csv;q=-1, application/json;q=nan", "application/json"),
        ("application/x-ndjson;q=0", None),
        ("text/csv; q=0.0, application/*;q=0", None),
    ],
)
def test_what_comes_back_is_what_weighs_most(nobody: Caller, accept: str, kind: str | None) -> None:
    response = nobody.get("prompts/", headers={"accept": accept})
    if kind is None:
        is_problem(response, 406)
    else:
        assert (response.status_code, response["Content-Type"].partition(";")[0]) == (200, kind)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "nonsense"]
)
def test_415(caller: Callable[..., Caller], author: User, kind: str) -> None:
    is_problem(caller(author).post("prompts/", b"text=x", content_type=kind), 415)


@pytest.mark.parametrize(
    "body",
    [
        *("{", "", "[", '{"text": }', "{'text': 'x'}", '{"a": NaN}', '{"a": Infinity}', "\ufeff{", "nul", '"'),
        *("[" * 100_000, '{"a":' * 100_000, '{"a": ' + "9" * 5000 + "}"),
    ],
    ids=lambda body: body[:12] or "empty",
)
def test_400_for_a_body_that_is_not_json(caller: Callable[..., Caller], author: User, body: str) -> None:
    status = 422 if body == "" else 400
    found = is_problem(caller(author).post("prompts/", body.encode(), content_type="application/json"), status)
    assert status == 422 or found["detail"].startswith("The body is")
    assert Prompt.objects.count() == 0


def test_400_for_bytes_that_are_not_utf8(caller: Callable[..., Caller], author: User) -> None:
    is_problem(caller(author).post("prompts/", b'{"text": "\xff"}', content_type="application/json"), 400)


@pytest.mark.parametrize("body", ["[]", "[1]", '"x"', "1", "null", "true"])
def test_422_for_json_that_is_no_object(caller: Callable[..., Caller], author: User, body: str) -> None:
    is_problem(caller(author).post("prompts/", body.encode(), content_type="application/json"), 422)
    assert Prompt.objects.count() == 0


@pytest.mark.parametrize("charset", ["rot13", "zip", "nonsense", "utf-16", "utf-8"])
def test_a_strange_charset_changes_nothing(
    nobody: Caller, caller: Callable[..., Caller], author: User, topic: Topic, charset: str
) -> None:
    kind = f"application/json; charset={charset}"
    # Django's own test client stumbles over the charset in `post`.
    assert nobody.client.generic("GET", f"{ROOT}topics/", content_type=kind).status_code == 200
    body = json.dumps({**SUBMISSION, "topic": "nowhere"}).encode()
    response = caller(author).client.generic("POST", f"{ROOT}prompts/", body, content_type=kind)
    assert set(is_problem(response, 422)["fields"]) == {"topic"}


def test_413(caller: Callable[..., Caller], author: User) -> None:
    body = json.dumps({**SUBMISSION, "text": "a" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE})
    is_problem(caller(author).post("prompts/", body.encode(), content_type="application/json"), 413)


PRIVATE = [
    *("user__password__startswith", "submitted_by", "submitted_by__username", "submitted_by__password__startswith"),
    *("reviewed_by", "current__created_by", "family__prompts__submitted_by__email", "versions__created_by__role"),
    *("labels__person", "labels__person__username", "labels__value", "answer__labels__person__password", "leased"),
    *("assignments__person", "cannot_judge__person", "probes__payloads__body", "probes__request", "base_url", "key"),
    *("key_variable", "endpoint__base_url__startswith", "endpoints__key_variable", "status_reason", "may_publish"),
    *("created_by", "created_by__tokens__sha256__startswith", "tokens__sha256", "password", "email", "pk__in", "id"),
    *("state__in", "language__startswith", "topic__slug__regex", "consensus__value__ne", "ordering", "order_by"),
    *("labels__note", "assignment__person__email", "adjudications__person", "checks__person", "took_ms", "note"),
    *("exclude", "query", "search", "form", "callback", "limit", "offset", "page", "a\x00b", "__class__", ""),
    *("contact", "contact__startswith", "sent_from", "sent_by", "sent_by__username", "decided_by__email", "reason"),
    *("written_by", "written_by__username", "llm__slug", "llm__replies__contact", "llm", "text__startswith"),
]


@pytest.mark.parametrize("name", PRIVATE)
def test_no_filter_reaches_a_private_field(nobody: Caller, name: str) -> None:
    for path in LISTS:
        asked = "key__startswith" if (path, name) == ("agreement/", "key") else name
        body = is_problem(nobody.get(path, {asked: "a"}), 422)
        assert body["fields"][asked][0].startswith("Unknown. Known here: "), path


@pytest.mark.parametrize(
    ("query", "field", "says"),
    [
        ("prompts/?language=xx", "language", "Use one of: en, fr"),
        ("prompts/?language=", "language", "Use one of: en, fr"),
        ("prompts/?language=en&language=fr", "language", "Give it once."),
        ("prompts/?topic=nowhere", "topic", "/api/v1/topics/ lists them."),
        ("prompts/?kind=rude", "kind", "Use one of: sensitive"),
        ("prompts/?state=cn", "state", "two capital letters"),
        ("prompts/?state=CHN", "state", "two capital letters"),
        ("prompts/?state=C%0A", "state", "two capital letters"),
        ("prompts/?state=%00%00", "state", "character"),
        ("prompts/?page_size=0", "page_size", "from 1 to 200"),
        ("prompts/?page_size=201", "page_size", "from 1 to 200"),
        ("prompts/?page_size=x", "page_size", "from 1 to 200"),
        ("prompts/?cursor=x", "cursor", "Copy it from next"),
        ("prompts/?cursor=", "cursor", "1 to 200 characters"),
        ("prompts/?cursor=%00", "cursor", "character"),
        ("answers/?cursor=7", "cursor", "Copy it from next"),
        ("answers/?model=nowhere", "model", "/api/v1/models/ lists them."),
        ("answers/?label=rude", "label", "Use one of: censored, evasive, faithful."),
        ("answers/?prompt=-1", "prompt", "whole number"),
        ("answers/?prompt=1e3", "prompt", "whole number"),
        ("agreement/?slice=everything", "slice", "Use one of: all"),
        ("openapi.json?a=1", "a", "Known here: none."),
        ("?a=1", "a", "Known here: none."),
        ("models/x/?a=1", "a", "Known here: fields."),
    ],
)
def test_422_for_values_that_cannot_be_used(nobody: Caller, query: str, field: str, says: str) -> None:
    assert says in is_problem(nobody.get(query), 422)["fields"][field][0]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"language": "en"}, "text"),
        ({"text": "What?"}, "language"),
        ({"text": "", "language": "en"}, "text"),
        ({"text": "x" * 501, "language": "en"}, "text"),
        ({"text": "a\x00b", "language": "en"}, "text"),
        ({"text": "What?", "language": "xx"}, "language"),
    ],
)
def test_422_for_near(caller: Callable[..., Caller], author: User, query: dict[str, str], field: str) -> None:
    assert set(is_problem(caller(author).get("near/", query), 422)["fields"]) == {field}


def test_a_cursor_beyond_every_number_is_an_empty_page(nobody: Caller, prompt: Prompt) -> None:
    for cursor in (10**30, prompt.pk):
        assert nobody.get(f"prompts/?cursor={cursor}").json() == {"next": None, "results": []}


def test_a_thousand_and_one_parameters(nobody: Caller) -> None:
    is_problem(nobody.get("prompts/?" + "&".join(f"a{n}=1" for n in range(1100))), 400)


def test_a_mistake_of_ours_is_a_problem_too(
    db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(name: str) -> str:
        raise RuntimeError("a secret of the machine")

    monkeypatch.setattr(index, "reverse", fails)
    response: Any = Client(raise_request_exception=False).get(ROOT)
    body = is_problem(response, 500)
    assert "secret" not in response.content.decode()
    assert body["code"] == "server_error"
    assert "a secret of the machine" in caplog.text


def test_nested_errors_become_one_level() -> None:
    nested = {"a": ["x"], "b": [{}, {"c": ["y", "z"]}], "d": {"non_field_errors": ["w"]}, "e": {"f": {"g": ["v"]}}}
    assert flat(nested) == {"a": ["x"], "b.1.c": ["y", "z"], "d": ["w"], "e.f.g": ["v"]}


def test_an_answer_is_read_by_its_public_id_only(nobody: Caller, closed: Answer) -> None:
    is_problem(nobody.get(f"answers/{closed.pk}/"), 404)
