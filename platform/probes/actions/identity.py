"""Looking again for models that name themselves: after names were added to the site or to the tables of names."""

from django.db import transaction

from accounts.models import User
from core import events
from probes.identity import mask
from probes.models import Answer
from probes.selectors.identity import read_names

AT_ONCE = 500


def look_for_leaks(*, by: User | None) -> int:
    """Marks answers in which the model names itself and nobody had seen it; how many they are.

    None is unmarked: evidence that was given counts in the text as it was shown.
    """
    names = read_names()
    found = after = 0
    while some := list(
        Answer.objects.filter(identity_leaked=False, pk__gt=after).order_by("pk").values_list("pk", "text")[:AT_ONCE]
    ):
        after = some[-1][0]
        found += mark([pk for pk, text in some if mask(text, names=names).leaked], by=by)
    return found


@transaction.atomic
def mark(leaked: list[int], *, by: User | None) -> int:
    marked = 0
    for answer in Answer.objects.filter(pk__in=leaked, identity_leaked=False).order_by("pk").only("pk"):
        marked += Answer.objects.filter(pk=answer.pk, identity_leaked=False).update(identity_leaked=True)
        events.record(by=by, verb="mark_leak", of=answer)
    return marked
