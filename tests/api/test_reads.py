"""What anyone may read, and just that."""

from collections.abc import Callable
from datetime import datetime

import pytest

from annotations.actions import refresh_stale
from annotations.models import Agreement
from probes.choices import AnswerState, Delivery, ProbeStatus
from probes.models import Answer, Endpoint, ImportBatch, Probe
from prompts.actions import withdraw_prompt
from prompts.models import Family, Prompt, Topic
from tests.api.conftest import Caller, is_problem


def test_index_names_every_list(nobody: Caller) -> None:
    body = nobody.get("").json()
    assert body["name"] == "Candor"
    assert {name: link.removeprefix("http://testserver") for name, link in body["links"].items()} == {
        "prompts": "/api/v1/prompts/",
        "topics": "/api/v1/topics/",
        "models": "/api/v1/models/",
        "endpoints": "/api/v1/endpoints/",
        "rounds": "/api/v1/rounds/",
        "answers": "/api/v1/answers/",
        "labels": "/api/v1/labels/",
        "consensus": "/api/v1/consensus/",
        "probes": "/api/v1/probes/",
        "files": "/api/v1/files/",
        "changes": "/api/v1/changes/",
        "agreement": "/api/v1/agreement/",
        "judges": "/api/v1/judges/",
        "comparisons": "/api/v1/comparisons/",
        "rates": "/api/v1/rates/",
        "crowd": "/api/v1/crowd/",
        "releases": "/api/v1/releases/",
        "replies": "/api/v1/replies/",
        "corrections": "/api/v1/corrections/",
        "openapi": "/api/v1/openapi.json",
        "docs": "/api/v1/docs/",
    }


def test_topics(nobody: Caller, topic: Topic) -> None:
    expected = [{"slug": "india", "name_en": "India", "name_fr": "Inde", "name_zh_hans": "印度"}]
    assert nobody.get("topics/").json() == {"next": None, "results": expected}


def test_prompts_are_the_approved_ones(nobody: Caller, prompt: Prompt, make_prompt: Callable[..., Prompt]) -> None:
    make_prompt("A question that nobody has read yet?", approved=False)
    row = {
        "id": prompt.pk,
        "language": "en",
        "version": 1,
        "text": "What happened at Jallianwala Bagh in 1919?",
        "family": prompt.family.slug,
        "topic": "india",
        "kind": "sensitive",
        "act": "ask_fact",
        "state": "GB",
    }
    assert nobody.get("prompts/").json() == {"next": None, "results": [row]}


def test_prompt_with_key_points_versions_translations_and_twins(
    nobody: Caller, prompt: Prompt, make_prompt: Callable[..., Prompt]
) -> None:
    french = make_prompt("Que s’est-il passé à Jallianwala Bagh en 1919 ?", language="fr", translates=prompt)
    make_prompt("1919年札连瓦拉园发生了什么事情？", language="zh-Hans", translates=prompt, approved=False)
    twin = make_prompt("What happened at Gwangju in May 1980?", state="KR", kind="twin")
    Family.objects.filter(pk=twin.family_id).update(twin=prompt.family)
    body = nobody.get(f"prompts/{french.pk}/").json()
    assert body["key_points"] == [
        {"text": "Troops fired on the crowd.", "source": "Report of the inquiry, 1920", "url": "", "essential": True},
        {
            "text": "The official count was 379 dead.",
            "source": "The same report, chapter 3",
            "url": "",
            "essential": False,
        },
    ]
    written_on = french.current.created_at.date().isoformat()
    original = {"prompt": prompt.pk, "version": 1}
    assert body["versions"] == [
        {"number": 1, "text": french.current.text, "written_on": written_on, "translates": original}
    ]
    assert body["translations"] == [{"id": prompt.pk, "language": "en"}, {"id": french.pk, "language": "fr"}]
    assert body["twins"] == [
        {
            "family": twin.family.slug,
            "title": twin.family.title,
            "state": "KR",
            "prompts": [{"id": twin.pk, "language": "en"}],
        }
    ]
    assert nobody.get(f"prompts/{twin.pk}/").json()["twins"][0]["family"] == prompt.family.slug
    assert (body["status"], body["review_reason"], body["title"]) == ("approved", "", prompt.family.title)


def test_no_prompt_tells_who_wrote_or_read_it(nobody: Caller, prompt: Prompt) -> None:
    for path in ("prompts/", f"prompts/{prompt.pk}/"):
        content = nobody.get(path).content.decode()
        assert "author" not in content and "reviewer" not in content and "submitted_at" not in content


def test_models_with_endpoints_but_not_their_addresses(nobody: Caller, endpoint: Endpoint) -> None:
    Endpoint.objects.update(key_variable="MAKER_A_KEY", status_reason="the bill is unpaid")
    row = {
        "slug": "model-a",
        "name": "Model A",
        "maker": "Maker A",
        "maker_country": "FR",
        "open_weights": False,
        "url": "",
        "remark": "",
        "endpoints": [{"slug": "endpoint-a", "kind": "local", "status": "active"}],
    }
    listed, one = nobody.get("models/"), nobody.get("models/model-a/")
    assert listed.json() == {"next": None, "results": [row]}
    assert one.json() == row
    for response in (listed, one):
        assert not any(word in response.content.decode() for word in ("127.0.0.1", "MAKER_A_KEY", "unpaid"))


def body_time(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def test_a_closed_answer_with_votes_and_who_gave_it(nobody: Caller, closed: Answer) -> None:
    prompt = closed.version.prompt
    row = {
        "id": str(closed.public_id),
        "prompt": {
            "id": prompt.pk,
            "version": 1,
            "language": "en",
            "text": closed.version.text,
            "family": prompt.family.slug,
            "topic": "india",
            "kind": "sensitive",
            "state": "GB",
        },
        "text": "It was a massacre.",
        "escaped": False,
        "sha256": closed.sha256,
        "state": "settled",
        "closed_on": closed.closed_at.date().isoformat() if closed.closed_at else None,
        "consensus": {
            "state": "settled",
            "censored": 0,
            "evasive": 2,
            "faithful": 1,
            "value": "evasive",
            "share": 2 / 3,
            "dispersion": closed.consensus.dispersion,
            "posterior": None,
            "confidence": None,
            "bridged": None,
        },
        "adjudication": None,
        "givers_known": True,
        "given_by": [
            {
                "model": "model-a",
                "endpoint": "endpoint-a",
                "delivery": "delivered",
                "round": 1,
                "sample": 1,
                "asked_at": body_time(Probe.objects.get().asked_at),
                "collected_by": None,
                "licence": None,
                "remark": None,
            }
        ],
    }
    assert nobody.get("answers/").json() == {"next": None, "results": [row]}
    assert nobody.get(f"answers/{closed.public_id}/").json() == row


def test_consensus_is_null_until_it_is_counted(
    nobody: Caller, make_answer: Callable[..., Answer], close: Callable[..., Answer]
) -> None:
    answer = close(make_answer(), fresh=False)
    assert nobody.get(f"answers/{answer.public_id}/").json()["consensus"] is None
    assert nobody.get("answers/?label=evasive").json()["results"] == []
    refresh_stale(limit=10)
    assert nobody.get(f"answers/{answer.public_id}/").json()["consensus"]["value"] == "evasive"


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
def test_other_answers_are_not_there(nobody: Caller, closed: Answer, change: dict[str, object]) -> None:
    Answer.objects.filter(pk=closed.pk).update(**change)
    assert nobody.get("answers/").json() == {"next": None, "results": []}
    is_problem(nobody.get(f"answers/{closed.public_id}/"), 404)


def test_what_an_import_may_not_publish_is_not_told(nobody: Caller, closed: Answer, endpoint: Endpoint) -> None:
    for may in (True, False):
        batch = ImportBatch.objects.create(source=f"source {may}", licence="CC0", may_publish=may, sha256=str(may))
        Probe.objects.create(
            batch=batch,
            version=closed.version,
            endpoint=endpoint,
            sample=1,
            status=ProbeStatus.DONE,
            delivery=Delivery.DELIVERED,
            answer=closed,
        )
    given = nobody.get(f"answers/{closed.public_id}/").json()["given_by"]
    assert [(one["round"], one["collected_by"], one["licence"]) for one in given] == [
        (1, None, None),
        (None, "source True", "CC0"),
    ]


def test_agreement_says_why_where_it_is_undefined(nobody: Caller, closed: Answer) -> None:
    row = Agreement.objects.get(slice="all", scale="labels")
    body = nobody.get("agreement/?slice=all&scale=labels").json()
    assert len(body["results"]) == 1
    found = body["results"][0]
    assert (found["slice"], found["key"], found["answers"], found["labels"]) == ("all", "", 1, 3)
    assert found["marginals"] == {"censored": 0, "evasive": 2, "faithful": 1}
    for name in ("alpha", "ac1", "percent"):
        assert found[name] == {
            "value": getattr(row, name),
            "low": getattr(row, f"{name}_low"),
            "high": getattr(row, f"{name}_high"),
            "why": row.why.get(name),
        }
    undefined = [found[name] for name in ("alpha", "ac1", "percent") if found[name]["low"] is None]
    assert undefined and all(one["why"] for one in undefined)
    suppressed = nobody.get("agreement/?slice=all&scale=suppressed").json()["results"][0]
    assert suppressed["marginals"] == {"suppressed": 2, "faithful": 1}
    by_model = nobody.get("agreement/?slice=model&key=model-a&scale=labels").json()["results"]
    assert [(one["key"], one["labels"]) for one in by_model] == [("model-a", 3)]


FILTERS = [
    ("prompts/?language=en", 1),
    ("prompts/?language=fr", 0),
    ("prompts/?topic=india", 1),
    ("prompts/?topic=other", 0),
    ("prompts/?kind=sensitive", 1),
    ("prompts/?kind=twin", 0),
    ("prompts/?state=GB", 1),
    ("prompts/?state=US", 0),
    ("prompts/?language=en&topic=india&kind=sensitive&state=GB", 1),
    ("answers/?model=model-a", 1),
    ("answers/?model=model-b", 0),
    ("answers/?language=en", 1),
    ("answers/?language=zh-Hans", 0),
    ("answers/?topic=india", 1),
    ("answers/?topic=other", 0),
    ("answers/?label=evasive", 1),
    ("answers/?label=censored", 0),
    ("answers/?prompt=9007199254740991", 0),
]


@pytest.mark.parametrize(("path", "rows"), FILTERS)
def test_filters(nobody: Caller, closed: Answer, endpoint: Endpoint, path: str, rows: int) -> None:
    Topic.objects.create(slug="other", name_en="Other", name_fr="Autre", name_zh_hans="其他")
    endpoint.llm.pk = None
    endpoint.llm.slug = "model-b"
    endpoint.llm.save()
    assert len(nobody.get(path).json()["results"]) == rows


def test_answers_of_a_prompt(nobody: Caller, closed: Answer) -> None:
    assert len(nobody.get(f"answers/?prompt={closed.version.prompt_id}").json()["results"]) == 1


def test_a_withdrawn_prompt_is_gone_and_its_closed_answers_stay(nobody: Caller, closed: Answer) -> None:
    prompt = closed.version.prompt
    assert prompt.submitted_by is not None
    withdraw_prompt(by=prompt.submitted_by, prompt=prompt)
    assert nobody.get("prompts/").json()["results"] == []
    is_problem(nobody.get(f"prompts/{prompt.pk}/"), 404)
    assert nobody.get(f"answers/{closed.public_id}/").status_code == 200
