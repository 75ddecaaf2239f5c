"""A person's agreement with themselves, on their own page: only once enough answers have come again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from annotations.agreement import wilson_interval
from annotations.models import Check, Label
from annotations.views.mine import OWN_LEAST
from core.templatetags.candor import points

pytestmark = pytest.mark.django_db


def again(label, *, right):
    """The same answer was judged again the day before yesterday."""
    at = timezone.now() - timedelta(days=2)
    value = label.value if right else next(other for other in ("censored", "evasive") if other != label.value)
    Check.objects.create(
        person=label.person, purpose="repeat", first=label, answer=label.answer, status="labelled", value=value,
        right=right, leased_at=at, closed_at=at, guideline="1.0", expires_at=at + timedelta(minutes=30),
        key_points=label.answer.version.prompt.key_points,
    )  # fmt: skip


def test_a_share_of_fewer_than_five_is_not_told(make_answer, settle, client, words):
    for number in range(OWN_LEAST):
        settle(make_answer(f"Answer {number}"), "FFF")
    labels = list(Label.objects.filter(person__username="reader-0").order_by("pk"))
    client.force_login(labels[0].person)
    for label in labels[: OWN_LEAST - 1]:
        again(label, right=True)
    said = words("/label/me/")
    assert "It is shown once 5 answers have come again." in said
    assert "answers that came again" not in said
    again(labels[-1], right=False)
    said = words("/label/me/")
    low, high = wilson_interval(4, 5).low, wilson_interval(4, 5).high
    assert f"80% {points(low)} to {points(high)} 4 of 5 answers that came again" in said
