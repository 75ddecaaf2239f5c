"""manage.py judge: registers a machine judge, tests it, puts it to work, has it read now, and tells how it stands."""

import json
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotations.actions import measure_judges, pause_judge, queue_for_all, register_judge, start_judge, want_test
from annotations.choices import Slice
from annotations.models import Judge
from annotations.selectors import judges as selectors
from core.errors import CandorError, Invalid
from probes.models import Endpoint
from workers.judging import work_off

BAD_USE = 2


class Command(BaseCommand):
    help = (
        "A machine judge reads answers by the guideline; its verdicts are no labels. register, test (puts the canaries "
        "to it, now), start, pause, run (has all judges at work read what is due, now, and measures them), list."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        register = steps.add_parser("register", help="adds a judge, or another version of one")
        register.add_argument("slug")
        register.add_argument("--endpoint", required=True, metavar="X", help="its name")
        register.add_argument("--a-day", type=int, default=500, help="answers a day at most")
        register.add_argument("--instructions", type=Path, metavar="FILE", help="in the place of Candor's own")
        for step, said in (("test", "puts the canaries to it"), ("start", "puts it to work"), ("pause", "stops it")):
            steps.add_parser(step, help=said).add_argument("slug")
        steps.add_parser("run", help="has judges at work read what is due, and measures how far they agree")
        steps.add_parser("list", help="prints one JSON object for each")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, str(options["step"]))(options)
        except Invalid as error:
            wrong = " ".join(f"{name}: {' '.join(said)}" for name, said in error.fields.items())
            raise CommandError(f"{error.message} {wrong}".strip(), returncode=BAD_USE) from None
        except CandorError as error:
            raise CommandError(error.message, returncode=BAD_USE) from None

    def register(self, options: dict[str, Any]) -> None:
        endpoint = Endpoint.objects.filter(slug=options["endpoint"]).first()
        if endpoint is None:
            raise CommandError(f"There is no endpoint {options['endpoint']}.", returncode=BAD_USE)
        try:
            text = options["instructions"].read_text(encoding="utf-8") if options["instructions"] else ""
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"The instructions cannot be read: {error}", returncode=BAD_USE) from None
        made = register_judge(
            by=None, slug=options["slug"], endpoint=endpoint, instructions=text, a_day=options["a_day"]
        )
        self.stdout.write(f"{made} is registered. Test it: manage.py judge test {made.slug}")

    def test(self, options: dict[str, Any]) -> None:
        judge = newest(options["slug"])
        want_test(by=None, judge=judge)
        self.work()
        judge.refresh_from_db()
        if not selectors.has_passed(judge):
            raise CommandError(
                judge.status_reason or "The test was not finished; is its endpoint active?", returncode=1
            )
        self.stdout.write(f"{judge} was moved by none of {judge.canaries.count()} canaries.")

    def start(self, options: dict[str, Any]) -> None:
        judge = newest(options["slug"])
        start_judge(by=None, judge=judge)
        self.stdout.write(f"{judge} is at work.")

    def pause(self, options: dict[str, Any]) -> None:
        judge = Judge.objects.filter(slug=options["slug"], status="active").first() or newest(options["slug"])
        pause_judge(by=None, judge=judge, reason="Paused by hand.")
        self.stdout.write(f"{judge} is paused.")

    def run(self, options: dict[str, Any]) -> None:
        queue_for_all()
        self.work()
        measure_judges()
        self.list(options)

    def work(self) -> None:
        """Works until nothing is due; Ctrl-C gives back what is in the air."""
        stopping = threading.Event()
        try:
            work_off(settings.ENV.probes_in_flight, stopping)
        finally:
            stopping.set()

    def list(self, options: dict[str, Any]) -> None:
        judges = list(selectors.all_judges())
        work = selectors.work_of(judges)
        for judge in judges:
            whole = next((row for row in judge.agreement.all() if row.slice == Slice.ALL), None)
            told = {
                "judge": judge.slug,
                "version": judge.version,
                "endpoint": judge.endpoint.slug,
                "status": judge.status,
                "reason": judge.status_reason,
                "canaries": len(judge.canaries.all()),
                "moved": len(selectors.moved_by(judge)),
                "read": work[judge.pk].read,
                "waiting": work[judge.pk].waiting,
                "unreadable": work[judge.pk].unreadable,
                "failed": work[judge.pk].failed,
                "answers": whole.answers if whole else 0,
                "percent": whole.percent if whole else None,
                "kappa": whole.kappa if whole else None,
            }
            self.stdout.write(json.dumps(told, ensure_ascii=False))


def newest(slug: str) -> Judge:
    judge = Judge.objects.select_related("endpoint").filter(slug=slug).order_by("-version").first()
    if judge is None:
        raise CommandError(f"There is no judge {slug}.", returncode=BAD_USE)
    return judge
