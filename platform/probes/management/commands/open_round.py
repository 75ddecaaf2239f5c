"""manage.py open_round: opens a round, whose panel the workers then work through."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import CandorError
from probes.actions import open_round


class Command(BaseCommand):
    help = "Opens a round: every approved prompt, every active endpoint, so many samples."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--samples", type=int, default=3)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            opened = open_round(by=None, name=options["name"], samples=options["samples"])
        except CandorError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"Round {opened.number}, {opened.name}, is open.")
