"""Labels, consensus and calls as lists: of closed answers and finished questions, and nothing of anybody."""

import hashlib
import hmac
import itertools
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import User
from annotations.actions import refresh_rates, refresh_stale
from annotations.choices import LabelStatus
from annotations.models import Label
from probes.choices import AnswerState, Delivery, ProbeStatus
from probes.models import Answer, Endpoint, ImportBatch, Probe, Round
from prompts.models import Topic
from tests.api.conftest import Caller, is_problem


def name_of(noun: str, pk: int) -> str:
    """As anybody with the site's key would make it."""
    key = salted_hmac("candor.api.names", noun, algorithm="sha256").digest()
    return hmac.new(key, str(pk).encode(), hashlib.sha256).hexdigest()[:16]


def rows(nobody: Caller, address: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = nobody.get(address).json()["results"]
    return found


def test_a_label_is_its_value_what_it_was_given_under_and_a_day(nobody: Caller, closed: Answer) -> None:
    given = Label.objects.filter(value="faithful").get()
    Label.objects.filter(pk=given.pk).update(note="A free note.")
    [row] = rows(nobody, "labels/?label=faithful")
    assert row == {
        "id": name_of("label", given.pk),
        "answer": str(closed.public_id),
        "prompt": closed.version.prompt_id,
        "language": "en",
        "value": "faithful",
        "facets": [],
        "key_points": closed.version.prompt.key_points_id,
        "guideline": given.guideline,
        "on": given.created_at.date().isoformat(),
    }


def test_nothing_in_a_label_leads_to_a_person(nobody: Caller, closed: Answer, three: list[User]) -> None:
    Label.objects.update(note="A free note.", took_ms=4321)
    content = nobody.get("labels/").content.decode()
    words = ["first", "second", "third", "note", "4321", "person", "assignment", *(str(user.pk) for user in three)]
    shown = [str(value) for row in rows(nobody, "labels/") for value in row.values()]
    assert not any(word in content for word in words[:5])
    assert not set(words) & set(shown)


def test_names_do_not_tell_the_order_of_labelling(
    nobody: Caller, make_answer: Callable[..., Answer], close: Callable[..., Answer]
) -> None:
    """Sorted by answer and name: of two labels of one answer the older comes first as often as not."""
    answers = [close(make_answer(f"Answer {number}.")) for number in range(12)]
    order = {
        name_of("label", pk): place
        for place, pk in enumerate(Label.objects.order_by("pk").values_list("pk", flat=True))
    }
    found = rows(nobody, "labels/?page_size=200")
    assert [(row["answer"], row["id"]) for row in found] == sorted((row["answer"], row["id"]) for row in found)
    assert len({row["id"] for row in found}) == len(found) == 36
    by_answer = itertools.groupby(found, key=lambda row: row["answer"])
    places = [[order[row["id"]] for row in group] for _, group in by_answer]
    in_order = sum(one == sorted(one) for one in places)
    # By chance one in six; all twelve in order would be one in 2 thousand million.
    assert len(places) == len(answers) and in_order < 9


@pytest.mark.parametrize("status", [LabelStatus.SUPERSEDED, LabelStatus.SET_ASIDE])
def test_labels_that_do_not_count_are_not_there(nobody: Caller, closed: Answer, status: str) -> None:
    gone = Label.objects.filter(value="faithful").get()
    Label.objects.filter(pk=gone.pk).update(
        status=status, superseded_at=timezone.now() if status == LabelStatus.SUPERSEDED else None
    )
    assert [row["value"] for row in rows(nobody, "labels/")] == ["evasive", "evasive"]


@pytest.mark.parametrize(
    "change",
    [
        {"state": AnswerState.OPEN, "closed_at": None},
        {"state": AnswerState.WITHDRAWN},
        {"may_publish": False},
        {"wanted": 4, "leased": 1},
    ],
    ids=["open", "withdrawn", "not ours to publish", "in somebody's hands"],
)
@pytest.mark.parametrize("noun", ["labels", "consensus", "probes"])
def test_of_other_answers_nothing_is_there(nobody: Caller, closed: Answer, change: dict[str, Any], noun: str) -> None:
    assert rows(nobody, f"{noun}/")
    Answer.objects.filter(pk=closed.pk).update(**change)
    for query in ("", "?model=model-a", "?maker=Maker%20A", f"?prompt={closed.version.prompt_id}", "?language=en"):
        assert nobody.get(f"{noun}/{query}").json() == {"next": None, "results": []}


def test_consensus_is_that_of_the_answers_own_row(nobody: Caller, closed: Answer) -> None:
    [row] = rows(nobody, "consensus/")
    own = nobody.get(f"answers/{closed.public_id}/").json()
    assert row == {
        "answer": own["id"],
        "prompt": own["prompt"]["id"],
        "language": "en",
        "closed_on": own["closed_on"],
        **own["consensus"],
    }


def test_consensus_that_is_being_counted_is_not_there(
    nobody: Caller, make_answer: Callable[..., Answer], close: Callable[..., Answer]
) -> None:
    answer = close(make_answer(), fresh=False)
    assert rows(nobody, "consensus/") == rows(nobody, "answers/?label=evasive") == []
    refresh_stale(limit=10)
    assert [row["answer"] for row in rows(nobody, "consensus/")] == [str(answer.public_id)]


def test_who_was_asked_is_told_when_the_question_is_finished(
    nobody: Caller, closed: Answer, make_answer: Callable[..., Answer], endpoint: Endpoint, open_a_round: Round
) -> None:
    blocked = Probe.objects.create(
        round=open_a_round,
        version=closed.version,
        endpoint=endpoint,
        sample=9,
        status=ProbeStatus.DONE,
        delivery=Delivery.BLOCKED_INPUT,
        rule="http-400-filter",
        asked_at=timezone.now(),
        finished_at=timezone.now(),
    )
    waiting = {"round": open_a_round, "version": closed.version, "endpoint": endpoint, "sample": 10}
    Probe.objects.create(**waiting, partial_text="Half a text that a lost connection left.")
    found = rows(nobody, "probes/")
    gave = Probe.objects.get(answer=closed)
    assert {row["id"]: (row["delivery"], row["answer"]) for row in found} == {
        name_of("probe", gave.pk): ("delivered", str(closed.public_id)),
        name_of("probe", blocked.pk): ("blocked_input", None),
    }
    assert [row["id"] for row in found] == sorted(row["id"] for row in found)
    assert [row["rule"] for row in rows(nobody, "probes/?delivery=blocked_input")] == ["http-400-filter"]
    late = make_answer("It was long ago.")
    for query in ("", "?delivery=blocked_input", "?model=model-a", "?endpoint=endpoint-a", "?round=1"):
        assert rows(nobody, f"probes/{query}") == []
    # The closed answer's labels are public all the same; whose it is, is not, by any filter.
    assert len(rows(nobody, "labels/")) == 3
    for query in ("?model=model-a", "?maker=Maker%20A"):
        assert [rows(nobody, f"{noun}/{query}") for noun in ("labels", "consensus", "answers")] == [[], [], []]
    Answer.objects.filter(pk=late.pk).update(state=AnswerState.UNJUDGEABLE, closed_at=timezone.now())
    assert len(rows(nobody, "probes/")) == 3


def test_what_an_import_may_not_publish_is_in_no_list_of_calls(nobody: Caller, closed: Answer) -> None:
    for may in (True, False):
        batch = ImportBatch.objects.create(source="A box of tapes", licence="CC0", may_publish=may, sha256=str(may))
        Probe.objects.update(batch=batch, round=None)
        told = [(row["collected_by"], row["round"]) for row in rows(nobody, "probes/")]
        assert told == ([("A box of tapes", None)] if may else [])


FILTERS = [
    *(("labels/?label=evasive", 2), ("labels/?label=censored", 0), ("labels/?facet=hedged", 1)),
    *(("labels/?guideline=1.0", 3), ("labels/?guideline=0.9", 0), ("labels/?state=settled", 3)),
    *(("labels/?state=contested", 0), ("labels/?model=model-a", 3), ("labels/?model=model-b", 0)),
    *(("labels/?maker=Maker%20A", 3), ("labels/?topic=india", 3), ("labels/?topic=other", 0)),
    *(("labels/?kind=sensitive", 3), ("labels/?kind=twin", 0), ("labels/?concerns=GB", 3), ("labels/?concerns=CN", 0)),
    *(("labels/?since=TODAY", 3), ("labels/?until=TODAY", 3), ("labels/?since=TOMORROW", 0)),
    *(("labels/?until=YESTERDAY", 0), ("labels/?answer=ANSWER", 3), ("labels/?answer=NONE", 0)),
    *(("consensus/?label=evasive", 1), ("consensus/?label=faithful", 0), ("consensus/?state=settled", 1)),
    *(("consensus/?state=adjudicated", 0), ("consensus/?agreement=0.66", 1), ("consensus/?agreement=0.67", 0)),
    *(("consensus/?since=TODAY&until=TODAY", 1), ("consensus/?until=YESTERDAY", 0), ("consensus/?maker=Maker%20A", 1)),
    *(("answers/?state=settled", 1), ("answers/?state=contested", 0), ("answers/?agreement=0.66", 1)),
    *(("answers/?agreement=1", 0), ("answers/?maker=Maker%20A", 1), ("answers/?kind=twin", 0)),
    *(("answers/?concerns=GB", 1), ("answers/?since=TOMORROW", 0), ("answers/?since=TODAY", 1)),
    *(("answers/?until=9999-12-31", 1), ("probes/?delivery=delivered", 1), ("probes/?delivery=failed", 0)),
    *(("probes/?endpoint=endpoint-a", 1), ("probes/?round=1", 1), ("probes/?round=2", 0)),
    *(("probes/?maker=Maker%20A", 1), ("probes/?kind=sensitive", 1), ("probes/?language=fr", 0)),
    *(("probes/?since=TODAY", 1), ("probes/?until=YESTERDAY", 0), ("prompts/?act=ask_fact", 1)),
    *(("prompts/?act=list", 0), ("prompts/?since=TODAY", 1), ("prompts/?until=YESTERDAY", 0)),
    *(("models/?maker=Maker%20A", 2), ("models/?country=FR", 2), ("models/?country=US", 0)),
    *(("models/?open_weights=false", 2), ("models/?open_weights=true", 0), ("endpoints/?model=model-a", 1)),
    *(("endpoints/?model=model-b", 0), ("endpoints/?kind=local&status=active&maker=Maker%20A", 1)),
    *(("endpoints/?kind=host", 0), ("rounds/?status=open", 1), ("rounds/?status=closed", 0)),
    *(("rounds/?since=TODAY", 1), ("rounds/?until=YESTERDAY", 0), ("rates/?maker=Maker%20A&kind=all&language=all", 2)),
]  # fmt: skip


def test_every_filter_finds_what_it_names(nobody: Caller, closed: Answer, endpoint: Endpoint) -> None:
    Topic.objects.create(slug="other", name_en="Other", name_fr="Autre", name_zh_hans="其他")
    refresh_rates([endpoint.llm_id])
    endpoint.llm.pk, endpoint.llm.slug = None, "model-b"
    endpoint.llm.save()
    today = timezone.now().date()
    places = {
        "TODAY": today.isoformat(),
        "TOMORROW": (today + timedelta(days=1)).isoformat(),
        "YESTERDAY": (today - timedelta(days=1)).isoformat(),
        "ANSWER": str(closed.public_id),
        "NONE": str(uuid.uuid4()),
    }
    # The database refuses to change what somebody noticed; a label given with it is another row.
    label = Label.objects.filter(value="faithful").get()
    Label.objects.filter(pk=label.pk).update(status="superseded", superseded_at=timezone.now())
    label.pk, label.key, label.facets = None, None, ["hedged"]
    label.save()
    found = {}
    for query, _ in FILTERS:
        address = query
        for name, value in places.items():
            address = address.replace(name, value)
        response = nobody.get(address)
        assert response.status_code == 200, (address, response.content)
        found[query] = len(response.json()["results"])
    assert found == dict(FILTERS)


@pytest.mark.parametrize(
    ("query", "field", "says"),
    [
        ("answers/?since=yesterday", "since", "Use a day such as 2026-11-23."),
        ("answers/?since=2026-11-23T10:00:00Z", "since", "Use a day"),
        ("answers/?until=2026-02-30", "until", "Use a day"),
        ("answers/?until=٢٠٢٦-١١-٢٣", "until", "Use a day"),
        ("answers/?agreement=2", "agreement", "Use a number from 0 to 1"),
        ("answers/?agreement=nan", "agreement", "Use a number from 0 to 1"),
        ("answers/?maker=Nobody", "maker", "/api/v1/models/ lists them."),
        ("answers/?state=CN", "state", "Use one of: settled, contested, unjudgeable."),
        ("labels/?answer=7", "answer", "Use the id of an answer"),
        ("labels/?facet=rude", "facet", "Use one of: official_line"),
        ("labels/?person=first", "person", "Unknown."),
        ("labels/?cursor=7", "cursor", "Copy it from next"),
        ("labels/?cursor=a~b", "cursor", "Copy it from next"),
        ("probes/?endpoint=nowhere", "endpoint", "/api/v1/endpoints/ lists them."),
        ("probes/?cursor=a~b", "cursor", "Copy it from next"),
        ("files/?release=latest", "release", "Use a version"),
        ("files/?sha256=x", "sha256", "Use 64 hexadecimal digits."),
    ],
)
def test_a_value_that_cannot_be_used_says_what_to_use(nobody: Caller, query: str, field: str, says: str) -> None:
    assert says in is_problem(nobody.get(query), 422)["fields"][field][0]
