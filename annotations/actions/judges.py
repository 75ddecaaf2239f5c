"""Machine judges come, are tested, go to work and stop. Only maintainers decide, and only a test passed lets one in.

A judge is an endpoint with instructions at one version. Its verdicts are no labels: they stand apart, and whatever a
judge says changes no answer, no figure of people's and no card.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from annotations.choices import GUIDELINE, JudgeStatus
from annotations.deciding import check_maintains_judges
from annotations.judging import INSTRUCTIONS
from annotations.models import Canary, Judge
from annotations.selectors import judges as selectors
from core import events
from core.errors import Conflict, Invalid
from core.texts import storable
from probes.choices import EndpointKind
from probes.models import Endpoint

A_DAY_AT_MOST = 100_000
INSTRUCTIONS_AT_MOST = 20_000
# Of the canaries that moved a judge; its page shows them all.
NAMED_AT_MOST = 3
TEST_AGAIN = timedelta(days=7)
# Whoever puts the canaries has this long; then somebody else does.
TEST_TAKES = timedelta(minutes=20)


@transaction.atomic
def register_judge(
    *, by: User | None, slug: str, endpoint: Endpoint, instructions: str = "", a_day: int = 500
) -> Judge:
    """A judge, or another version of one. It is put the canaries next, and goes to work when it is told to.

    `instructions`: the text before each answer; empty for the one that comes with Candor.

    Raises:
        Invalid: with the fields that cannot be.
        Forbidden: not a maintainer.
    """
    check_maintains_judges(by)
    text = (instructions or INSTRUCTIONS).replace("\r\n", "\n").strip()
    wrong: dict[str, list[str]] = {}
    if slug != slugify(slug) or not 0 < len(slug) <= 80:
        wrong["slug"] = [_("Use small letters, digits and hyphens, at most 80.")]
    if endpoint.kind == EndpointKind.IMPORT:
        wrong["endpoint"] = [_("Imported answers cannot be asked anything.")]
    if not storable(text) or len(text) > INSTRUCTIONS_AT_MOST:
        wrong["instructions"] = [_("At most %(most)s characters of text.") % {"most": INSTRUCTIONS_AT_MOST}]
    wrong |= a_day_fault(a_day)
    if wrong:
        raise Invalid(_("The judge cannot be taken as it is."), wrong)
    last = Judge.objects.filter(slug=slug).aggregate(last=Max("version"))["last"] or 0
    try:
        with transaction.atomic():
            judge = Judge.objects.create(
                slug=slug, version=last + 1, endpoint=endpoint, instructions=text, guideline=GUIDELINE, a_day=a_day,
                created_by=by,
            )  # fmt: skip
    except IntegrityError as error:  # somebody added the same version in this very moment
        raise Conflict(_("Somebody has just added this version. Try again.")) from error
    events.record(by=by, verb="register", of=judge, version=judge.version, endpoint=endpoint.slug)
    return judge


@transaction.atomic
def start_judge(*, by: User | None, judge: Judge) -> None:
    """Puts a judge to work that has passed its test; the version at work before stops.

    Raises:
        Conflict: it has not passed, is retired, or is under an older guideline.
        Forbidden: not a maintainer.
    """
    check_maintains_judges(by)
    held = Judge.objects.select_for_update().get(pk=judge.pk)
    if held.status == JudgeStatus.RETIRED:
        raise Conflict(_("This judge is retired for good. Add another version."))
    if held.guideline != GUIDELINE:
        raise Conflict(_("It works by an older version of the guideline. Add another version of the judge."))
    if not selectors.has_passed(held):
        raise Conflict(_("It goes to work when it has passed the test of its canaries, all of them."))
    for other in (
        Judge.objects.select_for_update().filter(slug=held.slug, status=JudgeStatus.ACTIVE).exclude(pk=held.pk)
    ):
        change(by, other, JudgeStatus.PAUSED, f"Version {held.version} is at work.")
    change(by, held, JudgeStatus.ACTIVE, "")


@transaction.atomic
def pause_judge(*, by: User | None, judge: Judge, reason: str, retire: bool = False) -> None:
    """Stops a judge: until it is started again, or for good. Its verdicts stay.

    Raises:
        Conflict: it is retired.
        Forbidden: not a maintainer.
    """
    check_maintains_judges(by)
    held = Judge.objects.select_for_update().get(pk=judge.pk)
    if held.status == JudgeStatus.RETIRED:
        raise Conflict(_("This judge is retired for good. Add another version."))
    change(by, held, JudgeStatus.RETIRED if retire else JudgeStatus.PAUSED, reason)


@transaction.atomic
def want_test(*, by: User | None, judge: Judge) -> None:
    """Has the canaries put to it as soon as a worker can.

    Raises:
        Conflict: it is retired.
        Forbidden: not a maintainer.
    """
    check_maintains_judges(by)
    asked = Judge.objects.filter(pk=judge.pk).exclude(status=JudgeStatus.RETIRED)
    if not asked.update(test_due_at=timezone.now()):
        raise Conflict(_("This judge is retired for good. Add another version."))


@transaction.atomic
def set_a_day(*, by: User | None, judge: Judge, a_day: int) -> None:
    """How many answers a day it reads at most.

    Raises:
        Invalid: no such number.
        Forbidden: not a maintainer.
    """
    check_maintains_judges(by)
    if wrong := a_day_fault(a_day):
        raise Invalid(_("The judge cannot be taken as it is."), wrong)
    Judge.objects.filter(pk=judge.pk).update(a_day=a_day)
    events.record(by=by, verb="bound", of=judge, a_day=a_day)


def take_test(*, judge: int) -> bool:
    """Whether the caller is to put the canaries now; to anybody else there is nothing to do for a while."""
    now = timezone.now()
    due = Judge.objects.filter(Q(pk=judge, test_due_at__lte=now) & ~Q(status=JudgeStatus.RETIRED))
    return bool(due.update(test_due_at=now + TEST_TAKES))


@dataclass(frozen=True)
class Heard:
    """What a judge said of one canary: the label it gave, empty for none of the three, and its reply."""

    slug: str
    expected: str
    value: str
    said: str


@transaction.atomic
def test_judge(*, judge: Judge, heard: Sequence[Heard]) -> bool:
    """Keeps what it said of the canaries; whether it moved on none. One that moved does not work until it passes."""
    held = Judge.objects.select_for_update().get(pk=judge.pk)
    held.canaries.all().delete()
    Canary.objects.bulk_create(
        Canary(judge=held, slug=one.slug, expected=one.expected, value=one.value, said=one.said[:2000]) for one in heard
    )
    held.tested_at = timezone.now()
    held.test_due_at = held.tested_at + TEST_AGAIN
    held.save(update_fields=["tested_at", "test_due_at"])
    passed = selectors.has_passed(held)
    events.record(by=None, verb="test", of=held, canaries=len(heard), passed=passed)
    if held.status == JudgeStatus.RETIRED:
        return passed
    moved = [one.slug for one in selectors.moved_by(held)]
    told = ", ".join(moved[:NAMED_AT_MOST]) + (" and others" if len(moved) > NAMED_AT_MOST else "")
    reason = "" if passed else f"Moved by {len(moved)} of {len(heard)} canaries: {told}"
    status = JudgeStatus.PAUSED if held.status == JudgeStatus.ACTIVE and not passed else JudgeStatus(held.status)
    if status != held.status or reason:
        change(None, held, status, reason)
    elif held.status_reason.startswith(("Moved by", "The test")):
        Judge.objects.filter(pk=held.pk).update(status_reason="")
    return passed


@transaction.atomic
def leave_test(*, judge: Judge, why: str) -> None:
    """The canaries could not all be put to it: it stays as it is, says why, and is tested again within the hour."""
    again = timezone.now() + timedelta(hours=1)
    Judge.objects.filter(pk=judge.pk).update(
        test_due_at=again, status_reason=f"The test could not be finished: {why}"[:300]
    )


def change(by: User | None, judge: Judge, status: JudgeStatus, reason: str) -> None:
    judge.status, judge.status_reason = status, " ".join(reason.split())[:300]
    judge.save(update_fields=["status", "status_reason"])
    events.record(by=by, verb=str(status), of=judge)


def a_day_fault(a_day: int) -> dict[str, list[str]]:
    if 0 <= a_day <= A_DAY_AT_MOST:
        return {}
    return {"a_day": [_("Between 0 and %(most)s.") % {"most": A_DAY_AT_MOST}]}
