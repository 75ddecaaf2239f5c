"""Reads are counted: by address, by token, in a window that moves; and while nobody can count, they are served."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
import redis
from django.test import RequestFactory

from accounts.choices import Scope
from accounts.models import User
from api import limits
from core.visitors import address_of
from core.windows import window
from tests.api.conftest import Caller, is_problem


@pytest.fixture(autouse=True)
def few(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five reads a minute, ten with a token, and nobody has read yet."""
    settings.READS_PER_MINUTE, settings.READS_PER_MINUTE_BY_TOKEN = 5, 10
    monkeypatch.setattr(limits.Away, "until", 0.0)
    redis.Redis.from_url(settings.REDIS_LIMITS).flushdb()


def test_headers_say_what_is_left_and_a_problem_when_to_come_back(nobody: Caller, topic: Any) -> None:
    for left in (4, 3, 2, 1, 0):
        response = nobody.get("topics/")
        assert response.status_code == 200
        assert response["RateLimit-Policy"] == '"reads";q=5;w=60'
        assert response["RateLimit"].startswith(f'"reads";r={left};t=')
    refused = nobody.get("topics/")
    assert is_problem(refused, 429)["code"] == "too_many"
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused["RateLimit"].startswith('"reads";r=0;t=')
    assert refused["Access-Control-Allow-Origin"] == "*"


def test_streams_count_as_one_read(nobody: Caller, topic: Any) -> None:
    response = nobody.get("topics/", headers={"accept": "text/csv"})
    assert response["RateLimit"].startswith('"reads";r=4;t=')


def test_a_stream_that_comes_from_elsewhere_is_counted_there(nobody: Caller, topic: Any, settings: Any) -> None:
    settings.FILES_URL = "https://files.candor.example"
    for _ in range(7):
        response = nobody.get("topics/", headers={"accept": "text/csv"})
        assert response.status_code == 307
        assert response["RateLimit"].startswith('"reads";r=5;t=')
    # What comes to nothing is counted where it was asked, and nobody is led on who has no read left.
    for left in (4, 3, 2, 1, 0):
        refused = nobody.get("topics/?page_size=5", headers={"accept": "text/csv"})
        is_problem(refused, 422)
        assert refused["RateLimit"].startswith(f'"reads";r={left};t=')
    is_problem(nobody.get("topics/", headers={"accept": "text/csv"}), 429)


def test_what_cannot_be_read_is_a_read_before_it_is_looked_up(
    nobody: Caller, topic: Any, django_assert_num_queries: Any
) -> None:
    for left in (4, 3, 2, 1, 0):
        refused = nobody.get("answers/?model=nosuch")
        is_problem(refused, 422)
        assert refused["RateLimit"].startswith(f'"reads";r={left};t=')
    with django_assert_num_queries(0):
        is_problem(nobody.get("answers/?model=nosuch"), 429)


@pytest.mark.parametrize("method", ["get", "post"])
def test_tokens_that_nobody_has_are_counted_by_address(
    nobody: Caller,
    caller: Callable[..., Caller],
    labeller: User,
    topic: Any,
    django_assert_num_queries: Any,
    method: str,
) -> None:
    strange = {"authorization": "Bearer candor_nobodys"}
    for _ in range(5):
        is_problem(getattr(nobody, method)("prompts/", headers=strange), 401)
    with django_assert_num_queries(0):
        is_problem(getattr(nobody, method)("prompts/", headers=strange), 429)
    # Whoever sends none, or one from elsewhere, is not meant.
    assert nobody.get("topics/")["RateLimit"].startswith('"reads";r=4;t=')
    program = caller(labeller, Scope.LABEL)
    program.client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    assert program.get("topics/").status_code == 200


def test_a_token_has_a_limit_of_its_own(nobody: Caller, caller: Callable[..., Caller], labeller: User) -> None:
    program = caller(labeller, Scope.LABEL)
    for _ in range(6):
        nobody.get("topics/")
    assert nobody.get("topics/").status_code == 429
    response = program.get("topics/")
    assert response["RateLimit-Policy"] == '"reads";q=10;w=60'
    assert response["RateLimit"].startswith('"reads";r=9;t=')


def test_writes_are_not_counted_here(nobody: Caller, topic: Any) -> None:
    for _ in range(8):
        is_problem(nobody.post("prompts/"), 401)
    assert nobody.get("topics/")["RateLimit"].startswith('"reads";r=4;t=')


def test_addresses_are_told_apart_and_one_network_of_ipv6_is_one(topic: Any) -> None:
    for number in range(6):
        response = Caller(REMOTE_ADDR=f"2001:db8:1:2::{number}").get("topics/")
    assert response.status_code == 429
    assert Caller(REMOTE_ADDR="2001:db8:1:3::1").get("topics/").status_code == 200
    assert Caller(REMOTE_ADDR="192.0.2.7").get("topics/").status_code == 200


@pytest.mark.parametrize(
    ("proxies", "remote", "told", "address"),
    [
        (0, "192.0.2.1", "203.0.113.9", "192.0.2.1"),
        (1, "10.0.0.1", "203.0.113.9", "203.0.113.9"),
        (1, "10.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "10.0.0.1", "198.51.100.1, 203.0.113.9", "198.51.100.1"),
        (2, "10.0.0.1", "203.0.113.9", "10.0.0.1"),
        (1, "10.0.0.1", "", "10.0.0.1"),
        (0, "2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        (0, "::ffff:192.0.2.1", "", "192.0.2.1"),
        (1, "10.0.0.1", "<script>", "unreadable"),
    ],
)
def test_whose_read_it_is(settings: Any, proxies: int, remote: str, told: str, address: str) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=told)
    assert address_of(request) == address


def test_of_many_at_once_exactly_so_many_are_let_through(settings: Any) -> None:
    item, found = limits.RateLimitItemPerMinute(20), []

    def ask() -> None:
        for _ in range(10):
            found.append(limits.limiter().hit(item, "everybody"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (found.count(True), len(found)) == (20, 80)


def test_while_valkey_is_away_everybody_reads(
    nobody: Caller, topic: Any, settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_LIMITS = "unix:///nowhere/valkey.sock?db=3"
    window.cache_clear()
    try:
        for _ in range(9):
            response = nobody.get("topics/")
            assert response.status_code == 200
            assert "RateLimit" not in response
    finally:
        window.cache_clear()
    assert caplog.text.count("Valkey does not answer") == 1
