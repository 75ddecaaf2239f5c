"""Talking about the rules of the guideline, on their own pages and without names."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from annotations import guidelines, selectors
from annotations.choices import GUIDELINE, RemarkStatus
from annotations.models import Remark
from annotations.written import REMARK_AT_MOST, written
from core import events
from core.errors import Forbidden, NotFound, TooMany

REMARKS_AN_HOUR = 10


@transaction.atomic
def remark(*, by: User, rule: str, text: str) -> Remark:
    """Says something about a rule.

    Raises:
        NotFound: the guideline has no such rule.
        Invalid: nothing said, or too much.
        TooMany: ten within an hour.
    """
    if guidelines.rule(rule) is None:
        raise NotFound(_("The guideline has no such rule."))
    text = written(text, field="text", most=REMARK_AT_MOST, missing=_("Write what you think of this rule."))
    # A person's remarks wait for each other, so that many at once cannot pass the limit.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if selectors.remarked_since(by=by, since=timezone.now() - timedelta(hours=1)) >= REMARKS_AN_HOUR:
        raise TooMany(_("You have said a lot within this hour. Let others have a word, and come back later."))
    said = Remark.objects.create(rule=rule, guideline=GUIDELINE, person=by, text=text)
    events.record(by=by, verb="remark", of=said, rule=rule)
    return said


@transaction.atomic
def show_remark(*, by: User, remark_id: int, rule: str, shown: bool) -> None:
    """Hides a remark, or shows it again; done twice it changes nothing.

    Raises:
        Forbidden: not a reviewer.
        NotFound: no such remark on this rule.
    """
    if not by.is_reviewer:
        raise Forbidden(_("Only reviewers hide what others said."))
    said = Remark.objects.filter(pk=remark_id, rule=rule)
    found = said.first()
    if found is None:
        raise NotFound(_("There is no such remark."))
    status = RemarkStatus.SHOWN if shown else RemarkStatus.HIDDEN
    if said.exclude(status=status).update(status=status):
        events.record(by=by, verb="show" if shown else "hide", of=found)
