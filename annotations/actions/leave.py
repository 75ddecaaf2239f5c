"""A person goes: what they hold is given back, and what names them is taken away. Their labels stay, nameless."""

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import close_account
from accounts.choices import Role
from accounts.models import User
from annotations.choices import AssignmentStatus
from annotations.models import Assignment, Check, Labeller, Skill
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
    # Maintainers may go at the same moment, and the last is kept: all are locked with the person, in one order.
    people = User.objects.filter(Q(pk=by.pk) | Q(role=Role.MAINTAINER, is_active=True)).order_by("pk")
    locked = {person.pk: person for person in people.select_for_update(no_key=True)}
    if not locked[by.pk].is_active:
        return  # sent twice
    # Before any answer, as in quarantine.py, which may be at this person now.
    Labeller.objects.filter(pk=by.pk).update(keys={})
    give_back(by)
    Skill.objects.filter(pk=by.pk).delete()
    close_account(by=by)


def give_back(person: User) -> None:
    """Takes all cards out of the hands of a person who is locked; answers are, in the order of their ids."""
    live = {"person": person, "status": AssignmentStatus.LEASED}
    mine = Assignment.objects.filter(**live).values("answer_id")
    for answer in Answer.objects.filter(pk__in=mine).order_by("pk").select_for_update(no_key=True):
        held = Assignment.objects.filter(answer=answer, **live)
        if returned := held.update(status=AssignmentStatus.RETURNED, closed_at=timezone.now()):
            Answer.objects.filter(pk=answer.pk).update(leased=F("leased") - returned)
    Check.objects.filter(**live).update(status=AssignmentStatus.RETURNED, closed_at=timezone.now())
