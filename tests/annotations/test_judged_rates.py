"""Rates that a machine judge narrows: of many open answers, corrected by what people said, and only with many new."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from annotations.actions import refresh_rates
from annotations.actions.judged_rates import refresh_judged_rates, week_of
from annotations.agreement.ppi import ppi_rate
from annotations.models import Rate, Verdict
from annotations.selectors import rates
from probes.models import Answer
from tests.annotations.judges import give, judge_at_work, settle_as

pytestmark = pytest.mark.django_db

LABELLED = 12
OPEN = 50


def monday(weeks=0):
    """When this week began, or one so many before."""
    return week_of(timezone.now()) - timedelta(weeks=weeks)


@pytest.fixture
def judged(make_prompt, make_answer):
    """Twelve settled answers, four suppressed, of which the judge misses one; and fifty open ones to ten more
    questions, of which it finds fifteen suppressed. It read them all the week before last.
    """
    judge = judge_at_work()
    for number in range(LABELLED):
        prompt = make_prompt(f"What became of settled {number} in 1919?")
        answer = settle_as(make_answer(f"settled {number}", prompt=prompt), "evasive" if number < 4 else "faithful")
        give(judge, answer, "censored" if number < 3 else "faithful")
    for number in range(OPEN):
        if number % 5 == 0:
            prompt = make_prompt(f"What became of open {number} in 1919?")
        give(judge, make_answer(f"open {number}", prompt=prompt), "evasive" if number < 15 else "faithful")
    Verdict.objects.update(given_at=monday(1) - timedelta(hours=1))
    return judge


@pytest.fixture
def measured(judged):
    """The same, with its rate of last week."""
    assert refresh_judged_rates() == 1
    Rate.objects.update(computed_at=monday(1) + timedelta(hours=1))
    return judged


@pytest.fixture
def read_more(measured, make_answer, make_prompt):
    """`read_more(3, at)`: so many open answers more, which the judge read then and finds evasive."""
    prompt = make_prompt("What became of many more in 1919?")

    def read(number, at):
        for _ in range(number):
            verdict = give(measured, make_answer(f"more {Answer.objects.count()}", prompt=prompt), "evasive")
            Verdict.objects.filter(pk=verdict.pk).update(given_at=at)

    return read


def last_week():
    return monday(1) + timedelta(days=3)


def values():
    return Rate.objects.filter(method="judge").values().get()


def test_a_week_begins_on_monday_at_midnight_utc():
    assert week_of(datetime(2026, 11, 22, 23, 59, tzinfo=UTC)) == datetime(2026, 11, 16, tzinfo=UTC)
    assert week_of(datetime(2026, 11, 23, tzinfo=UTC)) == datetime(2026, 11, 23, tzinfo=UTC)


def test_it_is_the_librarys_estimate(judged):
    assert refresh_judged_rates() == 1
    [rate] = Rate.objects.filter(method="judge")
    families, others = list(range(LABELLED)), [100 + number // 5 for number in range(OPEN)]
    people, heard = [1] * 4 + [0] * 8, [1] * 3 + [0] * 9
    expected = ppi_rate(people, heard, families, [1] * 15 + [0] * 35, others)
    assert expected.weight > 0
    assert (rate.share, rate.weight) == (expected.value.value, expected.weight)
    assert (rate.low, rate.high) == (expected.interval.low, expected.interval.high)
    assert (rate.part, rate.whole, rate.families, rate.judged) == (4, 12, 12, 50)
    assert (rate.judge, rate.layer, rate.kind, rate.language) == (judged, "model", "", "")


def test_a_text_that_came_thrice_counts_thrice_as_in_the_peoples_rate(judged, make_answer):
    """Rates are of calls. What is asked for and told of open answers is of texts."""
    firsts = (judged.verdicts.filter(answer__state=state).earliest("answer") for state in ("settled", "open"))
    closed, opened = (verdict.answer for verdict in firsts)
    for answer in (closed, closed, opened, opened):
        assert make_answer(answer.text, prompt=answer.version.prompt) == answer
    assert refresh_judged_rates() == 1
    refresh_rates([Rate.objects.get().llm_id])
    people = Rate.objects.get(method="people", layer="model", kind="", language="")
    rate = Rate.objects.get(method="judge")
    assert (rate.part, rate.whole, rate.families, rate.judged) == (6, 14, 12, 50)
    assert (people.part, people.whole, people.families) == (6, 14, 12)
    families, others = [0, 0, *range(LABELLED)], [100, 100, *(100 + number // 5 for number in range(OPEN))]
    expected = ppi_rate([1] * 6 + [0] * 8, [1] * 5 + [0] * 9, families, [1] * 17 + [0] * 35, others)
    assert (rate.share, rate.weight) == (expected.value.value, expected.weight)
    assert (rate.low, rate.high) == (expected.interval.low, expected.interval.high)


def test_it_stands_beside_the_peoples_rate(judged, client):
    refresh_judged_rates()
    refresh_rates([Rate.objects.get().llm_id])
    page = client.get(reverse("observatory:model", args=["model-a"])).content.decode()
    assert "With the machine judge judge, which read 50 answers or more beside" in page


def test_what_was_read_this_week_waits_for_the_next(judged):
    judged.verdicts.filter(answer__state="open").earliest("pk").delete()
    assert refresh_judged_rates() == 0
    extra = judged.verdicts.filter(answer__state="open").earliest("pk")
    Verdict.objects.filter(pk=extra.pk).update(given_at=monday())
    assert refresh_judged_rates() == 0
    assert not Rate.objects.exists()


def test_measured_again_it_is_the_same_until_ten_are_new(measured, read_more):
    before = values()
    assert refresh_judged_rates() == 0
    read_more(9, last_week())
    assert refresh_judged_rates() == 0
    read_more(5, timezone.now())
    assert refresh_judged_rates() == 0
    assert values() == before
    read_more(1, last_week())
    assert refresh_judged_rates() == 1
    assert (values()["judged"], values()["share"] != before["share"]) == (60, True)
    assert refresh_judged_rates() == 0


def test_and_until_a_fifth_is_new(measured, read_more):
    Rate.objects.update(judged=60)
    read_more(11, last_week())
    assert refresh_judged_rates() == 0
    read_more(1, last_week())
    assert refresh_judged_rates() == 1


def test_how_many_were_read_is_told_in_tens(measured, read_more):
    read_more(19, last_week())
    assert refresh_judged_rates() == 1
    assert values()["judged"] == 60


def test_one_label_more_neither_moves_a_rate_nor_takes_it_away(measured):
    before = values()
    answer = measured.verdicts.filter(answer__state="open").earliest("pk").answer
    Answer.objects.filter(pk=answer.pk).update(counted=1)
    assert refresh_judged_rates() == 0
    assert values() == before


@pytest.mark.parametrize("change", ["nine labelled families", "a judge that says the same of all"])
def test_what_it_does_not_narrow_is_not_told(measured, read_more, change):
    read_more(10, last_week())
    labelled = measured.verdicts.filter(answer__state="settled").order_by("-pk")
    if change == "nine labelled families":
        Verdict.objects.filter(pk__in=[verdict.pk for verdict in labelled[:3]]).delete()
    else:
        labelled.update(value="faithful")
    assert refresh_judged_rates() == 0
    assert not Rate.objects.exists()


def test_of_few_open_answers_nothing_is_told(judged):
    judged.verdicts.filter(answer__state="open").first().delete()
    assert refresh_judged_rates() == 0
    assert not Rate.objects.filter(method="judge").exists()


def test_a_judge_that_is_paused_narrows_nothing_and_is_not_shown(measured, client):
    assert [rate.judge for rate in rates()] == [measured]
    measured.status, measured.status_reason = "paused", "Its maker changed it."
    measured.save()
    assert list(rates()) == []
    assert client.get("/api/v1/rates/?method=judge").json()["results"] == []
    before = values()
    assert refresh_judged_rates() == 0
    # It is known all the same what was told: at work again, one answer more would tell whose it is.
    assert values() == before
    measured.status = "active"
    measured.save()
    assert refresh_judged_rates() == 0
    assert len(client.get("/api/v1/rates/?method=judge").json()["results"]) == 1


def test_one_that_is_not_measured_again_is_shown_for_a_month(measured):
    for days, shown in ((29, 1), (31, 0)):
        Rate.objects.update(computed_at=timezone.now() - timedelta(days=days))
        assert len(rates()) == shown
