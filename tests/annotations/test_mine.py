"""A person's own page: what they did, how it agrees, and nothing that tells which cards checked them."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions import make_token
from accounts.models import ApiToken, User
from annotations import selectors
from annotations.actions import assign_next, pass_on, refresh_stale, submit_label
from annotations.choices import AssignmentStatus
from annotations.models import Assignment, Check, Gold, Label, Labeller
from core.errors import Invalid
from core.templatetags.moments import ago
from probes.models import Answer
from releases.actions import leave
from tests.annotations.gold import make_gold_answer
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_limits(db: None) -> None:
    cache.clear()


def checked(person: User, value: str = "faithful") -> Check:
    gold = Gold.objects.create(
        slug="known",
        origin="starter",
        language="en",
        question="What was it?",
        text="It was.",
        value="faithful",
        why="…",
    )
    now = timezone.now()
    return Check.objects.create(
        person=person,
        purpose="gold",
        gold=gold,
        status="labelled",
        value=value,
        expires_at=now,
        closed_at=now,
        right=True,
    )


def body(response) -> dict:
    return json.loads(b"".join(response.streaming_content))


def test_a_new_person_is_told_that_there_is_not_enough_yet(signed_in: Client):
    page = signed_in.get("/label/me/").content.decode()

    assert page.count("not enough yet") == 6
    assert "You have not labelled yet" in page


def test_who_has_earned_it_finds_the_way_to_the_disputes(client: Client, person: Callable):
    links = {}
    for standing in ("steady", "reviewer"):
        one = person(standing)
        Labeller.objects.filter(person=one).update(standing=standing)
        client.force_login(one)
        links[standing] = client.get("/label/me/").content.decode().count(reverse("annotations:disputes"))

    assert links == {"steady": 0, "reviewer": 1}


def test_who_cannot_go_further_for_want_of_gold_is_told_so(signed_in: Client, labeller: User):
    def told() -> bool:
        return "The next step needs more answers" in signed_in.get("/label/me/").content.decode()

    for number in range(7):
        make_gold_answer(number)
    make_gold_answer(7, language="fi")  # none of theirs
    assert told()
    make_gold_answer(8)
    assert not told()
    Labeller.objects.filter(person=labeller).update(standing="steady")
    assert told()
    Labeller.objects.filter(person=labeller).update(standing="reviewer")
    assert not told()


def test_a_moment_ago_is_just_now():
    assert ">just now<" in ago(timezone.now())
    assert ">3 seconds ago<" in ago(timezone.now() - timedelta(seconds=3))


def test_cards_that_check_count_like_all_others(labeller: User, make_answer: Callable, lease: Callable):
    submit_label(by=labeller, assignment_id=lease(labeller, make_answer()).pk, value="evasive")
    pass_on(by=labeller, assignment_id=lease(labeller, make_answer("Another.")).pk, reason="garbled")
    checked(labeller)

    done = selectors.what_i_did(labeller)
    assert (done.labels, done.passed) == (2, 1)
    assert done.by_language == [("en", 3)]
    assert dict(selectors.activity(labeller)[-1].said) == {"evasive": 1, "faithful": 1, "passed": 1}
    assert dict(selectors.activity(labeller, weekly=True)[-1].said) == {"evasive": 1, "faithful": 1, "passed": 1}


def test_agreement_is_with_the_others_and_only_on_settled_answers(make_answer: Callable, judge: Callable):
    settled, odd, still_open = make_answer("One."), make_answer("Two."), make_answer("Three.")
    first = judge(settled, "FFF")[0]
    judge(odd, "EFFFF")
    judge(still_open, "C")
    refresh_stale(limit=10)

    whole, by_label = selectors.agreement_with_others(first)
    assert (whole.part, whole.whole) == (1, 2)
    assert {value: (each.part, each.whole) for value, each in by_label} == {
        "censored": (0, 0),
        "evasive": (0, 1),
        "faithful": (1, 1),
    }
    [apart] = selectors.apart_from_others(first)
    assert (apart.mine, apart.theirs, apart.public_id) == ("evasive", "faithful", odd.public_id)
    assert (apart.censored, apart.evasive, apart.faithful) == (0, 0, 4)


def test_the_page_shows_what_others_said(client: Client, make_answer: Callable, judge: Callable):
    odd = make_answer("Two.")
    client.force_login(judge(odd, "EFFFF")[0])
    refresh_stale(limit=10)

    page = client.get("/label/me/").content.decode()
    assert f"/answers/{odd.public_id}/" in page
    assert "0 of 1" in page
    assert page.count('<svg class="activity"') == 1
    assert "You have not labelled yet" not in page


@pytest.mark.parametrize("address", ["/label/me/", "/label/me/?by=week", "/label/me/leave/"])
def test_pages_open(signed_in: Client, address: str):
    assert signed_in.get(address).status_code == 200


@pytest.mark.parametrize("address", ["/label/me/", "/label/me/export/", "/label/me/leave/"])
def test_strangers_are_asked_to_sign_in(client: Client, address: str):
    assert client.get(address).status_code == 302


def test_the_file_holds_all_and_does_not_tell_which_card_was_gold(
    signed_in: Client, labeller: User, make_answer: Callable, lease: Callable
):
    make_token(by=labeller, name="notebook", scopes=["label"])
    answer = make_answer("I am DeepSeek. It was a massacre.")
    submit_label(by=labeller, assignment_id=lease(labeller, answer).pk, value="evasive", note="hm", evidence=[[0, 4]])
    checked(labeller)

    response = signed_in.get("/label/me/export/")
    found = body(response)

    assert response["Content-Disposition"] == 'attachment; filename="candor-my-data.json"'
    assert found["account"]["name"] == "labeller"
    assert [token["name"] for token in found["tokens"]] == ["notebook"]
    assert "sha256" not in json.dumps(found)
    label, check = found["verdicts"]
    assert (label["value"], label["note"], label["evidence"]) == ("evasive", "hm", ["I am"])
    assert check["value"] == "faithful"
    assert list(label) == list(check)
    assert "gold" not in json.dumps(found)
    assert str(answer.public_id) not in json.dumps(found)
    assert "DeepSeek" not in json.dumps(found)


def test_many_verdicts_come_in_the_order_they_were_given(
    signed_in: Client, labeller: User, five: list, lease: Callable
):
    for answer in five:
        submit_label(by=labeller, assignment_id=lease(labeller, answer).pk, value="faithful")

    times = [verdict["at"] for verdict in body(signed_in.get("/label/me/export/"))["verdicts"]]
    assert len(times) == 5
    assert times == sorted(times)


def test_a_second_file_within_a_minute_is_refused(signed_in: Client):
    assert signed_in.get("/label/me/export/").status_code == 200
    assert signed_in.get("/label/me/export/").status_code == 429


def test_leaving_takes_the_name_and_leaves_the_labels(
    signed_in: Client, labeller: User, make_answer: Callable, lease: Callable, maintainer: User
):
    make_token(by=labeller, name="notebook", scopes=["label"])
    submit_label(by=labeller, assignment_id=lease(labeller, make_answer()).pk, value="faithful")
    make_answer("Another.")
    [held] = assign_next(by=labeller)

    response = signed_in.post("/label/me/leave/", {"typed": "labeller"})

    assert response.status_code == 302
    gone = User.objects.get(pk=labeller.pk)
    assert gone.username.startswith("left-")
    assert (len(gone.username), gone.email, gone.languages, gone.is_active) == (13, "", [], False)
    assert not gone.has_usable_password()
    assert not ApiToken.objects.filter(user=gone, revoked_at=None).exists()
    assert not ApiToken.objects.filter(name="notebook").exists()
    assert Label.objects.get().person_id == labeller.pk
    assert Assignment.objects.get(pk=held.id).status == AssignmentStatus.RETURNED
    assert Answer.objects.get(text="Another.").leased == 0
    assert signed_in.get("/label/me/").status_code == 302


def test_the_password_will_do_and_anything_else_will_not(signed_in: Client, labeller: User):
    for typed in ("", "somebody", "LABELLER", "wrong password"):
        page = signed_in.post("/label/me/leave/", {"typed": typed})
        assert page.status_code == 422
        assert "Type your name" in page.content.decode()
    assert User.objects.get(pk=labeller.pk).is_active

    assert signed_in.post("/label/me/leave/", {"typed": PASSWORD}).status_code == 302
    assert not User.objects.get(pk=labeller.pk).is_active


def test_other_sessions_end(labeller: User):
    other = Client()
    other.force_login(labeller)
    leave(by=labeller, typed="labeller")

    assert other.get("/label/me/").status_code == 302


def test_the_last_maintainer_stays(maintainer: User, person: Callable):
    with pytest.raises(Invalid, match="last maintainer"):
        leave(by=maintainer, typed="maintainer")
    assert User.objects.get(pk=maintainer.pk).username == "maintainer"

    person("second", role="maintainer")
    leave(by=maintainer, typed="maintainer")
    assert not User.objects.get(pk=maintainer.pk).is_active
