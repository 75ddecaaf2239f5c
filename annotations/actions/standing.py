"""Standing follows from gold and from agreeing with oneself, some minutes after a check was judged.

Not at once: a standing that changed with a card would tell that the card was a check, and judging one would take longer
than judging any other.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction

from accounts.models import User
from annotations import selectors, trust
from annotations.actions.quarantine import carry_on, put
from annotations.choices import AssignmentStatus, Standing
from annotations.deciding import check_maintains_labelling
from annotations.models import Check, Labeller
from core import events

# The sweep comes every few seconds; whoever it missed while nothing ran is found by the nightly review.
LATELY = timedelta(minutes=1)


def review_standing(*, person: User) -> Standing | None:
    """Gives a person the standing their checks have earned; None where there is nothing to review.

    A maintainer's own decision stands until they lift it.
    """
    with transaction.atomic():
        labeller = Labeller.objects.select_for_update(no_key=True).filter(person=person).first()
        if labeller is None or labeller.decided_by_id is not None:
            return None
        record = selectors.record_of(person)
        standing = trust.earned(record, labeller.standing)
        if standing != labeller.standing:
            put(by=None, person=person, standing=standing, reason=selectors.stored_reason(standing, record))
    if standing == Standing.QUARANTINED:
        carry_on(person=person)
    return standing


def review_due() -> int:
    """Reviews everybody one of whose checks has just become final; how many. The sweep's part."""
    end = selectors.final_before()
    judged = Check.objects.filter(
        closed_at__gt=end - LATELY, closed_at__lte=end, status=AssignmentStatus.LABELLED, right__isnull=False
    )
    return review(judged.values_list("person_id", flat=True).distinct())


def review_everybody() -> int:
    """Reviews everybody who was ever checked; how many. The nightly task's part."""
    return review(Check.objects.filter(right__isnull=False).values_list("person_id", flat=True).distinct())


def review(people: Iterable[int]) -> int:
    """Reviews those whose standing would change: one question to the database for all, and a lock only for those."""
    labellers = Labeller.objects.filter(pk__in=list(people), decided_by=None).select_related("person")
    records = selectors.records_of(labeller.pk for labeller in labellers)
    for labeller in labellers:
        if trust.earned(records[labeller.pk], labeller.standing) != labeller.standing:
            review_standing(person=labeller.person)
    return len(labellers)


def lift_decision(*, by: User, person: User) -> None:
    """Ends a maintainer's decision: the standing follows from the checks again, from quarantine too.

    Raises:
        Forbidden: not a maintainer.
    """
    check_maintains_labelling(by)
    with transaction.atomic():
        labeller = Labeller.objects.select_for_update(no_key=True).filter(person=person).first()
        if labeller is None or labeller.decided_by_id is None:
            return
        record = selectors.record_of(person)
        now = Standing.NEW if labeller.standing == Standing.QUARANTINED else labeller.standing
        standing = trust.earned(record, now)
        events.record(by=by, verb="lift_decision", of=labeller)
        put(by=None, person=person, standing=standing, reason=selectors.stored_reason(standing, record))
    carry_on(person=person)
