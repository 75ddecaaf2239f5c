"""Once a month a release is started on its own, where there is anything new in it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from probes.models import Answer
from releases.actions import start_monthly
from releases.models import Release
from releases.rules.maintainers import month_begins

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def closed(make_answer) -> Answer:
    answer = make_answer("What people have finished with.")
    Answer.objects.filter(pk=answer.pk).update(state="settled", closed_at=timezone.now())
    return answer


def release(cutoff: datetime, status: str = "failed") -> Release:
    more = {"key": None, "published_at": cutoff} if status == "published" else {"key": b"key"}
    return Release.objects.create(version=f"2020.1.{Release.objects.count()}", cutoff=cutoff, status=status, **more)


def test_a_month_begins_in_utc():
    at = datetime.fromisoformat("2026-12-01T00:30:00+01:00")
    assert month_begins(at) == datetime(2026, 11, 1, tzinfo=UTC)


def test_it_is_started_once(closed):
    started = start_monthly()
    assert started is not None and (started.status, started.created_by) == ("building", None)
    assert start_monthly() is None
    assert Release.objects.count() == 1


@pytest.mark.parametrize("status", ["building", "built", "published"])
def test_a_month_that_has_one_gets_no_other(closed, status):
    release(timezone.now(), status)
    assert start_monthly() is None


def test_one_that_failed_does_not_count(closed):
    release(timezone.now())
    assert start_monthly() is not None


def test_one_of_last_month_does_not_count(closed):
    release(month_begins(timezone.now()) - timedelta(seconds=1), "published")
    assert start_monthly() is not None


def test_nothing_new_makes_no_release(closed):
    Answer.objects.filter(pk=closed.pk).update(closed_at=month_begins(timezone.now()) - timedelta(days=2))
    release(month_begins(timezone.now()) - timedelta(days=1), "published")
    assert start_monthly() is None


def test_nothing_at_all_makes_no_release(make_answer):
    make_answer("Still open.")
    assert start_monthly() is None


def test_it_waits_while_last_months_is_being_built(closed):
    release(month_begins(timezone.now()) - timedelta(seconds=1), "building")
    assert start_monthly() is None
    assert Release.objects.count() == 1
