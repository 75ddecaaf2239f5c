"""A release at Zenodo: documented HTTP against a stand-in that checks what Zenodo checks."""

import hashlib
import zipfile
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest

from releases.places import PlaceError, zenodo
from releases.places.zenodo import Before
from tests.standins.http import Reply
from tests.standins.parcels import contents, edition_of, parcel_in
from tests.standins.zenodo import Zenodo

BESIDE = {"README.md", "manifest.json", "SHA256SUMS"}


@pytest.fixture
def place(monkeypatch):
    monkeypatch.setattr(zenodo.time, "sleep", lambda seconds: None)
    with Zenodo() as place:
        yield place


class Pushing:
    """What the program remembers of its pushes, as its rows do."""

    def __init__(self, place, folder):
        self.place, self.folder, self.drafts, self.newest = place, folder, {}, ""

    def push(self, parcel, token="zen-all"):
        def begun(draft):
            self.drafts[parcel.label] = draft

        before = Before(draft=self.drafts.get(parcel.label, ""), newest=self.newest)
        sent = zenodo.push(
            parcel,
            address=self.place.address,
            token=token,
            before=before,
            folder=self.folder,
            begun=begun,
            say=lambda line: None,
        )
        self.newest = self.drafts[parcel.label]
        return sent

    def refused(self, parcel, **more):
        with pytest.raises(PlaceError) as caught:
            self.push(parcel, **more)
        assert "zen-" not in str(caught.value)
        assert len(str(caught.value).splitlines()) == 1
        return str(caught.value)


@pytest.fixture
def pushing(place, tmp_path):
    return Pushing(place, tmp_path)


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def published(place):
    return [one for one in place.depositions.values() if one.submitted]


def test_a_release_is_published_as_one_archive_with_its_documents_beside(place, pushing, tmp_path):
    parcel = parcel_in(tmp_path, page="https://candor.example/data/2026.11.0/")
    sent = pushing.push(parcel)
    (one,) = place.depositions.values()
    assert one.submitted
    assert one.files.keys() == {"candor-2026.11.0.zip", *BESIDE}
    said = contents(parcel)
    assert {name: one.files[name] for name in BESIDE} == {name: said[name] for name in BESIDE}
    assert unpacked(one.files["candor-2026.11.0.zip"]) == {
        f"candor-2026.11.0/{path}": content for path, content in said.items()
    }
    assert sent.identifier == f"10.5072/zenodo.{one.number}"
    assert sent.concept == f"10.5072/zenodo.{one.concept}"
    assert sent.url == f"{place.address}/records/{one.number}"
    assert sent.left_to_do == ""


def test_what_zenodo_shows_of_it(place, pushing, tmp_path):
    known = {"page": "https://candor.example/data/2026.11.0/", "code": "https://code.example/candor"}
    pushing.push(parcel_in(tmp_path, published_on=date(2026, 11, 5), **known))
    (one,) = place.depositions.values()
    names = ("upload_type", "version", "publication_date", "license", "language", "creators")
    assert {name: one.metadata[name] for name in names} == {
        "upload_type": "dataset",
        "version": "2026.11.0",
        # The day it was published, and not its cut-off's.
        "publication_date": "2026-11-05",
        "license": "cc-by-4.0",
        "language": "eng",
        "creators": [{"name": "Candor contributors"}],
    }
    assert [(to["identifier"], to["relation"]) for to in one.metadata["related_identifiers"]] == [
        (known["page"], "isIdenticalTo"),
        (known["code"], "isCompiledBy"),
    ]


def test_what_the_site_does_not_say_zenodo_is_not_told(place, pushing, tmp_path):
    pushing.push(parcel_in(tmp_path, page="http://127.0.0.1:8000/data/2026.11.0/"))
    (one,) = place.depositions.values()
    assert "related_identifiers" not in one.metadata


def test_a_second_release_is_a_version_of_the_same_concept_without_the_files_of_the_first(place, pushing, tmp_path):
    first = pushing.push(parcel_in(tmp_path))
    second = pushing.push(parcel_in(tmp_path, "2026.12.0", seed=2))
    old, new = published(place)
    assert second.concept == first.concept
    assert second.identifier != first.identifier
    assert old.files.keys() == {"candor-2026.11.0.zip", *BESIDE}
    assert new.files.keys() == {"candor-2026.12.0.zip", *BESIDE}
    assert (old.metadata["version"], new.metadata["version"]) == ("2026.11.0", "2026.12.0")


def test_an_edition_is_a_new_version_and_says_what_a_person_has_to_ask_for(place, pushing, tmp_path):
    parcel = parcel_in(tmp_path)
    pushing.push(parcel)
    sent = pushing.push(edition_of(parcel, tmp_path, {"csv/labels.csv": b"fewer\r\n"}))
    _old, new = published(place)
    assert new.metadata["version"] == "2026.11.0+e1"
    assert unpacked(new.files["candor-2026.11.0+e1.zip"])["candor-2026.11.0+e1/csv/labels.csv"] == b"fewer\r\n"
    assert sent.left_to_do.startswith("Earlier versions of release 2026.11.0 still hold what was taken out of it.")


def test_the_archive_has_the_same_bytes_each_time(tmp_path):
    parcel = parcel_in(tmp_path / "one")
    again = replace(parcel_in(tmp_path / "two"), parts=list(reversed(parcel_in(tmp_path / "two").parts)))
    sums = []
    for number, one in enumerate([parcel, again]):
        folder = tmp_path / f"packed-{number}"
        folder.mkdir()
        sums.append(hashlib.sha256(zenodo.pack(one, folder).read_bytes()).hexdigest())
    assert sums[0] == sums[1]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/api/files/", 500),
        ("PUT", "/api/files/", 429),
        ("PUT", "/api/files/", 0),
        ("GET", "/api/deposit/depositions", 502),
        ("POST", "/api/deposit/depositions", 429),
        ("POST", "/actions/publish", 429),
        ("PUT", "/api/deposit/depositions/", 503),
    ],
)
def test_a_server_that_stumbles_is_asked_again(place, pushing, tmp_path, method, path, status):
    place.fail(method, path, status, times=2, headers={"Retry-After": "1"})
    pushing.push(parcel_in(tmp_path))
    (one,) = place.depositions.values()
    assert one.submitted


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/api/deposit/depositions$", 500),
        ("POST", "/api/deposit/depositions$", 0),
        ("PUT", "/api/deposit/depositions/", 400),
        ("PUT", "/api/deposit/depositions/", 0),
        ("PUT", "/api/files/", 400),
        ("POST", "/actions/publish", 0),
        ("POST", "/actions/publish", 504),
        ("GET", "/api/deposit/depositions/", 0),
    ],
)
def test_a_push_that_broke_off_goes_on_with_the_same_draft(place, pushing, tmp_path, method, path, status, after):
    parcel = parcel_in(tmp_path)
    place.fail(method, path, status, after=after)
    if (path, after) != ("/actions/publish", True):
        assert pushing.refused(parcel)
    sent = pushing.push(parcel)
    (one,) = place.depositions.values()
    assert one.submitted
    assert sent.identifier == f"10.5072/zenodo.{one.number}"
    assert len(place.asked("PUT", "/api/files/.*zip")) <= 2


def test_what_was_sent_whole_is_not_sent_again(place, pushing, tmp_path):
    parcel = parcel_in(tmp_path)
    place.fail("POST", "/actions/publish", 400)
    assert pushing.refused(parcel) == "Zenodo answered 400: out of order."
    place.log.clear()
    pushing.push(parcel)
    assert place.asked("PUT", "/api/files/") == []
    assert published(place) != []


def test_a_new_version_that_broke_off_is_gone_on_with(place, pushing, tmp_path):
    pushing.push(parcel_in(tmp_path))
    second = parcel_in(tmp_path, "2026.12.0", seed=2)
    place.fail("POST", "/actions/newversion", 0, after=True)
    assert pushing.refused(second)
    pushing.push(second)
    assert len(place.depositions) == 2
    assert {one.metadata["version"] for one in published(place)} == {"2026.11.0", "2026.12.0"}


def test_a_draft_that_was_discarded_there_is_begun_anew(place, pushing, tmp_path):
    parcel = parcel_in(tmp_path)
    place.fail("PUT", "/api/files/", 400)
    pushing.refused(parcel)
    place.depositions.clear()
    pushing.push(parcel)
    assert len(published(place)) == 1


def test_a_push_that_is_whole_already_is_told_its_doi(place, pushing, tmp_path):
    parcel = parcel_in(tmp_path)
    first = pushing.push(parcel)
    place.log.clear()
    assert pushing.push(parcel) == first
    assert {one.method for one in place.log} == {"GET"}


def test_an_upload_that_arrives_otherwise_is_noticed(place, pushing, tmp_path, monkeypatch):
    put = Zenodo.put

    def spoil(self, asked, bucket, name):
        asked.body = asked.body[:-1] + b"?"
        return put(self, asked, bucket, name)

    spoil.route = put.route
    monkeypatch.setattr(place, "_routes", [(*one.route, one) for one in [spoil]] + place._routes)
    said = pushing.refused(parcel_in(tmp_path))
    assert said == "Zenodo holds something else as candor-2026.11.0.zip. Push it again."
    assert published(place) == []


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("zen-nobody", "Zenodo does not know the token in RELEASES_ZENODO_TOKEN."),
        ("zen-writes", "The token in RELEASES_ZENODO_TOKEN needs the scopes deposit:write and deposit:actions"),
    ],
)
def test_who_may_not_is_told_why(place, pushing, tmp_path, token, said):
    assert pushing.refused(parcel_in(tmp_path), token=token).startswith(said)
    assert published(place) == []


def test_what_zenodo_does_not_take_is_said_field_by_field(place, pushing, tmp_path, monkeypatch):
    monkeypatch.setattr(zenodo, "described", lambda parcel: {"title": "Ca", "creators": [{}]})
    said = pushing.refused(parcel_in(tmp_path))
    assert said.startswith(
        "Zenodo answered 400: Validation error; metadata.creators: Each needs a name; metadata.title"
    )


def test_an_address_where_nobody_is(tmp_path):
    with Zenodo() as place:
        pass
    said = Pushing(place, tmp_path).refused(parcel_in(tmp_path))
    assert said == f"{place.address} cannot be reached (ConnectError). Push it again later."


def test_an_address_where_somebody_else_is(place, pushing, tmp_path, monkeypatch):
    monkeypatch.setattr(place, "answer", lambda asked: Reply(b"<html>"))
    said = pushing.refused(parcel_in(tmp_path))
    assert said == f"{place.address} answered what Zenodo never answers. Is ZENODO_URL right?"


def test_the_token_is_in_no_address(place, pushing, tmp_path):
    pushing.push(parcel_in(tmp_path))
    assert [one.path for one in place.log if "zen-all" in one.path or one.query.get("access_token")] == []
    assert {one.headers.get("authorization") for one in place.log} == {"Bearer zen-all"}
