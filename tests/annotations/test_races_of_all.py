"""All that moves a counter, at the same instant: verdicts, second thoughts, reports, quarantine, rules that change."""

import random
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import partial

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from annotations import guidelines
from annotations.actions import (
    ask_again,
    assign_next,
    decide_about_answer,
    decide_about_prompt,
    give_out_again,
    pass_on,
    quarantine,
    recount,
    reinstate,
    renew,
    report_card,
    report_prompt,
    settle_due,
    submit_label,
    take_back_expired,
    undo,
    undo_last,
    weigh,
)
from annotations.actions.quarantine import carry_on_all
from annotations.models import Assignment, Report
from core.errors import CandorError
from probes.models import Answer
from prompts.models import Prompt
from tests.annotations.conftest import at_once
from tests.annotations.crowd import CAREFUL, SPAMMER, TRUSTING, fitted

pytestmark = pytest.mark.django_db(transaction=True)

READERS = 20
WRONG = """
SELECT answer.id FROM probes_answer answer
WHERE counted <> (SELECT count(*) FROM annotations_label label
                  WHERE label.answer_id = answer.id AND label.status = 'current')
   OR leased <> (SELECT count(*) FROM annotations_assignment held
                 WHERE held.answer_id = answer.id AND held.status = 'leased')
"""


def labels(reader):
    lot = random.Random(reader.pk)
    for _ in range(10):
        try:
            held = assign_next(by=reader, limit=3)
            renew(by=reader)
        except CandorError:
            continue
        for one in held:
            told = {"by": reader, "assignment_id": one.id}
            if lot.random() < 0.2:
                Assignment.objects.filter(pk=one.id, status="leased").update(expires_at=timezone.now())
            for act in (
                partial(pass_on, **told, reason="garbled"),
                partial(submit_label, **told, value=lot.choice(["censored", "evasive", "faithful"])),
                partial(submit_label, **told, value="evasive", again=True),
                partial(undo, **told),
                partial(undo_last, by=reader),
                partial(renew, by=reader),
                partial(report_card, by=reader, card_id=one.id, kind="broken"),
            ):
                if lot.random() < (0.05 if act.func is report_card else 0.5):
                    with suppress(CandorError):
                        act()


def repeatedly(work, times=25):
    for _ in range(times):
        with suppress(CandorError):
            work()


def test_all_at_once(make_answer, make_prompt, person, reviewer, maintainer, settings, monkeypatch):
    newest = guidelines.Version("1.1", date(2027, 1, 1), "A rule has changed.")
    monkeypatch.setattr(guidelines, "VERSIONS", (*guidelines.VERSIONS, newest))
    settings.ENV = replace(settings.ENV, settling_minutes=10)
    for number in range(4):
        prompt = make_prompt(f"Question {number}?")
        for text in range(4):
            make_answer(f"Answer {number} {text}.", prompt=prompt)
    readers = [person(f"reader-{number}") for number in range(READERS)]
    suspects = readers[:3]
    lot = random.Random(1)
    fitted(calibration=TRUSTING, skills={one: SPAMMER if one in suspects else CAREFUL for one in readers})

    def stand():
        one = lot.choice(suspects)
        quarantine(by=maintainer, person=one, reason="Random.")
        reinstate(by=maintainer, person=lot.choice(suspects), reason="Mended.")

    def sweep():
        take_back_expired()
        Answer.objects.filter(settles_at__isnull=False).update(settles_at=timezone.now())
        settle_due()
        carry_on_all()

    def decide():
        for report in Report.objects.filter(status="open"):
            if report.prompt_id:
                decide_about_prompt(by=reviewer, prompt=report.prompt, upheld=False, reason="No.")
            else:
                decide_about_answer(by=reviewer, answer=report.answer, upheld=lot.random() < 0.05, reason="No.")

    def hand_out():
        for answer in Answer.objects.filter(state="unjudgeable"):
            give_out_again(by=reviewer, answer=answer)

    def complain():
        report_prompt(by=lot.choice(readers), prompt=Prompt.objects.order_by("?").first(), kind="broken")

    def outdated():
        ask_again(by=maintainer, rule="official-line", before="1.1")

    jobs = [partial(labels, reader) for reader in readers]
    jobs += [partial(repeatedly, work) for work in (stand, sweep, sweep, decide, hand_out, recount, weigh, weigh)]
    jobs += [partial(repeatedly, work, times=4) for work in (complain, outdated)]
    found = at_once(jobs)
    assert [one for one in found if one is not None] == []
    Answer.objects.filter(settles_at__isnull=False, held_at=None).update(settles_at=timezone.now())
    settle_due()
    carry_on_all()
    with connection.cursor() as cursor:
        cursor.execute(WRONG)
        assert cursor.fetchall() == []
    assert recount() == 0
    assert not Answer.objects.filter(wanted__lt=F("counted") + F("leased")).exists()
    # Nobody is given an open answer that has all its labels: its time must be running.
    complete = Answer.objects.filter(state="open", counted__gte=F("wanted"))
    assert not complete.filter(settles_at=None).exists()
    assert not Answer.objects.exclude(state="open").filter(leased__gt=0).exists()
