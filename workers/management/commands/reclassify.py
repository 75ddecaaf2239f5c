"""manage.py reclassify: old results decided again by today's rules."""

from argparse import ArgumentTypeError
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from probes.actions import redo_result
from probes.models import Endpoint, Probe
from workers.reclassifying import Redone, reread

Pair = tuple[str, str, str]
LEFT_AS_IT_IS = " (would be asked again today; it is not)"


class Command(BaseCommand):
    help = (
        "Decides the stored responses again, after a rule has changed, and shows what would change. With --write it is "
        "done. Nothing is asked again; labels stay. Safe to run twice and while workers run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--endpoint", help="only of this endpoint")
        parser.add_argument("--rule", help="only what this rule decided")
        parser.add_argument("--since", type=moment, help="only what was over since then, such as 2026-05-01 (UTC)")
        parser.add_argument("--quarantined", action="store_true", help="only what no rule knew")
        parser.add_argument("--after", type=int, default=0, metavar="ID", help="goes on after this probe")
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--dry-run", action="store_true", help="only shows what would change (this is what it does)")
        how.add_argument("--write", action="store_true", help="changes it")

    def handle(self, *args: Any, **options: Any) -> None:
        write, seen, left, last = options["write"], 0, 0, options["after"]
        changes: defaultdict[Pair, list[int]] = defaultdict(list)
        try:
            for one in reread(chosen(options), after=last):
                seen += 1
                if isinstance(one, int):
                    last, left = one, left + 1
                    continue
                if one.changed and (not write or done(one)):
                    changes[pair(one)].append(one.probe)
                last = one.probe
        except KeyboardInterrupt:
            self.report(changes, options["verbosity"])
            raise CommandError(f"Stopped. Go on with --after {last}.", returncode=130) from None
        self.report(changes, options["verbosity"])
        changed = sum(len(ids) for ids in changes.values())
        verb = "changed" if write else "would change; --write changes them"
        untold = f", {left} left alone because their payload does not tell" if left else ""
        self.stdout.write(f"{seen} looked at, {changed} {verb}{untold}.")

    def report(self, changes: dict[Pair, list[int]], verbosity: int) -> None:
        """One line for each pair of rules, the most frequent first."""
        if not changes:
            return
        rows = sorted(changes.items(), key=lambda item: (-len(item[1]), item[0]))
        wide = [max(len(key[place]) for key in changes) for place in (0, 1)]
        for (was, now, more), ids in rows:
            self.stdout.write(f"{was:<{wide[0]}}  ->  {now:<{wide[1]}}  {len(ids):>7}{more}")
            if verbosity > 1:
                self.stdout.write("    " + " ".join(str(pk) for pk in ids))


def chosen(options: dict[str, Any]) -> QuerySet[Probe]:
    probes = Probe.objects.all()
    if slug := options["endpoint"]:
        if not Endpoint.objects.filter(slug=slug).exists():
            raise CommandError(f"There is no endpoint {slug}.", returncode=2)
        probes = probes.filter(endpoint__slug=slug)
    if options["rule"]:
        probes = probes.filter(rule=options["rule"])
    if options["since"]:
        probes = probes.filter(finished_at__gte=options["since"])
    return probes.filter(quarantined=True) if options["quarantined"] else probes


def done(one: Redone) -> bool:
    return redo_result(by=None, probe=one.probe, attempt=one.attempt, result=one.result)


def pair(one: Redone) -> Pair:
    """How a change is counted: by both rules and deliveries, and where these are the same, by what else differs."""
    was, now = one.was, one.result
    other = ": another " + words(one) if was.decides_the_same(now) else ""
    more = LEFT_AS_IT_IS if one.again else ""
    return f"{was.rule} ({was.delivery})", f"{now.rule} ({now.delivery})", f"{other}{more}"


def words(one: Redone) -> str:
    return ", ".join(name.replace("_", " ") for name in one.was.differences(one.result))


def moment(text: str) -> datetime:
    """An ISO date or time; in UTC where it names no zone. Raises ArgumentTypeError."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no date; give it as 2026-05-01 or 2026-05-01T12:00.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
