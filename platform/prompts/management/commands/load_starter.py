"""manage.py load_starter: the starter prompts, where they are not there yet."""

from typing import Any

from django.core.management.base import BaseCommand

from prompts.starter import load_starter


class Command(BaseCommand):
    help = "Adds the starter prompts that are not in the database yet."

    def handle(self, *args: Any, **options: Any) -> None:
        added = load_starter()
        self.stdout.write(f"{added} families of starter prompts added." if added else "The starter prompts are there.")
