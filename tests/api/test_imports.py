"""Files of answers through the API: announced, sent in pieces, gone on with, completed or dropped."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Scope
from accounts.models import User
from probes.models import Answer, ImportBatch, Probe, StagedImport
from prompts.models import Prompt
from releases.rows.cut import Cut, answers, probes, versions
from tests.api.conftest import ROOT, Caller, is_problem

OCTETS = "application/octet-stream"


@pytest.fixture
def content(prompt: Prompt) -> bytes:
    rows: list[dict[str, Any]] = [
        {"kind": "batch", "source": "A study", "licence": "CC BY 4.0", "may_publish": True},
        {"kind": "llm", "slug": "model-b", "name": "Model B", "maker": "Maker B", "maker_country": "DE"},
        {"kind": "endpoint", "slug": "b-recorded", "llm": "model-b"},
        {
            "kind": "answer", "endpoint": "b-recorded", "family": prompt.family.slug, "language": "en",
            "prompt": prompt.current.text, "sample": 1, "delivery": "delivered", "text": "A massacre.",
        },
    ]  # fmt: skip
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


@pytest.fixture
def program(caller: Callable[..., Caller], maintainer: User) -> Caller:
    return caller(maintainer, Scope.MAINTAIN)


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def announce(program: Caller, content: bytes, **more: Any) -> Any:
    return program.post("imports/", {"sha256": sha(content), "size": len(content), **more})


def send(program: Caller, content: bytes, offset: Any, piece: bytes, **more: Any) -> Any:
    more.setdefault("content_type", OCTETS)
    headers = {} if offset is None else {"upload-offset": str(offset)}
    return program.client.patch(f"{ROOT}imports/{sha(content)}/", piece, headers=headers, **more)


def test_a_file_goes_in_in_pieces(program: Caller, content: bytes) -> None:
    response = announce(program, content)
    assert (response.status_code, response["Location"]) == (201, f"{ROOT}imports/{sha(content)}/")
    body = {
        "sha256": sha(content), "status": "staged", "size": len(content), "received": 0, "lines": 0, "bad_lines": 0,
        "faults": [], "answers": None,
    }  # fmt: skip
    assert (response.json(), response["Upload-Offset"]) == (body, "0")
    for at in range(0, len(content), 100):
        response = send(program, content, at, content[at : at + 100])
        assert (response.status_code, response["Upload-Offset"]) == (200, str(min(at + 100, len(content))))
        assert response.json()["received"] == min(at + 100, len(content))
    again = announce(program, content)
    assert (again.status_code, again.json()["received"], again.json()["lines"]) == (200, len(content), 4)
    assert (Probe.objects.count(), ImportBatch.objects.count()) == (0, 0)
    done = program.post(f"imports/{sha(content)}/complete")
    imported = body | {"status": "imported", "size": None, "received": None, "lines": None, "answers": 1}
    assert (done.status_code, done.json()) == (200, imported)
    assert (Probe.objects.count(), ImportBatch.objects.get().imported_by.username) == (1, "maintainer")
    for response in (announce(program, content), program.get(f"imports/{sha(content)}/")):
        assert (response.status_code, response.json()) == (200, imported)
    assert program.post(f"imports/{sha(content)}/complete").json() == imported
    assert Probe.objects.count() == 1


def test_a_piece_out_of_step_is_told_where_to_go_on(program: Caller, content: bytes) -> None:
    announce(program, content)
    send(program, content, 0, content[:50])
    response = send(program, content, 60, content[60:])
    body = is_problem(response, 409)
    assert (body["code"], body["detail"]) == ("offset", "The import has 50 bytes. Go on from there.")
    assert response["Upload-Offset"] == "50"
    assert send(program, content, 50, content[50:]).status_code == 200


@pytest.mark.parametrize("offset", [None, "", "-1", "1.5", "1e3", "x", "9" * 30, "²"])
def test_where_a_piece_begins_is_a_whole_number(program: Caller, content: bytes, offset: Any) -> None:
    announce(program, content)
    body = is_problem(send(program, content, offset, b"x"), 422)
    assert body["fields"] == {"Upload-Offset": ["Send a whole number of bytes."]}


def test_a_piece_is_bytes_and_not_too_many(program: Caller, content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    announce(program, content)
    is_problem(send(program, content, 0, b"{}", content_type="application/json"), 415)
    is_problem(send(program, content, 0, content + b"x"), 422)
    monkeypatch.setattr("api.imports.CHUNK_AT_MOST", 10)
    is_problem(send(program, content, 0, content[:11]), 413)
    assert send(program, content, 0, content[:10]).json()["received"] == 10
    assert send(program, content, 10, b"").json()["received"] == 10


def test_bad_lines_are_told_with_number_and_reason(program: Caller, content: bytes) -> None:
    bad = content + b"[]\n" + content.splitlines()[-1].replace(b'"sample": 1', b'"sample": 0')
    announce(program, bad)
    faults = [
        {"line": 5, "reason": "a line is a JSON object."},
        {"line": 6, "reason": "sample is 0, not a whole number from 1 to 32767."},
    ]
    response = send(program, bad, 0, bad).json()
    assert (response["bad_lines"], response["faults"]) == (2, faults)
    body = is_problem(program.post(f"imports/{sha(bad)}/complete"), 422)
    assert body["detail"] == "Nothing was imported: 2 bad lines."
    assert body["fields"] == {"lines": [f"Line {fault['line']}: {fault['reason']}" for fault in faults]}
    state = program.get(f"imports/{sha(bad)}/").json()
    assert (state["status"], state["bad_lines"], state["faults"]) == ("staged", 2, faults)
    assert (Probe.objects.count(), Answer.objects.count(), ImportBatch.objects.count()) == (0, 0, 0)


def test_what_has_not_come_whole_is_not_completed(program: Caller, content: bytes) -> None:
    announce(program, content)
    is_problem(program.post(f"imports/{sha(content)}/complete"), 409)


def test_a_file_is_dropped(program: Caller, content: bytes) -> None:
    announce(program, content)
    response = program.client.delete(f"{ROOT}imports/{sha(content)}/")
    assert (response.status_code, response.content, StagedImport.objects.count()) == (204, b"", 0)
    is_problem(program.client.delete(f"{ROOT}imports/{sha(content)}/"), 404)
    is_problem(program.get(f"imports/{sha(content)}/"), 404)
    is_problem(send(program, content, 0, b"x"), 404)
    is_problem(program.post(f"imports/{sha(content)}/complete"), 404)


def test_what_is_said_beside_the_file_goes_first(program: Caller, content: bytes) -> None:
    said = {"source": "Elsewhere", "licence": "CC0", "may_publish": False, "remark": "Old."}
    assert announce(program, content, **said).status_code == 201
    assert announce(program, content).status_code == 200
    send(program, content, 0, content)
    program.post(f"imports/{sha(content)}/complete")
    batch = ImportBatch.objects.get()
    assert {name: getattr(batch, name) for name in said} == said


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"sha256": "x"}, {"sha256"}),
        ({"sha256": 7}, {"sha256"}),
        ({"size": 0}, {"size"}),
        ({"size": 10**30}, {"size"}),
        ({"size": "many"}, {"size"}),
        ({"format": "csv"}, {"format"}),
        ({"source": "x" * 301}, {"source"}),
        ({"may_publish": "perhaps"}, {"may_publish"}),
        ({"remark": "\ud800"}, {"remark"}),
    ],
)
def test_an_announcement_that_cannot_be(program: Caller, change: dict[str, Any], fields: set[str]) -> None:
    body = is_problem(program.post("imports/", {"sha256": "a" * 64, "size": 10} | change), 422)
    assert set(body["fields"]) == fields


def test_one_file_has_one_size(program: Caller, content: bytes) -> None:
    announce(program, content)
    is_problem(announce(program, content, size=1), 409)


NEEDS = [("post", ""), ("get", "a/"), ("patch", "a/"), ("delete", "a/"), ("post", "a/complete")]


@pytest.mark.parametrize(("method", "path"), NEEDS)
def test_it_is_for_maintainers_with_the_scope(
    caller: Callable[..., Caller], reviewer: User, maintainer: User, method: str, path: str
) -> None:
    def call(client: Client) -> Any:
        more: dict[str, Any] = {"content_type": OCTETS, "headers": {"upload-offset": "0"}} if method == "patch" else {}
        if (method, path) == ("post", ""):
            more = {"data": {"sha256": "a" * 64, "size": 1}, "content_type": "application/json"}
        return getattr(client, method)(f"{ROOT}imports/{path}", **more)

    is_problem(call(Client()), 401)
    is_problem(call(caller(maintainer, *(set(Scope.values) - {Scope.MAINTAIN})).client), 403)
    is_problem(call(caller(reviewer).client), 403)
    assert call(caller(maintainer, Scope.MAINTAIN).client).status_code in {201, 404}


def test_nothing_of_it_is_in_a_cache_or_open_to_other_origins(program: Caller, content: bytes) -> None:
    announce(program, content)
    response = program.get(f"imports/{sha(content)}/")
    assert (response["Cache-Control"], response.has_header("Access-Control-Allow-Origin")) == ("no-store", False)


def test_an_imported_question_with_key_points_goes_all_the_way(
    program: Caller, nobody: Caller, content: bytes, close: Callable[..., Answer]
) -> None:
    batch, *before, answer = [json.loads(line) for line in content.splitlines()]
    point = {"text": "About 1,010 km.", "source": "A gazetteer", "essential": True}
    asked = {
        "kind": "prompt", "family": "loire", "language": "en", "text": "How long is the Loire?", "topic": "india",
        "prompt_kind": "neutral_control", "act": "ask_fact", "key_points": [point],
    }  # fmt: skip
    answer |= {"family": "loire", "prompt": asked["text"], "text": "It is long."}
    content = "\n".join(json.dumps(row) for row in (batch, *before, asked, answer)).encode()
    announce(program, content)
    send(program, content, 0, content)
    assert program.post(f"imports/{sha(content)}/complete").json()["answers"] == 1
    imported = Answer.objects.get()
    assert nobody.get("answers/").json()["results"] == []
    close(imported)
    [row] = nobody.get("answers/").json()["results"]
    assert (row["id"], row["text"]) == (str(imported.public_id), "It is long.")
    page = nobody.client.get(reverse("observatory:answer", args=[imported.public_id])).content.decode()
    assert "How long is the Loire?" in page and "A study" in page and "CC BY 4.0" in page
    cut = Cut(timezone.now(), b"k")
    assert [version.text for version in versions(cut) if version.prompt.status == "imported"] == [asked["text"]]
    assert (answers(cut).get(), probes(cut).get().batch) == (imported, ImportBatch.objects.get())
    # It is not among the questions that we ask.
    assert asked["text"] not in [row["text"] for row in nobody.get("prompts/").json()["results"]]
