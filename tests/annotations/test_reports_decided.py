"""What reviewers decide about reports, who may, and what it leaves in the counts."""

import html

import pytest
from django.test import Client
from django.urls import reverse

from accounts.choices import Role
from annotations.actions import (
    assign_next,
    decide_about_answer,
    decide_about_prompt,
    recount,
    refresh_stale,
    report_answer,
    report_card,
    report_prompt,
    submit_label,
)
from annotations.models import Label, Report
from core.errors import Conflict, Forbidden
from probes.models import Answer
from prompts.models import Prompt
from tests.annotations.conftest import at_once
from tests.annotations.test_blindness import all_of, told_apart  # noqa: F401 -- a fixture

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}
WHY = {"reason": "It names a private person."}


def signed_in_as(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def looker(person):
    return person("looker", role=Role.REVIEWER)


@pytest.fixture
def reported(make_answer, labeller, lease):
    answer = make_answer()
    held = lease(labeller, answer)
    report_card(by=labeller, card_id=held.pk, kind="personal_data", note="A telephone number.")
    answer.refresh_from_db()
    return answer


def test_dismissed_it_is_handed_out_again(reported, looker, person):
    decide_about_answer(by=looker, answer=reported, upheld=False, **WHY)
    reported.refresh_from_db()
    assert (reported.held_at, reported.state) == (None, "open")
    assert len(assign_next(by=person("third"))) == 1
    report = Report.objects.get()
    assert (report.status, report.decided_by, report.decision_note) == ("dismissed", looker, WHY["reason"])
    assert recount() == 0


def test_upheld_it_is_gone_from_deck_pages_and_figures(make_answer, judge, labeller, looker, client):
    answer = make_answer()
    judge(answer, "FFF")
    refresh_stale(limit=10)
    there = reverse("observatory:answer", args=[answer.public_id])
    sent = signed_in_as(labeller).post(
        reverse("annotations:report_answer", args=[answer.public_id]), {"kind": "illegal", "note": "It is."}
    )
    assert (sent.status_code, sent["Location"]) == (302, there)
    assert client.get(there).status_code == 200
    decide_about_answer(by=looker, answer=answer, upheld=True, **WHY)
    refresh_stale(limit=10)
    answer.refresh_from_db()
    assert (answer.state, answer.held_at, answer.counted, hasattr(answer, "consensus")) == ("withdrawn", None, 3, False)
    assert client.get(there).status_code == 404
    assert Label.objects.filter(status="current").count() == 3
    assert recount() == 0


def test_all_open_reports_are_decided_together_and_once(make_answer, judge, person, looker, maintainer):
    answer = make_answer()
    judge(answer, "FFF")
    for number in range(3):
        report_answer(by=person(f"one-{number}"), answer=answer, kind="broken")
    decide_about_answer(by=looker, answer=answer, upheld=False, **WHY)
    assert set(Report.objects.values_list("status", flat=True)) == {"dismissed"}
    with pytest.raises(Conflict):
        decide_about_answer(by=maintainer, answer=answer, upheld=True, **WHY)


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_at_once_decide_once(reported, looker, maintainer):
    made = at_once(
        [lambda by=by: decide_about_answer(by=by, answer=reported, upheld=True, **WHY) for by in (looker, maintainer)]
    )
    assert sorted(type(one).__name__ for one in made) == ["Conflict", "NoneType"]


def test_a_reported_prompt_takes_its_answers_along(make_answer, prompt, labeller, person, lease, looker, client):
    open_one, closed = make_answer("One."), make_answer("Two.")
    for number in range(3):
        reader = person(f"judge-{number}")
        submit_label(by=reader, assignment_id=lease(reader, closed).pk, value="faithful")
    held = lease(labeller, open_one)
    page = signed_in_as(labeller).post(reverse("annotations:report_prompt", args=[prompt.pk]), {"kind": "illegal"})
    assert page["Location"] == reverse("prompts:detail", args=[prompt.pk])
    held.refresh_from_db()
    prompt.refresh_from_db()
    assert (held.status, prompt.held_at is not None, assign_next(by=person("third"))) == ("returned", True, [])
    decide_about_prompt(by=looker, prompt=prompt, upheld=True, **WHY)
    prompt.refresh_from_db()
    assert (prompt.status, prompt.held_at) == ("withdrawn", None)
    assert set(Answer.objects.values_list("state", flat=True)) == {"withdrawn"}
    assert client.get(reverse("observatory:answer", args=[closed.public_id])).status_code == 404
    assert recount() == 0


def test_a_dismissed_prompt_comes_back(make_answer, prompt, labeller, person, looker):
    make_answer()
    report_prompt(by=labeller, prompt=prompt, kind="broken")
    report_prompt(by=labeller, prompt=prompt, kind="broken")
    decide_about_prompt(by=looker, prompt=prompt, upheld=False, **WHY)
    assert (Report.objects.count(), Prompt.objects.get().held_at, len(assign_next(by=person("third")))) == (1, None, 1)


def test_nobody_decides_on_what_they_have_a_part_in(reported, labeller, author, looker, maintainer):
    for one in (labeller, author):
        one.role = Role.REVIEWER
        one.save()
        with pytest.raises(Forbidden):
            decide_about_answer(by=one, answer=reported, upheld=True, **WHY)
    assert signed_in_as(author).post(
        reverse("annotations:decide_about_answer", args=[reported.public_id]), {**WHY, "decision": "uphold"}
    ).status_code == 403  # fmt: skip


def test_a_maintainer_alone_decides_all_the_same(make_answer, judge, maintainer, reviewer):
    answer = make_answer()
    judge(answer, "FFF")
    report_answer(by=maintainer, answer=answer, kind="illegal")
    with pytest.raises(Forbidden):
        decide_about_answer(by=maintainer, answer=answer, upheld=True, **WHY)
    reviewer.is_active = False
    reviewer.save()
    decide_about_answer(by=maintainer, answer=answer, upheld=True, **WHY)
    answer.refresh_from_db()
    assert answer.state == "withdrawn"


def test_the_page_of_reports_is_for_reviewers(reported, labeller, looker, client):
    here = reverse("annotations:reports")
    assert client.get(here).status_code == 302
    assert signed_in_as(labeller).get(here).status_code == 403
    page = signed_in_as(looker).get(here).content.decode()
    assert "It was a massacre." in page and "A telephone number." in page and "Personal data" in page
    assert "labeller" not in page.replace("labellers", "")
    decide = reverse("annotations:decide_about_answer", args=[reported.public_id])
    assert signed_in_as(labeller).post(decide, {**WHY, "decision": "uphold"}).status_code == 403
    assert Report.objects.get().status == "open"


def test_deciding_by_page(reported, looker, maintainer):
    decide = reverse("annotations:decide_about_answer", args=[reported.public_id])
    client = signed_in_as(looker)
    refused = client.post(decide, {"decision": "uphold", "reason": ""})
    assert (refused.status_code, "for whoever asks about it later" in refused.content.decode()) == (422, True)
    assert client.post(decide, {**WHY, "decision": "perhaps"}).status_code == 422
    assert client.post(decide, {**WHY, "decision": "dismiss"}, follow=True).status_code == 200
    late = signed_in_as(maintainer).post(decide, {**WHY, "decision": "uphold"})
    assert (late.status_code, "Somebody has already decided" in html.unescape(late.content.decode())) == (409, True)


def test_nothing_on_the_page_tells_who_wrote_it(told_apart, labeller, lease, looker):  # noqa: F811
    answer, words = told_apart
    report_card(by=labeller, card_id=lease(labeller, answer).pk, kind="broken")
    hidden = [word for word in words if word not in {str(answer.public_id)}]
    seen = all_of(signed_in_as(looker).get(reverse("annotations:reports"))).lower()
    assert [word for word in hidden if word.lower() in seen] == []


@pytest.mark.parametrize("number", [1, 3])
def test_more_reports_need_no_more_queries(make_answer, labeller, lease, looker, number, django_assert_num_queries):
    for index in range(number):
        answer = make_answer(f"This is answer number {index}.")
        report_card(by=labeller, card_id=lease(labeller, answer).pk, kind="broken")
    client, here = signed_in_as(looker), reverse("annotations:reports")
    client.get(here)
    # person, count, things, answers, key points, prompts, reports
    with django_assert_num_queries(6):
        assert len(client.get(here).context["rows"]) == number
