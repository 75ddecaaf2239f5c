"""manage.py export_answers: finished probes as NDJSON that import_answers and load_demo read."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from probes.choices import ProbeStatus
from probes.exports import export_lines
from probes.models import Probe


class Command(BaseCommand):
    help = "Writes the finished probes of a round to a file that can be imported elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--round", type=int, required=True, help="the round's number")
        parser.add_argument("--source", required=True, help="where the answers come from, in words")
        parser.add_argument("--licence", required=True)
        parser.add_argument("--may-publish", action="store_true")
        parser.add_argument("--remark", default="", help="shown beside every answer")

    def handle(self, *args: Any, **options: Any) -> None:
        probes = Probe.objects.filter(round__number=options["round"], status=ProbeStatus.DONE)
        if not probes.exists():
            raise CommandError(f"Round {options['round']} has no finished probes.")
        lines = export_lines(
            probes,
            source=options["source"],
            licence=options["licence"],
            may_publish=options["may_publish"],
            remark=options["remark"],
        )
        part = options["file"].with_suffix(".part")
        with part.open("w", encoding="utf-8") as file:
            for line in lines:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        part.replace(options["file"])
        self.stdout.write(f"{probes.count()} answers written to {options['file']}.")
