"""A release from the command line."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from releases.actions import erase_answer, start_release
from releases.models import Edition, Release, Withdrawal
from tests.releases.conftest import folder

pytestmark = pytest.mark.django_db(transaction=True)


def test_build_and_publish(world, capsys):
    call_command("build_release", publish=True)
    release = Release.objects.get()
    assert release.status == "published"
    assert f"Release {release.version} is published: 3 answers, 6 labels" in capsys.readouterr().out


def test_without_publish_it_waits(world, capsys):
    call_command("build_release")
    assert Release.objects.get().status == "built"


def test_one_at_a_time(maintainer):
    start_release(by=maintainer)
    with pytest.raises(CommandError, match="Another release is being built"):
        call_command("build_release")


def test_a_failure_is_one_line(world, monkeypatch):
    from releases.files import sealed

    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sealed.SealedFile, "write", full)
    with pytest.raises(CommandError, match="The disk that holds the releases is full"):
        call_command("build_release")


def test_what_was_ordered_is_taken_out_before_it_builds(world, published, maintainer, capsys):
    """The release before is edited first, and what changed since is told against that edition."""
    erase_answer(by=maintainer, answer=world.settled, reason="personal")
    call_command("build_release")
    assert Withdrawal.objects.get().status == "done"
    edition = Edition.objects.get()
    assert (edition.release, edition.number) == (published, 1)
    release = Release.objects.exclude(pk=published.pk).get()
    assert release.status == "built" and release.counts["tables"]["answers"] == 2
    manifest = json.loads((folder(release) / "manifest.json").read_bytes())
    assert manifest["previous"]["label"] == f"{published.version}+e1"
    assert "is built: 2 answers, 3 labels" in capsys.readouterr().out


def test_a_database_that_refuses_is_one_line(world, monkeypatch):
    from releases import rows

    def cancelled(cut):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '20ms'")
            cursor.execute("SELECT pg_sleep(10)")

    monkeypatch.setitem(rows.ROWS, "labels", cancelled)
    with pytest.raises(CommandError, match="The database gave up: canceling statement due to statement timeout"):
        call_command("build_release")
    assert Release.objects.get().status == "building"
