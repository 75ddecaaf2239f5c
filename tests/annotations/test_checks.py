"""Checks: given by lot, judged in the words of any other card, outside every count, and never told from a real one."""

import random
import statistics
import time
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from annotations.actions import report_card, submit_label, take_back_expired_checks, undo
from annotations.actions.checks import judge_check, undo_check
from annotations.actions.lease_checks import lease_check, pick_purpose
from annotations.choices import Purpose
from annotations.models import Check, DeckSettings, Gold, Label, Labeller
from core.errors import Conflict, Forbidden, Gone, Invalid, NotFound
from probes.models import Answer
from tests.annotations.conftest import at_once
from tests.annotations.gold import make_gold_answer

pytestmark = pytest.mark.django_db


def give(by, purpose):
    return lease_check(by=by, purpose=purpose, minutes=30, at=timezone.now()) is not None


@pytest.fixture
def gold_card(labeller):
    make_gold_answer()
    assert give(labeller, "gold")
    return Check.objects.get()


def repeated(labeller, make_answer, lease, n=55):
    """The labeller has labelled many answers, the first of them days ago."""
    for number in range(n):
        answer = make_answer(f"Answer {number}.")
        submit_label(by=labeller, assignment_id=lease(labeller, answer).pk, value="evasive")
    first = Label.objects.order_by("pk").first()
    with_time = Label.objects.order_by("pk")
    with connection.cursor() as cursor:  # created_at is immutable, so the clock is turned where the trigger is not
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE annotations_label DISABLE TRIGGER USER")
        for number, label in enumerate(with_time):
            at = timezone.now() - timedelta(days=3) + timedelta(minutes=number)
            cursor.execute("UPDATE annotations_label SET created_at = %s WHERE id = %s", [at, label.pk])
        cursor.execute("ALTER TABLE annotations_label ENABLE TRIGGER USER")
    return first


def test_gold_is_given_in_languages_one_reads_and_once(labeller, person):
    make_gold_answer(1)
    make_gold_answer(2, language="fr")
    make_gold_answer(3, status="retired")
    assert [give(labeller, "gold") for _ in range(3)] == [True, False, False]
    assert Check.objects.get().gold.slug == "gold-1"
    reader = person("reader", languages=["fr", "zh-Hans"])
    assert give(reader, "gold")
    assert Check.objects.get(person=reader).gold.slug == "gold-2"
    Check.objects.update(status="expired", closed_at=timezone.now())
    assert not give(labeller, "gold")


def test_ones_own_gold_is_not_given(labeller, author, make_answer):
    make_gold_answer(1, created_by=labeller)
    make_gold_answer(2, answer=make_answer())
    assert not give(author, "gold") or Check.objects.get().gold.slug == "gold-1"
    assert give(labeller, "gold")
    assert Check.objects.get(person=labeller).gold.slug == "gold-2"


def test_gold_of_an_answer_one_has_held_is_not_given(labeller, make_answer, lease):
    answer = make_answer()
    make_gold_answer(answer=answer)
    submit_label(by=labeller, assignment_id=lease(labeller, answer).pk, value="evasive")
    assert not give(labeller, "gold")


def test_each_gold_is_given_as_often_as_the_others(person):
    for number in range(4):
        make_gold_answer(number)
    for number in range(120):
        give(person(f"reader-{number}"), "gold")
    counts = [gold.checks.count() for gold in Gold.objects.all()]
    assert sum(counts) == 120


def test_a_repeat_is_old_enough_and_given_once(labeller, make_answer, lease):
    first = repeated(labeller, make_answer, lease, n=50)
    assert not give(labeller, "repeat")  # 49 since
    answer = make_answer("One more.")
    submit_label(by=labeller, assignment_id=lease(labeller, answer).pk, value="evasive")
    assert give(labeller, "repeat")
    check = Check.objects.get()
    assert (check.first, check.answer, check.gold, check.purpose) == (first, first.answer, None, "repeat")
    assert not give(labeller, "repeat")


def test_what_is_young_is_not_repeated(labeller, make_answer, lease):
    for number in range(52):
        answer = make_answer(f"Answer {number}.")
        submit_label(by=labeller, assignment_id=lease(labeller, answer).pk, value="evasive")
    assert not give(labeller, "repeat")


@pytest.mark.parametrize(
    "changes", [{"state": "withdrawn", "closed_at": timezone.now()}, {"held_at": timezone.now()}, {"language": "fr"}]
)
def test_what_is_withdrawn_held_or_not_read_is_not_repeated(labeller, make_answer, lease, changes):
    first = repeated(labeller, make_answer, lease, n=51)
    Answer.objects.filter(pk=first.answer_id).update(**changes)
    assert not give(labeller, "repeat")


def test_a_repeat_changes_neither_label_nor_count(labeller, make_answer, lease):
    first = repeated(labeller, make_answer, lease, n=51)
    give(labeller, "repeat")
    check = Check.objects.get()
    before = list(Answer.objects.order_by("pk").values_list("state", "counted", "leased", "wanted"))
    submit_label(by=labeller, assignment_id=check.pk, value="faithful")
    check.refresh_from_db()
    assert (check.value, check.right, check.status) == ("faithful", False, "labelled")
    submit_label(by=labeller, assignment_id=check.pk, value="evasive", again=True)
    check.refresh_from_db()
    assert (check.value, check.right) == ("evasive", True)
    assert Label.objects.get(pk=first.pk).value == "evasive"
    assert Label.objects.count() == 51
    assert list(Answer.objects.order_by("pk").values_list("state", "counted", "leased", "wanted")) == before


def test_shares_are_kept_by_lot(labeller):
    lot, shares = random.Random(7), DeckSettings()
    drawn = [pick_purpose(lot, None, shares) for _ in range(100_000)]
    assert abs(drawn.count(Purpose.GOLD) / 100_000 - 0.08) < 0.005
    assert abs(drawn.count(Purpose.REPEAT) / 100_000 - 0.04) < 0.004
    slowed = Labeller(person=labeller, standing="slowed")
    drawn = [pick_purpose(lot, slowed, shares) for _ in range(100_000)]
    assert abs(drawn.count(Purpose.GOLD) / 100_000 - 0.24) < 0.006
    none = DeckSettings(gold_share=0, repeat_share=0)
    assert [pick_purpose(lot, slowed, none) for _ in range(1000)] == [None] * 1000
    half = DeckSettings(gold_share=0.5, repeat_share=0.5)
    assert None not in [pick_purpose(lot, slowed, half) for _ in range(1000)]


@pytest.mark.parametrize(("value", "right"), [("censored", True), ("evasive", True), ("faithful", False)])
def test_a_gold_label_is_right_or_wrong(labeller, value, right):
    make_gold_answer(also=["evasive"])
    give(labeller, "gold")
    check = Check.objects.get()
    facets = ["hedged", "official_line"]
    submit_label(
        by=labeller, assignment_id=check.pk, value=value, note="Clear.", facets=facets, evidence=[[0, 8]], took_ms=900
    )
    check.refresh_from_db()
    assert (check.status, check.value, check.right) == ("labelled", value, right)
    assert (check.facets, check.evidence, check.note, check.took_ms, check.guideline != "") == (
        ["official_line", "hedged"], [[0, 8]], "Clear.", 900, True
    )  # fmt: skip
    assert Label.objects.count() == 0
    assert Labeller.objects.get(pk=labeller.pk).standing == "new"


def test_a_pass_on_gold_is_neither(labeller, gold_card):
    judge_check(by=labeller, check_id=gold_card.pk, reason="garbled")
    gold_card.refresh_from_db()
    assert (gold_card.status, gold_card.reason, gold_card.value, gold_card.right) == ("passed", "garbled", "", None)


def test_the_same_again_changes_nothing(labeller, gold_card):
    key = uuid.uuid4()
    for value in ("censored", "censored", "faithful"):
        judge_check(by=labeller, check_id=gold_card.pk, value=value, key=key)
    judge_check(by=labeller, check_id=gold_card.pk, value="censored", key=uuid.uuid4())
    gold_card.refresh_from_db()
    assert (gold_card.value, gold_card.key) == ("censored", key)
    with pytest.raises(Conflict) as refused:
        judge_check(by=labeller, check_id=gold_card.pk, value="faithful")
    assert refused.value.message == "You have judged this answer already. Undo that first."
    newer = uuid.uuid4()
    judge_check(by=labeller, check_id=gold_card.pk, value="faithful", key=newer, again=True)
    judge_check(by=labeller, check_id=gold_card.pk, value="censored", key=key)  # it was long on its way
    gold_card.refresh_from_db()
    assert (gold_card.value, gold_card.key, gold_card.past_keys, gold_card.right) == ("faithful", newer, [key], False)


def test_a_key_of_another_verdict_is_refused(labeller, gold_card, make_answer, lease):
    key = uuid.uuid4()
    held = lease(labeller, make_answer())
    submit_label(by=labeller, assignment_id=held.pk, value="evasive", key=key)
    with pytest.raises(Conflict):
        judge_check(by=labeller, check_id=gold_card.pk, value="evasive", key=key)
    mine = uuid.uuid4()
    judge_check(by=labeller, check_id=gold_card.pk, value="evasive", key=mine)
    with pytest.raises(Conflict):
        submit_label(by=labeller, assignment_id=held.pk, value="faithful", key=mine, again=True)


def test_undo_gives_the_same_card_again_and_twice_is_once(labeller, gold_card, make_answer, lease):
    lease(labeller, make_answer())
    submit_label(by=labeller, assignment_id=gold_card.pk, value="faithful", note="Hm.")
    for _ in range(2):
        assert undo(by=labeller, assignment_id=gold_card.pk) == gold_card.pk
        gold_card.refresh_from_db()
        assert (gold_card.status, gold_card.closed_at, gold_card.right) == ("leased", None, None)
    submit_label(by=labeller, assignment_id=gold_card.pk, value="censored")
    gold_card.refresh_from_db()
    assert (gold_card.value, gold_card.note, gold_card.right) == ("censored", "", True)


def test_whose_it_is_not(labeller, gold_card, person):
    other = person("other")
    with pytest.raises(Forbidden):
        judge_check(by=other, check_id=gold_card.pk, value="evasive")
    with pytest.raises(Forbidden):
        undo_check(by=other, check_id=gold_card.pk)
    with pytest.raises(NotFound):
        judge_check(by=labeller, check_id=uuid.uuid4(), value="evasive")
    for wrong in ({"value": "nice"}, {"reason": "bored"}, {"value": "evasive", "note": "x" * 1001}):
        with pytest.raises(Invalid):
            judge_check(by=labeller, check_id=gold_card.pk, **wrong)
    for evidence in ([[0, 9999]], "x", [[3, 2]]):
        with pytest.raises(Invalid):
            judge_check(by=labeller, check_id=gold_card.pk, value="evasive", evidence=evidence)
    gold_card.refresh_from_db()
    assert gold_card.status == "leased"


def test_a_lease_that_ran_out_is_swept_and_its_verdict_still_taken(labeller, gold_card):
    Check.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert [take_back_expired_checks(), take_back_expired_checks()] == [1, 0]
    gold_card.refresh_from_db()
    assert gold_card.status == "expired"
    judge_check(by=labeller, check_id=gold_card.pk, value="censored")
    gold_card.refresh_from_db()
    assert (gold_card.status, gold_card.right) == ("labelled", True)


def test_a_card_that_was_reported_takes_no_verdict(labeller, gold_card):
    report_card(by=labeller, card_id=gold_card.pk, kind="broken")
    for act in (lambda: judge_check(by=labeller, check_id=gold_card.pk, value="evasive"),
                lambda: undo_check(by=labeller, check_id=gold_card.pk)):  # fmt: skip
        with pytest.raises(Gone):
            act()


@pytest.mark.django_db(transaction=True)
def test_one_verdict_sent_sixteen_times_at_once_is_one(labeller):
    make_gold_answer()
    give(labeller, "gold")
    check, key = Check.objects.get(), uuid.uuid4()
    found = at_once([lambda: submit_label(by=labeller, assignment_id=check.pk, value="evasive", key=key).pk] * 16)
    assert found == [check.pk] * 16


def test_judging_a_check_takes_as_long_as_judging_anything(labeller, make_answer, lease):
    """Within noise: the medians differ by less than the time a network adds at random."""
    real, checks = [], []
    for number in range(40):
        held = lease(labeller, make_answer(f"Answer {number}."))
        make_gold_answer(number)
        give(labeller, "gold")
        check = Check.objects.get(status="leased")
        for card, took in ((held.pk, real), (check.pk, checks)):
            start = time.perf_counter()
            submit_label(by=labeller, assignment_id=card, value="evasive", key=uuid.uuid4(), took_ms=900)
            took.append((time.perf_counter() - start) * 1000)
    slow, fast = statistics.median(checks), statistics.median(real)
    assert abs(slow - fast) < 10, f"check {slow:.1f} ms, assignment {fast:.1f} ms"
