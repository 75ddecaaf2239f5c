"""The release of the month: started on its own, published by a person."""

from django.db import transaction
from django.utils import timezone

from core.errors import Conflict
from probes.choices import CLOSED
from probes.models import Answer
from releases.actions.editions import start_release
from releases.choices import ReleaseStatus
from releases.models import Release
from releases.rules.maintainers import month_begins


@transaction.atomic
def start_monthly() -> Release | None:
    """Starts a release where this month has none yet and something was closed since the last one; else None.

    A month that has one, however it was started, gets no other; one that failed does not count. Safe to call at any
    time: beat does once an hour, and whoever comes second finds it started.
    """
    begins = month_begins(timezone.now())
    there = Release.objects.exclude(status=ReleaseStatus.FAILED)
    if there.filter(cutoff__gte=begins).exists():
        return None
    last = there.order_by("-cutoff").values_list("cutoff", flat=True).first()
    closed = Answer.objects.filter(state__in=CLOSED, may_publish=True)
    if not (closed.filter(closed_at__gte=last) if last else closed).exists():
        return None
    try:
        return start_release(by=None)
    except Conflict:
        # Last month's is still being built; an hour later it is not.
        return None
