"""manage.py open_round: opens a round, whose panel the workers then work through, or says what it would take."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import CandorError, Invalid
from probes.actions import open_round
from probes.selectors import Estimate, Preview, preview
from probes.templatetags.probe_pages import hours, tokens, usd

HEAD = ("endpoint", "probes", "input tokens", "output tokens", "money", "left this month", "time")


class Command(BaseCommand):
    help = "Opens a round: every approved prompt, every active endpoint, so many samples."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--samples", type=int, default=3)
        parser.add_argument("--preview", action="store_true", help="says what it would take, and opens nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["preview"]:
            if not 1 <= options["samples"] <= 100:
                raise CommandError("A round takes 1 to 100 samples.")
            self.stdout.write(f"{options['name']} would take, with today's prompts and endpoints:\n\n")
            self.stdout.write("\n".join(lines(preview(options["samples"]))))
            return
        try:
            opened = open_round(by=None, name=options["name"], samples=options["samples"])
        except Invalid as error:
            raise CommandError(
                " ".join([error.message, *(text for texts in error.fields.values() for text in texts)])
            ) from None
        except CandorError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"Round {opened.number}, {opened.name}, is open.")


def lines(of: Preview) -> list[str]:
    """The figures as a table, and below it what is uncertain."""
    output = f"{of.output:,}" if len(of.without_output) < len(of.estimates) else "not known"
    total = ("all", f"{of.probes:,}", f"{of.input:,}", output, usd(of.cost) if of.priced else "not known", "")
    rows = [HEAD, *(row(one) for one in of.estimates), (*total, "not known" if of.hours is None else hours(of.hours))]
    wide = [max(len(cells[column]) for cells in rows) for column in range(len(HEAD))]
    table = ["  ".join([c[0].ljust(wide[0]), *(c[i].rjust(wide[i]) for i in range(1, len(HEAD)))]) for c in rows]
    return [*table, "", *doubts(of)]


def row(one: Estimate) -> tuple[str, ...]:
    cost = "not known" if one.cost is None else f"{'at most' if one.at_most else 'about'} {usd(one.cost)}"
    left = "no budget" if one.money.left is None else usd(one.money.left)
    time = "not known" if one.hours is None else hours(one.hours)
    return (one.endpoint.slug, f"{one.probes:,}", tokens(one.input), tokens(one.output), cost, left, time)


def doubts(of: Preview) -> list[str]:
    said = [f"{one.endpoint.slug}: the budget may not be enough for this round." for one in of.too_dear]
    if of.at_most:
        said.append("At most: too few finished probes to tell, so limits stand in.")
    if of.without_output or of.without_cost or of.without_hours:
        said.append("What is not known is not in the sums.")
    if of.paused:
        said.append(f"{of.paused} paused, which would not be asked until resumed.")
    return said
