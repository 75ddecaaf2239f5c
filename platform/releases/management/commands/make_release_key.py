"""`manage.py make_release_key`: a key to sign releases with. The site serves its public half."""

import argparse
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from releases.files.signing import make_key


class Command(BaseCommand):
    help = "Makes a key to sign releases with: prints the secret half, and writes the public one."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--public",
            type=Path,
            default=settings.RELEASE_PUBLIC_KEY_FILE,
            help="where the public half goes; unless it is said, where the site serves it from",
        )

    def handle(self, *args: Any, public: Path, **options: Any) -> None:
        secret, shown = make_key()
        try:
            with public.open("xb") as file:
                file.write(shown)
        except FileExistsError:
            said = f"{public} is there. Releases signed by its key need it: write the new one elsewhere."
            raise CommandError(said) from None
        except OSError as error:
            raise CommandError(f"{public} cannot be written: {error.strerror}.") from None
        self.stdout.write(f"RELEASE_SIGNING_KEY={secret}")
        self.stderr.write(f"Keep that line secret, in the environment of the site. {public} is for everybody.")
