"""Rounds that open by themselves, so that the same panel is asked at even distances and drift can be seen."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import events
from core.errors import Conflict, Invalid
from core.texts import storable
from probes.actions.rounds import close_round, open_round
from probes.choices import Every
from probes.models import Round, RoundSchedule
from probes.periods import following
from probes.rules import check_maintainer
from probes.selectors import open_round as the_open_round
from probes.selectors import remaining, schedules, waits_until

# A day that every month has: with the 31st, what comes next would drift to the 28th and stay there.
LAST_DAY = 28


@transaction.atomic
def add_schedule(*, by: User | None, name: str, every: str, samples: int, first_at: datetime) -> RoundSchedule:
    """A schedule whose first round opens at `first_at`; one of that name that was stopped is taken up again.

    Raises:
        Invalid: with the fields that cannot be.
        Conflict: a schedule of that name is running.
        Forbidden: not a maintainer.
    """
    check_maintainer(by)
    name = name.strip()
    wrong: dict[str, list[str]] = {}
    if not 1 <= len(name) <= 100 or not storable(name):
        wrong["name"] = [_("Between 1 and 100 characters.")]
    if every not in Every.values:
        wrong["every"] = [_("Choose a week, a month or three months.")]
    if not 1 <= samples <= 100:
        wrong["samples"] = [_("Between 1 and 100.")]
    if first_at <= timezone.now():
        wrong["first_at"] = [_("Choose a day that is still to come. A round for now is opened by hand.")]
    elif first_at > timezone.now() + timedelta(days=366):
        wrong["first_at"] = [_("Choose a day within a year.")]
    elif every != Every.WEEK and first_at.astimezone(UTC).day > LAST_DAY:
        wrong["first_at"] = [_("Choose a day up to the 28th, which every month has.")]
    if wrong:
        raise Invalid(_("The schedule cannot be taken as it is."), wrong)
    values = {"every": every, "samples": samples, "next_at": first_at}
    again = RoundSchedule.objects.filter(name=name, next_at=None)
    if not again.update(**values):
        try:
            with transaction.atomic():
                RoundSchedule.objects.create(name=name, **values)
        except IntegrityError as error:
            raise Conflict(_("There is a schedule %(name)s already. Stop it first.") % {"name": name}) from error
    schedule = RoundSchedule.objects.get(name=name)
    events.record(by=by, verb="add", of=schedule, every=every, samples=samples, first_at=first_at.isoformat())
    return schedule


@transaction.atomic
def stop_schedule(*, by: User | None, schedule: RoundSchedule) -> None:
    """Nothing more is opened by it; the rounds it opened stay as they are.

    Raises:
        Conflict: it is stopped already.
        Forbidden: not a maintainer.
    """
    check_maintainer(by)
    if not RoundSchedule.objects.filter(pk=schedule.pk, next_at__isnull=False).update(next_at=None):
        raise Conflict(_("This schedule is stopped already."))
    events.record(by=by, verb="stop", of=schedule)


def open_scheduled_rounds(*, now: datetime | None = None) -> list[Round]:
    """Opens what is due, at most one round: the next one waits until that is finished. Safe to run twice at once.

    A round that is open and has something left keeps the next one waiting, though for one period of its schedule at
    most, so that no endpoint can ever stop the panel. What nobody can ask now, at a paused endpoint or without budget,
    is not waited for. What is left when the round is closed is let go.
    """
    moment = now or timezone.now()
    for due in schedules().filter(next_at__lte=moment):
        # A conflict: somebody opened or closed a round in this very moment. The next minute looks again.
        with suppress(Conflict):
            opened = open_due(due, moment)
            if opened is not None:
                return [opened]
    return []


@transaction.atomic
def open_due(schedule: RoundSchedule, now: datetime) -> Round | None:
    """Opens the round of one schedule that is due, unless another round still runs or somebody has just done it."""
    was = schedule.next_at
    assert was is not None
    before = the_open_round()
    if before is not None and now < waits_until(schedule, before) and not remaining(before).nothing:
        return None
    # Conditional, and with the row held until the end: of two at once, the second finds another date and stops here.
    mine = RoundSchedule.objects.filter(pk=schedule.pk, next_at=was).update(next_at=following(was, schedule.every, now))
    if not mine:
        return None
    if before is not None:
        close_round(by=None, of=before)
    return open_round(by=None, name=round_name(schedule, was), samples=schedule.samples, schedule=schedule)


def round_name(schedule: RoundSchedule, at: datetime) -> str:
    """The schedule's name and its month, or the day where it opens every week."""
    form = "%Y-%m-%d" if schedule.every == Every.WEEK else "%Y-%m"
    return f"{schedule.name}, {at.astimezone(UTC):{form}}"
