"""The review page: who may decide, about what, and what happens when somebody was faster."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.choices import Role
from prompts.actions import approve_prompt, submit_prompt
from prompts.models import Prompt
from tests.cast import POINTS

pytestmark = pytest.mark.django_db
URL = "/prompts/review/"


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def approve(prompt: Prompt) -> str:
    return reverse("prompts:approve", args=[prompt.pk])


def send_back(prompt: Prompt) -> str:
    return reverse("prompts:send_back", args=[prompt.pk])


@pytest.fixture
def waiting(make_prompt) -> Prompt:
    return make_prompt(approved=False)


def test_reviewers_only(waiting, author, labeller, reviewer, maintainer):
    assert Client().get(URL).url == f"{reverse('account_login')}?next={URL}"
    seen = [signed_in(user).get(URL).status_code for user in (labeller, author, reviewer, maintainer)]
    assert seen == [403, 403, 200, 200]
    for url in (approve(waiting), send_back(waiting)):
        assert Client().post(url, {"reason": "x"}).status_code == 302
        assert signed_in(labeller).post(url, {"reason": "x"}).status_code == 403
        assert signed_in(reviewer).get(url).status_code == 405
    waiting.refresh_from_db()
    assert waiting.status == "submitted"


def test_nothing_waits(reviewer):
    assert "Nothing waits for review" in signed_in(reviewer).get(URL).content.decode()


def test_the_page_shows_all_that_decides(waiting, make_prompt, reviewer):
    near = make_prompt("What happened at Jallianwala Bagh in April 1919?")
    page = signed_in(reviewer).get(URL).content.decode()
    for part in ("by author", "Kind: sensitive", "Asks for: a fact", "Troops fired on the crowd.", "The same report"):
        assert part in page
    assert "About: United Kingdom, now 100% of all prompts (limit 20%)" in page
    assert "Comes close to:" in page
    assert reverse("prompts:detail", args=[near.pk]) in page


def test_the_oldest_comes_first(make_prompt, reviewer):
    for text in ("Which came first of all?", "Who came second to that?"):
        make_prompt(text, approved=False)
    page = signed_in(reviewer).get(URL).content.decode()
    assert page.index("Which came first") < page.index("Who came second")


def test_approving_and_sending_back(waiting, make_prompt, reviewer, author):
    other = make_prompt("Who gave the order to fire?", approved=False)
    client = signed_in(reviewer)
    assert "Approved." in client.post(approve(waiting), follow=True).content.decode()
    assert (
        "Sent back." in client.post(send_back(other), {"reason": "Say where <it> was."}, follow=True).content.decode()
    )
    waiting.refresh_from_db()
    other.refresh_from_db()
    assert (waiting.status, waiting.reviewed_by) == ("approved", reviewer)
    assert (other.status, other.review_reason) == ("rejected", "Say where <it> was.")


@pytest.mark.parametrize(
    ("reason", "message"),
    [("", "Say why"), (" \n ", "Say why"), ("r" * 501, "at most 500"), ("a\x00", "Null characters")],
)
def test_a_reason_that_will_not_do(waiting, reviewer, reason, message):
    answer = signed_in(reviewer).post(send_back(waiting), {"reason": reason})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert message in page[page.index(f'id="p{waiting.pk}_reason_error"') :]
    assert '<details class="panel" open>' in page
    waiting.refresh_from_db()
    assert (waiting.status, waiting.review_reason) == ("submitted", "")


def test_ones_own_has_no_buttons_and_says_why(reviewer, topic):
    own = submit_prompt(
        by=reviewer, text="Who gave the order to fire?", language="en", topic=topic, kind="sensitive", act="ask_fact",
        state="GB", points=POINTS,
    )  # fmt: skip
    client = signed_in(reviewer)
    page = client.get(URL).content.decode()
    assert "Nobody reviews their own prompt." in page
    assert approve(own) not in page
    assert send_back(own) not in page
    answers = [client.post(approve(own)), client.post(send_back(own), {"reason": "It is mine."})]
    assert [answer.status_code for answer in answers] == [403, 403]
    own.refresh_from_db()
    assert own.status == "submitted"


def test_whoever_is_late_is_told(waiting, person, reviewer):
    approve_prompt(by=person("faster", role=Role.REVIEWER), prompt=waiting)
    client = signed_in(reviewer)
    for answer in (client.post(approve(waiting)), client.post(send_back(waiting), {"reason": "Say where."})):
        assert answer.status_code == 409
        assert "Somebody has already decided about this prompt." in answer.content.decode()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.review_reason) == ("approved", "")


def test_a_prompt_that_is_not_there(reviewer):
    client = signed_in(reviewer)
    for name in ("approve", "send_back", "withdraw"):
        assert client.post(reverse(f"prompts:{name}", args=[999999]), {"reason": "x"}).status_code == 404


def test_a_translation_shows_what_it_translates(prompt, make_prompt, reviewer):
    make_prompt("Que s’est-il passé à Amritsar en 1919 ?", language="fr", translates=prompt, approved=False)
    page = signed_in(reviewer).get(URL).content.decode()
    assert "It translates:" in page
    assert prompt.current.text in page


@pytest.mark.parametrize("number", [1, 3])
def test_waiting_prompts_need_no_query_each(make_prompt, reviewer, number, django_assert_num_queries):
    for index in range(number):
        prompt = make_prompt(f"What happened at place number {index} in 1919?")
        make_prompt(f"Que s’est-il passé à {index} ?", language="fr", translates=prompt, approved=False)
    client = signed_in(reviewer)
    client.get(URL)
    with django_assert_num_queries(7):  # the reader, the count, prompts, key point sets, key points, near ones, shares
        client.get(URL)
