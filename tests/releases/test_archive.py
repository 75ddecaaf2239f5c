"""All of a release as one file: the bytes are its files', the same for everybody, and can be had from anywhere on."""

import hashlib
import io
import subprocess
import tarfile
from datetime import UTC

import pytest
from django.db import transaction
from django.test import override_settings

from releases.files.layout import lay_out
from releases.files.store import local_path
from releases.models import Edition, Release, ReleaseFile
from releases.served.addresses import archive_address
from releases.served.archive import archive_of

pytestmark = pytest.mark.django_db(transaction=True)


def body(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_it_unpacks_to_the_release(client, published: Release, tmp_path):
    response = client.get(archive_address(published.version))
    assert archive_address(published.version) == f"/data/{published.version}/candor-{published.version}.tar"
    content = body(response)
    assert (response.status_code, response["Content-Type"]) == (200, "application/x-tar")
    assert response["Content-Length"] == str(len(content))
    assert response["Content-Disposition"] == f'attachment; filename="candor-{published.version}.tar"'
    subprocess.run(["tar", "-xf", "-"], input=content, cwd=tmp_path, check=True, timeout=60)
    wanted = lay_out(published, tmp_path / "wanted")
    made = tmp_path / f"candor-{published.version}"
    files = {path.relative_to(wanted): path.read_bytes() for path in wanted.rglob("*") if path.is_file()}
    assert {path.relative_to(made): path.read_bytes() for path in made.rglob("*") if path.is_file()} == files
    sums = subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=made, timeout=60, check=False)
    assert sums.returncode == 0


def test_what_a_member_says_of_itself_follows_from_the_release(client, published: Release):
    with tarfile.open(fileobj=io.BytesIO(body(client.get(archive_address(published.version))))) as packed:
        members = packed.getmembers()
    paths = [f"candor-{published.version}/{path}" for path in sorted(published.files.values_list("path", flat=True))]
    assert [member.name for member in members] == paths
    at = int(published.cutoff.astimezone(UTC).timestamp())
    said = {(one.mtime, one.mode, one.uid, one.gid, one.uname, one.gname) for one in members}
    assert said == {(at, 0o644, 0, 0, "", "")}


def test_it_can_be_gone_on_with_from_any_byte(client, published: Release):
    address = archive_address(published.version)
    whole = body(client.get(address))
    etag = client.head(address)["ETag"]
    assert client.head(address)["Content-Length"] == str(len(whole))
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    for start, stop in ((0, 1), (500, 700), (511, 513), (1000, 20_000), (len(whole) - 1025, len(whole))):
        part = client.get(address, headers={"Range": f"bytes={start}-{stop - 1}", "If-Range": etag})
        assert part.status_code == 206
        assert part["Content-Range"] == f"bytes {start}-{stop - 1}/{len(whole)}"
        assert body(part) == whole[start:stop]
    assert client.get(address, headers={"Range": f"bytes={len(whole)}-"}).status_code == 416
    other = client.get(address, headers={"Range": "bytes=5-9", "If-Range": '"another"'})
    assert (other.status_code, body(other)) == (200, whole)


def test_of_an_edition_it_has_the_newest_files_and_another_tag(client, published: Release):
    address = archive_address(published.version)
    before = client.head(address)["ETag"]
    other = published.files.get(path="LICENSE")
    new = {"path": "README.md", "sha256": other.sha256, "bytes": other.bytes, "media_type": "text/plain"}
    with transaction.atomic():
        edition = Edition.objects.create(release=published, number=1, counts=published.counts)
        edition.refresh_from_db()
        published.files.filter(path="README.md").update(withdrawn_at=edition.made_at)
        ReleaseFile.objects.create(release=published, edition=1, **new)
    response = client.get(address)
    assert response["ETag"] != before
    assert response["Content-Disposition"] == f'attachment; filename="candor-{edition}.tar"'
    with tarfile.open(fileobj=io.BytesIO(body(response))) as packed:
        readme = packed.extractfile(f"candor-{edition}/README.md")
        assert readme is not None
        assert hashlib.sha256(readme.read()).hexdigest() == other.sha256


def test_a_file_that_goes_while_it_is_read_breaks_it_off(published: Release):
    archive = archive_of(published)
    chunks = archive.read(0, archive.length)
    next(chunks)
    last = local_path(archive.files[-1].sha256)
    assert last is not None
    last.unlink()
    with pytest.raises(FileNotFoundError):
        list(chunks)


def test_a_release_that_is_not_out_has_none(client, built: Release, maintainer):
    client.force_login(maintainer)
    assert client.get(archive_address(built.version)).status_code == 404
    assert client.get("/data/2026.11.0/candor-2026.11.1.tar").status_code == 404
    assert client.post(archive_address(built.version)).status_code == 405


def test_the_site_leads_on_to_the_process_for_files(client, published: Release):
    with override_settings(FILES_URL="https://files.candor.example"):
        response = client.get(archive_address(published.version))
    assert response.status_code == 302
    assert response["Location"] == f"https://files.candor.example{archive_address(published.version)}"
    assert response["Access-Control-Allow-Origin"] == "*"
