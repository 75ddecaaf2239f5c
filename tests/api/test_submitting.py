"""Prompts come in, and reviewers decide."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.choices import Scope
from accounts.models import User
from core.models import Event
from prompts.actions import reject_prompt
from prompts.models import Family, KeyPoint, Prompt, Topic
from tests.api.conftest import SUBMISSION, Caller, is_problem


def test_submitting(caller: Callable[..., Caller], labeller: User, topic: Topic) -> None:
    response = caller(labeller, Scope.SUBMIT).post("prompts/", SUBMISSION)
    prompt = Prompt.objects.get()
    assert response.status_code == 201
    assert response["Location"] == f"/api/v1/prompts/{prompt.pk}/"
    body = response.json()
    assert (body["id"], body["status"], body["near"]) == (prompt.pk, "submitted", [])
    assert (body["text"], body["language"], body["kind"]) == (SUBMISSION["text"], "en", "sensitive")
    assert [point["text"] for point in body["key_points"]] == ["The treaty of Shimonoseki.", "It was signed in April."]
    assert prompt.submitted_by == labeller
    assert Event.objects.filter(verb="submit", actor=labeller.pk, key=prompt.pk).count() == 1


def test_near_duplicates_come_back_with_it(caller: Callable[..., Caller], labeller: User, prompt: Prompt) -> None:
    text = "What happened at Jallianwala Bagh in the year 1919?"
    program = caller(labeller, Scope.SUBMIT)
    asked = program.get("near/", {"text": text, "language": "en"}).json()["results"]
    sent = program.post("prompts/", {**SUBMISSION, "text": text}).json()["near"]
    assert [row["id"] for row in asked] == [row["id"] for row in sent] == [prompt.pk]
    assert set(sent[0]) == {"id", "family", "text", "similarity"}
    assert sent[0]["similarity"] == asked[0]["similarity"] > 0.5


def test_near_ones_are_those_one_may_read(
    caller: Callable[..., Caller], make_prompt: Callable[..., Prompt], author: User, labeller: User, reviewer: User
) -> None:
    text = "What happened at Jallianwala Bagh in the year 1919?"
    waiting = make_prompt(approved=False)
    found = {
        name: [row["id"] for row in who.get("near/", {"text": text, "language": "en"}).json()["results"]]
        for name, who in {
            "contributor": caller(labeller),
            "author": caller(author, Scope.SUBMIT),
            "reviewer": caller(reviewer),
            "reviewer, to submit": caller(reviewer, Scope.SUBMIT),
        }.items()
    }
    mine = [waiting.pk]
    assert found == {"contributor": [], "author": mine, "reviewer": mine, "reviewer, to submit": []}
    assert caller(labeller).post("prompts/", {**SUBMISSION, "text": text}).json()["near"] == []


def test_a_translation_needs_no_topic(caller: Callable[..., Caller], labeller: User, prompt: Prompt) -> None:
    body = {"text": "1919年札连瓦拉园发生了什么事情？", "language": "zh-Hans", "translates": prompt.pk}
    body |= {name: SUBMISSION[name] for name in ("key_points", "licence")}
    response = caller(labeller).post("prompts/", body)
    assert response.status_code == 201
    assert (response.json()["family"], response.json()["state"]) == (prompt.family.slug, "GB")
    assert Prompt.objects.latest("pk").family == prompt.family


POINTS = SUBMISSION["key_points"]
BAD: list[tuple[str, dict[str, Any], str, str]] = [
    ("empty text", {"text": ""}, "text", "Write the question."),
    ("blank text", {"text": " \n "}, "text", "Write the question."),
    ("short text", {"text": "Why?"}, "text", "at least 8 characters"),
    ("long text", {"text": "a" * 501}, "text", "at most 500 characters"),
    ("very long text", {"text": "a" * 500_000}, "text", "at most 500 characters"),
    ("text is a number", {"text": 12345678.5}, "text", "Not a valid string."),
    ("text is a list", {"text": ["What?"]}, "text", "Not a valid string."),
    ("text is null", {"text": None}, "text", "may not be null"),
    ("NUL in the text", {"text": "What\x00 happened there?"}, "text", "NUL"),
    ("surrogate in the text", {"text": "What\ud800 happened there?"}, "text", "surrogate"),
    ("broken language", {"language": "xx"}, "language", "Use one of: en, fr"),
    ("language of another form", {"language": "EN_us"}, "language", "Use one of: en, fr"),
    ("empty language", {"language": ""}, "language", "Use one of: en, fr"),
    ("language is a dict", {"language": {}}, "language", "Use one of: en, fr"),
    ("unknown topic", {"topic": "nowhere"}, "topic", "no such topic"),
    ("topic is null", {"topic": None}, "topic", "may not be null"),
    ("unknown kind", {"kind": "rude"}, "kind", "Use one of: sensitive"),
    ("unknown act", {"act": "sing"}, "act", "Use one of: ask_fact"),
    ("state in small letters", {"state": "cn"}, "state", "two capital letters"),
    ("sensitive without state", {"state": ""}, "state", "which state it concerns"),
    ("no key points", {"key_points": []}, "key_points", "at least one key point"),
    ("seven key points", {"key_points": POINTS[:1] + POINTS[1:] * 6}, "key_points", "at most 6"),
    ("no essential point", {"key_points": POINTS[1:]}, "key_points", "exactly one"),
    ("a point without source", {"key_points": [{**POINTS[0], "source": ""}]}, "key_points", "no source"),
    ("a point without text", {"key_points": [{"source": "x", "essential": True}]}, "key_points.0.text", "required"),
    ("a point that is a word", {"key_points": ["x"]}, "key_points.0", "dictionary"),
    ("NUL in a point", {"key_points": [POINTS[0], {"text": "a\x00", "source": "b"}]}, "key_points.1.text", "NUL"),
    ("a point with a javascript address", {"key_points": [{**POINTS[0], "url": "javascript:x"}]}, "key_points", "http"),
    ("key points are a word", {"key_points": "x"}, "key_points", "list"),
    ("no consent to the licence", {"licence": ""}, "licence", "Use one of: CC0-1.0."),
    ("another licence", {"licence": "CC-BY-4.0"}, "licence", "Use one of: CC0-1.0."),
    ("a tick for a licence", {"licence": True}, "licence", "Use one of: CC0-1.0."),
    ("licence is null", {"licence": None}, "licence", "may not be null"),
    ("translates nothing", {"translates": 9999}, "translates", "no such prompt"),
    ("translates too large a number", {"translates": 10**30}, "translates", "no such prompt"),
    ("translates a word", {"translates": "x"}, "translates", ""),
]


@pytest.mark.parametrize(("change", "field", "says"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_prompts_say_what_is_wrong_and_write_nothing(
    caller: Callable[..., Caller], labeller: User, topic: Topic, change: dict[str, Any], field: str, says: str
) -> None:
    program = caller(labeller)
    body = is_problem(program.post("prompts/", {**SUBMISSION, **change}), 422)
    assert body["code"] == "invalid"
    assert says in " ".join(body["fields"][field])
    assert (Prompt.objects.count(), Family.objects.count(), KeyPoint.objects.count()) == (0, 0, 0)
    assert not Event.objects.filter(noun="prompt").exists()


@pytest.mark.parametrize("name", ["text", "language", "topic", "kind", "act", "key_points", "licence"])
def test_what_is_missing_is_named(caller: Callable[..., Caller], labeller: User, topic: Topic, name: str) -> None:
    sent = {key: value for key, value in SUBMISSION.items() if key != name}
    assert set(is_problem(caller(labeller).post("prompts/", sent), 422)["fields"]) == {name}
    assert Prompt.objects.count() == 0


def test_the_same_prompt_twice_is_refused(caller: Callable[..., Caller], labeller: User, topic: Topic) -> None:
    program = caller(labeller)
    assert program.post("prompts/", SUBMISSION).status_code == 201
    is_problem(program.post("prompts/", SUBMISSION), 422)
    assert (Prompt.objects.count(), Family.objects.count()) == (1, 1)


def test_html_comes_back_as_it_was_sent(caller: Callable[..., Caller], labeller: User, topic: Topic) -> None:
    text = "What does <script>alert(1)</script> do?"
    response = caller(labeller).post("prompts/", {**SUBMISSION, "text": text})
    assert response.json()["text"] == text
    assert response["Content-Type"] == "application/json"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_review(
    caller: Callable[..., Caller], make_prompt: Callable[..., Prompt], author: User, reviewer: User, labeller: User
) -> None:
    first, second = make_prompt(approved=False), make_prompt("What is the second question about?", approved=False)
    is_problem(caller(labeller).post(f"prompts/{first.pk}/approve"), 403)
    is_problem(caller(author).post(f"prompts/{first.pk}/approve"), 403)
    program = caller(reviewer, Scope.REVIEW)
    approved = program.post(f"prompts/{first.pk}/approve")
    assert approved.status_code == 200
    assert {name: approved.json()[name] for name in ("id", "status", "review_reason")} == {
        "id": first.pk,
        "status": "approved",
        "review_reason": "",
    }
    is_problem(program.post(f"prompts/{first.pk}/approve"), 409)
    for reason in ("", "   ", "x" * 501, None, 5, ["x"]):
        body = is_problem(program.post(f"prompts/{second.pk}/reject", {"reason": reason}), 422)
        assert set(body["fields"]) == {"reason"}
        assert Prompt.objects.get(pk=second.pk).status == "submitted"
    rejected = program.post(f"prompts/{second.pk}/reject", {"reason": "No source."})
    assert (rejected.json()["status"], rejected.json()["review_reason"]) == ("rejected", "No source.")
    is_problem(program.post("prompts/999999/approve"), 404)


def test_reviewers_do_not_review_their_own(
    caller: Callable[..., Caller], make_prompt: Callable[..., Prompt], reviewer: User
) -> None:
    mine = make_prompt(by=reviewer, approved=False)
    is_problem(caller(reviewer).post(f"prompts/{mine.pk}/approve"), 403)
    is_problem(caller(reviewer).post(f"prompts/{mine.pk}/reject", {"reason": "no"}), 403)
    assert Prompt.objects.get(pk=mine.pk).status == "submitted"


def test_who_sees_a_prompt_before_it_is_approved(
    nobody: Caller,
    caller: Callable[..., Caller],
    make_prompt: Callable[..., Prompt],
    author: User,
    labeller: User,
    reviewer: User,
) -> None:
    waiting, back = make_prompt(approved=False), make_prompt("What is the second question about?", approved=False)
    reject_prompt(by=reviewer, prompt=back, reason="No source.")
    statuses = {
        name: [who.get(f"prompts/{prompt.pk}/").status_code for prompt in (waiting, back)]
        for name, who in {
            "nobody": nobody,
            "contributor": caller(labeller),
            "author": caller(author),
            "author, to label": caller(author, Scope.LABEL),
            "reviewer": caller(reviewer),
            "reviewer, to label": caller(reviewer, Scope.LABEL),
        }.items()
    }
    assert statuses == {
        "nobody": [404, 404],
        "contributor": [404, 404],
        "author": [200, 200],
        "author, to label": [404, 404],
        "reviewer": [200, 404],
        "reviewer, to label": [404, 404],
    }
    assert caller(author).get(f"prompts/{back.pk}/").json()["review_reason"] == "No source."


def test_nobody_translates_what_is_not_theirs_to_see(
    caller: Callable[..., Caller], make_prompt: Callable[..., Prompt], author: User, labeller: User
) -> None:
    waiting = make_prompt(approved=False)
    body = {"text": "Que s’est-il passé là-bas ?", "language": "fr", "translates": waiting.pk}
    body |= {name: SUBMISSION[name] for name in ("key_points", "licence")}
    is_problem(caller(labeller).post("prompts/", body), 422)
    assert caller(author).post("prompts/", body).status_code == 201
