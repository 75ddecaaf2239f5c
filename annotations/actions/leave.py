"""A person goes: what they hold is given back, and what names them is taken away, with every note they wrote.

Their labels stay, nameless, unless they want them erased. What was published already is the business of releases, which
calls this.
"""

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import close_account
from accounts.choices import Role
from accounts.models import User
from annotations.actions.erase import erase_verdicts, erase_words
from annotations.choices import AssignmentStatus
from annotations.models import Assignment, Check, Labeller, Skill
from core.errors import Invalid
from probes.models import Answer


def check_typed(*, by: User, typed: str) -> None:
    """Raises Invalid where neither the name nor the password of `by` was typed."""
    if typed.strip() != by.username and not by.check_password(typed):
        raise Invalid(
            _("Nothing was changed."), {"typed": [_("Type your name as it is written above, or your password.")]}
        )


@transaction.atomic
def close_person(*, by: User, person: User, erase: bool = False) -> bool:
    """Takes away what names a person, and every note they wrote; with `erase` all they said of answers as well.

    Of somebody who has left already, `erase` takes what had stayed. Returns whether anything was left to do.

    Raises:
        Invalid: they are the last maintainer.
    """
    # Maintainers may go at the same moment, and the last is kept: all are locked with the person, in one order.
    people = User.objects.filter(Q(pk=person.pk) | Q(role=Role.MAINTAINER, is_active=True)).order_by("pk")
    locked = {one.pk: one for one in people.select_for_update(no_key=True)}
    here = locked[person.pk].is_active
    if not here and not erase:
        return False  # sent twice
    # Before any answer, as in quarantine.py, which may be at this person now.
    Labeller.objects.filter(pk=person.pk).update(keys={})
    if erase:
        erase_verdicts(by=by, person=person)
    erase_words(by=by, person=person)
    if here:
        give_back(person)
        Skill.objects.filter(pk=person.pk).delete()
        close_account(by=person)
    return True


def give_back(person: User) -> None:
    """Takes all cards out of the hands of a person who is locked; answers are, in the order of their ids."""
    live = {"person": person, "status": AssignmentStatus.LEASED}
    mine = Assignment.objects.filter(**live).values("answer_id")
    for answer in Answer.objects.filter(pk__in=mine).order_by("pk").select_for_update(no_key=True):
        held = Assignment.objects.filter(answer=answer, **live)
        if returned := held.update(status=AssignmentStatus.RETURNED, closed_at=timezone.now()):
            Answer.objects.filter(pk=answer.pk).update(leased=F("leased") - returned)
    Check.objects.filter(**live).update(status=AssignmentStatus.RETURNED, closed_at=timezone.now())
