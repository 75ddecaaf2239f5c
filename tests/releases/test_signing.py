"""Who has the key signs; who has its public half can check it, with or without us."""

import shutil
import subprocess

import pytest
from django.core.management import CommandError, call_command
from django.test import Client, override_settings

from candor_verify.__main__ import verify
from config.env import WrongVariable, read
from core.errors import Conflict
from releases.actions import erase_answer, make_editions, publish_release
from releases.files.signing import is_signed, make_key, sign
from tests.releases.conftest import build, folder


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    """Where the site keeps its public key; none is there."""
    settings.RELEASE_PUBLIC_KEY_FILE = tmp_path / "data" / "release-key.pub"
    settings.RELEASE_PUBLIC_KEY_FILE.parent.mkdir()
    return settings.RELEASE_PUBLIC_KEY_FILE


def test_a_signature_is_checked_by_openssl(tmp_path):
    secret, public = make_key()
    (tmp_path / "manifest.json").write_bytes(b'{"what": "ever"}\n')
    (tmp_path / "key.pub").write_bytes(public)
    with override_settings(RELEASE_SIGNING_KEY=secret):
        written = sign(tmp_path)
        first = (tmp_path / "manifest.json.sig").read_bytes()
        sign(tmp_path)
    assert written is not None
    assert (written.path, written.bytes) == ("manifest.json.sig", 64)
    assert (tmp_path / "manifest.json.sig").read_bytes() == first
    openssl = shutil.which("openssl")
    assert openssl, "openssl is on every machine that runs these tests"
    check = [openssl, "pkeyutl", "-verify", "-pubin", "-inkey", "key.pub", "-rawin", "-in", "manifest.json",
             "-sigfile", "manifest.json.sig"]  # fmt: skip
    done = subprocess.run(check, cwd=tmp_path, check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.strip()) == (0, "Signature Verified Successfully")
    (tmp_path / "manifest.json").write_bytes(b'{"what": "else"}\n')
    assert subprocess.run(check, cwd=tmp_path, check=False, capture_output=True, timeout=60).returncode == 1


def test_without_a_key_nothing_is_signed_and_an_old_signature_goes(tmp_path):
    (tmp_path / "manifest.json.sig").write_bytes(b"old")
    with override_settings(RELEASE_SIGNING_KEY=""):
        assert sign(tmp_path) is None
    assert not (tmp_path / "manifest.json.sig").exists()


@pytest.mark.django_db(transaction=True)
def test_a_release_is_signed(maintainer, tmp_path):
    secret, public = make_key()
    (tmp_path / "key.pub").write_bytes(public)
    with override_settings(RELEASE_SIGNING_KEY=secret):
        release = build(maintainer)
    findings = verify(folder(release), tmp_path / "key.pub")
    assert findings.equal
    assert "manifest.json is signed by the given key" in findings.checked
    other = tmp_path / "other.pub"
    other.write_bytes(make_key()[1])
    assert [one.file for one in verify(folder(release), other).differences] == ["manifest.json.sig"]


def test_the_command_makes_a_key_and_overwrites_none(tmp_path, capsys):
    public = tmp_path / "release-key.pub"
    call_command("make_release_key", public=public)
    said = capsys.readouterr().out.strip()
    assert said.startswith("RELEASE_SIGNING_KEY=")
    assert public.read_bytes().startswith(b"-----BEGIN PUBLIC KEY-----\n")
    assert read({"RELEASE_SIGNING_KEY": said.partition("=")[2]})["release_signing_key"] == said.partition("=")[2]
    with pytest.raises(CommandError, match="is there"):
        call_command("make_release_key", public=public)
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("make_release_key", public=tmp_path / "nowhere" / "key.pub")


def test_a_new_key_lies_where_the_site_serves_it_from(place, capsys):
    assert Client().get("/data/release-key.pub").status_code == 404
    call_command("make_release_key")
    secret = capsys.readouterr().out.strip().partition("=")[2]
    served = Client().get("/data/release-key.pub")
    assert (served.status_code, served.content) == (200, place.read_bytes())
    assert served["Access-Control-Allow-Origin"] == "*"
    place.unlink()
    with override_settings(RELEASE_SIGNING_KEY=secret):
        assert Client().get("/data/release-key.pub").content == served.content


def test_two_keys_that_are_no_pair_are_told_of(tmp_path, place, caplog):
    (tmp_path / "manifest.json").write_bytes(b"{}")
    secret, public = make_key()
    with override_settings(RELEASE_SIGNING_KEY=secret):
        place.write_bytes(public)
        sign(tmp_path)
        assert caplog.text == ""
        place.write_bytes(make_key()[1])
        sign(tmp_path)
    assert "is not the public half of RELEASE_SIGNING_KEY" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_the_lines_check_the_signature_where_this_key_made_it(maintainer, world, place):
    secret, public = make_key()
    with override_settings(RELEASE_SIGNING_KEY=secret):
        release = publish_release(by=None, release=build(maintainer))
    check = "python -B -m candor_verify . --key ../release-key.pub"
    for key, shown in ((None, False), (make_key()[1], False), (b"no key", False), (public, True)):
        if key is not None:
            place.write_bytes(key)
        for address in ("/data/use/", f"/data/{release.version}/"):
            page = Client().get(address).content.decode()
            assert (check in page) is shown
            # The signature comes with the rest, the key does not.
            assert f"{release.version}/candor-{release.version}.tar\n" in page
            assert ("\ncurl -fsSL -o ../release-key.pub http://testserver/data/release-key.pub\n" in page) is shown


@pytest.mark.django_db(transaction=True)
def test_after_a_signed_release_none_is_built_unsigned_by_chance(maintainer, world, caplog):
    secret, _ = make_key()
    with override_settings(RELEASE_SIGNING_KEY=secret):
        publish_release(by=None, release=build(maintainer))
    with pytest.raises(CommandError, match="RELEASE_SIGNING_KEY is not set here"):
        call_command("build_release")
    assert "is not signed" not in caplog.text
    call_command("build_release", unsigned=True)
    assert "edition 0, is not signed: RELEASE_SIGNING_KEY is not set" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_an_edition_without_a_signature_does_not_end_the_guard(client, maintainer, world):
    """The key went missing, one erasure came, and then the next release: it is missed in both."""
    with override_settings(RELEASE_SIGNING_KEY=make_key()[0]):
        before = publish_release(by=None, release=build(maintainer))
    erase_answer(by=maintainer, answer=world.settled, reason="personal")
    assert (make_editions(), is_signed(before)) == (1, False)
    lost = "Not signed, though it was before something was taken out."
    page = client.get(f"/data/{before.version}/").content.decode()
    assert lost in page and client.get(f"/api/v1/releases/{before.version}/").json()["signed"] is False
    with pytest.raises(CommandError, match="RELEASE_SIGNING_KEY is not set here"):
        call_command("build_release", publish=True)
    release = build(maintainer)
    client.force_login(maintainer)
    for address in ("/data/", f"/data/{release.version}/"):
        assert "Publish it unsigned" in client.get(address).content.decode()
    with pytest.raises(Conflict, match=f"not signed, and {before.version} was"):
        publish_release(by=maintainer, release=release)
    publish_release(by=maintainer, release=release, unsigned=True)
    page = client.get(f"/data/{release.version}/").content.decode()
    assert "Not signed." in page and lost not in page


def test_a_key_that_is_none_is_named_before_anything_starts():
    with pytest.raises(WrongVariable, match="make_release_key"):
        read({"RELEASE_SIGNING_KEY": "not a key"})


@pytest.mark.django_db(transaction=True)
def test_a_release_that_is_not_signed_after_one_that_was_wants_a_tick(client, world, maintainer):
    client.force_login(maintainer)
    with override_settings(RELEASE_SIGNING_KEY=make_key()[0]):
        before = build(maintainer)
        assert "Publish it unsigned" not in client.get(f"/data/{before.version}/").content.decode()
        assert client.post(f"/data/publish/{before.version}/").status_code == 302
    release = build(maintainer)
    for address in ("/data/", f"/data/{release.version}/"):
        page = client.get(address).content.decode()
        assert f"This release is not signed, and {before.version} was" in page and "Publish it unsigned" in page
    with pytest.raises(Conflict, match=f"not signed, and {before.version} was"):
        publish_release(by=maintainer, release=release)
    assert client.post(f"/data/publish/{release.version}/").status_code == 409
    assert client.post(f"/data/publish/{release.version}/", {"unsigned": "on"}).status_code == 302
    release.refresh_from_db()
    assert release.status == "published"
    for one, word, signed in ((before, "Signed.", True), (release, "Not signed.", False)):
        page = client.get(f"/data/{one.version}/").content.decode()
        assert (word in page, ("Not signed." in page)) == (True, not signed)
        assert client.get(f"/api/v1/releases/{one.version}/").json()["signed"] is signed
    listed = client.get("/api/v1/releases/").json()["results"]
    assert {one["version"]: one["signed"] for one in listed} == {before.version: True, release.version: False}
