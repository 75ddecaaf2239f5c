"""Quarantine: a person's labels are kept, marked and left out of every count, and can all come back.

The standing changes first, in a transaction of its own, so that nothing new is given to the person. Their verdicts
follow in batches of answers, each batch whole in itself: its labels, its counts and its states move together. What a
batch leaves over is done by the next; a process that dies in between leaves work, and nothing that is wrong.

A batch locks the labeller first and then the answers in the order of their ids, as everybody does who locks several.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from annotations.actions.counters import is_stale
from annotations.actions.restanding import Tallied, restand, tallied
from annotations.choices import AssignmentStatus, LabelStatus, Standing
from annotations.deciding import check_maintains_labelling, clean_reason
from annotations.models import Assignment, CannotJudge, Check, Label, Labeller
from core import events
from probes.models import Answer

# Answers that are locked at once, and batches that one call works through before it leaves the rest to the sweep.
BATCH = 200
BATCHES = 10
# The sweep looks at standings that changed lately; the nightly task at all.
LATELY = timedelta(hours=1)

# What labels and leases decide of an answer.
COLUMNS = ["counted", "leased", "wanted", "state", "settles_at", "closed_at"]

TO_SET_ASIDE = """
SELECT answer_id FROM annotations_label WHERE person_id = %(person)s AND status = 'current'
UNION SELECT answer_id FROM annotations_cannotjudge WHERE person_id = %(person)s AND status = 'current'
UNION SELECT answer_id FROM annotations_assignment WHERE person_id = %(person)s AND status = 'leased'
ORDER BY answer_id LIMIT %(batch)s
"""
TO_RESTORE = """
SELECT answer_id FROM annotations_label WHERE person_id = %(person)s AND status = 'set_aside'
UNION SELECT answer_id FROM annotations_cannotjudge WHERE person_id = %(person)s AND status = 'set_aside'
ORDER BY answer_id LIMIT %(batch)s
"""


def quarantine(*, by: User | None, person: User, reason: str) -> None:
    """Puts a person into quarantine and their labels aside. `by` is a maintainer, or nobody where gold says so.

    Raises:
        Forbidden: not a maintainer. Invalid: no reason, or none that can be kept.
    """
    check_maintains_labelling(by)
    put(by=by, person=person, standing=Standing.QUARANTINED, reason=clean_reason(reason))
    carry_on(person=person)


def reinstate(*, by: User, person: User, reason: str) -> None:
    """Lets a person label again and counts what was set aside. It stands until a maintainer lifts the decision.

    Raises:
        Forbidden: not a maintainer. Invalid: no reason, or none that can be kept.
    """
    check_maintains_labelling(by)
    put(by=by, person=person, standing=Standing.NEW, reason=clean_reason(reason))
    carry_on(person=person)


@transaction.atomic
def put(*, by: User | None, person: User, standing: Standing, reason: str) -> Labeller:
    """Gives a person a standing: a maintainer's decision, or what follows from their checks."""
    Labeller.objects.get_or_create(person=person)
    labeller = Labeller.objects.select_for_update(no_key=True).get(person=person)
    was = labeller.standing
    labeller.standing, labeller.standing_reason, labeller.decided_by = standing, reason, by
    labeller.standing_since = timezone.now()
    labeller.save(update_fields=["standing", "standing_reason", "decided_by", "standing_since"])
    if standing == Standing.QUARANTINED:
        held = Check.objects.filter(person=person, status=AssignmentStatus.LEASED)
        held.update(status=AssignmentStatus.RETURNED, closed_at=timezone.now())
    events.record(by=by, verb="stand", of=labeller, was=was, now=str(standing))
    return labeller


def carry_on(*, person: User, batches: int = BATCHES) -> int:
    """Moves the person's verdicts to where their standing says, a batch at a time; how many answers changed."""
    changed = 0
    for _ in range(batches):
        moved = one_batch(person=person)
        if not moved:
            break
        changed += moved
    return changed


def carry_on_all(*, lately: bool = True) -> int:
    """Goes on with what was left over, for everybody; how many answers changed. Safe to run twice."""
    people = Labeller.objects.select_related("person").order_by("pk")
    if lately:
        people = people.filter(standing_since__gte=timezone.now() - LATELY)
    else:
        kept, passed = (
            Q(pk__in=model.objects.filter(status=LabelStatus.SET_ASIDE).values("person"))
            for model in (Label, CannotJudge)
        )
        people = people.filter(Q(standing=Standing.QUARANTINED) | kept | passed)
    return sum(carry_on(person=labeller.person) for labeller in people)


@transaction.atomic
def one_batch(*, person: User) -> int:
    """The next batch of answers, whichever way it goes; how many there were."""
    labeller = Labeller.objects.select_for_update(no_key=True).filter(person=person).first()
    if labeller is None:
        return 0
    aside = labeller.standing == Standing.QUARANTINED
    answers = lock(TO_SET_ASIDE if aside else TO_RESTORE, person)
    if not answers:
        return 0
    move: Callable[[User, list[int]], int] = set_aside if aside else restore
    verdicts = move(person, [answer.pk for answer in answers])
    count_again(answers)
    events.record(
        by=None, verb="set_aside" if aside else "restore", of=labeller, answers=len(answers), verdicts=verdicts
    )
    return len(answers)


def lock(which: str, person: User) -> list[Answer]:
    with connection.cursor() as cursor:
        cursor.execute(which, {"person": person.pk, "batch": BATCH})
        found = [pk for (pk,) in cursor.fetchall()]
    return list(Answer.objects.select_for_update(no_key=True).only(*COLUMNS).filter(pk__in=found).order_by("pk"))


def set_aside(person: User, answers: list[int]) -> int:
    """Marks the person's verdicts on these answers, and gives back what they hold of them; how many verdicts."""
    theirs = {"person": person, "answer_id__in": answers}
    Assignment.objects.filter(**theirs, status=AssignmentStatus.LEASED).update(
        status=AssignmentStatus.RETURNED, closed_at=timezone.now()
    )
    current = {**theirs, "status": LabelStatus.CURRENT}
    return sum(model.objects.filter(**current).update(status=LabelStatus.SET_ASIDE) for model in (Label, CannotJudge))


def restore(person: User, answers: list[int]) -> int:
    """Makes the newest verdict on each answer count again; older ones, and all where there is a current one, are past.

    How many count again.
    """
    now, restored = timezone.now(), 0
    theirs = {"person": person, "answer_id__in": answers}
    taken = set()
    kept: list[Label | CannotJudge] = []
    for model in (Label, CannotJudge):
        taken |= set(model.objects.filter(**theirs, status=LabelStatus.CURRENT).values_list("answer_id", flat=True))
        kept += model.objects.filter(**theirs, status=LabelStatus.SET_ASIDE).only("answer_id", "created_at")
    for verdict in sorted(kept, key=lambda one: (one.created_at, one.pk), reverse=True):
        past = verdict.answer_id in taken
        taken.add(verdict.answer_id)
        restored += not past
        type(verdict).objects.filter(pk=verdict.pk).update(
            status=LabelStatus.SUPERSEDED if past else LabelStatus.CURRENT, superseded_at=now if past else None
        )
    return restored


def count_again(answers: Iterable[Answer]) -> None:
    """Brings counts and states of locked answers to what their verdicts and leases say now."""
    locked = list(answers)
    truth: dict[int, Tallied] = tallied([answer.pk for answer in locked])
    for answer in locked:
        was_closed = answer.closed_at is not None
        if restand(answer, truth[answer.pk]) and (was_closed or answer.closed_at is not None):
            is_stale(answer)
    Answer.objects.bulk_update(locked, COLUMNS)
