"""Erasing, as far as labelling goes: what a person said, what they wrote beside it, and all that was said of an answer.

Whoever calls is an action of releases, which sees to what was published already. An answer that loses labels becomes
what its other labels make of it, as after a quarantine: where they no longer decide it, it is open again and more are
wanted; its figures are brought up to date behind it.
"""

from collections.abc import Collection

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from annotations.actions.quarantine import COLUMNS, count_again
from annotations.actions.tally import retally
from annotations.actions.turn import take_turn
from annotations.choices import Slice
from annotations.models import (
    Adjudication,
    Assignment,
    CannotJudge,
    Check,
    Gold,
    Label,
    Labeller,
    Practised,
    Remark,
    Report,
    Skill,
)
from core import events
from core.erasing import erasing
from probes.choices import AnswerState
from probes.models import Answer
from prompts.models import Prompt

# What is kept of a standing that holds somebody back: the database wants a reason.
NO_REASON = "The account is closed."

# The notes of verdicts that were changed before, kept as JSON.
PAST_NOTES = """
UPDATE annotations_check
SET past = (SELECT jsonb_agg(one || '{"note": ""}' ORDER BY place)
            FROM jsonb_array_elements(past) WITH ORDINALITY AS said (one, place))
WHERE person_id = %s AND jsonb_array_length(past) > 0
"""


@transaction.atomic
def erase_words(*, by: User, person: User) -> None:
    """Empties every note a person wrote beside a verdict, a check or a report, and what was written about them.

    What they said in public stays, nameless: remarks on rules, and the reasons of decisions they made as a reviewer.
    """
    for model in (Label, CannotJudge):
        model.objects.filter(person=person).exclude(note="").update(note="")
    Check.objects.filter(person=person).exclude(note="", report_note="").update(note="", report_note="")
    with connection.cursor() as cursor:
        cursor.execute(PAST_NOTES, [person.pk])
    Report.objects.filter(person=person).exclude(note="").update(note="")
    Labeller.objects.filter(pk=person.pk).exclude(standing_reason="").update(standing_reason=NO_REASON)
    Practised.objects.filter(person=person).delete()
    events.record(by=by, verb="erase_words", of=person)


@transaction.atomic
def erase_verdicts(*, by: User, person: User) -> int:
    """Deletes all that a person said of answers, of gold and of rules; returns how many labels.

    Decisions they made as a reviewer stay, nameless: they are the site's, and others rely on them. Done again it finds
    what came in between.
    """
    # Before any answer, as in quarantine.py, which may be at this person now.
    Labeller.objects.filter(pk=person.pk).delete()
    answers = judged_or_held(person)
    with erasing():
        # Before labels, which they may repeat.
        Check.objects.filter(person=person).delete()
        CannotJudge.objects.filter(person=person).delete()
        labels = Label.objects.filter(person=person).delete()[1].get(Label._meta.label, 0)
        Assignment.objects.filter(person=person).delete()
    count_again(answers)
    Practised.objects.filter(person=person).delete()
    Skill.objects.filter(pk=person.pk).delete()
    Remark.objects.filter(person=person).delete()
    events.record(by=by, verb="erase_labels", of=person, labels=labels)
    return labels


def judged_or_held(person: User) -> list[Answer]:
    """Every answer that a person has or had anything to do with, locked in the order of their ids, as everywhere."""
    theirs = (model.objects.filter(person=person).values("answer") for model in (Label, CannotJudge, Assignment))
    labels, passed, held = theirs
    found = Answer.objects.filter(Q(pk__in=labels) | Q(pk__in=passed) | Q(pk__in=held))
    return list(found.select_for_update(no_key=True, of=("self",)).only(*COLUMNS).order_by("pk"))


@transaction.atomic
def erase_judgements(
    *, by: User, answers: Collection[int], prompt: Prompt | None = None, questions: Collection[str] = ()
) -> set[tuple[Slice, str]]:
    """Deletes all that was said of these answers, and gold made of them or asking one of `questions`; with a prompt,
    what was reported of it.

    They count in no figure from here on; returns the slices that have to be measured again, which takes numpy, so a
    worker does it. The answers themselves stay, withdrawn: probes has the next word. To be called first in a
    transaction: it waits for its turn among those who write figures.
    """
    take_turn()
    locked = list(Answer.objects.filter(pk__in=answers).order_by("pk").select_for_update(no_key=True))
    ids = [answer.pk for answer in locked]
    Answer.objects.filter(pk__in=ids).update(
        state=AnswerState.WITHDRAWN, closed_at=timezone.now(), settles_at=None, held_at=None
    )
    touched = retally(ids)
    gold = Gold.objects.filter(Q(answer__in=ids) | Q(question__in=questions))
    with erasing():
        Check.objects.filter(Q(answer__in=ids) | Q(gold__in=gold)).delete()
        gold.delete()
        for model in (Report, Adjudication, CannotJudge, Label, Assignment):
            model._default_manager.filter(answer__in=ids).delete()
        if prompt is not None:
            Report.objects.filter(prompt=prompt).delete()
    Answer.objects.filter(pk__in=ids).update(counted=0, leased=0)
    for answer in locked:
        events.record(by=by, verb="erase", of=answer)
    return touched
