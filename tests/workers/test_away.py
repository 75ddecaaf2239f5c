"""Without Valkey nothing new begins and nothing is lost; without a key nothing is asked; and no key is ever kept."""

import gzip
import time
from dataclasses import replace

import pytest
from django.conf import settings
from django.db import connection

from embedded.folder import DataFolder
from embedded.valkey import Valkey
from probes.actions import resume_endpoint
from probes.models import Endpoint, Payload, Probe
from tests.fake_provider import FakeProvider
from tests.fake_provider.raw import RawServer
from tests.workers.engine import open_probes, over, prove, running, until

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "sk-Wx81nEv3rT0ldAnyb0dy"
ANSWER = b"""HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 95\r\n\r\n\
{"choices": [{"message": {"content": "379 dead."}, "finish_reason": "stop"}], "model": "fake1"}"""


@pytest.fixture
def provider():
    with FakeProvider() as running:
        yield running


@pytest.fixture
def valkey(tmp_path, monkeypatch):
    """A Valkey of the limits' own, to be killed."""
    folder = DataFolder(tmp_path)
    folder.make()
    folder.make_sockets()
    server = Valkey(folder, careless=True)
    server.start()
    monkeypatch.setattr(settings, "REDIS_LIMITS", f"unix://{folder.valkey_socket}?db=3")
    yield server
    server.stop(1.0, careful=False)


def test_valkey_goes_and_comes_back(valkey, provider, prompt):
    endpoint = open_probes(provider.base_url, "answer,delay:800", samples=36)
    prove(endpoint)
    with running(6) as runner:
        runner.wake(endpoint.pk)
        assert until(lambda: provider.total() >= 12)
        valkey.process.kill()
        valkey.process.wait()
        # What had its permit is on its way.
        time.sleep(0.3)
        asked = provider.total()
        time.sleep(2.2)
        assert provider.total() == asked
        # What was in the air is recorded, and nothing else was taken.
        assert Probe.objects.filter(status="done").count() == asked
        assert set(Probe.objects.exclude(status="done").values_list("status", "attempt")) == {("due", 0)}

        valkey.start()
        back = time.monotonic()
        assert until(lambda: provider.total() > asked, 3)
        assert time.monotonic() - back < 3
        assert until(over, 20)
    assert provider.total() == 36
    assert set(Probe.objects.values_list("status", "attempt")) == {("done", 1)}


@pytest.mark.parametrize(
    ("place", "says"),
    [
        (
            {"key_variable": "FAKE_API_KEY"},
            "The variable FAKE_API_KEY, which is to hold the endpoint's key, is ",
        ),
        ({"key_file": "fake.key"}, "The key file fake.key is not there"),
    ],
    ids=["variable", "file"],
)
def test_without_its_key_an_endpoint_is_paused_and_says_why(provider, prompt, keys, monkeypatch, place, says):
    monkeypatch.delenv("FAKE_API_KEY", raising=False)
    endpoint = open_probes(provider.base_url, "answer", samples=3, **place)
    with running(5) as runner:
        runner.wake(endpoint.pk)
        assert until(lambda: Endpoint.objects.get().status == "paused")
        assert Endpoint.objects.get().status_reason.startswith(says)
        assert Endpoint.objects.get().status_reason.endswith(".")
        assert provider.total() == 0
        assert set(Probe.objects.values_list("status", "attempt", "failures")) == {("due", 0, 0)}
        # With the key there, a maintainer's word is all it takes.
        monkeypatch.setenv("FAKE_API_KEY", SECRET)
        (keys / "fake.key").write_text(SECRET)
        resume_endpoint(by=None, endpoint=endpoint)
        time.sleep(1.1)  # an endpoint's row is looked at once a second
        runner.wake(endpoint.pk)
        assert until(over)
    assert provider.total() == 3
    check_nowhere(SECRET)


@pytest.mark.parametrize(
    "place", [{"key_variable": "FAKE_API_KEY"}, {"key_file": "fake.key"}], ids=["variable", "file"]
)
def test_candor_s_own_secret_is_sent_nowhere_whatever_holds_it(provider, prompt, keys, monkeypatch, place):
    monkeypatch.setenv("FAKE_API_KEY", settings.SECRET_KEY)
    (keys / "fake.key").write_text(f"{settings.SECRET_KEY}\n")
    endpoint = open_probes(provider.base_url, "answer", **place)
    with running(5) as runner:
        runner.wake(endpoint.pk)
        assert until(lambda: Endpoint.objects.get().status == "paused")
    assert "holds a secret of Candor's own" in Endpoint.objects.get().status_reason
    assert provider.total() == 0
    check_nowhere(settings.SECRET_KEY)


@pytest.fixture
def keys(tmp_path, monkeypatch):
    """The folder of keys."""
    folder = tmp_path / "keys"
    folder.mkdir()
    monkeypatch.setattr(settings, "ENV", replace(settings.ENV, keys_folder=folder))
    return folder


def tables():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


def check_nowhere(secret):
    """The key is in no column of any table, as text or bytes, packed or not."""
    looked = []
    for table in tables():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT "{table}"::text FROM "{table}"')
            for (row,) in cursor.fetchall():
                looked.append(table)
                assert secret not in row, table
                assert secret.encode().hex() not in row, table
    assert {"probes_probe", "probes_endpoint", "core_event"} <= {name.partition("_y20")[0] for name in looked}
    for body in Payload.objects.values_list("body", flat=True):
        assert secret.encode() not in gzip.decompress(bytes(body))


def ask_with_a_key(base_url, behaviour, keys, **more):
    (keys / "fake.key").write_text(f"{SECRET}\n")
    endpoint = open_probes(base_url, behaviour, **{"key_file": "fake.key", **more})
    with running(2) as runner:
        runner.wake(endpoint.pk)
        assert until(over)
    return Probe.objects.get()


@pytest.mark.parametrize(
    ("place", "shown"),
    [({}, "Bearer $API_KEY"), ({"key_file": "", "key_variable": "FAKE_API_KEY"}, "Bearer $FAKE_API_KEY")],
)
def test_a_key_is_sent_and_nowhere_kept(prompt, keys, monkeypatch, caplog, place, shown):
    monkeypatch.setenv("FAKE_API_KEY", SECRET)
    with RawServer(ANSWER) as server:
        probe = ask_with_a_key(server.base_url, "fake", keys, stream=False, **place)
        (request,) = server.requests
    assert f"authorization: Bearer {SECRET}".lower().encode() in request.lower()
    assert (probe.status, probe.answer.text) == ("done", "379 dead.")
    assert probe.request["headers"]["authorization"] == shown
    check_nowhere(SECRET)
    assert SECRET not in caplog.text


@pytest.mark.parametrize("stream", [True, False])
def test_a_key_that_the_provider_says_back_is_nowhere_kept(provider, prompt, keys, caplog, stream):
    probe = ask_with_a_key(provider.base_url, "echo_key", keys, stream=stream)
    assert probe.http_status == 400
    assert "Something is wrong with" in probe.error
    check_nowhere(SECRET)
    assert SECRET not in caplog.text
