"""The curious labeller: whoever looks everywhere, with and without an account, learns nothing of an open answer.

Every address of the site that answers a plain GET is asked. What is looked for: the answer's address and digest, what
others said of it, and any byte that moves when somebody labels it.
"""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from annotations.actions import assign_next, settle_due, submit_label
from annotations.models import Assignment, Label
from core.models import Event
from probes.choices import AnswerState
from probes.models import Answer
from prompts.models import Prompt
from releases.selectors import feed

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}
NOTE = "A note to nobody."
# What changes from one request to the next, whoever asks.
RESTLESS = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]*"|<time[^>]*>[^<]*</time>|"(?:now|written_at)": ?"[^"]*"'
)
RESTLESS_HEADERS = {"Date", "Set-Cookie", "Expires", "X-Request-Id", "Age", "RateLimit"}
# Signing out, the file of one's own data, and what differs by lot or by the clock and knows no answer of the record.
LEFT_OUT = ("logout", "/export/", "/healthz", "/readyz", "/metrics", "/label/practice/")
FILTERS = ["?ordering=-closed_at", "?ordering=id", "?language=en", "?label=censored", "?page_size=200", "?state=open"]


def addresses(found: Iterator | None = None, before: str = "") -> Iterator[str]:
    """Every route of the site as it is written, with its placeholders."""
    for each in found or get_resolver().url_patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from addresses(each.url_patterns, route)
        elif isinstance(each, URLPattern):
            yield route


def filled(route: str, answer: Answer, prompt: Prompt, card: Assignment | None) -> list[str]:
    """A route's addresses, with everything a person could put into them."""
    if "(?P" in route:
        return []
    plain = route.replace("^", "").replace("$", "")
    uuids = [str(answer.public_id), *([str(card.pk)] if card else [])]
    numbers = [str(answer.pk), str(prompt.pk), "1"]
    slugs = ["model-a", "endpoint-a", "core-there", prompt.family.slug]
    found = [plain]
    for kind, values in (("uuid", uuids), ("int", numbers), (r"\w+", slugs)):
        pattern = re.compile(rf"<{kind}:\w+>")
        while any(pattern.search(each) for each in found):
            found = [pattern.sub(value, each, count=1) for each in found for value in values]
    return [f"/{each}" for each in dict.fromkeys(found)]


@pytest.fixture
def everything(prompt: Prompt, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, tuple[int, str, str]]]:
    """Status, headers and body of every address, asked by `client`."""
    # All of the feed is told, also what this test's own transaction did. Left to itself it is told until some other
    # transaction of the server ends, and no more after that.
    monkeypatch.setattr(feed, "fence", lambda: 10**18)

    def look(client: Client, answer: Answer, card: Assignment | None = None) -> dict[str, tuple[int, str, str]]:
        found = {}
        lists = [
            f"/api/v1/{name}/{query}" for name in ("answers", "agreement", "prompts", "models") for query in FILTERS
        ]
        asked = [address for route in addresses() for address in filled(route, answer, prompt, card)]
        for address in [*asked, *lists]:
            if any(word in address for word in LEFT_OUT):
                continue
            cache.clear()
            response = client.get(address)
            headers = sorted(f"{name}: {value}" for name, value in response.items() if name not in RESTLESS_HEADERS)
            body = b"".join(response) if response.streaming else response.content
            text = RESTLESS.sub("", html.unescape(body.decode(errors="replace")))
            found[address] = (response.status_code, "\n".join(headers), text)
        return found

    return look


@pytest.fixture
def half_labelled(make_answer: Callable, person: Callable, lease: Callable) -> Answer:
    answer = make_answer("Nobody knows who wrote this.")
    other = person("kkreader")
    submit_label(by=other, assignment_id=lease(other, answer).pk, value="censored", note=NOTE)
    answer.refresh_from_db()
    return answer


def test_no_address_tells_anything_of_an_open_answer(
    client: Client, labeller: User, half_labelled: Answer, lease: Callable, everything: Callable
):
    card = lease(labeller, half_labelled)
    secrets = [NOTE, half_labelled.sha256, half_labelled.sha256[:12], str(half_labelled.public_id), "kkreader"]

    stranger = everything(client, half_labelled, card)
    client.force_login(labeller)
    signed_in = everything(client, half_labelled, card)

    assert len(stranger) > 80
    assert "Nobody knows" in signed_in["/label/"][2]
    for asked in (stranger, signed_in):
        assert {address for address, (status, _, _) in asked.items() if status >= 500} == set()
        for address, (status, headers, body) in asked.items():
            # Their own question comes back to them.
            said = headers + body
            for given in (str(half_labelled.public_id), str(card.pk)):
                said = said.replace(given, "") if given in address else said
            if status in {301, 302} or address.startswith(f"/label/{card.pk}"):
                continue
            assert [secret for secret in secrets if secret in said] == [], address
    assert [address for address, (_, _, body) in stranger.items() if "Nobody knows" in body] == []
    shown = {address.split("?")[0] for address, (_, _, body) in signed_in.items() if "Nobody knows" in body}
    assert {address for address in shown if not address.startswith("/label/")} <= {"/api/v1/assignments/"}


def test_no_public_byte_moves_when_an_open_answer_is_labelled(
    client: Client, person: Callable, half_labelled: Answer, lease: Callable, everything: Callable, settings
):
    settings.ENV = replace(django_settings.ENV, settling_minutes=10)
    before = everything(client, half_labelled)

    for number in range(2):
        reader = person(f"second-{number}")
        submit_label(by=reader, assignment_id=lease(reader, half_labelled).pk, value="censored")
        settle_due()
        half_labelled.refresh_from_db()
        assert half_labelled.state == AnswerState.OPEN
        assert differences(before, everything(client, half_labelled)) == []
    assert half_labelled.settles_at is not None

    Answer.objects.filter(pk=half_labelled.pk).update(settles_at=half_labelled.created_at)
    settle_due()
    half_labelled.refresh_from_db()
    assert half_labelled.state == AnswerState.SETTLED
    assert f"/answers/{half_labelled.public_id}/" in differences(before, everything(client, half_labelled))


def test_another_labellers_own_pages_do_not_move_either(
    client: Client, labeller: User, person: Callable, half_labelled: Answer, lease: Callable, everything: Callable
):
    client.force_login(labeller)
    pages = ["/label/me/", "/label/history/", "/me/", "/label/guideline/", "/api/v1/answers/", "/"]
    before = {page: RESTLESS.sub("", client.get(page).content.decode()) for page in pages}
    reader = person("second")
    submit_label(by=reader, assignment_id=lease(reader, half_labelled).pk, value="censored")
    cache.clear()

    assert {page: RESTLESS.sub("", client.get(page).content.decode()) for page in pages} == before


def differences(before: dict, after: dict) -> list[str]:
    return [address for address in before if before[address] != after.get(address)]


def test_what_is_handed_out_stands_in_no_order(labeller: User, make_answer: Callable):
    """Ranks of 60 answers as they were written beside their order in the deck: no more alike than lots would be."""
    for number in range(60):
        make_answer(f"This is answer {number}.")
    order = []
    while len(order) < 60:
        cards = assign_next(by=labeller, limit=5)
        numbers = [int(re.findall(r"\d+", card.text)[0]) for card in cards]
        assert all(card.id.version == 4 for card in cards)
        order += numbers
        for card in cards:
            submit_label(by=labeller, assignment_id=card.id, value="faithful")

    assert sorted(order) == list(range(60))
    # Spearman's rho of 60 lots is beyond 0.6 once in a million times.
    apart = sum((place - number) ** 2 for place, number in enumerate(order))
    assert abs(1 - 6 * apart / (60 * (60**2 - 1))) < 0.6
    ids = [str(pk) for pk in Assignment.objects.order_by("id").values_list("pk", flat=True)]
    by_time = [str(pk) for pk in Assignment.objects.order_by("leased_at", "id").values_list("pk", flat=True)]
    assert ids != by_time
    assert len({answer.hex[:4] for answer in Answer.objects.values_list("public_id", flat=True)}) > 50
    assert Label.objects.count() == 60
    assert Event.objects.filter(verb="label").count() == 60
