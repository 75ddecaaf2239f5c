"""Settling a dispute: a reviewer's decision stands beside the labels and replaces none of them."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from annotations import guidelines, rules, selectors
from annotations.actions.counters import recompute
from annotations.choices import GUIDELINE, Decision, LabelStatus
from annotations.models import Adjudication, CannotJudge
from annotations.written import written
from core import events
from core.errors import Conflict, Forbidden, Invalid
from probes.choices import AnswerState
from probes.models import Answer


@transaction.atomic
def adjudicate(
    *, by: User, answer: Answer, decision: str, reason: str, rule: str, instead_of: int | None = None
) -> Adjudication:
    """Decides about a contested or unjudgeable answer. A newer decision supersedes the one that stood.

    Args:
        rule: the slug of the guideline's rule that decided it.
        instead_of: the decision that stood when the page was read, if one did.

    Raises:
        Forbidden: not somebody who settles disputes, or somebody with a part in this one.
        Invalid: no such decision or rule, or no reason.
        Conflict: the answer is not disputed, or somebody else has decided in the meantime.
    """
    if decision not in Decision.values:
        raise Invalid(
            _("That is not a decision."), {"decision": [rules.one_of(decision, [str(one) for one in Decision.values])]}
        )
    if guidelines.rule(rule) is None:
        raise Invalid(_("The guideline has no such rule."), {"rule": [_("Choose the rule that decided it.")]})
    reason = written(reason, field="reason", missing=_("Say why, so that others can follow it."))
    answer = lock(by=by, answer=answer)
    stands = selectors.decision_on(answer)
    if (stands.pk if stands else None) != instead_of:
        raise Conflict(_("Somebody else has decided about this answer in the meantime."))
    supersede(answer)
    decided = Adjudication.objects.create(
        answer=answer, person=by, decision=decision, reason=reason, rule=rule, guideline=GUIDELINE
    )
    events.record(by=by, verb="adjudicate", of=decided, decision=decision, rule=rule)
    return decided


@transaction.atomic
def give_out_again(*, by: User, answer: Answer) -> None:
    """Puts an unjudgeable answer before people once more, as if nobody had passed it on.

    If all its labels are in without the passes, it closes as those say.

    Raises:
        Forbidden: as adjudicate.
        Conflict: it is not unjudgeable (any more).
    """
    answer = lock(by=by, answer=answer)
    if answer.state != AnswerState.UNJUDGEABLE:
        raise Conflict(_("Only an answer that three people could not judge is given out again."))
    passed = CannotJudge.objects.filter(answer=answer, status=LabelStatus.CURRENT)
    passed.update(status=LabelStatus.SUPERSEDED, superseded_at=timezone.now())
    supersede(answer)
    recompute(answer)
    events.record(by=by, verb="give_out_again", of=answer)


def lock(*, by: User, answer: Answer) -> Answer:
    """The answer, locked, if it is disputed and this person may settle it."""
    check_may_settle(by=by, answer=answer)
    locked = Answer.objects.select_for_update(no_key=True).get(pk=answer.pk)
    if locked.state not in selectors.DISPUTED:
        raise Conflict(_("There is no dispute about this answer any more."))
    return locked


def check_may_settle(*, by: User, answer: Answer) -> None:
    """Raises Forbidden where this person may not settle this dispute."""
    if not selectors.may_settle(by):
        raise Forbidden(_("Only reviewers settle disputes."))
    if selectors.had_a_say(by=by, answer=answer):
        raise Forbidden(_("You have judged this answer yourself. Somebody else settles it."))
    if answer.version.prompt.submitted_by_id == by.pk:
        raise Forbidden(_("This answers a question of your own. Somebody else settles it."))


def supersede(answer: Answer) -> None:
    """Ends the decision that stood."""
    stood = Adjudication.objects.filter(answer=answer, status=LabelStatus.CURRENT)
    stood.update(status=LabelStatus.SUPERSEDED, superseded_at=timezone.now())
