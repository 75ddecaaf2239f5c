"""Releases are read by anyone, and started and published by maintainers."""

from collections.abc import Callable

from accounts.choices import Scope
from accounts.models import User
from core.models import Event
from releases.models import Release
from releases.selectors import folder
from tests.api.conftest import Caller, is_problem


def test_a_published_release_and_its_files(nobody: Caller, published: Release) -> None:
    listed = nobody.get("releases/").json()
    [row] = listed["results"]
    assert (row["version"], row["status"], row["counts"]) == ("2026.11.0", "published", {"answers": 1})
    one = nobody.get("releases/2026.11.0/").json()
    assert {name: one[name] for name in row} == row
    assert set(one) == {*row, "error", "files"}
    assert [(file["path"], file["rows"], file["bytes"]) for file in one["files"]] == [
        ("SHA256SUMS", None, 24),
        ("data/answers.csv", 2, 30),
    ]
    assert one["files"][1]["url"] == "http://testserver/api/v1/releases/2026.11.0/files/data/answers.csv"
    assert "key" not in one and "created_by" not in one


def test_every_file_comes_by_its_address(nobody: Caller, published: Release) -> None:
    for file in nobody.get("releases/2026.11.0/").json()["files"]:
        response = nobody.get(file["url"], follow=True)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        assert content == (folder(published) / file["path"]).read_bytes()
        assert len(content) == file["bytes"]
        assert response["ETag"] == f'"{file["sha256"]}"'


def test_latest_redirects(nobody: Caller, published: Release) -> None:
    one = nobody.get("releases/latest/")
    assert (one.status_code, one["Location"]) == (302, "/api/v1/releases/2026.11.0/")
    file = nobody.get("releases/latest/files/data/answers.csv")
    assert (file.status_code, file["Location"]) == (302, "/api/v1/releases/2026.11.0/files/data/answers.csv")
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
    (folder(built) / "SHA256SUMS").write_bytes(b"something else")
    body = is_problem(caller(maintainer).post("releases/2026.11.0/publish"), 409)
    assert "SHA256SUMS is not the file that was built" in body["detail"]
    built.refresh_from_db()
    assert built.status == "built"
