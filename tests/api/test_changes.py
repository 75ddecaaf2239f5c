"""The feed of changes: everything that became public, changed or went."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from annotations.actions import assign_next, refresh_stale, submit_label
from observatory.models import Correction, Reply
from probes.actions import add_endpoint, add_llm
from probes.choices import AnswerState, EndpointKind
from probes.models import LLM, Answer, Endpoint, Round
from prompts.actions import withdraw_prompt
from prompts.models import Family, Prompt
from releases.models import Change, Edition, Release
from tests.api.conftest import ROOT, Caller, is_problem
from tests.api.hearing import Since, close, heard_in, of

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_public_is_told_with_its_address(nobody: Caller, closed: Answer, published: Release) -> None:
    body = nobody.get("changes/").json()
    prompt, root = closed.version.prompt_id, f"http://testserver{ROOT}"
    told = {(row["noun"], row["key"], row["verb"], row["url"]) for row in body["results"]}
    assert told == {
        ("prompt", str(prompt), "published", f"{root}prompts/{prompt}/"),
        ("model", "model-a", "changed", f"{root}models/model-a/"),
        ("endpoint", "endpoint-a", "published", f"{root}endpoints/endpoint-a/"),
        ("round", "1", "published", f"{root}rounds/1/"),
        ("answer", str(closed.public_id), "changed", f"{root}answers/{closed.public_id}/"),
        ("release", "2026.11.0", "published", f"{root}releases/2026.11.0/"),
    }
    for row in body["results"]:
        assert set(row) == {"noun", "key", "verb", "on", "url"}
        assert row["on"] == timezone.now().date().isoformat()
        assert nobody.get(row["url"]).status_code == 200
    answers = heard_in(nobody.get("changes/?noun=answer").json())
    assert answers == [of(closed, "changed")]


def test_a_prompt_from_its_approval_to_its_going(
    make_prompt: Callable[..., Prompt], reviewer: User, since: Since
) -> None:
    since()
    waiting = make_prompt("A question that nobody has read yet?", approved=False)
    assert since() == []
    prompt = make_prompt()
    key = str(prompt.pk)
    assert since() == [("prompt", key, "published")]
    Family.objects.filter(pk=prompt.family_id).update(title="Another title")
    assert since() == [("prompt", key, "changed")]
    Prompt.objects.filter(pk=prompt.pk).update(held_at=timezone.now())
    Family.objects.filter(pk=waiting.family_id).update(title="Nobody's business")
    assert since() == []
    assert prompt.submitted_by is not None
    withdraw_prompt(by=prompt.submitted_by, prompt=prompt)
    assert since() == [("prompt", key, "withdrawn")]


def test_models_and_endpoints_without_those_that_only_judge(since: Since) -> None:
    since()
    llm = add_llm(by=None, slug="model-x", name="Model X", maker="Maker X", maker_country="US")
    assert since() == [("model", "model-x", "published")]
    values: dict[str, Any] = {"by": None, "llm": llm, "base_url": "https://x.example/v1"}
    judge = add_endpoint(slug="judge-x", kind=EndpointKind.JUDGE, **values)
    assert since() == [("model", "model-x", "withdrawn")]
    Endpoint.objects.filter(pk=judge.pk).update(status="paused")
    assert since() == [("model", "model-x", "withdrawn")]
    host = add_endpoint(slug="host-x", kind=EndpointKind.HOST, **values)
    assert since() == [("endpoint", "host-x", "published"), ("model", "model-x", "changed")]
    Endpoint.objects.filter(pk=host.pk).update(status="paused", status_reason="the bill is unpaid")
    assert since() == [("endpoint", "host-x", "changed"), ("model", "model-x", "changed")]
    Endpoint.objects.filter(pk=host.pk).update(status_reason="it still is", key_variable="X_KEY")
    assert since() == []
    LLM.objects.filter(pk=llm.pk).update(remark="A small coder model.")
    assert since() == [("model", "model-x", "changed")]
    host.delete()
    assert since() == [("endpoint", "host-x", "withdrawn"), ("model", "model-x", "withdrawn")]


def test_rounds_releases_replies_and_corrections(
    open_a_round: Round, endpoint: Endpoint, published: Release, since: Since
) -> None:
    since()
    Round.objects.filter(pk=open_a_round.pk).update(status="closed", closed_at=timezone.now())
    Edition.objects.create(release=published, number=1)
    reply = Reply.objects.create(llm=endpoint.llm, speaker="Maker A", contact="x", text="No.", language="en")
    assert since() == [("round", "1", "changed"), ("release", "2026.11.0", "changed")]
    Reply.objects.filter(pk=reply.pk).update(status="published", decided_at=timezone.now(), contact="")
    correction = Correction.objects.create(title="A wrong number", text="It was 4 and not 5.")
    told = [("reply", str(reply.public_id), "published"), ("correction", str(correction.pk), "published")]
    assert since() == told
    Reply.objects.filter(pk=reply.pk).update(status="rejected")
    assert since() == [("reply", str(reply.public_id), "withdrawn")]


def test_of_an_open_answer_nothing_is_told(
    make_answer: Callable[..., Answer], three: list[User], lead_of_one: None, since: Since
) -> None:
    """Neither that it came, nor who holds or has labelled it; what is told comes with its closing."""
    answer, another = make_answer(), make_answer("I will not say.")
    since()
    for place, user in enumerate(three):
        [lease] = [held for held in assign_next(by=user, limit=10) if held.text == answer.text]
        submit_label(by=user, assignment_id=lease.id, value="evasive")
        assert since() == ([] if place < 2 else [of(answer, "published")])
    refresh_stale(limit=10)
    assert since() == [of(answer, "changed")]
    # A new answer hides who gave the closed one. That is not told, for it would tell of the new one.
    close(another)
    assert sorted(since()) == sorted([of(another, "published"), of(answer, "changed")])
    late = make_answer("It was long ago.")
    assert since() == []
    close(late)
    assert sorted(since()) == sorted([of(late, "published"), of(another, "changed"), of(answer, "changed")])


def test_an_answer_that_is_opened_or_erased_goes(closed: Answer, since: Since) -> None:
    since()
    Answer.objects.filter(pk=closed.pk).update(state=AnswerState.OPEN, closed_at=None)
    assert since() == [of(closed, "withdrawn")]
    close(closed)
    assert since() == [of(closed, "published")]
    Answer.objects.filter(pk=closed.pk).update(may_publish=False)
    assert since() == [of(closed, "withdrawn")]


def test_another_who_gave_a_text_is_told_when_the_question_is_finished(
    closed: Answer, make_answer: Callable[..., Answer], since: Since
) -> None:
    since()
    make_answer(closed.text)
    assert since() == [of(closed, "changed")]
    fresh = make_answer("It was long ago.")
    make_answer(closed.text)
    assert since() == []
    close(fresh)
    assert sorted(since()) == sorted([of(fresh, "published"), of(closed, "changed")])


def test_of_each_row_the_latest_is_told(nobody: Caller, endpoint: Endpoint, since: Since) -> None:
    since()
    for remark in "abc":
        LLM.objects.update(remark=remark)
    LLM.objects.create(slug="other", name="Other", maker="M", maker_country="US")
    assert since() == [("model", "model-a", "changed"), ("model", "other", "published")]
    assert Change.objects.filter(noun="model", key="model-a").count() == 5


def test_next_is_always_there_and_goes_on(nobody: Caller, endpoint: Endpoint) -> None:
    first = nobody.get("changes/?page_size=1").json()
    second = nobody.get(first["next"]).json()
    third = nobody.get(second["next"]).json()
    assert [len(page["results"]) for page in (first, second, third)] == [1, 1, 0]
    assert third["next"] == second["next"] and "cursor=" in third["next"]
    assert nobody.get("changes/?from=now").json()["results"] == []
    LLM.objects.update(remark="x")
    assert heard_in(nobody.get(third["next"]).json()) == [("model", "model-a", "changed")]


def test_an_empty_feed_has_a_cursor_too(nobody: Caller) -> None:
    Change.objects.all().delete()
    for address in ("changes/", "changes/?from=now"):
        body = nobody.get(address).json()
        assert body["results"] == [] and body["next"].endswith("cursor=0")
    LLM.objects.create(slug="other", name="Other", maker="M", maker_country="US")
    assert heard_in(nobody.get(body["next"]).json()) == [("model", "other", "published")]


@pytest.mark.parametrize("query", ["cursor=x", "cursor=-1", "cursor=9999999999", f"cursor={10**30}", "cursor=1~2"])
def test_a_cursor_that_is_none_is_refused(nobody: Caller, query: str) -> None:
    assert is_problem(nobody.get(f"changes/?{query}"), 422)["fields"]["cursor"] == ["Copy it from next, as it stands."]


def test_the_cursor_is_no_number_of_a_transaction(nobody: Caller, endpoint: Endpoint) -> None:
    """From those anybody could count how much goes on at the site, of which the most is not public."""
    last = Change.objects.order_by("pk").last()
    assert last is not None and last.transaction != last.pk
    assert nobody.get("changes/").json()["next"].endswith(f"cursor={last.pk}")
    assert str(last.transaction) not in nobody.get("changes/").content.decode().replace(str(last.pk), "")
