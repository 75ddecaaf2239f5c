"""Passing the practice deck, which opens the real one."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from annotations.models import Labeller, Practised
from annotations.practice.play import RIGHT, passed, right_first, sound
from core import events
from core.errors import Invalid


@transaction.atomic
def pass_practice(*, by: User, said: Mapping[str, Sequence[str]]) -> Labeller:
    """Opens the real deck to `by`, and keeps what they said of each practice answer.

    `said` holds each answer's verdicts, oldest first. Practising again later changes what was said in the end, and
    neither the first verdicts nor the standing.

    Raises:
        Invalid: that is no play, or not one that passes.
    """
    if not sound(said) or not passed(said):
        raise Invalid(_("This is not enough to open the deck. Go on practising."))
    labeller, _made = Labeller.objects.get_or_create(person=by)
    # Locked, so that two tabs do not pass at the same moment.
    labeller = Labeller.objects.select_for_update().get(pk=labeller.pk)
    first_time = labeller.practised_at is None
    if first_time:
        labeller.practised_at = timezone.now()
        labeller.save(update_fields=["practised_at"])
    Practised.objects.bulk_create(
        [
            Practised(person=by, item=slug, first=values[0], values=list(values), right=RIGHT[slug])
            for slug, values in said.items()
        ],
        update_conflicts=True,
        unique_fields=["person", "item"],
        update_fields=["values"],
    )
    verb = "pass_practice" if first_time else "practise"
    events.record(by=by, verb=verb, of=labeller, right_first=right_first(said))
    return labeller
