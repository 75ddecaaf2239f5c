"""Tokens: what they open, when they stop, and that nobody finds one in a log."""

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions import make_token, revoke_token
from accounts.choices import Role, Scope
from accounts.models import ApiToken, User
from tests.api.conftest import ROOT, SUBMISSION, Caller, is_problem

NEEDS = [
    ("post", "prompts/", Scope.SUBMIT),
    ("get", "near/?text=What&language=en", Scope.SUBMIT),
    ("post", "prompts/1/approve", Scope.REVIEW),
    ("post", "prompts/1/reject", Scope.REVIEW),
    ("get", "assignments/", Scope.LABEL),
    ("post", "assignments/9d8f3c1e-0000-4000-8000-000000000000/label", Scope.LABEL),
    ("post", "assignments/9d8f3c1e-0000-4000-8000-000000000000/pass", Scope.LABEL),
    ("post", "assignments/undo", Scope.LABEL),
    ("post", "releases/", Scope.MAINTAIN),
    ("post", "releases/2026.11.0/publish", Scope.MAINTAIN),
]
WITH_SCOPE = pytest.mark.parametrize(("method", "path", "scope"), NEEDS, ids=[f"{row[0]} {row[1]}" for row in NEEDS])


@WITH_SCOPE
def test_nobody_is_told_to_sign_in(nobody: Caller, method: str, path: str, scope: str) -> None:
    response = getattr(nobody, method)(path)
    body = is_problem(response, 401)
    assert response["WWW-Authenticate"] == "Bearer"
    assert body["detail"] == f"Sign in, or send a token with the scope {scope}."


@WITH_SCOPE
def test_every_other_scope_is_not_enough(
    caller: Callable[..., Caller], maintainer: User, method: str, path: str, scope: str
) -> None:
    others = [other for other in Scope.values if other != scope]
    response = getattr(caller(maintainer, *others), method)(path)
    assert is_problem(response, 403)["detail"] == f"Sign in, or send a token with the scope {scope}."


@WITH_SCOPE
def test_the_scope_and_the_role_are_enough(
    caller: Callable[..., Caller], maintainer: User, method: str, path: str, scope: str
) -> None:
    response = getattr(caller(maintainer, scope), method)(path)
    assert response.status_code in {200, 201, 202, 404, 422}


def test_a_scope_gives_no_role(caller: Callable[..., Caller], maintainer: User) -> None:
    program = caller(maintainer)
    User.objects.update(role=Role.CONTRIBUTOR)
    assert is_problem(program.post("releases/"), 403)["detail"] == "Only maintainers make releases."


@pytest.mark.parametrize("end", ["expired", "revoked", "of somebody gone", "unknown", "cut short"])
def test_a_token_that_ended_opens_nothing_not_even_what_is_public(labeller: User, end: str) -> None:
    token, text = make_token(by=labeller, name="a program", scopes=Scope.values)
    if end == "expired":
        ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif end == "revoked":
        revoke_token(by=labeller, token=token)
    elif end == "of somebody gone":
        User.objects.update(is_active=False)
    else:
        text = text[:-1] if end == "cut short" else "candor_of_nobody"
    for path in ("", "prompts/", "assignments/"):
        response = Caller(text).get(path)
        body = is_problem(response, 401)
        assert response["WWW-Authenticate"] == "Bearer"
        assert body["detail"] == "This token is unknown, expired or revoked. Make a new one on your page."
    is_problem(Caller(text).post("prompts/", SUBMISSION), 401)
    assert ApiToken.objects.get().last_used_at is None


@pytest.mark.parametrize("header", ["Bearer", "Bearer two words", "Bearer \xff\xfe"])
def test_a_header_that_is_none(db: None, header: str) -> None:
    is_problem(Client(headers={"authorization": header}).get(ROOT), 401)


@pytest.mark.parametrize("header", ["Basic YTpi", "Token candor_x", ""])
def test_other_ways_of_signing_in_are_passed_over(db: None, header: str) -> None:
    assert Client(headers={"authorization": header}).get(ROOT).status_code == 200
    is_problem(Client(headers={"authorization": header}).get(f"{ROOT}assignments/"), 401)


def test_last_used_is_written_once_in_five_minutes(labeller: User) -> None:
    program = Caller(make_token(by=labeller, name="a program", scopes=[Scope.LABEL])[1])
    program.get("assignments/")
    first = ApiToken.objects.get().last_used_at
    assert first is not None
    program.get("assignments/")
    assert ApiToken.objects.get().last_used_at == first
    ApiToken.objects.update(last_used_at=first - timedelta(minutes=6))
    program.get("assignments/")
    assert ApiToken.objects.get().last_used_at > first


def test_no_token_is_in_a_log_or_an_answer(labeller: User, caplog: pytest.LogCaptureFixture) -> None:
    _, text = make_token(by=labeller, name="a program", scopes=[Scope.LABEL])
    caplog.set_level(logging.DEBUG)
    contents = []
    for path in ("", "nowhere/", "assignments/", f"prompts/?token={text}", f"prompts/?{text}=1"):
        contents.append(Caller(text).get(path))
    contents.append(Caller(text).post("prompts/", SUBMISSION))
    contents.append(Caller(text + "x").get(""))
    contents.append(Caller(text).post("assignments/undo", "{", content_type="application/json"))
    assert [response.status_code for response in contents] == [200, 404, 200, 422, 422, 403, 401, 404]
    logged = caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    assert text not in logged
    # A name that nobody knows is told as unknown; that is the only way a token comes back, to who sent it.
    assert [text in response.content.decode() for response in contents].count(True) == 1


def test_only_a_sum_of_a_token_is_kept(labeller: User) -> None:
    token, text = make_token(by=labeller, name="a program", scopes=[Scope.LABEL])
    kept = ApiToken.objects.values().get(pk=token.pk)
    assert text not in str(kept) and kept["prefix"] == text[:12]


def test_a_session_may_do_all_its_person_may_but_posts_need_the_csrf_token(labeller: User) -> None:
    program = Caller(enforce_csrf_checks=True)
    program.client.force_login(labeller, backend="accounts.backend.Backend")
    assert program.get("assignments/").json() == {"results": []}
    body = is_problem(program.post("assignments/undo"), 403)
    assert body["detail"].startswith("CSRF Failed")
    secret = "a" * 32
    program.client.cookies["csrftoken"] = secret
    again = program.post("assignments/undo", headers={"x-csrftoken": secret})
    assert is_problem(again, 404)["detail"] == "There is nothing to undo."


def test_a_token_needs_no_csrf_token(labeller: User) -> None:
    text = make_token(by=labeller, name="a program", scopes=[Scope.LABEL])[1]
    is_problem(Caller(text, enforce_csrf_checks=True).post("assignments/undo"), 404)
