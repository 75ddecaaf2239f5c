"""manage.py load_gold: gold answers from a file, whole or not at all; without a file, those that come with Candor."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotations.actions import load_gold, load_starter_gold
from annotations.gold import Item, read_lines, starter_items
from annotations.selectors import asked_nowhere
from prompts.selectors import erased_starters

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
            self.warn(starter_items(without=erased_starters()))
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
        self.warn(items)

    def warn(self, items: Iterable[Item]) -> None:
        """Says which cards give themselves away by their question. It may be meant, so nothing is refused."""
        if not (slugs := asked_nowhere(items)):
            return
        more = [f"and {len(slugs) - FAULTS_AT_MOST} more"] if len(slugs) > FAULTS_AT_MOST else []
        listed = "\n".join([*slugs[:FAULTS_AT_MOST], *more])
        self.stderr.write(
            "Warning: no approved prompt here asks the questions of these, word for word and in their language, so "
            f"whoever looks one up can tell that the card is gold:\n{listed}"
        )

    def told(self, added: int) -> None:
        self.stdout.write(f"{added} gold answers added." if added else "These gold answers are there already.")
