"""manage.py import_answers: answers collected elsewhere, from a file of NDJSON, whole or not at all."""

import argparse
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import CandorError, Invalid
from probes.actions import Given, ImportReport, import_file
from probes.import_formats import FORMATS
from probes.import_progress import ImportProgress


class Command(BaseCommand):
    help = (
        "Imports answers from a file (docs/import-format.md): all of it, or nothing if a line is bad. After an "
        "interruption the same command goes on where it stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", choices=FORMATS, default="candor", help="how its lines are written")
        parser.add_argument("--source", help="where the answers come from, in words, whatever the file says")
        parser.add_argument("--licence", help="the licence they come under, whatever the file says")
        parser.add_argument("--remark", help="shown beside every answer, whatever the file says")
        parser.add_argument(
            "--may-publish",
            action=argparse.BooleanOptionalAction,
            default=None,
            help="whether we may publish the texts, whatever the file says",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        progress = ImportProgress(sys.stderr)
        try:
            with path.open("rb") as file:
                report = import_file(by=None, file=file, format=options["format"], given=given(options), tick=progress)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror or error}.") from None
        except KeyboardInterrupt:
            progress.close()
            said = "Stopped. What is staged stays for seven days: the same command goes on from there."
            raise CommandError(said, returncode=130) from None
        except Invalid as error:
            progress.close()
            raise CommandError(faults(error)) from None
        except CandorError as error:
            progress.close()
            raise CommandError(error.message) from None
        progress.close()
        self.stdout.write(told(report))


def given(options: dict[str, Any]) -> Given | None:
    """What the options say of the provenance; None where they say nothing, so that what was said before stays."""
    said = {name: options[name] for name in ("source", "licence", "remark", "may_publish")}
    return Given(**said) if any(value is not None for value in said.values()) else None


def faults(error: Invalid) -> str:
    """What is wrong, a line each: the message, then "line N: reason" or "name: reason"."""
    fields = dict(error.fields)
    lines = fields.pop("lines", [])
    named = [f"{name}: {sentence}" for name, sentences in fields.items() for sentence in sentences]
    return "\n".join([error.message, *lines, *named])


def told(report: ImportReport) -> str:
    if report.skipped:
        return "This file was imported before; nothing to do."
    new = f" New: {report.prompts} prompts, {report.endpoints} endpoints." if report.prompts or report.endpoints else ""
    return f"{report.answers} answers imported.{new}"
