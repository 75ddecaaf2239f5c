"""manage.py import_answers: answers collected elsewhere, from a file of NDJSON."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import Invalid
from probes.actions import import_answers


class Command(BaseCommand):
    help = (
        "Imports answers from a file (its format: probes/actions/imports.py). All of it, or nothing if a line is bad."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with options["file"].open(encoding="utf-8") as file:
                report = import_answers(by=None, lines=file)
        except FileNotFoundError:
            raise CommandError(f"There is no file {options['file']}.") from None
        except UnicodeDecodeError as error:
            raise CommandError(f"{options['file']} is not UTF-8: {error}") from None
        except Invalid as error:
            raise CommandError("\n".join([error.message, *error.fields.get("lines", [])])) from None
        said = (
            "This file was imported before; nothing to do." if report.skipped else f"{report.answers} answers imported."
        )
        self.stdout.write(said)
