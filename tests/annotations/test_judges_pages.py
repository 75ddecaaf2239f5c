"""The maintainers' pages of machine judges, and that no page and no part of the API tells a verdict."""

from importlib import import_module

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.actions import measure_judges
from annotations.actions.judges import register_judge, test_judge
from annotations.judging import canaries
from annotations.models import Judge, JudgeAgreement
from observatory.selectors import crowd
from probes.models import Endpoint
from tests.annotations.judges import give, judge_at_work, judging_endpoint, right_answers, settle_as

test_judge.__test__ = False
pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, maintainer):
    client.force_login(maintainer)
    return client


def page(client, judge=None):
    path = reverse("annotations:machine_judge", args=[judge.pk]) if judge else reverse("annotations:judges")
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def steer(client, judge, **sent):
    return client.post(reverse("annotations:steer_judge", args=[judge.pk]), sent)


def test_it_is_for_maintainers(client, reviewer):
    judge = register_judge(by=None, slug="judge", endpoint=judging_endpoint())
    paths = [reverse("annotations:judges"), reverse("annotations:machine_judge", args=[judge.pk])]
    assert [client.get(path).status_code for path in paths] == [302, 302]
    client.force_login(reviewer)
    assert [client.get(path).status_code for path in paths] == [403, 403]
    assert steer(client, judge, what="test").status_code == 403
    assert client.post(paths[0], {"slug": "x"}).status_code == 403


def test_one_is_registered_with_the_form(desk, maintainer):
    assert "There is no machine judge" in page(desk)
    endpoint = judging_endpoint()
    sent = {"slug": "judge", "endpoint": endpoint.slug, "a_day": "40", "instructions": ""}
    response = desk.post(reverse("annotations:judges"), sent)
    judge = Judge.objects.get()
    assert response["Location"] == reverse("annotations:machine_judge", args=[judge.pk])
    assert (judge.a_day, judge.created_by, judge.status) == (40, maintainer, "draft")
    assert "They have not been put to it yet." in page(desk, judge)
    assert "judge-place" in page(desk)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"slug": "Not a slug"}, "Use small letters, digits and hyphens"),
        ({"endpoint": ""}, "Choose an endpoint."),
        ({"endpoint": "x"}, "Choose an endpoint."),
        ({"a_day": "many"}, "Give a whole number."),
        ({"instructions": "x" * 20_001}, "At most 20000 characters"),
    ],
)
def test_a_form_with_mistakes_says_so(desk, changed, said):
    sent = {"slug": "judge", "endpoint": judging_endpoint().slug, "a_day": "40", "instructions": "", **changed}
    response = desk.post(reverse("annotations:judges"), sent)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Judge.objects.exists()


def test_it_is_steered_from_its_page(desk):
    judge = register_judge(by=None, slug="judge", endpoint=judging_endpoint())
    assert steer(desk, judge, what="start").status_code == 409
    test_judge(judge=judge, heard=right_answers())
    for what, status in (("start", "active"), ("pause", "paused"), ("start", "active")):
        assert steer(desk, judge, what=what).status_code == 302
        judge.refresh_from_db()
        assert judge.status == status
    assert steer(desk, judge, what="bound", a_day="7").status_code == 302
    before = judge.test_due_at
    assert steer(desk, judge, what="test").status_code == 302
    judge.refresh_from_db()
    assert judge.a_day == 7
    assert judge.test_due_at < before
    for sent in ({"what": "bound", "a_day": "-1"}, {"what": "bound"}, {"what": "sing"}, {}):
        assert steer(desk, judge, **sent).status_code == 422
    assert steer(desk, judge, what="retire").status_code == 302
    assert "Retired for good" in page(desk, judge)
    assert steer(desk, judge, what="start").status_code == 409
    assert desk.get(reverse("annotations:machine_judge", args=[judge.pk + 1])).status_code == 404


def test_its_page_shows_what_moved_it_and_how_far_it_agrees(desk, make_answer):
    judge = judge_at_work()
    moved = canaries()[0]
    test_judge(judge=judge, heard=right_answers(moved=[moved.slug]))
    for number in range(4):
        give(judge, settle_as(make_answer(f"Answer {number}."), "evasive"), "evasive" if number else "faithful")
    measure_judges()
    html = page(desk, judge)
    assert f"Moved by 1 of {len(canaries())} canaries" in html
    assert html.index(moved.slug) < html.index(canaries()[1].slug)
    assert "75%" in html
    assert "There is no interval: the answers are to too few families of prompts." in html
    assert "75%" in page(desk)


def measured_judges(number):
    """So many judges more, each measured over all, a language, a topic of all of them and one of its own."""
    endpoint = Endpoint.objects.filter(slug="judge-place").first() or judging_endpoint()
    for _ in range(number):
        judge = register_judge(by=None, slug=f"judge-{Judge.objects.count()}", endpoint=endpoint)
        test_judge(judge=judge, heard=right_answers())
        Judge.objects.filter(pk=judge.pk).update(status="paused")
        for kind, key in (("all", ""), ("language", "fr"), ("topic", "india"), ("topic", f"topic-{judge.pk}")):
            JudgeAgreement.objects.create(judge=judge, slice=kind, key=key, answers=4, percent=0.75, confusion=[1] * 9)


@pytest.mark.parametrize("shown", ["the maintainers' list", "the page of agreement", "the API"])
def test_three_judges_ask_no_more_than_one(desk, topic, shown, django_assert_num_queries):
    def look(judges):
        if shown == "the page of agreement":
            assert [len(lines) for _, lines in crowd.judges()] == [4] * judges
        elif shown == "the API":
            assert len(desk.get("/api/v1/judges/").json()["results"]) == judges
        else:
            assert page(desk).count("75%") == judges

    measured_judges(1)
    look(1)
    with CaptureQueriesContext(connection) as seen:
        look(1)
    measured_judges(2)
    with django_assert_num_queries(len(seen)):
        look(3)


def test_the_list_has_pages(desk, monkeypatch):
    monkeypatch.setattr(import_module("annotations.views.judges"), "JUDGES_A_PAGE", 2)
    measured_judges(3)
    assert page(desk).count("75%") == 2
    second = desk.get(reverse("annotations:judges"), {"page": 2}).content.decode()
    assert second.count("75%") == 1
    assert "judge-2" in second


def test_a_verdict_is_on_no_page_and_in_no_interface(client, desk, make_answer, prompt, person):
    """Not of a closed answer, and not of an open one; what is told is how far a judge agrees, of closed answers."""
    judge = judge_at_work()
    opened, closed = make_answer("Open."), settle_as(make_answer("Closed."), "evasive")
    mark = "A REASON THAT NOBODY READS"
    for answer in (opened, closed):
        verdict = give(judge, answer, "faithful")
        verdict.reason = mark
        verdict.save()
    measure_judges()
    paths = [
        reverse("annotations:judges"),
        reverse("annotations:machine_judge", args=[judge.pk]),
        reverse("observatory:answer", args=[closed.public_id]),
        reverse("prompts:detail", args=[prompt.pk]),
        "/api/v1/judges/",
        "/api/v1/answers/",
        f"/api/v1/answers/{closed.public_id}/",
    ]
    for path in paths:
        response = desk.get(path)
        assert response.status_code == 200, path
        assert mark not in response.content.decode(), path
    assert "Open." not in desk.get(paths[1]).content.decode()


def test_the_api_tells_how_far_judges_agree(client, make_answer):
    register_judge(by=None, slug="a-draft", endpoint=judging_endpoint())
    judge = judge_at_work(judging_endpoint("another-place"))
    give(judge, settle_as(make_answer("Closed."), "evasive"), "faithful")
    give(judge, make_answer("Open."), "faithful")
    measure_judges()
    (row,) = client.get("/api/v1/judges/").json()["results"]
    assert {name: row[name] for name in ("slug", "version", "model", "maker", "status", "canaries", "moved")} == {
        "slug": "judge",
        "version": 1,
        "model": "judge-model",
        "maker": "Maker J",
        "status": "active",
        "canaries": len(canaries()),
        "moved": 0,
    }
    assert [(one["slice"], one["key"], one["answers"]) for one in row["agreement"]] == [
        ("all", "", 1),
        ("language", "en", 1),
        ("topic", "india", 1),
    ]
    whole = row["agreement"][0]
    assert whole["confusion"]["evasive"] == {"censored": 0, "evasive": 0, "faithful": 1}
    assert whole["percent"] == {
        "value": 0.0,
        "low": None,
        "high": None,
        "why": "the answers are to too few families of prompts",
    }


def test_a_model_that_only_judges_is_no_model_of_the_record(client, endpoint):
    judging_endpoint()
    slugs = [row["slug"] for row in client.get("/api/v1/models/").json()["results"]]
    assert slugs == [endpoint.llm.slug]
