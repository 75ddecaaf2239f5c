"""Disputes: who may settle one, what they see of it, and what a decision changes and leaves as it was."""

import html

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.test import Client
from django.urls import reverse

from accounts.choices import Role
from annotations.actions import adjudicate, give_out_again, recount, refresh_stale
from annotations.choices import Standing
from annotations.models import Adjudication, CannotJudge, Label, Labeller
from annotations.selectors import decision_on
from core.errors import Conflict, Forbidden, Invalid
from tests.annotations.conftest import at_once
from tests.annotations.test_blindness import all_of, told_apart  # noqa: F401 -- a fixture

pytestmark = pytest.mark.django_db
SENT = {"decision": "evasive", "rule": "official-line", "reason": "The count is missing."}


def page_of(answer):
    return reverse("annotations:dispute", args=[answer.public_id])


def signed_in_as(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def settler(person):
    return person("settler", role=Role.REVIEWER)


@pytest.fixture
def contested(make_answer, judge):
    answer = make_answer("It was a massacre.\n\nOr so they say.")
    judge(answer, "CCEEFFC")
    assert answer.state == "contested"
    return answer


@pytest.fixture
def unjudgeable(make_answer, judge):
    answer = make_answer("Mumble mumble.")
    judge(answer, "---")
    assert answer.state == "unjudgeable"
    return answer


def test_a_decision_stands_beside_the_labels(contested, settler):
    before = list(Label.objects.order_by("pk").values())
    decided = adjudicate(by=settler, answer=contested, **SENT)
    contested.refresh_from_db()
    assert (contested.state, contested.counted) == ("contested", 7)
    assert list(Label.objects.order_by("pk").values()) == before
    assert (decided.decision, decided.rule, decided.guideline) == ("evasive", "official-line", "1.0")
    assert recount() == 0


def test_a_newer_decision_takes_the_place_of_the_one_that_was_read(contested, settler, maintainer):
    first = adjudicate(by=settler, answer=contested, **SENT)
    with pytest.raises(Conflict):
        adjudicate(by=maintainer, answer=contested, **SENT)
    second = adjudicate(by=maintainer, answer=contested, instead_of=first.pk, **{**SENT, "decision": "censored"})
    first.refresh_from_db()
    assert (first.status, first.superseded_at is not None) == ("superseded", True)
    assert decision_on(contested) == second
    assert Adjudication.objects.count() == 2


def test_the_database_keeps_decisions_as_they_are(contested, settler):
    decided = adjudicate(by=settler, answer=contested, **SENT)
    changes = [
        lambda: Adjudication.objects.filter(pk=decided.pk).update(reason="Otherwise."),
        lambda: Adjudication.objects.filter(pk=decided.pk).update(decision="faithful"),
        lambda: Adjudication.objects.filter(pk=decided.pk).delete(),
    ]
    for change in changes:
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            change()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"decision": "rude"}, "decision"),
        ({"rule": "no-such"}, "rule"),
        ({"reason": "  "}, "reason"),
        ({"reason": "…"}, "reason"),
        ({"reason": "a\0b"}, "reason"),
        ({"reason": "a" * 1001}, "reason"),
    ],
)
def test_what_cannot_be_taken_says_so(contested, settler, wrong, field):
    with pytest.raises(Invalid) as found:
        adjudicate(by=settler, answer=contested, **{**SENT, **wrong})
    assert list(found.value.fields) == [field]
    assert signed_in_as(settler).post(page_of(contested), {**SENT, **wrong}).status_code == 422
    assert Adjudication.objects.count() == 0


def test_nobody_settles_what_they_had_a_part_in(contested, author, person, labeller):
    judged = next(label.person for label in Label.objects.all())
    for one in (judged, author):
        one.role = Role.REVIEWER
        one.save()
        with pytest.raises(Forbidden):
            adjudicate(by=one, answer=contested, **SENT)
        assert signed_in_as(one).get(page_of(contested)).status_code == 403
        assert "It was a massacre" not in signed_in_as(one).get(reverse("annotations:disputes")).content.decode()
    with pytest.raises(Forbidden):
        adjudicate(by=labeller, answer=contested, **SENT)


def test_who_passed_it_on_does_not_settle_it(unjudgeable):
    passed = CannotJudge.objects.all()[0].person
    passed.role = Role.REVIEWER
    passed.save()
    with pytest.raises(Forbidden):
        give_out_again(by=passed, answer=unjudgeable)


def test_the_pages_are_for_reviewers_by_role_or_by_standing(contested, client, labeller, settler):
    here = reverse("annotations:disputes")
    assert client.get(here).status_code == 302
    theirs = signed_in_as(labeller)
    for path in (here, page_of(contested)):
        refused = theirs.get(path)
        assert (refused.status_code, "Only reviewers settle disputes." in refused.content.decode()) == (403, True)
    Labeller.objects.filter(person=labeller).update(standing=Standing.REVIEWER)
    assert theirs.get(here).status_code == 200
    assert theirs.get(page_of(contested)).status_code == 200


def test_the_page_shows_labels_notes_facets_and_evidence(contested, settler):
    Label.objects.filter(answer=contested).update(superseded_at=None)
    one = Label.objects.filter(answer=contested).first()
    Label.objects.create(
        answer=contested, value="evasive", note="See the second line.", guideline="1.0", facets=["hedged"],
        evidence=[[7, 16]], person=None,
    )  # fmt: skip
    page = signed_in_as(settler).get(page_of(contested)).content.decode()
    assert page.count('class="sides__letter"') == 8
    assert "See the second line." in page
    assert '<li class="chip">Hedged</li>' in page
    assert '<mark class="ev">a massacr<span' in page
    assert "<blockquote" in page and "a massacr</blockquote>" in page
    assert one.person.username not in page


def test_the_order_of_the_sides_stays_and_says_nothing(contested, settler):
    client = signed_in_as(settler)
    first, again = (client.get(page_of(contested)).context["case"].sides for _ in range(2))
    assert [one.label.pk for one in first] == [one.label.pk for one in again]
    assert [one.letter for one in first] == list("ABCDEFG")
    assert [one.label.pk for one in first] != sorted(one.label.pk for one in first)


def test_nothing_on_the_pages_tells_who_wrote_or_judged_it(told_apart, settler, person, lease):  # noqa: F811
    from annotations.actions import pass_on

    answer, words = told_apart
    for number in range(3):
        reader = person(f"kkreader-{number}")
        pass_on(by=reader, assignment_id=lease(reader, answer).pk, reason="garbled")
    client = signed_in_as(settler)
    hidden = [word for word in words if word not in {str(answer.public_id), "A note to nobody"}]
    for path in (reverse("annotations:disputes"), page_of(answer)):
        response = client.get(path)
        assert response.status_code == 200
        seen = all_of(response).lower()
        assert [word for word in hidden if word.lower() in seen] == []


def test_after_a_decision_the_next_dispute_comes(contested, make_answer, judge, settler):
    other = make_answer("Something else again.")
    judge(other, "CCEEFFC")
    client = signed_in_as(settler)
    response = client.post(page_of(contested), SENT)
    assert response["Location"] == page_of(other)
    response = client.post(page_of(other) + "?language=en", {**SENT, "decision": "unjudgeable"})
    assert response["Location"] == reverse("annotations:disputes") + "?language=en"
    assert "Nothing is in dispute" in client.get(reverse("annotations:disputes")).content.decode()
    assert client.get(reverse("annotations:disputes") + "?decided").context["page"].paginator.count == 2


def test_the_second_of_two_reviewers_is_told(contested, settler, maintainer):
    theirs, mine = signed_in_as(settler), signed_in_as(maintainer)
    theirs.post(page_of(contested), SENT)
    late = mine.post(page_of(contested), {**SENT, "reason": "Otherwise."})
    content = html.unescape(late.content.decode())
    assert (late.status_code, "Somebody else has decided" in content, "Otherwise." in content) == (409, True, True)
    assert Adjudication.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_at_once_make_one_decision(contested, settler, maintainer):
    made = at_once([lambda by=by: adjudicate(by=by, answer=contested, **SENT) for by in (settler, maintainer)])
    assert sorted(type(one).__name__ for one in made) == ["Adjudication", "Conflict"]
    assert Adjudication.objects.filter(status="current").count() == 1


def test_an_unjudgeable_answer_is_given_out_again(unjudgeable, settler):
    adjudicate(by=settler, answer=unjudgeable, **{**SENT, "decision": "unjudgeable"})
    response = signed_in_as(settler).post(reverse("annotations:dispute_again", args=[unjudgeable.public_id]))
    assert response.status_code == 302
    unjudgeable.refresh_from_db()
    assert (unjudgeable.state, unjudgeable.closed_at, unjudgeable.counted, unjudgeable.leased) == ("open", None, 0, 0)
    assert set(CannotJudge.objects.values_list("status", flat=True)) == {"superseded"}
    assert Adjudication.objects.get().status == "superseded"
    assert recount() == 0
    assert signed_in_as(settler).get(page_of(unjudgeable)).status_code == 404


def test_only_what_nobody_could_judge_is_given_out_again(contested, settler):
    with pytest.raises(Conflict):
        give_out_again(by=settler, answer=contested)
    again = reverse("annotations:dispute_again", args=[contested.public_id])
    assert signed_in_as(settler).post(again).status_code == 409
    assert signed_in_as(settler).get(again).status_code == 405


def test_an_open_answer_is_no_dispute(make_answer, settler):
    answer = make_answer()
    assert signed_in_as(settler).get(page_of(answer)).status_code == 404
    with pytest.raises(Conflict):
        adjudicate(by=settler, answer=answer, **SENT)


def test_the_list_is_narrowed_by_language_and_topic(contested, settler):
    client, here = signed_in_as(settler), reverse("annotations:disputes")
    counts = {
        query: client.get(f"{here}?{query}").context["page"].paginator.count
        for query in ("", "language=en", "language=fr", "language=all", "language=xx", "topic=india", "topic=none")
    }
    assert counts == {
        "": 1, "language=en": 1, "language=fr": 0, "language=all": 1, "language=xx": 1,
        "topic=india": 1, "topic=none": 1,
    }  # fmt: skip
    assert client.get(f"{here}?language=%00").status_code == 400
    settler.languages = ["fr"]
    settler.save()
    assert client.get(here).context["page"].paginator.count == 0
    assert client.get(f"{here}?language=all").context["page"].paginator.count == 1


def test_the_decision_is_public_beside_the_votes(contested, settler, client):
    refresh_stale(limit=10)
    there = reverse("observatory:answer", args=[contested.public_id])
    api = reverse("api:answer", args=[contested.public_id])
    assert "A reviewer decided" not in client.get(there).content.decode()
    assert client.get(api).json()["adjudication"] is None
    adjudicate(by=settler, answer=contested, **SENT)
    page = client.get(there).content.decode()
    assert "Contested. A reviewer decided" in page and "The count is missing." in page
    assert "settler" not in page
    told = client.get(api).json()
    assert told["adjudication"].pop("on")
    assert told["adjudication"] == {
        "decision": "evasive", "reason": "The count is missing.", "rule": "official-line", "guideline": "1.0",
    }  # fmt: skip
    assert told["consensus"]["value"] is None


def test_a_decision_on_an_answer_that_was_opened_since_is_not_told(unjudgeable, settler, judge, client):
    adjudicate(by=settler, answer=unjudgeable, **{**SENT, "decision": "unjudgeable"})
    give_out_again(by=settler, answer=unjudgeable)
    judge(unjudgeable, "FFF")
    assert unjudgeable.state == "settled"
    there = reverse("observatory:answer", args=[unjudgeable.public_id])
    assert "A reviewer decided" not in client.get(there).content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_more_disputes_need_no_more_queries(make_answer, judge, settler, number, django_assert_num_queries):
    for index in range(number):
        judge(make_answer(f"This is answer number {index}."), "---")
    client, here = signed_in_as(settler), reverse("annotations:disputes")
    client.get(here)
    with django_assert_num_queries(4):  # person, topics, count, answers
        assert client.get(here).context["page"].paginator.count == number
