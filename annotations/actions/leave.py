"""A person goes: what they hold is given back, and what names them is taken away. Their labels stay, nameless."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import close_account
from accounts.models import User
from annotations.choices import AssignmentStatus
from annotations.models import Assignment, Check, Labeller
from core.errors import Invalid
from probes.models import Answer


@transaction.atomic
def leave(*, by: User, typed: str) -> None:
    """Closes the account of `by`, who has typed their name or their password to say that they mean it.

    Raises:
        Invalid: something else was typed, or they are the last maintainer.
    """
    if typed.strip() != by.username and not by.check_password(typed):
        raise Invalid(
            _("Nothing was changed."), {"typed": [_("Type your name as it is written above, or your password.")]}
        )
    give_back(by)
    Labeller.objects.filter(pk=by.pk).update(keys={})
    close_account(by=by)


def give_back(person: User) -> None:
    """Takes all cards out of the person's hands. The person is locked first, then answers in the order of their ids."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    live = {"person": person, "status": AssignmentStatus.LEASED}
    mine = Assignment.objects.filter(**live).values("answer_id")
    for answer in Answer.objects.filter(pk__in=mine).order_by("pk").select_for_update(no_key=True):
        held = Assignment.objects.filter(answer=answer, **live)
        if returned := held.update(status=AssignmentStatus.RETURNED, closed_at=timezone.now()):
            Answer.objects.filter(pk=answer.pk).update(leased=F("leased") - returned)
    Check.objects.filter(**live).update(status=AssignmentStatus.RETURNED, closed_at=timezone.now())
