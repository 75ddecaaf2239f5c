"""`manage.py push_release`: what is remembered of a push, who may, and a whole release sent to both places."""

import hashlib
import zipfile
from io import BytesIO, StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from core.errors import Conflict, Forbidden
from core.models import Event
from releases.actions import publish_release
from releases.actions.push import alone, push_release
from releases.choices import Place
from releases.files import store
from releases.models import Edition, Push, Release, ReleaseFile
from tests.standins.hub import Hub
from tests.standins.parcels import parcel_in
from tests.standins.zenodo import Zenodo

# huggingface_hub and its own HTTP client disagree on a name.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content:DeprecationWarning")


@pytest.fixture
def built(db, tmp_path):
    """A release as a worker leaves it, of small files."""
    release = Release.objects.create(version="2026.11.0", status="built", cutoff=timezone.now(), key=b"k" * 32)
    for part in parcel_in(tmp_path / "built").parts:
        store.adopt(part.file, part.sha256)
        release.files.create(path=part.path, sha256=part.sha256, bytes=part.bytes, media_type="text/plain")
    return release


@pytest.fixture
def published(built, maintainer):
    return publish_release(by=maintainer, release=built)


@pytest.fixture
def hub(settings):
    with Hub() as hub:
        settings.HF_ENDPOINT, settings.RELEASES_HF_TOKEN, settings.HF_REPOSITORY = (
            hub.address,
            "hf_writes",
            "candor/candor",
        )
        yield hub


@pytest.fixture
def zenodo(settings):
    with Zenodo() as zenodo:
        settings.ZENODO_URL, settings.RELEASES_ZENODO_TOKEN = zenodo.address, "zen-all"
        yield zenodo


def push_by_command(version, to):
    out, err = StringIO(), StringIO()
    call_command("push_release", version, "--to", to, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def files_of(release):
    return {one.path: one.sha256 for one in release.files.filter(withdrawn_at=None)}


def sums(contents):
    return {path: hashlib.sha256(content).hexdigest() for path, content in contents.items()}


def test_a_whole_release_goes_to_hugging_face(published, hub):
    out, err = push_by_command(published.version, "hugging_face")
    held = sums(hub.repositories["candor/candor"].contents(published.version))
    held.pop(".gitattributes")
    assert held == files_of(published)
    push = Push.objects.get()
    assert (push.status, push.place, push.edition, push.error) == ("done", "hugging_face", 0, "")
    assert push.identifier == hub.repositories["candor/candor"].branches[published.version]
    assert push.url in out
    assert err == ""


def test_a_whole_release_goes_to_zenodo(published, zenodo):
    out, _err = push_by_command("latest", "zenodo")
    (one,) = zenodo.depositions.values()
    name = f"candor-{published.version}"
    with zipfile.ZipFile(BytesIO(one.files[f"{name}.zip"])) as archive:
        held = sums({entry.removeprefix(f"{name}/"): archive.read(entry) for entry in archive.namelist()})
    assert held == files_of(published)
    push = Push.objects.get()
    assert (push.status, push.draft) == ("done", str(one.number))
    assert (push.identifier, push.concept) == (f"10.5072/zenodo.{one.number}", f"10.5072/zenodo.{one.concept}")
    assert push.concept in out


def test_a_push_that_is_done_does_nothing(published, hub):
    first = push_release(by=None, release=published, place=Place.HUGGING_FACE)
    hub.log.clear()
    assert push_release(by=None, release=published, place=Place.HUGGING_FACE) == first
    assert hub.log == []
    assert Event.objects.filter(verb="push").count() == 1


def test_a_push_that_failed_says_why_and_goes_on(published, zenodo):
    zenodo.fail("POST", "/actions/publish", 400)
    with pytest.raises(CommandError, match="Zenodo answered 400: out of order"):
        push_by_command(published.version, "zenodo")
    push = Push.objects.get()
    assert (push.status, push.error) == ("failed", "Zenodo answered 400: out of order.")
    draft = push.draft
    push_by_command(published.version, "zenodo")
    push.refresh_from_db()
    assert (push.status, push.draft, push.error) == ("done", draft, "")
    assert len(zenodo.depositions) == 1


def test_an_edition_is_a_push_of_its_own(published, zenodo, maintainer, tmp_path):
    push_release(by=maintainer, release=published, place=Place.ZENODO)
    old = published.files.get(path="README.md")
    content = b"README without what was taken out"
    new = hashlib.sha256(content).hexdigest()
    (tmp_path / "README.md").write_bytes(content)
    store.adopt(tmp_path / "README.md", new)
    with transaction.atomic():
        edition = Edition.objects.create(release=published, number=1)
        edition.refresh_from_db()
        ReleaseFile.objects.filter(pk=old.pk).update(withdrawn_at=edition.made_at)
        ReleaseFile.objects.create(
            release=published, edition=1, path="README.md", sha256=new, bytes=len(content), media_type=old.media_type
        )
    push = push_release(by=maintainer, release=published, place=Place.ZENODO)
    assert (push.edition, push.status) == (1, "done")
    assert push.error.startswith(f"Earlier versions of release {published.version} still hold")
    first, second = zenodo.depositions.values()
    assert first.concept == second.concept
    assert second.files["README.md"] == content


def test_at_zenodo_the_newest_release_stays_the_newest(published, zenodo, tmp_path):
    built = {"status": "built", "cutoff": timezone.now(), "key": b"k" * 32, "previous": published}
    after = Release.objects.create(version="2026.12.0", **built)
    for part in parcel_in(tmp_path / "after", version="2026.12.0").parts:
        store.adopt(part.file, part.sha256)
        after.files.create(path=part.path, sha256=part.sha256, bytes=part.bytes, media_type="text/plain")
    after = publish_release(by=None, release=after)
    push_by_command("latest", "zenodo")
    before = Push.objects.get()
    zenodo.fail("PUT", "candor-2026.12.0.zip", 400)
    with pytest.raises(CommandError, match="Zenodo answered 400"):
        push_by_command(published.version, "zenodo")
    assert {push.release.version: push.status for push in Push.objects.all()} == {
        "2026.11.0": "done",
        "2026.12.0": "failed",
    }
    push_by_command("latest", "zenodo")
    assert [one.metadata["version"] for one in zenodo.depositions.values() if one.submitted] == [
        *("2026.12.0", "2026.11.0", "2026.12.0"),
    ]
    assert len({one.concept for one in zenodo.depositions.values()}) == 1
    now = Push.objects.get(release=after)
    assert (now.status, now.edition) == ("done", 0)
    assert now.identifier != before.identifier
    # Once is enough.
    zenodo.log.clear()
    push_by_command(published.version, "zenodo")
    push_by_command("latest", "zenodo")
    assert zenodo.log == []


def test_what_is_where_is_listed(published, zenodo, maintainer):
    def listed():
        out = StringIO()
        call_command("push_release", stdout=out)
        return out.getvalue().splitlines()

    assert listed() == ["2026.11.0  Hugging Face: not there", "2026.11.0  Zenodo: not there"]
    push_release(by=maintainer, release=published, place=Place.ZENODO)
    assert listed()[1] == "2026.11.0  Zenodo: as it is now"
    Edition.objects.create(release=published, number=1)
    assert listed()[1] == "2026.11.0  Zenodo: an older edition: push it again"
    with pytest.raises(CommandError, match="Say where: --to hugging_face or --to zenodo"):
        call_command("push_release", "latest")


def test_one_push_to_a_place_at_a_time(published, hub):
    own = connection.copy()
    own.set_autocommit(False)
    with own.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7308, 0)")
    try:
        with pytest.raises(Conflict, match="Another release is just being copied to Hugging Face"):
            push_release(by=None, release=published, place=Place.HUGGING_FACE)
        with alone(Place.ZENODO):
            pass
    finally:
        own.rollback()
        own.close()
    assert hub.log == []
    assert not Push.objects.exists()
    push_release(by=None, release=published, place=Place.HUGGING_FACE)


def test_the_lock_of_a_push_keeps_no_old_row_alive(published):
    with alone(Place.HUGGING_FACE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, backend_xmin, backend_xid FROM pg_stat_activity JOIN pg_locks USING (pid)"
            " WHERE locktype = 'advisory' AND classid = 7308"
        )
        assert cursor.fetchall() == [("idle in transaction", None, None)]


def test_only_a_published_release_is_pushed(built, hub):
    with pytest.raises(CommandError, match=f"There is no published release {built.version}"):
        push_by_command(built.version, "hugging_face")
    with pytest.raises(Conflict, match="Only a published release"):
        push_release(by=None, release=built, place=Place.HUGGING_FACE)


def test_only_maintainers_push(published, person, hub):
    with pytest.raises(Forbidden):
        push_release(by=person("somebody"), release=published, place=Place.HUGGING_FACE)
    assert hub.log == []


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("hugging_face", "RELEASES_HF_TOKEN, HF_REPOSITORY has to be set to copy a release to Hugging Face."),
        ("zenodo", "RELEASES_ZENODO_TOKEN has to be set to copy a release to Zenodo."),
    ],
)
def test_what_is_not_set_is_named(published, settings, to, said):
    settings.RELEASES_HF_TOKEN = settings.HF_REPOSITORY = settings.RELEASES_ZENODO_TOKEN = ""
    with pytest.raises(CommandError) as caught:
        push_by_command(published.version, to)
    assert str(caught.value) == said
    assert not Push.objects.exists()


def test_no_folder_is_left_behind(published, zenodo, releases_dir):
    zenodo.fail("PUT", "/api/files/", 400)
    with pytest.raises(CommandError):
        push_by_command(published.version, "zenodo")
    push_by_command(published.version, "zenodo")
    assert list(releases_dir.glob("push-*")) == []
