"""Erasing a prompt or an answer, with all that was made of it: out of the database here, out of releases by a worker.

What is locked, in this order, as in forget.py: the turn among those who write figures, releases that are not public,
the prompt's texts, answers. A worker that records an answer at this moment may stand in the way all the same: then
PostgreSQL ends one of the two, which may be done again (core.deadlocks).
"""

from typing import TypedDict

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from annotations.actions import erase_judgements, take_turn
from annotations.written import written
from core.errors import Conflict, Forbidden, Invalid
from probes.actions import erase_answers, erase_calls, lock_versions
from probes.models import Answer
from prompts.actions import erase_prompt as delete_prompt
from prompts.models import Prompt
from releases.actions.orders import begin_again, order
from releases.choices import WithdrawalKind, WithdrawalReason
from releases.models import Withdrawal

NOTE_AT_MOST = 500


@transaction.atomic
def erase_prompt(*, by: User, prompt: Prompt, reason: str = "", note: str = "") -> Withdrawal:
    """Deletes a prompt with its texts, calls, answers and all that was said of them, and has them taken out of every
    release. It cannot be undone. Translations of it stay, each is erased by an order of its own.

    Its author gives no reason: nothing that a person may write into it is published.

    Raises:
        Forbidden: neither its author nor a maintainer.
        Invalid: not a WithdrawalReason, which a maintainer has to give; a note that cannot be kept.
        Conflict: it is gone already.
    """
    if prompt.submitted_by_id != by.pk and not by.is_maintainer:
        raise Forbidden(_("Only its author or a maintainer erases a prompt."))
    why: Why = {} if prompt.submitted_by_id == by.pk else clean_why(reason, note)
    take_turn()
    sums = begin_again()
    versions = lock_versions(prompt)
    if not versions and not Prompt.objects.filter(pk=prompt.pk).exists():
        raise gone()
    answers = list(Answer.objects.filter(version__prompt=prompt).values_list("pk", flat=True))
    texts = [version.text for version in versions]
    slices = erase_judgements(by=by, answers=answers, prompt=prompt, questions=texts)
    llms = erase_calls(by=by, prompt=prompt)
    families = delete_prompt(by=by, prompt=prompt)
    rows = {"versions": [one.pk for one in versions], "prompts": [prompt.pk], "families": families, "sums": sums}
    figures = {"slices": sorted(slices), "llms": llms}
    return order(by=by, kind=WithdrawalKind.PROMPT, **why, rows=rows, figures=figures)


@transaction.atomic
def erase_answer(*, by: User, answer: Answer, reason: str, note: str = "") -> Withdrawal:
    """Deletes an answer with all that was said of it, and has it taken out of every release. It cannot be undone.

    Raises:
        Forbidden: not a maintainer.
        Invalid: not a WithdrawalReason, or a note that cannot be kept.
        Conflict: it is gone already.
    """
    if not by.is_maintainer:
        raise Forbidden(_("Only maintainers erase answers."))
    why = clean_why(reason, note)
    take_turn()
    sums = begin_again()
    slices = erase_judgements(by=by, answers=[answer.pk])
    if not Answer.objects.filter(pk=answer.pk).exists():
        raise gone()
    llms = erase_answers(answers=[answer.pk])
    figures = {"slices": sorted(slices), "llms": llms}
    rows = {"answers": [str(answer.public_id)], "sums": sums}
    return order(by=by, kind=WithdrawalKind.ANSWER, **why, rows=rows, figures=figures)


class Why(TypedDict, total=False):
    reason: str
    note: str


def clean_why(reason: str, note: str) -> Why:
    """The reason, as it will stand in withdrawn.json for everybody to read, and the note, which is never published."""
    if reason not in WithdrawalReason.values:
        raise Invalid(_("Choose why."), fields={"reason": [_("Choose why.")]})
    return {"reason": reason, "note": written(note, field="note", most=NOTE_AT_MOST, missing="")}


def gone() -> Conflict:
    return Conflict(_("It is gone already."))
