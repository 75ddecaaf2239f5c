"""Releases are read by anyone, and started and published by maintainers."""

from collections.abc import Callable

from django.utils import timezone

from accounts.choices import Scope
from accounts.models import User
from core.models import Event
from releases.files import store
from releases.models import Edition, Release
from releases.served.addresses import address_of
from tests.api.conftest import Caller, is_problem


def test_a_published_release_and_its_files(nobody: Caller, published: Release) -> None:
    listed = nobody.get("releases/").json()
    [row] = listed["results"]
    assert (row["version"], row["status"], row["counts"]) == ("2026.11.0", "published", {"answers": 1})
    one = nobody.get("releases/2026.11.0/").json()
    assert {name: one[name] for name in row} == row
    assert set(one) == {*row, "error", "editions", "files"}
    assert (row["edition"], one["editions"]) == (0, [])
    assert [(file["path"], file["rows"], file["bytes"]) for file in one["files"]] == [
        ("SHA256SUMS", None, 24),
        ("data/answers.csv", 2, 30),
    ]
    assert one["files"][1]["url"] == "http://testserver/api/v1/releases/2026.11.0/files/data/answers.csv"
    assert "key" not in one and "created_by" not in one


def test_what_was_taken_out_since(nobody: Caller, published: Release) -> None:
    Edition.objects.create(release=published, number=1, counts={"answers": 0}, tombstone={"orders": []})
    [row] = nobody.get("releases/").json()["results"]
    assert (row["edition"], row["counts"]) == (1, {"answers": 0})
    one = nobody.get("releases/2026.11.0/").json()
    assert [(edition["number"], edition["withdrawn"]) for edition in one["editions"]] == [(1, {"orders": []})]


def test_files_of_all_releases(nobody: Caller, published: Release) -> None:
    files = nobody.get("releases/2026.11.0/").json()["files"]
    listed = nobody.get("files/").json()["results"]
    assert listed == [{"release": "2026.11.0", "edition": 0, **file} for file in files]
    for query, paths in {
        "release=2026.11.0": ["SHA256SUMS", "data/answers.csv"],
        "release=2026.12.0": [],
        "under=data/": ["data/answers.csv"],
        "under=nowhere/": [],
        f"sha256={files[1]['sha256']}": ["data/answers.csv"],
    }.items():
        assert [file["path"] for file in nobody.get(f"files/?{query}").json()["results"]] == paths
    first = nobody.get("files/?page_size=1").json()
    assert "cursor=2026.11.0~SHA256SUMS" in first["next"]
    assert [file["path"] for file in nobody.get(first["next"]).json()["results"]] == ["data/answers.csv"]


def test_files_that_are_not_public_are_in_no_list(
    nobody: Caller, caller: Callable[..., Caller], built: Release, maintainer: User
) -> None:
    taken = built.files.get(path="SHA256SUMS")
    taken.withdrawn_at = timezone.now()
    taken.save()
    for who in (nobody, caller(maintainer)):
        assert who.get("files/").json() == {"next": None, "results": []}
    assert [file["path"] for file in caller(maintainer).get("releases/2026.11.0/").json()["files"]] == [
        "data/answers.csv"
    ]


def test_every_file_comes_by_its_address(nobody: Caller, published: Release) -> None:
    for file in nobody.get("releases/2026.11.0/").json()["files"]:
        response = nobody.get(file["url"], follow=True)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        assert content == f"the bytes of {file['path']}\n".encode()
        assert len(content) == file["bytes"]
        assert response["ETag"] == f'"{file["sha256"]}"'


def test_latest_redirects(nobody: Caller, published: Release) -> None:
    one = nobody.get("releases/latest/")
    assert (one.status_code, one["Location"]) == (302, "/api/v1/releases/2026.11.0/")
    some = nobody.get("releases/latest/?fields=version,files.path", follow=True).json()
    assert some == {"version": "2026.11.0", "files": [{"path": "SHA256SUMS"}, {"path": "data/answers.csv"}]}
    file = nobody.get("releases/latest/files/data/answers.csv")
    bytes_at = address_of(published.files.get(path="data/answers.csv"))
    assert (file.status_code, file["Location"]) == (302, bytes_at)
    assert one["Access-Control-Allow-Origin"] == file["Access-Control-Allow-Origin"] == "*"
    assert nobody.get("releases/latest/files/nowhere", follow=True).status_code == 404


def test_what_is_not_published_is_maintainers_business(
    nobody: Caller, caller: Callable[..., Caller], built: Release, labeller: User, maintainer: User
) -> None:
    for who in (nobody, caller(labeller), caller(maintainer, Scope.LABEL)):
        is_problem(who.get("releases/2026.11.0/"), 404)
        is_problem(who.get("releases/2026.11.0/files/SHA256SUMS"), 404)
        is_problem(who.get("releases/latest/"), 404)
        assert who.get("releases/").json()["results"] == []
    assert caller(maintainer).get("releases/2026.11.0/").json()["status"] == "built"


def test_starting_one(caller: Callable[..., Caller], maintainer: User, labeller: User, reviewer: User) -> None:
    for who in (labeller, reviewer):
        is_problem(caller(who).post("releases/"), 403)
    assert Release.objects.count() == 0
    program = caller(maintainer, Scope.MAINTAIN)
    response = program.post("releases/")
    release = Release.objects.get()
    assert response.status_code == 202
    assert response["Location"] == f"/api/v1/releases/{release.version}/"
    assert (response.json()["version"], response.json()["status"]) == (release.version, "building")
    assert program.get(response["Location"]).json()["status"] == "building"
    body = is_problem(program.post("releases/"), 409)
    assert body["detail"] == "Another release is being built. Wait until it is done."
    assert Event.objects.filter(verb="start", actor=maintainer.pk).count() == 1


def test_publishing_one(caller: Callable[..., Caller], maintainer: User, labeller: User, built: Release) -> None:
    is_problem(caller(labeller).post("releases/2026.11.0/publish"), 403)
    program = caller(maintainer, Scope.MAINTAIN)
    is_problem(program.post("releases/2026.12.0/publish"), 404)
    response = program.post("releases/2026.11.0/publish")
    assert (response.status_code, response.json()["status"]) == (200, "published")
    built.refresh_from_db()
    assert built.key is None
    is_problem(program.post("releases/2026.11.0/publish"), 409)


def test_a_file_that_changed_is_not_published(caller: Callable[..., Caller], maintainer: User, built: Release) -> None:
    place = store.local_path(built.files.get(path="SHA256SUMS").sha256)
    assert place is not None
    place.unlink()
    place.write_bytes(b"something else")
    body = is_problem(caller(maintainer).post("releases/2026.11.0/publish"), 409)
    assert "SHA256SUMS is not the file that was built" in body["detail"]
    built.refresh_from_db()
    assert built.status == "built"
