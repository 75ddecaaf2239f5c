"""Leaving at the same moment as others do, or twice."""

import threading
import time
from functools import partial

import pytest
from django.db import connection, transaction

from accounts.choices import Role
from accounts.models import User
from annotations.actions import assign_next
from annotations.models import Assignment, Labeller
from core.errors import Invalid
from core.models import Event
from probes.models import Answer
from releases.actions import leave
from tests.annotations.conftest import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_all_maintainers_leave_at_once_and_one_stays(person):
    all_of_them = [person(f"maintainer-{number}", role=Role.MAINTAINER) for number in range(4)]
    found = at_once([partial(leave, by=one, typed=one.username) for one in all_of_them])
    assert [each for each in found if not isinstance(each, Invalid)] == [None] * 3
    assert User.objects.filter(role=Role.MAINTAINER, is_active=True).count() == 1


def test_leaving_twice_at_once_is_leaving_once(make_answer, person):
    make_answer()
    one = person("one")
    assert len(assign_next(by=one)) == 1
    copies = [User.objects.get(pk=one.pk) for _ in range(4)]
    assert at_once([partial(leave, by=each, typed="one") for each in copies]) == [None] * 4
    assert Event.objects.filter(verb="leave").count() == 1
    assert (Assignment.objects.get().status, Answer.objects.get().leased) == ("returned", 0)


def test_who_leaves_holds_no_answer_while_they_wait_for_their_standing(make_answer, person):
    """Quarantine locks the person first and then answers; the other way round, both would wait for ever."""
    make_answer()
    one = person("one")
    assert len(assign_next(by=one)) == 1
    standing = threading.Event()

    def stand():
        with transaction.atomic(), connection.cursor() as cursor:
            Labeller.objects.select_for_update(no_key=True).get(person=one)
            standing.set()
            waiting, until = 0, time.monotonic() + 10
            while not waiting and time.monotonic() < until:
                cursor.execute("SELECT count(*) FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))")
                ((waiting,),) = cursor.fetchall()
            Answer.objects.select_for_update(no_key=True, nowait=True).get()
            return waiting

    def go():
        standing.wait(10)
        leave(by=one, typed="one")

    waited, left = at_once([stand, go])
    assert (waited > 0, left) == (True, None)
    assert (Assignment.objects.get().status, Answer.objects.get().leased) == ("returned", 0)
