"""`manage.py build_release`: a release from the command line, built here and now instead of by a worker."""

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from core.errors import CandorError
from releases.actions import build_waiting, make_editions, publish_release, start_release
from releases.choices import ReleaseStatus
from releases.files.signing import was_signed
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
        parser.add_argument("--unsigned", action="store_true", help="though the release before it is signed, or was")

    def handle(self, *args: Any, publish: bool, unsigned: bool, **options: Any) -> None:
        if not unsigned and not settings.RELEASE_SIGNING_KEY and (before := latest()) and was_signed(before):
            raise CommandError(UNSIGNED)
        try:
            # What waits to be taken out of the releases before it goes first, as where a worker builds.
            make_editions()
            started = start_release(by=None)
            build_waiting()
            release = Release.objects.filter(pk=started.pk).first()
            if release is None:
                raise CommandError(f"Release {started.version} was discarded while it was built.")
            if release.status == ReleaseStatus.FAILED:
                raise CommandError(release.error)
            if release.status == ReleaseStatus.BUILDING:
                self.stdout.write(f"Release {release.version} is left to a worker, which has it in hand or will.")
                return
            if publish:
                release = publish_release(by=None, release=release, unsigned=unsigned)
        except CandorError as error:
            raise CommandError(error.message) from error
        except OperationalError as error:
            said = f"The database gave up: {str(error).strip()}. What was begun is left to a worker."
            raise CommandError(said) from error
        rows = release.counts["tables"]
        self.stdout.write(
            f"Release {release.version} is {release.status}: {rows['answers']} answers, {rows['labels']} labels"
        )
