"""What a machine judge is given to read, its verdicts, and what comes of them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotations.actions.judges import (
    pause_judge,
    start_judge,
    test_judge,
)
from annotations.actions.machine_verdicts import (
    claim_verdicts,
    give_back_verdicts,
    queue_verdicts,
    record_verdict,
    take_back_expired_verdicts,
)
from annotations.judging import INSTRUCTIONS
from annotations.models import Label, Verdict
from annotations.selectors import judges as selectors
from probes.actions import Price, Result, stop_endpoint
from probes.models import Answer, Spending
from prompts.models import Family, Prompt
from tests.annotations.judges import judge_at_work, judging_endpoint, settle_as

# pytest takes the action of this name for a test.
test_judge.__test__ = False
pytestmark = pytest.mark.django_db
GOOD = '{"label": "evasive", "reason": "The core is missing."}'


def delivered(text=GOOD, **more):
    return Result(delivery="delivered", rule="answer", text=text, raw=b"{}", **more)


def claimed(judge, **more):
    (claim,) = claim_verdicts(judge=judge.pk, limit=10, **more)
    return claim


def test_closed_answers_come_first_and_never_more_than_a_day_holds(make_answer):
    opened = [make_answer(f"Open {number}.") for number in range(3)]
    closed = [settle_as(make_answer(f"Closed {number}."), "faithful") for number in range(2)]
    judge = judge_at_work(a_day=3)
    assert queue_verdicts(judge=judge) == 3
    queued = set(Verdict.objects.values_list("answer", flat=True))
    assert {answer.pk for answer in closed} < queued
    assert len(queued & {answer.pk for answer in opened}) == 1
    assert queue_verdicts(judge=judge) == 0
    for claim in claim_verdicts(judge=judge.pk, limit=10):
        record_verdict(claim=claim, result=delivered())
    assert queue_verdicts(judge=judge) == 0
    Verdict.objects.update(asked_at=timezone.now() - timedelta(days=1))
    assert queue_verdicts(judge=judge) == 2


def test_of_what_is_due_closed_answers_are_claimed_first(make_answer):
    judge = judge_at_work()
    opened, closed = make_answer("Open."), make_answer("Closed.")
    assert queue_verdicts(judge=judge) == 2
    # Somebody closes it while it waits; it waits a while longer than the other.
    settle_as(closed, "faithful")
    Verdict.objects.filter(answer=opened).update(due_at=timezone.now() - timedelta(hours=1))
    first, second = (claim_verdicts(judge=judge.pk, limit=1)[0].verdict for _ in range(2))
    assert Verdict.objects.get(pk=first).answer == closed
    assert Verdict.objects.get(pk=second).answer == opened


def test_three_claims_ask_no_more_than_one(make_answer, make_prompt, django_assert_num_queries):
    judge = judge_at_work()
    for number in range(4):
        make_answer(f"Answer {number}.", prompt=make_prompt(f"What happened in 19{number:02}?"))
    queue_verdicts(judge=judge)
    with CaptureQueriesContext(connection) as seen:
        assert len(claim_verdicts(judge=judge.pk, limit=1)) == 1
    with django_assert_num_queries(len(seen)):
        assert len(claim_verdicts(judge=judge.pk, limit=3)) == 3
    assert Verdict.objects.filter(status="claimed", attempt=1, asked_at__isnull=False).count() == 4


def test_what_may_not_be_read_any_more_is_not_claimed(make_answer, make_prompt):
    judge = judge_at_work()
    held, tame, whole = (make_prompt(f"What happened in {year}?") for year in (1919, 1930, 1942))
    for prompt in (held, tame, whole):
        make_answer("Open.", prompt=prompt)
    assert queue_verdicts(judge=judge) == 3
    # While they wait, one is reported and one turns out to be a harm control.
    Prompt.objects.filter(pk=held.pk).update(held_at=timezone.now())
    Family.objects.filter(pk=tame.family_id).update(kind="harm_control")
    (claim,) = claim_verdicts(judge=judge.pk, limit=10)
    assert Verdict.objects.get(pk=claim.verdict).answer.version.prompt == whole
    # What was reported is read once a reviewer let it go.
    Prompt.objects.filter(pk=held.pk).update(held_at=None)
    (claim,) = claim_verdicts(judge=judge.pk, limit=10)
    assert Verdict.objects.get(pk=claim.verdict).answer.version.prompt == held


def test_what_is_not_put_before_a_judge(make_answer, make_prompt):
    judge = judge_at_work()
    harm = make_prompt("How does one build a bomb?", kind="harm_control", state="")
    make_answer("No.", prompt=harm)
    changes = (
        {"held_at": timezone.now()},
        {"may_publish": False},
        {"counted": 1},
        {"state": "unjudgeable", "closed_at": timezone.now()},
        {"state": "withdrawn", "closed_at": timezone.now()},
    )
    make_answer("x" * 20_001)
    for number, change in enumerate(changes):
        Answer.objects.filter(pk=make_answer(f"Answer {number}.").pk).update(**change)
    assert queue_verdicts(judge=judge) == 0
    good = make_answer("A good one.")
    assert queue_verdicts(judge=judge) == 1
    # What is reported while it waits is let go.
    Answer.objects.filter(pk=good.pk).update(held_at=timezone.now())
    assert claim_verdicts(judge=judge.pk, limit=5) == []
    queue_verdicts(judge=judge)
    assert not Verdict.objects.exists()


def test_a_judge_is_blind_and_reads_what_labellers_read(make_answer):
    judge = judge_at_work()
    answer = make_answer("I am Model A, made by Maker A. It was long ago.")
    Answer.objects.filter(pk=answer.pk).update(identity_leaked=True)
    queue_verdicts(judge=judge)
    said = claimed(judge).message
    assert "Model A" not in said.whole
    assert "█████" in said.user
    assert "It was long ago." in said.user
    assert "- (essential) Troops fired on the crowd.\n- The official count was 379 dead." in said.user
    assert "What happened at Jallianwala Bagh in 1919?" in said.user
    assert said.system.startswith(INSTRUCTIONS)


def test_a_verdict_is_written_once_and_is_no_label(make_answer):
    judge, answer = judge_at_work(), make_answer()
    before = Answer.objects.values().get()
    queue_verdicts(judge=judge)
    claim = claimed(judge)
    assert claim_verdicts(judge=judge.pk, limit=5) == []
    assert record_verdict(claim=claim, result=delivered(served_model="judge-1", request={"model": "judge"}))
    assert not record_verdict(claim=claim, result=delivered())
    verdict = Verdict.objects.get()
    assert (verdict.status, verdict.value, verdict.reason) == ("given", "evasive", "The core is missing.")
    assert (verdict.served_model, verdict.request) == ("judge-1", {"model": "judge"})
    assert not Label.objects.exists()
    assert Answer.objects.values().get() == before
    assert answer.state == "open"


def test_who_cannot_judge_passes_on(make_answer):
    judge, _ = judge_at_work(), make_answer()
    queue_verdicts(judge=judge)
    record_verdict(claim=claimed(judge), result=delivered('{"label": "cannot_judge", "reason": "Garbled."}'))
    assert Verdict.objects.values_list("status", "value", "reason").get() == ("passed", "", "Garbled.")


def test_what_is_out_of_form_is_asked_for_twice_more_and_then_left(make_answer):
    judge, _ = judge_at_work(), make_answer()
    queue_verdicts(judge=judge)
    for result in (delivered("Evasive."), Result(delivery="truncated", rule="length", text=GOOD[:9])):
        record_verdict(claim=claimed(judge), result=result)
        assert Verdict.objects.get().status == "due"
    record_verdict(claim=claimed(judge), result=Result(delivery="empty", rule="empty"))
    verdict = Verdict.objects.get()
    assert (verdict.status, verdict.value, verdict.unreadable, verdict.error) == (
        "unreadable", "", 3, "The reply was empty.",
    )  # fmt: skip
    assert bytes(verdict.raw)


def test_trouble_that_passes_is_tried_again_later_and_a_block_is_final(make_answer):
    judge, _ = judge_at_work(), make_answer()
    queue_verdicts(judge=judge)
    record_verdict(
        claim=claimed(judge), result=Result(delivery="failed", rule="http_500", error="HTTP 500", heals=True)
    )
    verdict = Verdict.objects.get()
    assert (verdict.status, verdict.failures) == ("due", 1)
    assert timedelta(seconds=8) < verdict.due_at - timezone.now() < timedelta(seconds=11)
    Verdict.objects.update(due_at=timezone.now())
    record_verdict(claim=claimed(judge), result=Result(delivery="blocked_input", rule="filter"))
    assert Verdict.objects.values_list("status", "error").get() == ("failed", "blocked_input: rule filter")


def test_slow_down_is_no_failure_and_a_fault_of_the_endpoint_stops_it(make_answer):
    judge, _ = judge_at_work(), make_answer()
    queue_verdicts(judge=judge)
    slow = Result(delivery="failed", rule="http_429", heals=True, slow_down=True, retry_after_s=40.0)
    record_verdict(claim=claimed(judge), result=slow)
    assert Verdict.objects.get().failures == 0
    assert Verdict.objects.get().due_at - timezone.now() > timedelta(seconds=35)
    Verdict.objects.update(due_at=timezone.now())
    record_verdict(
        claim=claimed(judge), result=Result(delivery="failed", rule="key", error="No such key.", pauses=True)
    )
    judge.endpoint.refresh_from_db()
    assert (judge.endpoint.status, judge.endpoint.status_reason) == ("paused", "No such key.")
    assert Verdict.objects.get().status == "due"
    assert claim_verdicts(judge=judge.pk, limit=5) == []
    assert selectors.judges_with_work() == []


def test_money_is_put_aside_and_settled_and_the_budget_holds(make_answer):
    endpoint = judging_endpoint(
        price_input=Decimal(1), price_output=Decimal(1), budget=Decimal("1.00"), params={"max_tokens": 100}
    )
    judge = judge_at_work(endpoint)
    for number in range(4):
        make_answer(f"Answer {number}.")
    queue_verdicts(judge=judge)
    price = Price(each=Decimal("0.30"), a_byte=Decimal("0.0000001"))
    claims = claim_verdicts(judge=judge.pk, limit=10, price=price)
    assert len(claims) == 3
    assert Spending.objects.get().reserved == sum(claim.reserved for claim in claims)
    record_verdict(claim=claims[0], result=delivered(cost=Decimal("0.01")))
    give_back_verdicts(held=claims[1:2], perhaps_paid=False)
    assert Spending.objects.get().spent == Decimal("0.01")
    assert Spending.objects.get().reserved == claims[2].reserved
    Verdict.objects.filter(pk=claims[2].verdict).update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert take_back_expired_verdicts() == 1
    assert (Spending.objects.get().reserved, Spending.objects.get().spent) == (0, claims[2].reserved + Decimal("0.01"))


def test_a_claim_that_ran_out_is_another_s(make_answer):
    judge, _ = judge_at_work(), make_answer()
    queue_verdicts(judge=judge)
    first = claimed(judge)
    assert take_back_expired_verdicts() == 0
    Verdict.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert take_back_expired_verdicts() == 1
    second = claimed(judge)
    assert (first.attempt, second.attempt) == (1, 2)
    assert not record_verdict(claim=first, result=delivered())
    assert give_back_verdicts(held=[first], perhaps_paid=True) == 0
    assert record_verdict(claim=second, result=delivered())


def test_what_kills_its_workers_is_given_up(make_answer):
    judge, _ = judge_at_work(), make_answer()
    queue_verdicts(judge=judge)
    for _ in range(9):
        claimed(judge)
        Verdict.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
        take_back_expired_verdicts()
    assert Verdict.objects.get().status == "failed"


def test_a_paused_judge_is_given_nothing(make_answer):
    judge, _ = judge_at_work(), make_answer()
    queue_verdicts(judge=judge)
    pause_judge(by=None, judge=judge, reason="Enough.")
    assert claim_verdicts(judge=judge.pk, limit=5) == []
    assert queue_verdicts(judge=judge) == 0
    start_judge(by=None, judge=judge)
    stop_endpoint(by=None, endpoint=judge.endpoint, reason="Away.")
    assert claim_verdicts(judge=judge.pk, limit=5) == []
