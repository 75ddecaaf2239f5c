"""Opening and closing rounds."""

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import events
from core.errors import Conflict, Invalid
from core.texts import storable
from probes.choices import RoundStatus
from probes.models import Round, RoundSchedule
from probes.rules import check_maintainer


@transaction.atomic
def open_round(*, by: User | None, name: str, samples: int = 3, schedule: RoundSchedule | None = None) -> Round:
    """Opens a round; there is at most one open at a time. `schedule` is what opens it, where no person does.

    Raises:
        Forbidden: not a maintainer.
        Invalid: no name, or samples outside 1 to 100.
        Conflict: another round is open.
    """
    check_maintainer(by)
    if not name.strip() or len(name) > 120 or not storable(name):
        raise Invalid(_("A round needs a name."), {"name": [_("Between 1 and 120 characters.")]})
    if not 1 <= samples <= 100:
        raise Invalid(_("A round takes 1 to 100 samples."), {"samples": [_("Between 1 and 100.")]})
    another = Conflict(_("Another round is open. Close it first."))
    if Round.objects.filter(status=RoundStatus.OPEN).exists():
        raise another
    number = (Round.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    try:
        with transaction.atomic():
            opened = Round.objects.create(number=number, name=name, samples=samples, schedule=schedule)
    except IntegrityError as error:  # somebody opened one in this very moment
        raise another from error
    events.record(by=by, verb="open", of=opened, samples=samples)
    return opened


@transaction.atomic
def close_round(*, by: User | None, of: Round) -> None:
    """Closes a round for good: nothing more is asked in it. What is in flight is still recorded.

    What it has still waiting goes with `drop_unwanted`.

    Raises:
        Forbidden: not a maintainer.
        Conflict: it is closed already.
    """
    check_maintainer(by)
    still_open = Round.objects.filter(pk=of.pk, status=RoundStatus.OPEN)
    if not still_open.update(status=RoundStatus.CLOSED, closed_at=timezone.now()):
        raise Conflict(_("This round is closed already."))
    events.record(by=by, verb="close", of=of)
