"""Renewing beside those who take answers out of hands: nobody waits for the other in a circle."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from annotations.actions import renew
from annotations.models import Assignment

pytestmark = pytest.mark.django_db(transaction=True)


def test_renewing_while_answers_are_taken_out_of_the_hand(make_answer, labeller, lease):
    """It does not wait for what is being taken, which it would lock in another order."""
    first, second = make_answer("One."), make_answer("Two.")
    second_card, first_card = lease(labeller, second), lease(labeller, first)
    Assignment.objects.update(expires_at=timezone.now() + timedelta(minutes=1))
    renewed = []

    def other():
        try:
            renewed.append(renew(by=labeller).ids)
        except Exception as error:
            renewed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    with transaction.atomic():
        Assignment.objects.filter(answer=first).update(status="returned", closed_at=timezone.now())
        thread.start()
        time.sleep(0.5)
        Assignment.objects.filter(answer=second).update(status="returned", closed_at=timezone.now())
    thread.join(10)
    assert renewed == [[second_card.pk, first_card.pk]]  # as it was when it began
    assert set(Assignment.objects.values_list("status", flat=True)) == {"returned"}
    assert renew(by=labeller).ids == []
