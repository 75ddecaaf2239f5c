"""No address of the site, however it is bent, gives anybody a 500, and none brings the database what it cannot take."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from core.texts import storable

pytestmark = pytest.mark.django_db

GIANT = "9" * 22
BENT = {
    "NUL": "%00",
    "NUL in a name": "a%00b",
    "a broken byte": "%ff",
    "half a surrogate pair": "%ED%A0%80",
    "very long": "a" * 4000,
    "negative": "-1",
    "giant": GIANT,
    "a very long number": "9" * 5000,
    "other digits": "%D9%A2%D9%A0%D9%A2%D9%A6.1.0",
    "a giant version": f"2026.1.{GIANT}",
    "a release of no month": "2026.13.0",
    "outside": "..%2f..%2fetc%2fpasswd",
    "a UUID of nothing": "9d8f3c1e-0000-4000-8000-000000000000",
}
VERSION = "2026.1.0"
# What Django's own patterns and ours look like between the slashes; the longer ones are tried first.
PART = re.compile(r"<(?:\w+:)?\w+>|\(\?P<version>[^)]*\)|\(\?P<\w+>[^)]*\)|\.\*$")


def routes(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    """Every pattern of the site, as text from the root on."""
    for one in (resolver or get_resolver()).url_patterns:
        here = before + str(one.pattern).removeprefix("^")
        if isinstance(one, URLResolver):
            yield from routes(one, here)
        else:
            assert isinstance(one, URLPattern)
            yield here.removesuffix("$")


def bent(word: str) -> list[str]:
    """The addresses with a part to fill in, each with this word in one part, and in all."""
    found = set()
    for route in routes():
        parts = PART.findall(route)
        for at in range(len(parts)):
            number = iter(range(len(parts)))
            fill = lambda part, at=at, number=number: word if next(number) == at else usual(part.group())  # noqa: E731
            found.add("/" + PART.sub(fill, route))
        if parts:
            found.add("/" + PART.sub(lambda _: word, route))
    return sorted(found)


def usual(part: str) -> str:
    return VERSION if "version" in part else "9d8f3c1e-0000-4000-8000-000000000000" if "uuid" in part else "1"


def test_the_walk_finds_the_addresses() -> None:
    found = set(routes())
    assert {"", "models/<name:slug>/", "api/v1/models/<name:slug>/", "prompts/<int:pk>/approve/"} <= found
    assert len([route for route in found if PART.search(route)]) >= 30


def test_no_part_of_an_address_takes_any_text() -> None:
    """Where a name is wanted, <name:> takes only what a name is made of. What allauth brings is its own."""
    loose = re.compile(r"<str:|(?<!\?P)<\w+>")
    assert [route for route in routes() if loose.search(route)] == []


@pytest.mark.parametrize("word", BENT.values(), ids=BENT)
@pytest.mark.parametrize("who", ["nobody", "maintainer"])
def test_a_bent_address_is_never_a_500(who: str, word: str, maintainer: User) -> None:
    client = Client(raise_request_exception=False)
    if who == "maintainer":
        client.force_login(maintainer)
    failed = []
    for address in bent(word):
        for method in ("get", "post"):
            status = getattr(client, method)(address).status_code
            if status >= 500:
                failed.append((method, address[:200], status))
    assert failed == []


PLAIN = sorted(route for route in routes() if not PART.search(route) and "\\" not in route)
QUERIES = ("page", "q", "text", "language", "topic", "kind", "state", "translates", "again", "label", "next", "cursor")


@pytest.mark.parametrize("who", ["nobody", "maintainer"])
@pytest.mark.parametrize("word", ["%00", "a%00b", "%ff", "%ED%A0%80", GIANT, "-1", "a" * 4000])
def test_a_bent_query_is_never_a_500(who: str, word: str, maintainer: User) -> None:
    client = Client(raise_request_exception=False)
    if who == "maintainer":
        client.force_login(maintainer)
    failed = []
    for route in PLAIN:
        for query in ("&".join(f"{name}={word}" for name in QUERIES), f"{word}=1"):
            status = client.get(f"/{route}?{query}").status_code
            if status >= 500 or ("%00" in word and status < 400):
                failed.append((route, query[:200], status))
    assert failed == []


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "nowhere"])
def test_another_charset_does_not_smuggle_it_in(client: Client, charset: str) -> None:
    """In UTF-7, +AAA- is a NUL."""
    kind = f"text/plain; charset={charset}"
    status = client.get("/prompts/?text=%2BAAA-", CONTENT_TYPE=kind).status_code
    assert status == 200
    assert client.get("/api/v1/near/?text=%2BAAA-", CONTENT_TYPE=kind).status_code == 422
    assert client.get("/prompts/?text=%00", CONTENT_TYPE=kind).status_code == 400


def test_it_is_said_in_a_page(client: Client) -> None:
    response = client.get("/prompts/?text=%00")
    assert (response.status_code, response["Content-Type"]) == (400, "text/html; charset=utf-8")
    assert "500.html" not in [template.name for template in response.templates]
    assert "400.html" in [template.name for template in response.templates]


def test_what_can_be_stored() -> None:
    kept = ["", "a", "1919年", "\x01\ue000\U0001f600\ud7ff"]
    refused = ["\x00", "a\x00", "\ud800", "a\udfffb"]
    assert [text for text in kept + refused if storable(text)] == kept
