"""Where the bytes of a release are, who may have them and how many at once, and what an edition leaves behind."""

import base64
import hashlib
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from core import readers
from core.readers import FilesAndStreamsAlone, Gate
from releases.actions import publish_release
from releases.choices import ReleaseStatus
from releases.files import store
from releases.models import Edition, Release, ReleaseFile
from releases.served import responses
from releases.served.addresses import address_of

OLD, NEW, SAME = b"a,b\r\n1,2\r\n", b"a,b\r\n", b"words\n"


def keep(release: Release, folder: Path, path: str, content: bytes, edition: int = 0) -> ReleaseFile:
    sha256 = hashlib.sha256(content).hexdigest()
    (folder / sha256).write_bytes(content)
    store.adopt(folder / sha256, sha256)
    kind = "text/csv; charset=utf-8" if path.endswith(".csv") else "text/plain; charset=utf-8"
    return release.files.create(path=path, edition=edition, sha256=sha256, bytes=len(content), media_type=kind)


@pytest.fixture
def small(db: None, tmp_path: Path) -> Release:
    """A release that is built, with two files."""
    release = Release.objects.create(
        version="2026.11.0", status=ReleaseStatus.BUILT, cutoff=timezone.now(), key=b"k" * 32, counts={}
    )
    keep(release, tmp_path, "csv/labels.csv", OLD)
    keep(release, tmp_path, "README.md", SAME)
    return release


@pytest.fixture
def out(small: Release, monkeypatch: pytest.MonkeyPatch) -> Release:
    # Other tests leave responses half read; the places they take are not counted here.
    monkeypatch.setattr(responses, "FILES", Gate(at_most=64, per_address=16))
    return publish_release(by=None, release=small)


@pytest.fixture
def edited(out: Release, tmp_path: Path) -> Release:
    """Its table was taken back and stands there anew; the words stay as they were."""
    with transaction.atomic():
        withdraw(out, 1, "csv/labels.csv", "labels")
        keep(out, tmp_path, "csv/labels.csv", NEW, edition=1)
    store.delete(hashlib.sha256(OLD).hexdigest())
    return out


def withdraw(release: Release, number: int, path: str, kind: str) -> None:
    """A new edition takes this file away."""
    told = {"orders": [{"kind": kind, "reason": "", "rows": {}}]}
    with transaction.atomic():
        edition = Edition.objects.create(release=release, number=number, tombstone=told)
        edition.refresh_from_db()
        release.files.filter(path=path, withdrawn_at=None).update(withdrawn_at=edition.made_at)


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def at(content: bytes, name: str) -> str:
    return f"/data/files/{hashlib.sha256(content).hexdigest()}/{name}"


def problem(response: Any, status: int) -> dict[str, Any]:
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    found: dict[str, Any] = response.json()
    return found


def test_the_releases_addresses_lead_to_the_bytes(client: Client, out: Release) -> None:
    response = client.get("/data/2026.11.0/csv/labels.csv")
    assert (response.status_code, response["Location"]) == (302, at(OLD, "candor-2026.11.0-labels.csv"))
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cache-Control"] == "public, max-age=60"
    latest = client.get("/data/latest/csv/labels.csv")
    assert (latest.status_code, latest["Location"]) == (302, "/data/2026.11.0/csv/labels.csv")
    assert client.head("/data/2026.11.0/csv/labels.csv").status_code == 302
    assert body(client.get("/data/latest/csv/labels.csv", follow=True)) == OLD


def test_bytes_prove_themselves_and_are_kept_for_ever(client: Client, out: Release) -> None:
    response = client.get(at(OLD, "candor-2026.11.0-labels.csv"), headers={"Range": "bytes=-3"})
    assert (response.status_code, body(response)) == (206, OLD[-3:])
    assert response["ETag"] == f'"{hashlib.sha256(OLD).hexdigest()}"'
    assert response["Cache-Control"] == "public, immutable, max-age=31536000"
    digest = base64.b64encode(hashlib.sha256(OLD).digest()).decode()
    assert response["Repr-Digest"] == f"sha-256=:{digest}:"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Content-Range" in response["Access-Control-Expose-Headers"]
    head = client.head(at(OLD, "candor-2026.11.0-labels.csv"))
    assert (head["Content-Length"], head["Accept-Ranges"], head.content) == (str(len(OLD)), "bytes", b"")
    outside = client.get(at(OLD, "candor-2026.11.0-labels.csv"), headers={"Range": "bytes=99-"})
    assert problem(outside, 416)["code"] == "range_not_satisfiable"
    assert "Cache-Control" not in outside


def test_readers_that_know_no_tag_go_by_the_time(client: Client, edited: Release) -> None:
    """Of what was there at publication its moment; of what an edition brought, the edition's."""
    whole, part = at(SAME, "candor-2026.11.0-README.md"), {"Range": "bytes=1-2"}
    edition = Edition.objects.get()
    for path, moment in ((whole, edited.published_at), (at(NEW, "candor-2026.11.0-labels.csv"), edition.made_at)):
        since = client.head(path)["Last-Modified"]
        assert moment is not None
        assert parsedate_to_datetime(since) == moment.replace(microsecond=0)
        assert taken(client, path, {}) == (200, since)
        later, earlier = format_datetime(moment + timedelta(days=1), usegmt=True), "Sat, 01 Nov 2025 00:00:00 GMT"
        for asked, status in ((since, 304), (later, 304), (earlier, 200), ("yesterday", 200)):
            assert taken(client, path, {"If-Modified-Since": asked}) == (status, since)
        # A tag is more than a time.
        assert taken(client, path, {"If-Modified-Since": since, "If-None-Match": '"other"'}) == (200, since)
        for asked, status in ((since, 206), (later, 200), (earlier, 200), ("yesterday", 200), ('"other"', 200)):
            assert taken(client, path, {**part, "If-Range": asked}) == (status, since)
        refused = client.get(path, headers={"If-Unmodified-Since": earlier})
        assert problem(refused, 412)["code"] == "precondition_failed"


def taken(client: Client, path: str, headers: dict[str, str]) -> tuple[int, str]:
    """What came, read to its end, so that no place is held."""
    response = client.get(path, headers=headers)
    body(response)
    return response.status_code, response["Last-Modified"]


def test_what_is_not_published_has_no_time(client: Client, small: Release, maintainer: Any) -> None:
    client.force_login(maintainer)
    assert "Last-Modified" not in client.get("/data/2026.11.0/csv/labels.csv")


@pytest.mark.parametrize("path", ["/data/2026.11.0/csv/labels.csv", "/data/latest/README.md", at(OLD, "x")])
def test_a_page_of_another_site_may_ask_for_a_part(client: Client, out: Release, path: str) -> None:
    response = client.options(path, headers={"Origin": "https://elsewhere.example"})
    assert response.status_code == 204
    assert response["Access-Control-Allow-Origin"] == "*"
    assert {"Range", "If-Range", "If-Modified-Since"} <= set(response["Access-Control-Allow-Headers"].split(", "))


@pytest.mark.parametrize("path", ["/data/2026.11.0/csv/labels.csv", "/data/latest/README.md", at(OLD, "x")])
def test_another_method_is_a_problem(client: Client, out: Release, path: str) -> None:
    refused = client.post(path)
    assert problem(refused, 405)["code"] == "method_not_allowed"
    assert refused["Allow"] == "GET, HEAD, OPTIONS"


def test_another_file_than_if_match_names_is_a_problem(client: Client, out: Release) -> None:
    path = at(OLD, "candor-2026.11.0-labels.csv")
    assert body(client.get(path, headers={"If-Match": "*"})) == OLD
    refused = client.get(path, headers={"If-Match": '"another"'})
    assert problem(refused, 412)["code"] == "precondition_failed"
    assert refused["Access-Control-Allow-Origin"] == "*"


def test_a_sum_has_the_name_of_its_file_and_no_other(client: Client, out: Release) -> None:
    for path in (
        *(at(OLD, "other.html"), at(OLD, "candor-2026.11.0-README.md"), at(b"nothing", "candor-2026.11.0-labels.csv")),
        *(at(OLD, "candor-2026.11.0-labels.csv").upper(), "/data/files/abc/x", at(OLD, "%00"), at(OLD, "a/b")),
    ):
        assert client.get(path).status_code in (400, 404), path
    assert client.post(at(OLD, "candor-2026.11.0-labels.csv")).status_code == 405


def test_what_is_not_published_has_no_address_of_its_own(client: Client, small: Release, maintainer: Any) -> None:
    for path in (at(OLD, "candor-2026.11.0-labels.csv"), "/data/2026.11.0/csv/labels.csv"):
        assert client.get(path).status_code == 404
    client.force_login(maintainer)
    assert client.get(at(OLD, "candor-2026.11.0-labels.csv")).status_code == 404
    response = client.get("/data/2026.11.0/csv/labels.csv")
    assert (response.status_code, body(response), response["Cache-Control"]) == (200, OLD, "private, no-store")


def test_an_edition_leaves_a_stone_where_something_was(client: Client, edited: Release) -> None:
    gone = client.get(at(OLD, "candor-2026.11.0-labels.csv"))
    told = problem(gone, 410)
    assert (told["code"], told["edition"]) == ("withdrawn", "2026.11.0+e1")
    assert told["tombstone"] == {"orders": [{"kind": "labels", "reason": "", "rows": {}}]}
    assert gone["Access-Control-Allow-Origin"] == "*"
    assert body(client.get(told["newest"], follow=True)) == NEW
    assert body(client.get("/data/2026.11.0/README.md", follow=True)) == SAME


def test_a_path_that_is_gone_for_good_says_so_too(client: Client, edited: Release) -> None:
    withdraw(edited, 2, "csv/labels.csv", "answer")
    assert problem(client.get("/data/2026.11.0/csv/labels.csv"), 410)["code"] == "withdrawn"


@pytest.mark.django_db(transaction=True)
def test_the_stone_is_of_the_edition_that_took_the_file_away(client: Client, edited: Release) -> None:
    """The words were left alone by the first edition, and go with the second."""
    withdraw(edited, 2, "README.md", "prompt")
    told = problem(client.get("/data/2026.11.0/README.md"), 410)
    assert (told["edition"], told["tombstone"]["orders"][0]["kind"]) == ("2026.11.0+e2", "prompt")
    told = problem(client.get(at(OLD, "candor-2026.11.0-labels.csv")), 410)
    assert (told["edition"], told["tombstone"]["orders"][0]["kind"]) == ("2026.11.0+e1", "labels")


def test_with_a_process_for_files_the_site_sends_none(client: Client, out: Release, settings: Any) -> None:
    settings.FILES_URL = "https://files.candor.example"
    path = at(OLD, "candor-2026.11.0-labels.csv")
    for asked in ("/data/2026.11.0/csv/labels.csv", path):
        response = client.get(asked)
        assert (response.status_code, response["Location"]) == (302, f"https://files.candor.example{path}")
    assert address_of(out.files.get(path="csv/labels.csv")) == f"https://files.candor.example{path}"


def test_no_more_at_once_than_there_may_be(client: Client, out: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responses, "FILES", Gate(at_most=2, per_address=1))
    path = at(OLD, "candor-2026.11.0-labels.csv")
    one = client.get(path)
    refused = client.get(path)
    assert problem(refused, 503)["code"] == "busy"
    assert refused["Retry-After"] == str(readers.COME_BACK_AFTER)
    assert "Cache-Control" not in refused
    # What sends no bytes takes no place.
    assert client.head(path).status_code == 200
    assert client.get(path, headers={"If-None-Match": one["ETag"]}).status_code == 304
    assert client.get(path, REMOTE_ADDR="192.0.2.1").status_code == 200
    assert problem(client.get(path, REMOTE_ADDR="192.0.2.2"), 503)["code"] == "busy"
    assert body(one) == OLD
    assert body(client.get(path)) == OLD


def test_who_takes_too_long_is_cut_and_knows(client: Client, out: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responses, "LASTS_AT_MOST", -1.0)
    response = client.get(at(OLD, "candor-2026.11.0-labels.csv"))
    # Less than was promised: the server breaks the connection off, and the reader goes on with a Range.
    assert (response["Content-Length"], body(response)) == (str(len(OLD)), b"")
    assert responses.FILES.inside.total() == 0


def test_bytes_that_are_missing_are_a_plain_error_and_take_no_place(
    client: Client, out: Release, caplog: pytest.LogCaptureFixture
) -> None:
    store.delete(hashlib.sha256(OLD).hexdigest())
    assert client.get(at(OLD, "candor-2026.11.0-labels.csv")).status_code == 404
    assert "not in the store" in caplog.text
    assert responses.FILES.inside.total() == 0


def test_through_the_other_process_there_is_no_page(client: Client, out: Release, settings: Any) -> None:
    settings.IS_FILES_PROCESS = True
    settings.ROOT_URLCONF = "config.files_urls"
    name = f"{FilesAndStreamsAlone.__module__}.{FilesAndStreamsAlone.__qualname__}"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, name]
    for path in ("/", "/data/", "/label/", "/account/login/", "/data/2026.11.0/", "/nowhere"):
        assert problem(client.get(path), 404)["code"] == "not_found"
    assert client.get("/health").json() == {"status": "ok"}
    assert body(client.get(at(OLD, "candor-2026.11.0-labels.csv"))) == OLD
    # Of the API it sends lists as streams, and nothing else.
    for path in ("/api/v1/", "/api/v1/topics/", "/api/v1/openapi.json"):
        assert problem(client.get(path), 404)["code"] == "not_found"
    assert body(client.get("/api/v1/topics/", headers={"accept": "text/csv"})).startswith(b"slug,")
