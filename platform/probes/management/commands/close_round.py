"""manage.py close_round: closes the round that is open."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.errors import CandorError
from probes.actions import close_round
from probes.selectors import open_round


class Command(BaseCommand):
    help = "Closes the open round for good: nothing more is asked in it; what is in flight is still recorded."

    def handle(self, *args: Any, **options: Any) -> None:
        current = open_round()
        if current is None:
            raise CommandError("No round is open.")
        try:
            close_round(by=None, of=current)
        except CandorError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"Round {current.number}, {current.name}, is closed.")
