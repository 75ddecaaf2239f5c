"""The agreement page, slice by slice: what it shows is what the rows say, however it is asked."""

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotations.agreement import Reason
from annotations.choices import Slice
from annotations.models import Agreement, Sweep
from core.templatetags.candor import coefficient
from observatory.asked import KINDS

pytestmark = pytest.mark.django_db

API = "/api/v1/agreement/"


@pytest.fixture
def rows(db):
    """Makes topics with figures: `rows(3)`, the one with the lowest number having the most answers."""

    def make(number, kind="topic", scale="labels"):
        Agreement.objects.bulk_create(
            Agreement(
                slice=kind, key=f"key-{at:03}", scale=scale, answers=1000 - at, labels=3000, families=50,
                marginals=[1000, 500, 1500] if scale == "labels" else [1500, 1500],
                alpha=at / 1000, alpha_low=0, alpha_high=1, ac1=0.5, ac1_low=0.4, ac1_high=0.6,
                percent=0.8, percent_low=0.7, percent_high=0.9,
                specific=[0.81, None, 0.92] if scale == "labels" else [0.61, 0.62],
            )
            for at in range(number)
        )  # fmt: skip

    return make


@pytest.fixture
def two_languages(make_answer, make_prompt, settle):
    """One topic in two languages: two answers in English, one in Chinese."""
    chinese = make_prompt("1919年发生了什么?", language="zh-Hans")
    for text, prompt, labels in (("A", None, "FFF"), ("B", None, "CCE"), ("C", chinese, "EEF")):
        settle(make_answer(text, **({"prompt": prompt} if prompt else {})), labels)


def shown(page):
    return re.findall(r"key-\d{3}(?=</bdi>)", page)


def test_the_first_twenty_stand_on_the_first_page_and_the_rest_on_the_next(two_languages, rows, read):
    rows(45)
    pages = [shown(read(f"/agreement/?by=topic&page={number}")) for number in (1, 2, 3)]
    # The topic that the answers are of has three answers and comes last.
    assert pages[0] == [f"key-{at:03}" for at in range(20)]
    assert pages[1] == [f"key-{at:03}" for at in range(20, 40)]
    assert pages[2] == [f"key-{at:03}" for at in range(40, 45)]


def test_slices_are_sorted_by_what_one_likes(two_languages, rows, read):
    rows(5)
    Agreement.objects.filter(key="key-003").update(alpha=None, why={"alpha": Reason.ONE_CLASS})
    Agreement.objects.filter(key="key-001").update(alpha=-0.5)
    at_first = read("/agreement/?by=topic&sort=alpha")
    # The topic of the three answers is in between, and what is undefined comes last.
    assert shown(at_first) == ["key-001", "key-000", "key-002", "key-004", "key-003"]
    assert 'aria-sort="ascending"' in at_first
    assert shown(read("/agreement/?by=topic")) == [f"key-{at:03}" for at in range(5)]


def test_a_line_says_everything_its_row_does(two_languages, rows, words):
    rows(1)
    said = words("/agreement/?by=topic")
    assert (
        "key-000 1,000 3,000 labels 50 families .00 .00 to 1.00 .50 .40 to .60 80% 70 to 90 "
        "1,000 censored 500 evasive 1,500 faithful censored 81% evasive – nobody used this label on an answer with two "
        "labels faithful 92%" in said
    )


def test_the_simpler_scale_keeps_the_split_beside_it(two_languages, rows, words):
    rows(1)
    rows(1, scale="suppressed")
    said = words("/agreement/?by=topic&scale=suppressed")
    assert "1,000 censored 500 evasive 1,500 faithful suppressed 61% faithful 62%" in said


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_of_slice_has_its_page(two_languages, words, kind):
    said = words(f"/agreement/?by={kind}")
    assert f"{KINDS[kind]} · Three labels" in said
    assert "No slice of this kind has labels yet." not in said


def test_each_number_leads_to_its_call_and_to_the_command_that_counts_it(two_languages, read, client):
    for address in ("/agreement/?by=language", "/agreement/?by=topic&with=language&scale=suppressed"):
        page = read(address)
        calls = re.findall(rf'href="{API}(\?[^"]+)">This call', page)
        commands = re.findall(r'<code class="code code--wrap" tabindex="0">([^<]+)</code>', page)
        assert len(calls) == len(commands) == 4  # both scales over all answers, and two languages
        for call, command in zip(calls, commands, strict=True):
            (row,) = client.get(API + html.unescape(call)).json()["results"]
            assert html.unescape(command) == row["recompute"]


def test_two_kinds_crossed_are_a_map_of_rows_that_one_gets_by_hand(two_languages, words, read, client):
    address = "/agreement/?by=topic&with=language&show=percent"
    # English: FFF and CCE agree in (1 + 1/3) / 2; Chinese: EEF in 1/3.
    assert "English 简体中文 India 67% , no interval: the answers are to too few families of prompts n 2 33%" in words(
        address
    )
    (english, chinese) = client.get(f"{API}?slice=topic&with=language").json()["results"]
    assert (english["answers"], english["percent"]["value"]) == (2, pytest.approx(2 / 3))
    assert (chinese["answers"], chinese["percent"]["value"]) == (1, pytest.approx(1 / 3))
    for row in (english, chinese):
        assert f'href="{API}?{html.escape(row["url"].partition("?")[2])}"' in read(address)


def test_what_is_undefined_is_drawn_on_the_map_and_not_hidden(make_answer, settle, read, words):
    settle(make_answer("A"), "FFF")
    assert '<td class="hatched"><a' in read("/agreement/?by=topic&with=language")
    assert "n 1 , not enough labels yet: only one label was used" in words("/agreement/?by=topic&with=language")


def test_before_a_question_is_finished_nothing_is_crossed_with_models(make_answer, settle, words):
    make_answer("still open")
    settle(make_answer("A"), "FFF")
    assert "No answer is in both kinds of slices yet" in words("/agreement/?by=model&with=topic")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("by=moon", "'moon': use one of model, maker"),
        ("by=all", "'all': use one of model, maker"),
        ("scale=big", "'big': use one of labels, suppressed."),
        ("sort=key", "'key': use one of answers, alpha, ac1, percent."),
        ("show=labels", "'labels': use one of alpha, ac1, percent."),
        ("by=topic&with=moon", "'moon': use one of all, model"),
        ("by=topic&with=topic", "A slice cannot be crossed with one of its own kind."),
        ("by=topic&with=all", "All answers crossed with a slice are that slice."),
        ("by=model&with=maker", "Endpoints, models, makers and countries follow from each other"),
    ],
)
def test_what_cannot_be_asked_is_said(query, says, words):
    assert says in html.unescape(words(f"/agreement/?{query}", status=422))


@pytest.mark.parametrize("page", ["0", "-1", "many", "99"])
def test_a_page_that_is_none_is_the_nearest(page, two_languages, read):
    assert "Three labels" in read(f"/agreement/?by=language&page={page}")


def test_no_link_leads_to_kinds_that_cannot_be_crossed(two_languages, read, client):
    seen: set[str] = set()
    for kind in KINDS:
        seen |= set(re.findall(r'class="chip" href="([^"#]+)#sl"', read(f"/agreement/?by={kind}")))
    assert len(seen) > 80
    for query in sorted(seen):
        assert client.get("/agreement/" + html.unescape(query)).status_code == 200, query


def test_how_far_the_figures_had_drifted_is_said(two_languages, words):
    assert "Everything was counted afresh" not in words("/agreement/")
    Sweep.objects.create(seconds=1, answers=3)
    assert ", over 3 answers, and nothing was wrong." in words("/agreement/")
    Sweep.objects.create(at=timezone.now(), seconds=1, answers=3, tallies=2, cells=4, largest=0.031)
    said = words("/agreement/")
    assert "2 of 3 answers had been counted wrong and are mended. No figure was off by more than .03." in said


@pytest.mark.parametrize("query", ["by=topic", "by=topic&scale=suppressed", "by=model", "by=topic&with=language"])
def test_more_slices_ask_no_more_queries(query, two_languages, rows, client):
    kind = Slice.MODEL if "model" in query else Slice.TOPIC
    scale = "suppressed" if "suppressed" in query else "labels"

    def queries():
        client.get(f"/agreement/?{query}")
        with CaptureQueriesContext(connection) as seen:
            assert client.get(f"/agreement/?{query}").status_code == 200
        return len(seen)

    few = queries()
    rows(19, kind=kind, scale=scale)
    assert queries() == few


def test_intervals_are_the_rows_own(two_languages, words):
    Agreement.objects.filter(slice="all", scale="labels").update(alpha_low=0.123, alpha_high=0.456, why={})
    assert f"95% interval {coefficient(0.123)} to {coefficient(0.456)}." in words("/agreement/")
