"""manage.py load_demo: the recorded demo answers, where they are not there yet."""

from typing import Any

from django.core.management.base import BaseCommand

from probes.demo import load_demo


class Command(BaseCommand):
    help = "Imports the recorded answers of three small models to the starter prompts."

    def handle(self, *args: Any, **options: Any) -> None:
        report = load_demo()
        said = "The demo answers are there." if report.skipped else f"{report.answers} recorded demo answers added."
        self.stdout.write(said)
