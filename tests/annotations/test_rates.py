"""Rates and comparisons behind the labels, against what one counts by hand."""

import pytest
from django.utils import timezone

from annotations.actions import refresh_moved, refresh_rates, refresh_stale
from annotations.agreement import Reason
from annotations.agreement.mcnemar import mcnemar
from annotations.agreement.rates import clustered_rate
from annotations.models import Comparison, Rate
from annotations.selectors.rates import moved
from core.models import Event
from probes.actions import add_endpoint, add_llm
from probes.choices import Delivery, ProbeStatus
from probes.models import LLM, Answer, Probe
from prompts.models import Family

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(make_prompt, make_answer, judge):
    """One question, asked and labelled by three of one mind: `ask("a", "C", language="fr")`."""

    def one(name, letter, *, kind="sensitive", state="IN", language="en", translates=None):
        text = f"What became of {name} ({language}) in 1919?"
        of = translates.version.prompt if translates else None
        prompt = make_prompt(text, language=language, kind=kind, state=state, translates=of)
        answer = make_answer(f"{name} {language} {letter}", prompt=prompt)
        judge(answer, letter * 3)
        return answer

    return one


@pytest.fixture
def make_place():
    """An endpoint of a model of its own."""

    def one(slug):
        llm = add_llm(by=None, slug=slug, name=slug, maker="Maker A", maker_country="FR")
        address = "http://127.0.0.1:9/v1"
        return add_endpoint(by=None, llm=llm, slug=slug, kind="local", base_url=address, allow_private=True)

    return one


def empty(answer, place):
    """One more call there, to the question of this answer: nothing came back."""
    probe = Probe.objects.filter(answer=answer).first()
    sample = Probe.objects.filter(endpoint=place).count() + 1
    probe.pk, probe.answer, probe.endpoint, probe.sample = None, None, place, sample
    probe.delivery, probe.status, probe.finished_at = Delivery.EMPTY, ProbeStatus.DONE, timezone.now()
    probe.save()


def rate(layer="model", **which):
    row = Rate.objects.get(layer=layer, method="people", **{"kind": "", "language": "", **which})
    return row.part, row.whole, row.families


def test_each_kind_and_language_is_counted(ask):
    for number, letter in enumerate("CEFFF"):
        ask(f"S{number}", letter)
    for number, letter in enumerate("CF"):
        ask(f"T{number}", letter, kind="twin", language="fr")
    ask("H", "C", kind="harm_control", state="")
    refresh_stale(limit=100)
    assert rate() == (3, 7, 7)
    assert rate(kind="sensitive") == (2, 5, 5)
    assert rate(kind="twin") == rate(language="fr") == rate(kind="twin", language="fr") == (1, 2, 2)
    assert rate(layer="provider") == (0, 7, 7)
    assert not Rate.objects.filter(kind="harm_control").exists()
    everything = Rate.objects.get(layer="model", kind="", language="")
    assert (everything.share, everything.low, everything.why) == (3 / 7, None, Reason.TOO_FEW_FAMILIES)


def test_the_interval_is_the_one_of_the_library(ask):
    letters = "CEFFFCFFECFF"
    for number, letter in enumerate(letters):
        ask(f"S{number}", letter)
    refresh_stale(limit=100)
    expected = clustered_rate([int(letter != "F") for letter in letters], [1] * 12)
    row = Rate.objects.get(layer="model", kind="", language="")
    assert (row.share, row.low, row.high) == (expected.value.value, expected.interval.low, expected.interval.high)
    assert (row.part, row.whole, row.families, row.why) == (5, 12, 12, "")


def test_nothing_of_a_question_counts_while_an_answer_to_it_is_open(ask, make_answer):
    answer = ask("S0", "C")
    ask("S1", "F")
    refresh_stale(limit=100)
    assert rate() == (1, 2, 2)
    make_answer("another, still open", prompt=answer.version.prompt)
    assert refresh_rates(LLM.objects.values_list("pk", flat=True)) > 0
    assert rate() == (0, 1, 1)


def test_a_block_closes_no_answer_and_is_counted_all_the_same(ask, endpoint):
    answer = ask("S0", "F")
    refresh_stale(limit=100)
    assert rate(layer="provider") == (0, 1, 1)
    assert refresh_moved() == 0
    probe = Probe.objects.get(answer=answer)
    probe.pk, probe.answer, probe.sample = None, None, probe.sample + 1
    probe.delivery, probe.status, probe.finished_at = Delivery.BLOCKED_INPUT, ProbeStatus.DONE, timezone.now()
    probe.save()
    assert refresh_moved() > 0
    assert rate(layer="provider") == (1, 2, 1)
    assert rate() == (0, 1, 1)
    assert refresh_moved() == 0


def test_a_model_that_has_no_rates_is_counted_once(ask, make_place):
    """Its one call came back empty, which makes neither a rate of silence nor one of blocks."""
    answer = ask("S0", "F")
    refresh_stale(limit=100)
    place = make_place("empty")
    empty(answer, place)
    assert moved(limit=10) == [place.llm.pk]
    assert (refresh_moved(), moved(limit=10)) == (0, [])
    assert not Rate.objects.filter(llm=place.llm).exists()
    empty(answer, place)
    assert moved(limit=10) == [place.llm.pk]


def test_so_many_models_at_a_time_those_that_wait_longest_first(ask, make_place, monkeypatch):
    monkeypatch.setattr("annotations.actions.rates.MODELS_AT_ONCE", 2)
    answer = ask("S0", "F")
    refresh_stale(limit=100)
    places = [make_place(f"empty-{number}") for number in range(3)]
    models = [place.llm.pk for place in places]
    for place in places:
        empty(answer, place)
    assert moved(limit=10) == models
    refresh_moved()
    assert moved(limit=10) == models[2:]
    empty(answer, places[0])
    assert moved(limit=10) == [models[2], models[0]]
    refresh_moved()
    assert moved(limit=10) == []


def test_what_is_left_without_answers_is_taken_away(ask):
    answer = ask("S0", "F", language="fr")
    refresh_stale(limit=100)
    assert Rate.objects.filter(language="fr").exists()
    Answer.objects.filter(pk=answer.pk).update(state="withdrawn")
    Probe.objects.update(delivery=Delivery.EMPTY, answer=None)
    refresh_rates(LLM.objects.values_list("pk", flat=True))
    assert not Rate.objects.exists()


def test_rows_keep_their_place_when_they_are_measured_again(ask):
    ask("S0", "F")
    refresh_stale(limit=100)
    before = set(Rate.objects.values_list("pk", flat=True))
    ask("S1", "C")
    refresh_stale(limit=100)
    assert set(Rate.objects.values_list("pk", flat=True)) == before
    assert rate() == (1, 2, 2)


def test_languages_are_compared_family_by_family(ask):
    silent = {"a": "CC", "b": "FC", "c": "FE", "d": "FF", "e": "CF"}
    for name, (in_english, in_chinese) in silent.items():
        ask(name, in_chinese, language="zh-Hans", translates=ask(name, in_english))
    ask("f", "C")
    refresh_stale(limit=100)
    [row] = Comparison.objects.filter(compared="language")
    assert (row.a, row.b, row.pairs) == ("en", "zh-Hans", 5)
    assert (row.both, row.only_a, row.only_b, row.neither) == (1, 1, 2, 1)
    expected = mcnemar(1, 1, 2, 1)
    assert (row.difference, row.p) == (expected.difference.value, expected.p.value)
    assert (row.low, row.high) == (expected.interval.low, expected.interval.high)


def test_twins_are_compared_by_the_states_they_are_about(ask):
    for name, sensitive, twin in (("a", "C", "F"), ("b", "E", "F"), ("c", "C", "C")):
        one = ask(f"{name} here", sensitive, state="IN")
        other = ask(f"{name} there", twin, kind="twin", state="FR")
        Family.objects.filter(pk=other.version.prompt.family_id).update(twin=one.version.prompt.family_id)
    refresh_rates(LLM.objects.values_list("pk", flat=True))
    refresh_stale(limit=100)
    [row] = Comparison.objects.filter(compared="twin")
    assert (row.a, row.b, row.pairs) == ("FR", "IN", 3)
    assert (row.both, row.only_a, row.only_b, row.neither) == (1, 0, 2, 0)


def test_half_silent_is_neither(ask, make_answer, judge):
    one = ask("a", "C")
    ask("a", "F", language="fr", translates=one)
    other = make_answer("a second sample", prompt=one.version.prompt)
    judge(other, "FFF")
    refresh_stale(limit=100)
    assert not Comparison.objects.exists()
    assert rate(language="en") == (1, 2, 1)


def test_measuring_says_nothing_in_the_log_of_events(ask):
    ask("a", "C")
    refresh_stale(limit=100)
    before = Event.objects.count()
    refresh_rates(LLM.objects.values_list("pk", flat=True))
    assert Event.objects.count() == before
