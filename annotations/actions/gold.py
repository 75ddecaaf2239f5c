"""Gold answers: loaded, written, made of answers whose label is beyond doubt, and taken out of the deck again."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from annotations import selectors
from annotations.choices import GoldStatus, Origin
from annotations.deciding import check_maintains_labelling
from annotations.gold import Item, read_item, starter_items
from annotations.models import DeckSettings, Gold
from core import events
from core.errors import Conflict, Invalid
from probes.models import Answer
from prompts.selectors import erased_starters

SHARE_AT_MOST = 0.5


@transaction.atomic
def load_gold(*, by: User | None, items: Iterable[Item], origin: Origin = Origin.FILE) -> int:
    """Adds the items whose names are not there yet; how many. What is there stays as it is: people have judged it."""
    given = list(items)
    there = set(Gold.objects.filter(slug__in=[item.slug for item in given]).values_list("slug", flat=True))
    new = [item for item in given if item.slug not in there]
    for item in new:
        gold, made = Gold.objects.get_or_create(
            slug=item.slug, defaults={**item.columns(), "origin": origin, "created_by": by}
        )
        if made:
            events.record(by=by, verb="add_gold", of=gold, origin=str(origin))
    return len(new)


def load_starter_gold() -> int:
    """Adds the gold answers that come with Candor; how many were not there. Safe to run twice.

    Those that answer an erased prompt stay away, as it does.
    """
    return load_gold(by=None, items=starter_items(without=erased_starters()), origin=Origin.STARTER)


def add_gold(*, by: User, given: dict[str, Any]) -> Gold:
    """One gold answer that a maintainer has written.

    Raises:
        Forbidden: not a maintainer. Invalid: what is wrong, by field. Conflict: there is one of this name.
    """
    check_maintains_labelling(by)
    item, wrong = read_item(given)
    if item is None:
        raise Invalid(_("The gold answer cannot be taken as it is."), wrong)
    try:
        with transaction.atomic():
            gold = Gold.objects.create(**item.columns(), origin=Origin.FILE, created_by=by)
            events.record(by=by, verb="add_gold", of=gold, origin=str(Origin.FILE))
    except IntegrityError:
        raise Conflict(_("There is a gold answer of this name already. Choose another name.")) from None
    return gold


@transaction.atomic
def make_gold(*, by: User, answer: Answer) -> Gold:
    """Makes gold of an answer whose label is beyond doubt: all agree on it, or a reviewer has decided.

    Such an answer is public with its labels, so whoever looks it up knows this gold; the page says so.

    Raises:
        Forbidden: not a maintainer. Conflict: its label is not beyond doubt, or it is gold already, or it has no
            key points.
    """
    check_maintains_labelling(by)
    answer = Answer.objects.select_for_update(no_key=True).get(pk=answer.pk)
    value, why = selectors.beyond_doubt(answer)
    if not value:
        raise Conflict(_("Only an answer that all agree on, or that a reviewer has decided, can become gold."))
    prompt = answer.version.prompt
    points = selectors.points_shown(prompt.key_points)
    if not points:
        raise Conflict(_("This answer's question has no key points, so nobody could judge it."))
    if Gold.objects.filter(answer=answer).exists():
        raise Conflict(_("This answer is gold already."))
    gold = Gold.objects.create(
        slug=f"answer-{answer.public_id}",
        origin=Origin.ANSWER,
        language=answer.language,
        question=answer.version.text,
        text=answer.text,
        points=points,
        value=value,
        why=why,
        answer=answer,
        created_by=by,
    )
    events.record(by=by, verb="add_gold", of=gold, origin=str(Origin.ANSWER))
    return gold


@transaction.atomic
def set_gold_status(*, by: User, gold: Gold, status: str) -> None:
    """Takes a gold answer out of the deck, or puts it back. What is retired speaks neither for nor against anybody.

    Raises:
        Forbidden: not a maintainer. Invalid: no such status.
    """
    check_maintains_labelling(by)
    if status not in GoldStatus.values:
        raise Invalid(_("A gold answer is in the deck or retired."), {"status": sorted(GoldStatus.values)})
    if Gold.objects.filter(pk=gold.pk).exclude(status=status).update(status=status):
        events.record(by=by, verb="set_gold_status", of=gold, status=status)


@transaction.atomic
def set_shares(*, by: User, gold_share: float, repeat_share: float) -> DeckSettings:
    """How many of the cards a person is given are gold and repeats.

    Raises:
        Forbidden: not a maintainer. Invalid: a share is not between 0 and 0.5.
    """
    check_maintains_labelling(by)
    shares = {"gold_share": gold_share, "repeat_share": repeat_share}
    wrong = {name: wrong_share() for name, share in shares.items() if not 0 <= share <= SHARE_AT_MOST}
    if wrong:
        raise Invalid(_("The shares cannot be taken as they are."), wrong)
    found, _made = DeckSettings.objects.update_or_create(id=1, defaults={**shares, "changed_at": timezone.now()})
    events.record(by=by, verb="set_shares", of=found, **shares)
    return found


def wrong_share() -> list[str]:
    return [_("From 0 to %(most)s %%.") % {"most": round(SHARE_AT_MOST * 100)}]
