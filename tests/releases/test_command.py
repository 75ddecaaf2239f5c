"""A release from the command line."""

import pytest
from django.core.management import CommandError, call_command

from releases.actions import start_release
from releases.models import Release

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
