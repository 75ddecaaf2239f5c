"""Reports: what should not be here is out of the deck at once, and a reviewer decides whether it comes back."""

import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from annotations import rules, selectors
from annotations.choices import AssignmentStatus, GoldStatus, ReportKind, ReportStatus
from annotations.models import Assignment, Check, Gold, Report, Stale
from annotations.written import written
from core import events
from core.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from probes.choices import AnswerState
from probes.models import Answer
from prompts.actions import take_down_prompt
from prompts.choices import Status
from prompts.models import Prompt

REPORTS_A_DAY = 20


@transaction.atomic
def report_card(*, by: User, card_id: uuid.UUID, kind: str, note: str = "") -> None:
    """Reports what the person has in hand, or judged lately, and gives the card back. Done twice it changes nothing.

    A report of gold that is none of the record is written on the card: there is no answer it could be about. Reviewers
    decide about it all the same, and see no difference.

    Raises:
        Invalid: no such kind, or a note that cannot be kept.
        NotFound: no such card. Forbidden: it is somebody else's.
        TooMany: twenty within a day.
    """
    note = check(kind, note)
    one_at_a_time(by)
    card = Assignment.objects.filter(pk=card_id).first() or Check.objects.filter(pk=card_id).first()
    if card is None:
        raise NotFound(_("There is no such assignment."))
    if card.person_id != by.pk:
        raise Forbidden(_("This answer was given to somebody else."))
    if isinstance(card, Check) and card.gold is not None and card.gold.answer_id is None:
        if card.report_status in {"", ReportStatus.DISMISSED}:
            check_limit(by)
            Check.objects.filter(pk=card.pk).update(
                reported_at=timezone.now(), report_kind=kind, report_note=note, report_status=ReportStatus.OPEN,
                report_decided_at=None, report_decision_note="",
            )  # fmt: skip
            events.record(by=by, verb="report", of=card.gold, kind=kind)
    else:
        answers = Answer.objects.select_for_update(no_key=True)
        report(by=by, answer=answers.get(pk=answer_of(card)), kind=kind, note=note)
    if isinstance(card, Check):
        live = Check.objects.filter(pk=card.pk, status=AssignmentStatus.LEASED)
        live.update(status=AssignmentStatus.RETURNED, closed_at=timezone.now())


def answer_of(card: Assignment | Check) -> int:
    """The key of the record's answer that a card shows."""
    pk = card.gold.answer_id if isinstance(card, Check) and card.gold is not None else card.answer_id
    assert pk is not None
    return pk


@transaction.atomic
def report_answer(*, by: User, answer: Answer, kind: str, note: str = "") -> None:
    """Reports a closed answer from its page. Done twice it changes nothing.

    Raises:
        Invalid, TooMany: as report_card.
    """
    note = check(kind, note)
    one_at_a_time(by)
    report(by=by, answer=Answer.objects.select_for_update(no_key=True).get(pk=answer.pk), kind=kind, note=note)


@transaction.atomic
def report_prompt(*, by: User, prompt: Prompt, kind: str, note: str = "") -> None:
    """Reports a prompt: none of its answers is handed out until a reviewer has looked. Done twice it changes nothing.

    Raises:
        Invalid, TooMany: as report_card.
    """
    note = check(kind, note)
    one_at_a_time(by)
    locked = Prompt.objects.select_for_update(no_key=True).get(pk=prompt.pk)
    if locked.status == Status.WITHDRAWN or selectors.open_report(by=by, prompt=locked):
        return
    check_limit(by)
    said = Report.objects.create(prompt=locked, person=by, kind=kind, note=note)
    if locked.held_at is None:
        Prompt.objects.filter(pk=locked.pk).update(held_at=timezone.now())
    return_leases(Answer.objects.filter(version__prompt=locked, leased__gt=0))
    events.record(by=by, verb="report", of=said, kind=kind)


def report(*, by: User, answer: Answer, kind: str, note: str) -> None:
    """Writes the report down and takes the answer, which is locked, out of every hand."""
    if answer.state == AnswerState.WITHDRAWN:
        return_leases(Answer.objects.filter(pk=answer.pk))
        return
    if selectors.open_report(by=by, answer=answer):
        return
    check_limit(by)
    said = Report.objects.create(answer=answer, person=by, kind=kind, note=note)
    if answer.held_at is None:
        Answer.objects.filter(pk=answer.pk).update(held_at=timezone.now())
    return_leases(Answer.objects.filter(pk=answer.pk))
    events.record(by=by, verb="report", of=said, kind=kind)


@transaction.atomic
def decide_about_answer(*, by: User, answer: Answer, upheld: bool, reason: str) -> None:
    """Decides all open reports of an answer together: it is withdrawn, or it comes back to where it was.

    Raises:
        Forbidden: not a reviewer, or one with a part in it.
        Invalid: no reason.
        Conflict: nothing waits (any more).
    """
    reason = check_decision(by, reason)
    locked = Answer.objects.select_for_update(no_key=True).get(pk=answer.pk)
    reports = selectors.open_reports().filter(answer=locked)
    check_no_part(by=by, reports=reports, author=locked.version.prompt.submitted_by_id)
    close(reports, by=by, upheld=upheld, reason=reason)
    Answer.objects.filter(pk=locked.pk).update(held_at=None)
    if upheld:
        withdraw(by=by, answers=Answer.objects.filter(pk=locked.pk))
    events.record(by=by, verb="uphold" if upheld else "dismiss", of=locked)


@transaction.atomic
def decide_about_prompt(*, by: User, prompt: Prompt, upheld: bool, reason: str) -> None:
    """Decides all open reports of a prompt together: it is withdrawn with all of its answers, or it comes back.

    Raises:
        As decide_about_answer.
    """
    reason = check_decision(by, reason)
    locked = Prompt.objects.select_for_update(no_key=True).get(pk=prompt.pk)
    reports = selectors.open_reports().filter(prompt=locked)
    check_no_part(by=by, reports=reports, author=locked.submitted_by_id)
    close(reports, by=by, upheld=upheld, reason=reason)
    Prompt.objects.filter(pk=locked.pk).update(held_at=None)
    if upheld:
        if locked.status != Status.WITHDRAWN:
            take_down_prompt(by=by, prompt=locked)
        withdraw(by=by, answers=Answer.objects.filter(version__prompt=locked))
    events.record(by=by, verb="uphold" if upheld else "dismiss", of=locked)


@transaction.atomic
def decide_about_gold(*, by: User, gold: Gold, upheld: bool, reason: str) -> None:
    """Decides all open reports of a gold answer that is none of the record: it leaves the deck for good, or stays.

    Raises:
        As decide_about_answer.
    """
    reason = check_decision(by, reason)
    locked = Gold.objects.select_for_update(no_key=True).get(pk=gold.pk)
    reports = selectors.open_reports_of_gold().filter(gold=locked)
    check_no_part(by=by, reports=reports, author=locked.created_by_id)
    status = ReportStatus.UPHELD if upheld else ReportStatus.DISMISSED
    if not reports.update(report_status=status, report_decided_at=timezone.now(), report_decision_note=reason):
        raise decided_already()
    if upheld:
        Gold.objects.filter(pk=locked.pk).update(status=GoldStatus.RETIRED)
    events.record(by=by, verb="uphold" if upheld else "dismiss", of=locked)


def check(kind: str, note: str) -> str:
    """The note as it is kept."""
    if kind not in ReportKind.values:
        known = [str(one) for one in ReportKind.values]
        raise Invalid(_("Say what is wrong with it."), {"kind": [rules.one_of(kind, known)]})
    return written(note, field="note")


def one_at_a_time(by: User) -> None:
    """A person's reports wait for each other, so that many at once cannot pass the limit."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)


def check_limit(by: User) -> None:
    if selectors.reported_since(by=by, since=timezone.now() - timedelta(days=1)) >= REPORTS_A_DAY:
        raise TooMany(
            _("You have reported %(most)s things within a day. Reviewers look at those first; come back tomorrow.")
            % {"most": REPORTS_A_DAY}
        )


def check_decision(by: User, reason: str) -> str:
    """The reason as it is kept, from somebody who decides about reports."""
    if not by.is_reviewer:
        raise Forbidden(_("Only reviewers decide about reports."))
    return written(reason, field="reason", missing=_("Say why, for whoever asks about it later."))


def check_no_part(*, by: User, reports: QuerySet[Report] | QuerySet[Check], author: int | None) -> None:
    """Nobody judges what they reported, nor what was said against a prompt of their own, its answers, or their gold.

    Where a maintainer is all there is, they do: what may be illegal cannot wait for somebody to join.
    """
    part = author == by.pk or reports.filter(person=by).exists()
    if part and not (by.is_maintainer and not selectors.could_decide(besides=by).exists()):
        raise Forbidden(_("You have a part in this: you reported it, or the question is yours. Somebody else decides."))


def close(reports: QuerySet[Report], *, by: User, upheld: bool, reason: str) -> None:
    status = ReportStatus.UPHELD if upheld else ReportStatus.DISMISSED
    if not reports.update(status=status, decided_by=by, decided_at=timezone.now(), decision_note=reason):
        raise decided_already()


def decided_already() -> Conflict:
    return Conflict(_("Somebody has already decided about this."))


def withdraw(*, by: User, answers: QuerySet[Answer]) -> None:
    """Takes answers out of deck, pages and figures for good. Their labels stay; nobody is shown them."""
    live = answers.exclude(state=AnswerState.WITHDRAWN).order_by("pk")
    found = list(live.select_for_update(no_key=True, of=("self",)))
    now, ids = timezone.now(), [answer.pk for answer in found]
    Answer.objects.filter(pk__in=ids).update(state=AnswerState.WITHDRAWN, closed_at=now, settles_at=None, held_at=None)
    return_leases(Answer.objects.filter(pk__in=ids))
    for answer in found:
        Stale.objects.update_or_create(answer=answer, defaults={"since": now})
        events.record(by=by, verb="withdraw", of=answer)


def return_leases(answers: QuerySet[Answer]) -> None:
    """Takes these answers out of every hand; the answers are locked in the order of their ids, as everywhere."""
    locked = list(answers.order_by("pk").select_for_update(no_key=True, of=("self",)))
    for answer in locked:
        live = Assignment.objects.filter(answer=answer, status=AssignmentStatus.LEASED)
        returned = live.update(status=AssignmentStatus.RETURNED, closed_at=timezone.now())
        if returned:
            Answer.objects.filter(pk=answer.pk).update(leased=F("leased") - returned)
