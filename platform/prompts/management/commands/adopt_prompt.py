"""manage.py adopt_prompt: a question that came with an import joins our own panel, by way of the review."""

from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import CandorError, Invalid
from prompts.actions import adopt_prompt
from prompts.models import Prompt
from prompts.rules import Point


class Command(BaseCommand):
    help = "Hands an imported prompt to the reviewers; once it is approved, models are asked it too."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("prompt", type=int, help="its number")
        parser.add_argument(
            "--key-points",
            type=Path,
            help="YAML: a list of points with text, source, url, essential; for one of them true",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        prompt = Prompt.objects.filter(pk=options["prompt"]).select_related("family", "current", "key_points").first()
        if prompt is None:
            raise CommandError(f"There is no prompt {options['prompt']}.")
        try:
            adopt_prompt(by=None, prompt=prompt, points=read(options["key_points"]))
        except Invalid as error:
            wrong = [sentence for sentences in error.fields.values() for sentence in sentences]
            raise CommandError("\n".join([error.message, *wrong])) from None
        except CandorError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"Prompt {prompt.pk} waits for review.")


def read(file: Path | None) -> list[Point]:
    if file is None:
        return []
    try:
        return [Point(**row).cleaned() for row in yaml.safe_load(file.read_text(encoding="utf-8"))]
    except (OSError, UnicodeDecodeError, TypeError, yaml.YAMLError) as error:
        raise CommandError(f"{file} is no list of key points: {error}") from None
