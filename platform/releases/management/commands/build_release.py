"""`manage.py build_release`: a release from the command line, built here and now instead of by a worker."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.errors import CandorError
from releases.actions import build_waiting, publish_release, start_release
from releases.choices import ReleaseStatus
from releases.models import Release


class Command(BaseCommand):
    help = "Builds a release of everything closed up to now."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--publish", action="store_true", help="publish it at once, for good")

    def handle(self, *args: Any, publish: bool, **options: Any) -> None:
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
