"""Standing: earned by gold and by agreeing with oneself, lost the same way, and never by how much one labels."""

import random
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from annotations import trust
from annotations.actions import lift_decision, quarantine, reinstate, review_due, review_everybody, review_standing
from annotations.models import Labeller
from annotations.selectors import record_of, told_record, why_standing
from annotations.selectors.people import labellers
from core.errors import Forbidden, Invalid
from core.models import Event
from tests.annotations.gold import went


def record(gold="", repeats=""):
    """The newest first, as the record has it."""
    return trust.Record(gold=[c == "r" for c in gold], repeats=[c == "r" for c in repeats])


@pytest.mark.parametrize(
    ("gold", "repeats", "now", "earned"),
    [
        ("", "", "new", "new"),
        ("r" * 7, "", "new", "new"),  # too few
        ("r" * 8, "", "new", "steady"),
        ("r" * 7 + "w", "", "new", "steady"),
        ("r" * 6 + "ww", "", "new", "new"),  # the lower bound is .54
        ("r" * 6 + "ww", "", "steady", "steady"),  # and .50 is enough to stay
        ("r" * 5 + "www", "", "steady", "new"),
        ("r" * 36 + "w" * 4, "r" * 5, "steady", "reviewer"),
        ("r" * 36 + "w" * 4, "r" * 4, "steady", "steady"),  # too few repeats
        ("r" * 35 + "w" * 5, "r" * 5, "steady", "steady"),  # .796
        ("r" * 35 + "w" * 5, "r" * 5, "reviewer", "reviewer"),
        ("r" * 39, "r" * 9, "steady", "steady"),  # too few gold
        ("r" * 40, "r" * 3 + "w" * 5, "reviewer", "new"),  # says otherwise when asked again
        ("wwwwrrrr", "", "new", "slowed"),
        ("wwwrrrrr", "", "new", "new"),  # .625 is no less than .6
        ("wwwrrrr", "", "new", "new"),  # seven are too few
        ("r" * 13 + "w" * 7, "", "slowed", "slowed"),  # .65: not out yet
        ("r" * 13 + "w" * 7, "", "new", "new"),  # nor in
        ("r" * 14 + "w" * 6, "", "slowed", "new"),  # .70: out
        ("rr" + "w" * 10, "", "steady", "quarantined"),
        ("rrr" + "w" * 9, "", "steady", "slowed"),  # .532 may yet be a half
        ("rr" + "w" * 9, "", "steady", "slowed"),  # eleven are too few
        ("r" * 60, "r" * 9, "quarantined", "quarantined"),  # only a maintainer's word ends it
    ],
)
def test_what_a_record_earns(gold, repeats, now, earned):
    assert trust.earned(record(gold, repeats), now) == earned


def course(share, *, steps, seed):
    """The standings of somebody who is right with this chance, one a gold answer."""
    lot, gold, now, found = random.Random(seed), [], "new", []
    for _ in range(steps):
        gold.insert(0, lot.random() < share)
        now = str(trust.earned(trust.Record(gold=gold[: trust.WINDOW], repeats=[True] * 8), now))
        found.append(now)
    return found


def test_nobody_goes_back_and_forth():
    for share in (0.55, 0.6, 0.65, 0.7, 0.8, 0.9):
        changes = []
        for seed in range(20):
            standings = course(share, steps=300, seed=seed)
            changes.append(sum(one != other for one, other in pairwise(standings)))
        # Over 300 gold answers, which are some 3,750 labels.
        assert sum(changes) / len(changes) <= 15, share


def test_who_answers_by_chance_is_found_and_who_reads_is_not():
    by_chance = [course(1 / 3, steps=60, seed=seed)[-1] for seed in range(200)]
    assert by_chance.count("quarantined") >= 170
    careful = [course(0.85, steps=300, seed=seed) for seed in range(100)]
    assert not any("quarantined" in standings for standings in careful)


@pytest.mark.django_db
def test_standing_follows_from_checks_and_is_recorded(labeller):
    went(labeller, "r" * 8)
    assert review_standing(person=labeller) == "steady"
    kept = Labeller.objects.get(pk=labeller.pk)
    assert (kept.standing, kept.standing_reason, kept.decided_by) == ("steady", "8/8", None)
    assert why_standing(kept) == "8 of the latest 8 gold answers right."
    [event] = Event.objects.filter(verb="stand")
    assert (event.actor, event.key, event.data) == (None, labeller.pk, {"was": "new", "now": "steady"})
    assert review_standing(person=labeller) == "steady"
    assert Event.objects.filter(verb="stand").count() == 1


@pytest.mark.django_db
def test_volume_earns_nothing(labeller, make_answer, judge):
    for number in range(12):
        judge(make_answer(f"Answer {number}."), "F")
    assert review_everybody() == 0
    assert set(Labeller.objects.values_list("standing", flat=True)) == {"new"}


@pytest.mark.django_db
def test_retired_gold_speaks_for_nobody(labeller):
    went(labeller, "w" * 12)
    from annotations.models import Gold

    Gold.objects.update(status="retired")
    assert record_of(labeller).all_gold == (0, 0)
    assert review_standing(person=labeller) == "new"


@pytest.mark.django_db
def test_a_check_counts_when_it_can_no_longer_be_corrected(labeller, settings):
    went(labeller, "r" * 8)
    settings.ENV = replace(settings.ENV, settling_minutes=120)
    assert record_of(labeller).all_gold.n == 0
    settings.ENV = replace(settings.ENV, settling_minutes=0)
    assert record_of(labeller).all_gold.n == 8


@pytest.mark.django_db
def test_a_person_is_told_nothing_of_todays_checks(labeller):
    from datetime import timedelta

    from django.utils import timezone

    from annotations.models import Check

    went(labeller, "rrw")
    newest = Check.objects.order_by("-closed_at").first()
    Check.objects.filter(pk=newest.pk).update(closed_at=timezone.now())
    Check.objects.exclude(pk=newest.pk).update(closed_at=timezone.now() - timedelta(days=1))
    assert (told_record(labeller).all_gold, record_of(labeller).all_gold) == ((2, 2), (2, 3))


@pytest.mark.django_db
def test_the_sweep_reviews_who_was_just_checked(labeller, person):
    from django.utils import timezone

    from annotations.models import Check

    other = person("other")
    went(labeller, "r" * 8)
    went(other, "r" * 8)
    assert review_due() == 0
    newest = Check.objects.filter(person=labeller).order_by("-closed_at").first()
    Check.objects.filter(pk=newest.pk).update(closed_at=timezone.now())
    assert review_due() == 1
    standings = dict(Labeller.objects.values_list("person__username", "standing"))
    assert (standings["labeller"], standings["other"]) == ("steady", "new")
    assert review_everybody() == 2
    assert Labeller.objects.get(pk=other.pk).standing == "steady"


@pytest.mark.django_db
def test_a_maintainers_decision_stands_until_it_is_lifted(labeller, maintainer):
    went(labeller, "w" * 12)
    assert review_standing(person=labeller) == "quarantined"
    reinstate(by=maintainer, person=labeller, reason="They had misread one rule.")
    assert review_standing(person=labeller) is None
    assert Labeller.objects.get(pk=labeller.pk).standing == "new"
    lift_decision(by=maintainer, person=labeller)
    kept = Labeller.objects.get(pk=labeller.pk)
    assert (kept.standing, kept.standing_reason, kept.decided_by) == ("quarantined", "0/12", None)


@pytest.mark.django_db
def test_lifting_a_quarantine_asks_gold_again(labeller, maintainer):
    went(labeller, "r" * 8)
    quarantine(by=maintainer, person=labeller, reason="A complaint.")
    assert review_standing(person=labeller) is None
    lift_decision(by=maintainer, person=labeller)
    assert Labeller.objects.get(pk=labeller.pk).standing == "steady"


@pytest.mark.django_db
@pytest.mark.parametrize("decide", [quarantine, reinstate])
def test_who_decides_and_how(decide, labeller, reviewer, maintainer):
    with pytest.raises(Forbidden):
        decide(by=reviewer, person=labeller, reason="Because.")
    for reason in ("", "  \n ", "x" * 301, "a\0b", "\ud800"):
        with pytest.raises(Invalid):
            decide(by=maintainer, person=labeller, reason=reason)
    assert Labeller.objects.get(pk=labeller.pk).standing == "new"
    with pytest.raises(Forbidden):
        lift_decision(by=reviewer, person=labeller)


def test_those_nobody_has_decided_about_stand_first(person, maintainer):
    rows = [
        ("new", None),
        ("quarantined", maintainer),
        ("slowed", None),
        ("slowed", maintainer),
        ("steady", None),
        ("quarantined", None),
        ("reviewer", None),
        ("quarantined", None),
    ]
    for number, (standing, decided_by) in enumerate(rows):
        Labeller.objects.filter(pk=person(f"reader-{number}").pk).update(
            standing=standing,
            standing_reason="A reason.",
            decided_by=decided_by,
            standing_since=timezone.now() + timedelta(minutes=number),
        )
    assert [labeller.person.username for labeller in labellers("reader-")] == [
        f"reader-{number}" for number in (7, 5, 2, 1, 3, 6, 4, 0)
    ]
