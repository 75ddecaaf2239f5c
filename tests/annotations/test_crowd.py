"""Sixty-four labellers at once: no answer gets more labels than it wants, and every one gets all of them."""

import random
import threading
import time

import pytest
from django.db.models import Count, F, Q

from annotations.actions import assign_next, judge_and_next, recount
from annotations.models import DeckSettings
from probes.models import Answer
from tests.annotations.conftest import at_once

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 64
# As many connections as there are threads, below the sixty that the server allows.
THREADS = 32
ANSWERS = 60
SECONDS = 25.0


def test_sixty_four_labellers_at_once(make_answer, person):
    DeckSettings.objects.create(gold_share=0, repeat_share=0)
    for number in range(ANSWERS):
        make_answer(f"Answer {number}.")
    people = [person(f"reader-{number}") for number in range(PEOPLE)]
    ends, over_cap, done = time.monotonic() + SECONDS, [], threading.Event()

    def label(some):
        """Each in turn saves a label and is brought the next cards, until nobody is given any."""
        lot = random.Random(some[0].pk)
        hands = {one: assign_next(by=one, limit=lot.randint(1, 5)) for one in some}
        while time.monotonic() < ends and Answer.objects.filter(state="open").exists():
            for one in some:
                if hands[one]:
                    card = lot.choice(hands[one])
                    hands[one] = judge_and_next(
                        by=one, assignment_id=card.id, ahead=lot.randint(1, 5), value="faithful"
                    ).cards
                else:
                    hands[one] = assign_next(by=one)
        done.set()

    def watch():
        """Counts what nobody's counters can hide: the rows themselves, in one snapshot, over and over."""
        rows = Answer.objects.annotate(
            labels_now=Count("labels", filter=Q(labels__status="current"), distinct=True),
            leases_now=Count("assignments", filter=Q(assignments__status="leased"), distinct=True),
        ).filter(Q(labels_now__gt=F("wanted") - F("leases_now")))
        while not done.wait(0.1) and time.monotonic() < ends:
            over_cap.extend(rows.values_list("pk", flat=True))

    groups = [people[start::THREADS] for start in range(THREADS)]
    found = at_once([watch, *(lambda some=some: label(some) for some in groups)])
    assert found == [None] * (THREADS + 1)
    assert over_cap == []
    states = Answer.objects.annotate(labels_now=Count("labels")).values_list("state", "wanted", "counted", "labels_now")
    assert list(states.distinct()) == [("settled", 3, 3, 3)]
    assert Answer.objects.filter(leased=0).count() == ANSWERS
    assert recount() == 0
