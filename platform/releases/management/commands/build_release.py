"""`manage.py build_release`: a release from the command line, built here and now instead of by a worker."""

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.errors import CandorError
from releases.actions import build_waiting, publish_release, start_release
from releases.choices import ReleaseStatus
from releases.files.signing import is_signed
from releases.models import Release
from releases.selectors.published import latest

UNSIGNED = (
    "The releases of this site are signed, and RELEASE_SIGNING_KEY is not set here. Run this where it is (in Docker: "
    "in the container slow_numbers), or with --unsigned."
)


class Command(BaseCommand):
    help = "Builds a release of everything closed up to now."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--publish", action="store_true", help="publish it at once, for good")
        parser.add_argument("--unsigned", action="store_true", help="though the release before it is signed")

    def handle(self, *args: Any, publish: bool, unsigned: bool, **options: Any) -> None:
        if not unsigned and not settings.RELEASE_SIGNING_KEY and (before := latest()) and is_signed(before):
            raise CommandError(UNSIGNED)
        try:
            release = start_release(by=None)
            build_waiting()
            release = Release.objects.get(pk=release.pk)
            if release.status == ReleaseStatus.FAILED:
                raise CommandError(release.error)
            if release.status == ReleaseStatus.BUILDING:
                self.stdout.write(f"A worker is building release {release.version}.")
                return
            if publish:
                release = publish_release(by=None, release=release)
        except CandorError as error:
            raise CommandError(error.message) from error
        rows = release.counts["tables"]
        self.stdout.write(
            f"Release {release.version} is {release.status}: {rows['answers']} answers, {rows['labels']} labels"
        )
