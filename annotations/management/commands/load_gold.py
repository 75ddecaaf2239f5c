"""manage.py load_gold: gold answers from a file, whole or not at all; without a file, those that come with Candor."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotations.actions import load_gold, load_starter_gold
from annotations.gold import read_lines

FAULTS_AT_MOST = 50


class Command(BaseCommand):
    help = (
        "Adds gold answers from a file of NDJSON, all of them or, if a line is bad, none. Each line is an object with "
        "slug, language, question, text, points, value, also, why (see annotations/gold/__init__.py). A slug that is "
        "there already is passed over. Without a file: the starter set."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path | None = options["file"]
        if path is None:
            self.told(load_starter_gold())
            return
        try:
            with path.open("rb") as file:
                items, faults = read_lines(file)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror or error}.") from None
        if faults:
            more = len(faults) - FAULTS_AT_MOST
            rest = [f"and {more} more"] if more > 0 else []
            raise CommandError("\n".join(["Nothing was loaded.", *faults[:FAULTS_AT_MOST], *rest]))
        if not items:
            raise CommandError(f"{path} holds no gold answer.")
        self.told(load_gold(by=None, items=items))

    def told(self, added: int) -> None:
        self.stdout.write(f"{added} gold answers added." if added else "These gold answers are there already.")
