"""The curious reader of how the crowd labels: a fit in which an open answer has a part gives its labels away to nobody.

With all votes of closed answers public, the shares of a fit to all labels would tell what a single open answer was
called: prior_k = (the sum of shares + 1/3) / (answers + 1).
"""

import random
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from annotations.actions import fit_crowd, refresh_stale, submit_label, weigh
from annotations.models import Check, Consensus, Fit, Gold, Stale
from annotations.selectors.weighed import weigh_answers
from probes.models import Answer
from tests.annotations.test_curious import differences, everything

pytestmark = pytest.mark.django_db

LETTERS = {"C": "censored", "E": "evasive", "F": "faithful"}
READERS = 7
__all__ = ["everything"]


@pytest.fixture
def record(make_answer: Callable, judge: Callable, settings) -> list[Answer]:
    """Thirty answers that seven people have labelled, all closed, and what they said of sixty gold answers."""
    settings.ENV = replace(django_settings.ENV, settling_minutes=10)
    lot, answers = random.Random(3), []
    for number in range(30):
        answers.append(make_answer(f"Closed {number}."))
        Answer.objects.filter(pk=answers[-1].pk).update(wanted=READERS)
        truth = "CEF"[number % 3]
        readers = judge(
            answers[-1], "".join(truth if lot.random() < 0.8 else lot.choice("CEF") for _ in range(READERS))
        )
    Answer.objects.update(state="settled", settles_at=None, closed_at=timezone.now())
    Stale.objects.bulk_create([Stale(answer=answer) for answer in answers], ignore_conflicts=True)
    at = timezone.now() - timedelta(days=1)
    for number in range(60):
        value = LETTERS["CEF"[number % 3]]
        gold = Gold.objects.create(
            slug=f"gold-{number}", origin="file", language="en", question="?", text=f"{number}", value=value, why="…"
        )
        for reader in readers:
            said = value if lot.random() < 0.95 else lot.choice(list(LETTERS.values()))
            Check.objects.create(
                **{"person": reader, "gold": gold, "purpose": "gold", "value": said, "right": said == value},
                **{"status": "labelled", "leased_at": at, "expires_at": at, "closed_at": at, "guideline": "1.0"},
            )
    return answers


def fit_again(at=None) -> Fit:
    """All that happens behind a new fit. When it was made is no secret, so each is given the first one's time."""
    fit = fit_crowd()
    assert fit is not None
    Fit.objects.filter(pk=fit.pk).update(fitted_at=at or fit.fitted_at)
    weigh()
    refresh_stale(limit=100)
    fit.refresh_from_db()
    return fit


def without_times(found: dict[str, tuple[int, str, str]]) -> dict[str, tuple[int, str, str]]:
    """A page is longer by some letters when it says "a minute ago". Its words are compared without them."""
    return {
        address: (status, re.sub(r"Content-Length: \d+", "", headers), body)
        for address, (status, headers, body) in found.items()
    }


@pytest.mark.parametrize("value", list(LETTERS.values()))
def test_a_fit_with_an_open_answer_tells_nothing_of_it(
    client: Client,
    record: list[Answer],
    make_answer: Callable,
    person: Callable,
    lease: Callable,
    everything: Callable,
    value: str,
):
    answer, reader = make_answer("Open."), person("somebody")
    first = fit_again()
    before = everything(client, answer)
    exactly = list(Consensus.objects.order_by("answer").values_list("posterior", "confidence"))
    inside = weigh_answers(closed.pk for closed in record).answers
    assert client.get("/api/v1/crowd/").json()["fit"]["answers"] == len(record)
    assert len(client.get("/api/v1/crowd/").json()["fit"]["calibration"]) > 0
    assert before["/api/v1/answers/?page_size=200"][2].count('"confidence":') == len(record)

    submit_label(by=reader, assignment_id=lease(reader, answer).pk, value=value)
    second = fit_again(first.fitted_at)

    assert (second.labels, second.answers) == (first.labels + 1, first.answers + 1)
    assert second.prior != first.prior
    assert list(Consensus.objects.order_by("answer").values_list("posterior", "confidence")) == exactly
    assert weigh_answers(closed.pk for closed in record).answers != inside
    assert set(Consensus.objects.values_list("fit", flat=True)) == {second.pk}
    assert differences(without_times(before), without_times(everything(client, answer))) == []
