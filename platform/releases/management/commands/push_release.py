"""`manage.py push_release`: a published release copied to Hugging Face or Zenodo; without one, what lies where."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.errors import CandorError
from releases.actions.push import push_release
from releases.choices import Place
from releases.models import Release
from releases.selectors.copies import copies
from releases.selectors.published import latest, published


class Command(BaseCommand):
    help = "Copies a published release to another place. Begun again after it broke off, it goes on where it was."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("version", nargs="?", help="as 2026.11.0, or: latest; left out: lists what is where")
        parser.add_argument("--to", choices=[place.value for place in Place], help="the place")

    def handle(self, *args: Any, version: str | None, to: str | None, **options: Any) -> None:
        if version is None:
            self.list_copies()
            return
        if to is None:
            raise CommandError(f"Say where: --to {' or --to '.join(Place.values)}.")
        release = latest() if version == "latest" else published().filter(version=version).first()
        if release is None:
            raise CommandError(f"There is no published release {version}.")
        self.push(release, Place(to))

    def push(self, release: Release, place: Place) -> None:
        try:
            push = push_release(by=None, release=release, place=place, say=self.stdout.write)
        except CandorError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"Release {release.version} is at {push.url}")
        self.stdout.write(f"{push.get_place_display()} calls it {push.identifier}")
        if push.concept:
            self.stdout.write(f"All releases together: {push.concept}")
        if push.error:
            self.stderr.write(push.error)

    def list_copies(self) -> None:
        for copy in copies():
            there = {None: "not there", True: "as it is now", False: "an older edition: push it again"}[copy.is_current]
            self.stdout.write(f"{copy.release.version}  {copy.place.label}: {there}")
