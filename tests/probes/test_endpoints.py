"""Endpoints are stopped and resumed only from where that makes sense, and send no key but a model's."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from config.env import VARIABLES
from core.errors import Conflict, Forbidden, Invalid
from core.models import Event
from probes.actions import (
    Result,
    add_endpoint,
    claim,
    open_missing_probes,
    open_round,
    record_result,
    resume_endpoint,
    stop_endpoint,
)
from probes.models import Endpoint

pytestmark = pytest.mark.django_db

REFUSED = Result(delivery="failed", rule="key_refused", error="The key was refused.", http_status=401, pauses=True)
FOREIGN = [
    "SECRET_KEY", "DATABASE_URL", "REDIS_URL", "PGPASSWORD", "PG_TOKEN", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
    "DJANGO_KEY", "CANDOR_TOKEN", "POSTGRES_TOKEN", "PATH", "HOME", "OPENAI", "_KEY", "openai_api_key", "A_KEY_",
]  # fmt: skip


def verbs(endpoint):
    events = Event.objects.filter(noun="endpoint", key=endpoint.pk).order_by("at")
    return list(events.values_list("verb", flat=True))


def test_stopping_and_resuming_twice_is_done_and_told_once(endpoint, maintainer):
    assert stop_endpoint(by=maintainer, endpoint=endpoint, reason="Too dear.") is True
    assert stop_endpoint(by=maintainer, endpoint=endpoint, reason="Again.") is False
    endpoint.refresh_from_db()
    assert (endpoint.status, endpoint.status_reason) == ("paused", "Too dear.")
    assert resume_endpoint(by=maintainer, endpoint=endpoint) is True
    assert resume_endpoint(by=maintainer, endpoint=endpoint) is False
    assert verbs(endpoint) == ["add", "pause", "resume"]


def test_what_is_retired_stays_so(endpoint, maintainer):
    assert stop_endpoint(by=maintainer, endpoint=endpoint, reason="Gone.", retire=True) is True
    assert stop_endpoint(by=maintainer, endpoint=endpoint, reason="", retire=True) is False
    assert stop_endpoint(by=None, endpoint=endpoint, reason="The key was refused.") is False
    for again in (
        lambda: resume_endpoint(by=maintainer, endpoint=endpoint),
        lambda: stop_endpoint(by=maintainer, endpoint=endpoint, reason=""),
    ):
        with pytest.raises(Conflict, match="endpoint-a is retired for good"):
            again()
    endpoint.refresh_from_db()
    assert (endpoint.status, endpoint.status_reason) == ("retired", "Gone.")
    assert verbs(endpoint) == ["add", "retire"]


def test_the_page_of_a_retired_endpoint_offers_nothing(client, endpoint, maintainer):
    stop_endpoint(by=maintainer, endpoint=endpoint, reason="", retire=True)
    client.force_login(maintainer)
    page = client.get("/probes/").content.decode()
    assert f"/probes/endpoints/{endpoint.pk}/steer/" not in page
    assert "Retired for good." in page
    assert client.post(f"/probes/endpoints/{endpoint.pk}/steer/", {"do": "resume"}).status_code == 409


def test_only_maintainers_stop_and_resume(endpoint, labeller):
    with pytest.raises(Forbidden):
        stop_endpoint(by=labeller, endpoint=endpoint, reason="")
    with pytest.raises(Forbidden):
        resume_endpoint(by=labeller, endpoint=endpoint)


def test_a_late_refusal_does_not_pause_what_was_retired(prompt, endpoint, maintainer):
    open_missing_probes(of=open_round(by=None, name="A round", samples=1), limit=10)
    (one,) = claim(endpoint=endpoint.pk, limit=1)
    stop_endpoint(by=maintainer, endpoint=endpoint, reason="", retire=True)
    assert record_result(probe_id=one.probe, attempt=one.attempt, result=REFUSED) is True
    endpoint.refresh_from_db()
    assert (endpoint.status, verbs(endpoint)) == ("retired", ["add", "retire"])


@pytest.mark.django_db(transaction=True)
def test_twenty_refusals_at_once_pause_it_once(prompt, endpoint):
    open_missing_probes(of=open_round(by=None, name="A round", samples=20), limit=20)
    claims = claim(endpoint=endpoint.pk, limit=20)
    start = threading.Barrier(5)
    recorded = []

    def work(some):
        try:
            start.wait()
            recorded.extend(record_result(probe_id=one.probe, attempt=one.attempt, result=REFUSED) for one in some)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(claims[number::5],)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    endpoint.refresh_from_db()
    assert (recorded, endpoint.status, verbs(endpoint)) == ([True] * 20, "paused", ["add", "pause"])


@pytest.mark.parametrize("name", FOREIGN)
def test_no_other_variable_is_ever_sent(endpoint, name):
    with pytest.raises(Invalid) as caught:
        add_endpoint(
            by=None, llm=endpoint.llm, slug="thief", kind="host", base_url="https://thief.example/v1", key_variable=name
        )
    assert list(caught.value.fields) == ["key_variable"]
    with pytest.raises(IntegrityError, match="endpoint_key_is_a_models_key"), transaction.atomic():
        Endpoint.objects.update(key_variable=name)


@pytest.mark.parametrize("name", [variable.name for variable in VARIABLES])
def test_the_table_itself_refuses_every_variable_of_ours(endpoint, name):
    with pytest.raises(IntegrityError, match="endpoint_key_is_a_models_key"), transaction.atomic():
        Endpoint.objects.update(key_variable=name)


@pytest.mark.parametrize("name", ["", "OPENAI_API_KEY", "HF_TOKEN", "NEW_SECRET_KEY"])
def test_a_models_key_is_fine(endpoint, name):
    made = add_endpoint(
        by=None, llm=endpoint.llm, slug="host", kind="host", base_url="https://host.example/v1", key_variable=name
    )
    assert made.key_variable == name


def test_the_form_says_it_at_the_field(client, endpoint, maintainer):
    client.force_login(maintainer)
    form = {
        "llm": endpoint.llm_id, "slug": "thief", "kind": "host", "base_url": "https://thief.example/v1",
        "served_name": "x", "key_variable": "SECRET_KEY", "protocol": "openai_chat", "samples": "0",
        "max_in_flight": "100", "timeout_s": "120",
    }  # fmt: skip
    response = client.post("/probes/add/", form)
    assert response.status_code == 422
    assert "SECRET_KEY is not a model’s key. Keep the key in a variable of its own." in response.content.decode()
    assert Endpoint.objects.count() == 1
