"""How closed answers count: tallies and cells follow each change of a label or a state, and say what it moves."""

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotations.actions import refresh_stale
from annotations.actions.tally import retally
from annotations.agreement.figures import measure_figure
from annotations.choices import GUIDELINE, Slice
from annotations.models import Agreement, Cell, Label, Stale, Tally
from annotations.selectors import cells_of
from probes.models import Answer
from prompts.choices import Kind
from tests.annotations.test_figures import french, record, reopen
from workers.schedule import SCHEDULE
from workers.tasks import numbers_refresh

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lead_of_one")]
__all__ = ["french", "record"]


def added_up():
    """What the cells should be: every tally at each of its single places, and among all answers."""
    found = Counter()
    for tally in Tally.objects.all():
        singles = [place for place in tally.places if not (place.startswith("round:") and "&" in place)]
        places = ["all:", *singles] if not tally.guideline else [f"guideline:{tally.guideline}"]
        found.update((place, tally.family_id, *tally.votes) for place in places)
    return dict(found)


def cells():
    rows = Cell.objects.values_list("slice", "key", "family", "censored", "evasive", "faithful", "times")
    return {(f"{kind}:{key}", *row): times for kind, key, *row, times in rows}


def test_a_tally_has_the_votes_and_the_places_of_an_answer(record):
    refresh_stale(limit=100)
    second = Tally.objects.get(answer=record[1])
    assert (second.votes, second.guideline, second.told) == ([0, 2, 1], "", True)
    assert sorted(second.places) == sorted(
        [
            *("language:en", "topic:india", "kind:sensitive", "state:GB", f"guideline:{GUIDELINE}", "round:1"),
            *("model:model-a", "maker:Maker A", "country:FR", "endpoint:endpoint-a"),
            *("model:model-b", "maker:Maker B", "country:IN", "endpoint:endpoint-b"),
            *("round:1&model:model-a", "round:1&maker:Maker A", "round:1&country:FR", "round:1&endpoint:endpoint-a"),
            *("round:1&model:model-b", "round:1&maker:Maker B", "round:1&country:IN", "round:1&endpoint:endpoint-b"),
        ]
    )
    assert cells() == added_up()


def test_a_name_that_looks_like_a_place_is_only_a_name(record, endpoint):
    endpoint.llm.maker = "round:7&model:x&Sons: a, {b} %s"
    endpoint.llm.save()
    refresh_stale(limit=100)
    assert Agreement.objects.get(slice="maker", key=endpoint.llm.maker, scale="labels").answers == 2
    assert set(Agreement.objects.filter(slice="round").values_list("key", flat=True)) == {"1"}
    assert cells() == added_up()


def test_only_what_changes_is_written_and_named(record):
    refresh_stale(limit=100)
    assert retally([answer.pk for answer in record]) == set()
    before = dict(Cell.objects.values_list("pk", "times"))
    label = Label.objects.filter(answer=record[2]).first()
    Label.objects.filter(pk=label.pk).update(status="set_aside")
    touched = retally([record[2].pk])
    assert (Slice.LANGUAGE, "fr") in touched and (Slice.ALL, "") in touched
    assert (Slice.LANGUAGE, "en") not in touched
    assert cells() == added_up()
    assert Cell.objects.filter(pk__in=before).count() < len(before)


def test_an_answer_loses_its_tally_when_it_opens_or_is_withdrawn_or_becomes_a_harm_control(record):
    first, second, third = record
    refresh_stale(limit=100)
    reopen(first)
    Answer.objects.filter(pk=third.pk).update(state="withdrawn")
    refresh_stale(limit=100)
    retally([third.pk])
    assert list(Tally.objects.values_list("answer", flat=True)) == [second.pk]
    assert cells() == added_up()
    family = second.version.prompt.family
    family.kind = Kind.HARM_CONTROL
    family.save()
    assert (Slice.ALL, "") in retally([second.pk])
    assert not Tally.objects.exists() and not Cell.objects.exists()


def test_while_a_question_is_open_no_tally_says_who_answered(record, make_answer, judge):
    """A new answer to the first question: when anything of it is counted again, all its answers are without names."""
    refresh_stale(limit=100)
    late = make_answer("Long ago.")
    touched = retally([record[0].pk])
    assert {key for kind, key in touched if kind == Slice.MODEL} == {"model-a", "model-b"}
    told = Tally.objects.exclude(answer=record[2])
    assert [tally.told for tally in told] == [False, False]
    assert not [place for tally in told for place in tally.places if "model" in place or "round" in place]
    assert (Slice.ALL, "") not in touched
    assert cells() == added_up()
    judge(late, "CCC")
    touched = retally([late.pk])
    assert {key for kind, key in touched if kind == Slice.MODEL} == {"model-a", "model-b"}
    assert Tally.objects.filter(told=True).count() == 4
    assert cells() == added_up()


def test_the_number_of_statements_does_not_depend_on_how_many_answers(record):
    with CaptureQueriesContext(connection) as one:
        retally([record[0].pk])
    Tally.objects.all().delete()
    Cell.objects.all().delete()
    with CaptureQueriesContext(connection) as three:
        retally([answer.pk for answer in record])
    assert len(one) == len(three)


def test_a_label_is_on_the_page_within_ten_seconds(record, client):
    """The worker's task brings everything up to date in one go, and beat says so every few seconds."""
    turn = SCHEDULE["bring agreement up to date"]
    assert (turn["task"], float(turn["schedule"])) == (numbers_refresh.name, 2.0)
    numbers_refresh()
    rows = client.get("/api/v1/agreement/?slice=all&scale=labels").json()["results"]
    assert [(row["answers"], row["labels"]) for row in rows] == [(3, 9)]
    label = Label.objects.filter(answer=record[0]).first()
    Label.objects.filter(pk=label.pk).update(status="set_aside")
    Stale.objects.create(answer=record[0])
    numbers_refresh()
    rows = client.get("/api/v1/agreement/?slice=all&scale=labels").json()["results"]
    assert [(row["answers"], row["labels"]) for row in rows] == [(3, 8)]


def test_intervals_draw_families_and_come_from_the_cells(make_prompt, make_answer, judge):
    """Twelve families, unlike each other, so that there is an interval at all."""
    for number, letters in enumerate(("CCE", "EEF", "FFF", "CCC", "FFE", "CEE") * 2):
        prompt = make_prompt(f"What happened in the year {1900 + number}?")
        judge(make_answer(f"Answer {number}.", prompt=prompt), letters)
    refresh_stale(limit=100)
    found = cells_of(Slice.ALL, "")
    figure = measure_figure(found.votes, found.times, found.families)
    row = Agreement.objects.get(slice="all", scale="labels")
    assert (row.families, row.answers, row.why) == (12, 12, {})
    assert (row.alpha_low, row.alpha_high) == (figure.intervals.alpha.low, figure.intervals.alpha.high)
    assert row.alpha_low < row.alpha < row.alpha_high
    # Of each label: pairs that agree on it, out of all pairs it is in.
    assert row.specific == pytest.approx([8 / 12, 4 / 12, 8 / 12])
