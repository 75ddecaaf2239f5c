"""What no rule knew waits for a person: alike ones together, looked at or asked again, and the blind is kept."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.errors import Conflict, Forbidden
from core.models import Event
from probes.actions import (
    Result,
    add_endpoint,
    ask_again,
    claim,
    close_round,
    dismiss,
    open_missing_probes,
    open_round,
    record_answer,
    record_result,
    stop_endpoint,
)
from probes.models import Payload, Probe, Round
from probes.selectors import alike, in_quarantine, quarantine_groups
from prompts.actions import withdraw_prompt

pytestmark = pytest.mark.django_db

# Moments that are in no year from 1 to 9999 in UTC.
OUT_OF_TIME = ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-14:00"]


@pytest.fixture
def desk(client, maintainer):
    client.force_login(maintainer)
    return client


def words(response):
    html = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(html.split())


def strange(error, rule="end_unknown", **more):
    return Result(delivery="failed", rule=rule, error=error, quarantined=True, raw=b'{"x": 1}', **more)


def quarantined(endpoint, *results):
    opened = Round.objects.first() or open_round(by=None, name="A round", samples=50)
    open_missing_probes(of=opened, limit=200)
    probes = []
    for result in results:
        (one,) = claim(endpoint=endpoint.pk, limit=1)
        record_result(probe_id=one.probe, attempt=one.attempt, result=result)
        probes.append(Probe.objects.get(pk=one.probe))
    return probes


def test_alike_ones_are_one_entry(prompt, endpoint):
    alikes = quarantined(
        endpoint,
        *(strange(f"HTTP 400: request req_8{n}f2c{n}1d77a stopped after {n}.5 s, id 0217{n}99812") for n in range(5)),
        strange("HTTP 400: It says: sensitive_v2"),
        strange("HTTP 400: It says: sensitive_v3"),
        strange("HTTP 403: It says: sensitive_v3"),
    )  # fmt: skip
    groups = quarantine_groups()
    assert sorted(group.number for group in groups) == [1, 1, 1, 5]
    (big,) = [group for group in groups if group.number == 5]
    assert set(alike(big.example)) == set(alikes[:5])


def test_other_endpoints_and_rules_are_other_entries(prompt, endpoint):
    other = add_endpoint(
        by=None, llm=endpoint.llm, slug="b", kind="local", base_url="http://127.0.0.1:9/v1", allow_private=True
    )
    quarantined(endpoint, strange("Strange."), strange("Strange.", rule="not_json"))
    quarantined(other, strange("Strange."))
    assert [group.number for group in quarantine_groups()] == [1, 1, 1]


def test_looked_at(prompt, endpoint, maintainer, labeller):
    one, two, other = quarantined(endpoint, strange("Strange."), strange("Strange."), strange("Else."))
    with pytest.raises(Forbidden):
        dismiss(by=labeller, probes=in_quarantine())
    assert dismiss(by=maintainer, probes=alike(one)) == 2
    assert set(in_quarantine()) == {other}
    one.refresh_from_db()
    assert (one.status, one.delivery, one.error, one.rule) == ("given_up", "failed", "Strange.", "end_unknown")
    event = Event.objects.get(verb="dismiss")
    assert (event.noun, event.key, event.actor) == ("endpoint", endpoint.pk, maintainer.pk)
    assert event.data == {"probes": sorted([one.pk, two.pk])}
    assert dismiss(by=maintainer, probes=alike(one)) == 0
    assert Event.objects.filter(verb="dismiss").count() == 1


def test_what_came_after_the_page_was_made_is_not_dismissed(desk, prompt, endpoint):
    (seen,) = quarantined(endpoint, strange("Strange."))
    until = re.search(r'name="until" value="([^"]+)"', desk.get("/probes/quarantine/").content.decode()).group(1)
    (later,) = quarantined(endpoint, strange("Strange."))
    Probe.objects.filter(pk=later.pk).update(asked_at=timezone.now() + timedelta(seconds=2))
    assert desk.post(f"/probes/quarantine/{seen.pk}/dismiss/", {"until": until}).status_code == 302
    assert set(in_quarantine()) == {later}


@pytest.mark.parametrize(
    "until", ["", "yesterday", "2026-11-01T10:00:00", "2026-13-01T10:00:00Z", "\x00", *OUT_OF_TIME]
)
def test_dismissing_wants_the_moment_of_the_page(desk, prompt, endpoint, until):
    (seen,) = quarantined(endpoint, strange("Strange."))
    assert desk.post(f"/probes/quarantine/{seen.pk}/dismiss/", {"until": until}).status_code in (400, 422)
    assert in_quarantine().count() == 1


def test_asked_again(prompt, endpoint, maintainer):
    (one,) = quarantined(
        endpoint, strange("Strange.", text="Half", usage={"n": 1}, latency_ms=5, pieces=[[1, 4]], http_status=200)
    )
    ask_again(by=maintainer, probe=one)
    one.refresh_from_db()
    assert (one.status, one.delivery, one.rule, one.error, one.partial_text) == ("due", "", "", "", "")
    assert (one.quarantined, one.finished_at, one.usage, one.pieces, one.http_status) == (False, None, {}, [], None)
    assert (one.attempt, Payload.objects.filter(probe=one).count()) == (1, 1)
    event = Event.objects.get(verb="ask_again")
    assert (event.noun, event.key, event.actor) == ("probe", one.pk, maintainer.pk)
    held = {claimed.probe: claimed for claimed in claim(endpoint=endpoint.pk, limit=100)}[one.pk]
    record_result(probe_id=one.pk, attempt=held.attempt, result=Result(delivery="empty", rule="empty", raw=b"second"))
    assert list(Payload.objects.filter(probe=one).order_by("attempt").values_list("attempt", flat=True)) == [1, 2]


def test_asking_again_is_refused_where_it_makes_no_sense(prompt, endpoint, maintainer, labeller, reviewer):
    one, two = quarantined(endpoint, strange("Strange."), Result(delivery="empty", rule="empty"))
    with pytest.raises(Forbidden):
        ask_again(by=labeller, probe=one)
    with pytest.raises(Conflict, match="not in quarantine"):
        ask_again(by=maintainer, probe=two)
    ask_again(by=maintainer, probe=one)
    with pytest.raises(Conflict, match="not in quarantine"):
        ask_again(by=maintainer, probe=one)


@pytest.mark.parametrize("what", ["round", "endpoint", "prompt"])
def test_nothing_is_asked_again_of_what_is_over(desk, prompt, endpoint, maintainer, what):
    (one,) = quarantined(endpoint, strange("Strange."))
    if what == "round":
        close_round(by=None, of=Round.objects.get())
    elif what == "endpoint":
        stop_endpoint(by=None, endpoint=endpoint, reason="", retire=True)
    else:
        withdraw_prompt(by=maintainer, prompt=prompt)
    with pytest.raises(Conflict, match="cannot be asked again"):
        ask_again(by=maintainer, probe=one)
    assert "Ask again" not in words(desk.get("/probes/quarantine/"))
    assert "Ask again" not in words(desk.get(f"/probes/{one.pk}/"))
    assert desk.post(f"/probes/{one.pk}/again/").status_code == 409


def test_a_probe_that_waits_at_a_paused_endpoint_is_shown_but_not_asked_twice(desk, prompt, endpoint, maintainer):
    """403 pauses the endpoint and leaves the probe due: a person has to look whether it was a block."""
    (one,) = quarantined(endpoint, strange("HTTP 403.", rule="forbidden", pauses=True))
    assert one.status == "due"
    said = words(desk.get("/probes/quarantine/"))
    assert "HTTP 403." in said
    assert "Ask again" not in said
    with pytest.raises(Conflict):
        ask_again(by=maintainer, probe=one)
    assert dismiss(by=maintainer, probes=alike(one, timezone.now())) == 1


def test_the_page(desk, prompt, endpoint):
    assert "Nothing is in quarantine" in words(desk.get("/probes/quarantine/"))
    one, *_ = quarantined(endpoint, strange("Strange <b>."), strange("Strange <b>."))
    said = words(desk.get("/probes/quarantine/"))
    assert "2 probes alike" in said
    assert "Strange &lt;b&gt;." in said
    assert "manage.py reclassify" in said
    assert "Quarantine 2" in words(desk.get("/probes/"))
    assert desk.post(f"/probes/{one.pk}/again/", follow=True).status_code == 200
    assert "1 probe " in words(desk.get("/probes/quarantine/"))


def test_nothing_that_would_unblind_is_shown(desk, prompt, endpoint):
    (one,) = quarantined(endpoint, strange("It began with: The troops fired."))
    answer = record_answer(version=prompt.current, text="The troops fired.", escaped=False)
    Probe.objects.filter(pk=one.pk).update(status="done", delivery="delivered", answer=answer)
    assert quarantine_groups() == []
    assert "The troops fired" not in words(desk.get("/probes/quarantine/"))
    answer.__class__.objects.update(state="settled", closed_at=timezone.now())
    assert len(quarantine_groups()) == 1


def test_the_number_of_queries_does_not_grow(desk, prompt, endpoint):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert desk.get("/probes/quarantine/").status_code == 200
        return len(seen)

    quarantined(endpoint, strange("One."))
    desk.get("/probes/quarantine/")
    few = queries()
    quarantined(endpoint, strange("Two."), strange("Three."))
    assert queries() == few
