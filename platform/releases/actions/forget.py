"""A person goes, by themselves or because a maintainer was asked to see to it: from the database and from releases."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from annotations.actions import check_typed, close_person
from core import events
from core.errors import Forbidden, Invalid
from releases.actions.orders import begin_again, names_of, order
from releases.actions.webhooks import forget_webhooks
from releases.actions.withdraw import Why, clean_why
from releases.choices import WithdrawalKind
from releases.models import ReleasedPerson, Withdrawal


@transaction.atomic
def leave(*, by: User, typed: str, erase: bool = False) -> None:
    """Closes the account of `by`, who has typed their name or password; their labels stay nameless, or are erased.

    Raises:
        Invalid: something else was typed, or they are the last maintainer.
    """
    check_typed(by=by, typed=typed)
    forget(by=by, person=by, erase=erase, why={})


@transaction.atomic
def erase_person(*, by: User, person: User, erase: bool, reason: str, note: str = "") -> Withdrawal | None:
    """The same, by a maintainer, for somebody who cannot do it themselves or has left before.

    Returns None where nothing was left to do: they have left, and their labels may stay.

    Raises:
        Forbidden: not a maintainer.
        Invalid: not a WithdrawalReason, or a note that cannot be kept; oneself; or the last maintainer.
    """
    if not by.is_maintainer:
        raise Forbidden(_("Only maintainers erase what other people did."))
    if by.pk == person.pk:
        raise Invalid(_("To go yourself, use “Leave Candor” on your own page."))
    return forget(by=by, person=person, erase=erase, why=clean_why(reason, note))


def forget(*, by: User, person: User, erase: bool, why: Why) -> Withdrawal | None:
    """What both do. Names are looked up after what is not public yet was set back: none can become public meanwhile."""
    sums = begin_again()
    rows = {**names_of(person, labels=erase), "sums": sums}
    if not close_person(by=by, person=person, erase=erase):
        return None
    forget_webhooks(by=person)
    ReleasedPerson.objects.filter(person=person).delete()
    kind = WithdrawalKind.LABELS if erase else WithdrawalKind.NAME
    made = order(by=by, kind=kind, **why, person=person, rows=rows)
    events.record(by=by, verb="forget", of=person, kind=str(kind))
    return made
