"""What was read need not be sent again, and what is sent need not be long."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
import zstandard

from accounts.models import User
from probes.models import Answer
from tests.api.conftest import Caller, is_problem

READS = ("", "prompts/", "topics/", "models/", "answers/", "labels/", "consensus/", "releases/", "openapi.json")


@pytest.mark.parametrize("path", READS)
def test_a_read_has_a_tag_and_is_not_sent_twice(nobody: Caller, prompt: Any, path: str) -> None:
    first = nobody.get(path)
    etag = first["ETag"]
    assert etag.startswith('W/"')
    assert first["Cache-Control"] == "public, no-cache"
    for given in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
        again = nobody.get(path, headers={"if-none-match": given})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
        assert again["Access-Control-Allow-Origin"] == "*"
    other = nobody.get(path, headers={"if-none-match": '"other"'})
    assert (other.status_code, other.content) == (200, first.content)


def test_the_tag_changes_with_what_is_sent_and_with_nothing_else(
    nobody: Caller, make_answer: Callable[..., Answer], close: Callable[..., Answer]
) -> None:
    answer = close(make_answer("Closed."))
    before = nobody.get("answers/")["ETag"]
    # An answer that is open changes nothing that anybody could see, so the tag tells nothing of it either.
    make_answer("Open.", prompt=answer.version.prompt)
    after = nobody.get("answers/")
    assert after.json()["results"][0]["givers_known"] is False  # decision 8
    make_answer("Open too.", prompt=answer.version.prompt)
    assert nobody.get("answers/")["ETag"] == after["ETag"] != before


def test_what_somebody_sees_who_is_signed_in_is_theirs(
    caller: Callable[..., Caller], nobody: Caller, maintainer: User, built: Any
) -> None:
    mine = caller(maintainer).get("releases/2026.11.0/")
    assert (mine.status_code, mine["Cache-Control"]) == (200, "private, no-cache")
    assert {"Authorization", "Cookie", "Accept"} <= {part.strip() for part in mine["Vary"].split(",")}
    is_problem(nobody.get("releases/2026.11.0/", headers={"if-none-match": mine["ETag"]}), 404)


def test_what_goes_wrong_has_no_tag(nobody: Caller, topic: Any) -> None:
    for path in ("nowhere/", "answers/?language=xx"):
        assert "ETag" not in nobody.get(path)


@pytest.mark.parametrize("encoding", ["gzip", "zstd", None])
def test_compressed_where_it_is_long(nobody: Caller, prompt: Any, encoding: str | None) -> None:
    plain = nobody.get("openapi.json")
    response = nobody.get("openapi.json", headers={"accept-encoding": encoding or "identity"})
    assert response.get("Content-Encoding") == encoding
    assert response["ETag"] == plain["ETag"]
    sent = response.content
    if encoding == "gzip":
        sent = gzip.decompress(sent)
    if encoding == "zstd":
        sent = zstandard.ZstdDecompressor().decompress(sent)
    assert json.loads(sent) == plain.json()
    short = nobody.get("topics/?page_size=1", headers={"accept-encoding": encoding or "identity"})
    assert short.get("Content-Encoding") is None
