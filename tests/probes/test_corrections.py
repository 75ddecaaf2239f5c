"""Models and endpoints are set right with their history, retired for good, and never made to tell of something else."""

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import DataError, IntegrityError, transaction

from core.errors import Conflict, Forbidden, Invalid
from core.models import Event
from probes.actions import (
    add_endpoint,
    add_llm,
    correct_endpoint,
    correct_llm,
    open_missing_probes,
    open_round,
    retire_llm,
    stop_endpoint,
)
from probes.models import LLM, Endpoint
from probes.rules import Overtaken, seen_of
from probes.selectors import Change, history

pytestmark = pytest.mark.django_db

BUDGETED = {"price_input": "0.5", "price_output": "1.50", "budget": "10", "params": {"max_tokens": 100}}


NO_KEY_FILES = [
    "openai", "key", "openai.txt", "deepseek-api", "openaikey", "openai.Key", "a..b.key", "openai.key\n",
    "secret_key", "SECRET-KEY", "Secret.key", "metrics_token", "candor.key", "Django_Secret_KEY",
    "x" * 77 + ".key", "postgres_password.token", "pg_pass.key", "AWS_SECRET_KEY", "redis.token", "valkey-token",
]  # fmt: skip


def asked(endpoint):
    open_missing_probes(of=open_round(by=None, name="A round", samples=1), limit=10)
    assert endpoint.probes.count() == 1


def test_only_what_changed_is_written_down(endpoint, maintainer):
    correct_endpoint(by=maintainer, endpoint=endpoint, **BUDGETED, served_name="model-a", stream=False)
    correct_endpoint(by=maintainer, endpoint=endpoint, price_output=Decimal("1.5000"), budget=10)
    event = Event.objects.get(verb="correct")
    assert (event.actor, event.noun, event.key) == (maintainer.pk, "endpoint", endpoint.pk)
    assert event.data == {
        "was": {"price_input": None, "price_output": None, "budget": None, "params": {}, "stream": True},
        "now": {
            "price_input": "0.5", "price_output": "1.5", "budget": "10", "params": {"max_tokens": 100}, "stream": False,
        },
    }  # fmt: skip
    entry = history(endpoint)[0]
    assert (entry.verb, entry.who) == ("correct", "maintainer")
    assert Change("budget", None, "10") in entry.changes


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"price_input": 1}, "price_output"),
        ({"price_output": 1}, "price_input"),
        ({"price_input": -1, "price_output": 1}, "price_input"),
        ({"price_input": "dear", "price_output": 1}, "price_input"),
        ({**BUDGETED, "params": {}}, "budget"),
        ({**BUDGETED, "params": {"max_tokens": 0}}, "budget"),
        ({**BUDGETED, "params": {"max_tokens": True}}, "budget"),
        ({"budget": 5, "params": {"max_tokens": 5}}, "budget"),
        ({"key_file": "../openai.key"}, "key_file"),
        ({"key_file": "a/b"}, "key_file"),
        ({"key_file": ".hidden"}, "key_file"),
        *(({"key_file": name}, "key_file") for name in NO_KEY_FILES),
        ({"key_file": "openai.key", "key_variable": "OPENAI_API_KEY"}, "key_file"),
        ({"key_variable": "SECRET_KEY"}, "key_variable"),
        ({"protocol": "smoke_signals"}, "protocol"),
        ({"dialect": "klingon"}, "dialect"),
        ({"dialect": "openrouter"}, "upstream"),
        ({"base_url": "https://openrouter.ai/api/v1", "allow_private": False}, "upstream"),
        ({"base_url": "ftp://x"}, "base_url"),
        ({"base_url": "http://[::1/v1"}, "base_url"),
        ({"base_url": "http://127.0.0.1:99999999/v1"}, "base_url"),
        ({"base_url": "https://x.example/v1?key=sk-1234"}, "base_url"),
        ({"allow_private": False}, "base_url"),
        ({"params": []}, "params"),
        ({"params": {"x": float("nan")}}, "params"),
        ({"params": {"x": "a\x00b"}}, "params"),
        ({"params": {"model": "other"}}, "params"),
        ({"params": {"extra": {"api_key": "sk-1"}}}, "params"),
        ({"params": {"list": [{"Authorization": "Bearer x"}]}}, "params"),
        ({"max_in_flight": 0}, "max_in_flight"),
        ({"max_in_flight": 40_000}, "max_in_flight"),
        ({"requests_a_minute": 0}, "requests_a_minute"),
        ({"tokens_a_minute": 2**40}, "tokens_a_minute"),
        ({"timeout_s": 0}, "timeout_s"),
        ({"samples": 101}, "samples"),
        ({"system": "a\x00b"}, "system"),
        ({"served_name": "x" * 201}, "served_name"),
        ({"slug": "two words"}, "slug"),
        ({"kind": "import"}, "kind"),
        ({"kind": "cloud"}, "kind"),
    ],
)
def test_what_cannot_be_changes_nothing(endpoint, changes, field):
    before = Endpoint.objects.values().get()
    with pytest.raises(Invalid) as caught:
        correct_endpoint(by=None, endpoint=endpoint, **changes)
    assert field in caught.value.fields
    assert Endpoint.objects.values().get() == before
    assert not Event.objects.filter(verb="correct").exists()
    if not {"kind", "slug"} & changes.keys():
        with pytest.raises(Invalid):
            values = {"base_url": "http://127.0.0.1:9/v1", "allow_private": True, "kind": "local", **changes}
            add_endpoint(by=None, llm=endpoint.llm, slug="b", **values)


@pytest.mark.parametrize(
    "changes",
    [
        BUDGETED,
        {**BUDGETED, "params": {"generationConfig": {"maxOutputTokens": 9}}},
        {**BUDGETED, "params": {"max_completion_tokens": 9}},
        {"dialect": "openrouter", "upstream": "some-host"},
        {"protocol": "azure", "base_url": "https://x.example/openai?api-version=2024-10-21"},
        {"key_file": "openai.key"},
        {"system": "a\nb", "reasoning": False, "upstream": "x", "requests_a_minute": 5},
        {"params": {"max_tokens": 5, "top_k": 3, "stop": ["x"], "token_budget": 4}},
    ],
)
def test_what_can_be(endpoint, changes):
    corrected = correct_endpoint(by=None, endpoint=endpoint, **changes)
    stored = Endpoint.objects.get()
    for name, value in changes.items():
        assert str(getattr(corrected, name)) == str(value)
        assert getattr(stored, name) == getattr(corrected, name)


def test_an_endpoint_that_was_asked_stays_that_models_and_keeps_its_name(prompt, endpoint):
    other = add_llm(by=None, slug="model-b", name="Model B", maker="Maker B", maker_country="CN")
    correct_endpoint(by=None, endpoint=endpoint, llm=other, slug="endpoint-b")
    correct_endpoint(by=None, endpoint=endpoint, llm=LLM.objects.get(slug="model-a"), slug="endpoint-a")
    asked(endpoint)
    for changes, field in (({"llm": other}, "llm"), ({"slug": "endpoint-c"}, "slug")):
        with pytest.raises(Invalid) as caught:
            correct_endpoint(by=None, endpoint=endpoint, **changes)
        assert list(caught.value.fields) == [field]
    with pytest.raises(Invalid) as caught:
        correct_llm(by=None, llm=endpoint.llm, slug="model-x")
    assert list(caught.value.fields) == ["slug"]
    correct_endpoint(by=None, endpoint=endpoint, llm=LLM.objects.get(slug="model-a"), served_name="model-a-2")


def test_an_import_is_never_made_one_that_is_asked(endpoint):
    recorded = add_endpoint(by=None, llm=endpoint.llm, slug="recorded", kind="import")
    with pytest.raises(Invalid) as caught:
        correct_endpoint(by=None, endpoint=recorded, kind="host", base_url="https://x.example/v1")
    assert "kind" in caught.value.fields
    correct_endpoint(by=None, endpoint=recorded, served_name="as it was")


def test_names_that_are_taken(endpoint):
    other = add_endpoint(by=None, llm=endpoint.llm, slug="b", kind="host", base_url="https://b.example/v1")
    with pytest.raises(Conflict, match="endpoint-a already"):
        correct_endpoint(by=None, endpoint=other, slug="endpoint-a")
    llm = add_llm(by=None, slug="model-b", name="Model B", maker="Maker B", maker_country="CN")
    with pytest.raises(Conflict, match="model-a already"):
        correct_llm(by=None, llm=llm, slug="model-a")


def test_only_maintainers_and_only_what_is_in_use(endpoint, labeller, maintainer):
    for action in (
        lambda: correct_endpoint(by=labeller, endpoint=endpoint, served_name="x"),
        lambda: correct_llm(by=labeller, llm=endpoint.llm, name="x"),
        lambda: retire_llm(by=labeller, llm=endpoint.llm),
    ):
        with pytest.raises(Forbidden):
            action()
    stop_endpoint(by=maintainer, endpoint=endpoint, reason="", retire=True)
    with pytest.raises(Conflict, match="retired for good"):
        correct_endpoint(by=maintainer, endpoint=endpoint, served_name="x")


def test_a_model_is_retired_with_its_endpoints_and_stays_so(endpoint, maintainer):
    llm = endpoint.llm
    recorded = add_endpoint(by=None, llm=llm, slug="recorded", kind="import")
    assert retire_llm(by=maintainer, llm=llm, reason="Its maker took it away.") is True
    assert retire_llm(by=maintainer, llm=llm) is False
    endpoint.refresh_from_db()
    recorded.refresh_from_db()
    assert (endpoint.status, endpoint.status_reason) == ("retired", "Its maker took it away.")
    assert recorded.status == "active"
    assert [entry.verb for entry in history(llm)] == ["retire", "add"]
    with pytest.raises(Conflict, match="Model A is retired"):
        correct_llm(by=maintainer, llm=llm, name="x")
    with pytest.raises(Conflict, match="Model A is retired"):
        add_endpoint(by=None, llm=llm, slug="c", kind="host", base_url="https://c.example/v1")
    add_endpoint(by=None, llm=llm, slug="recorded-too", kind="import")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"maker": "x" * 121}, "maker"),
        ({"maker_country": "france"}, "maker_country"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"remark": "\x00"}, "remark"),
        ({"slug": "a/b"}, "slug"),
    ],
)
def test_a_model_that_cannot_be(endpoint, changes, field):
    with pytest.raises(Invalid) as caught:
        correct_llm(by=None, llm=endpoint.llm, **changes)
    assert list(caught.value.fields) == [field]


def test_what_is_no_column_is_a_mistake_of_ours(endpoint):
    with pytest.raises(TypeError, match="status"):
        correct_endpoint(by=None, endpoint=endpoint, status="active")


def test_the_command_knows_every_column(db):
    call_command(
        "add_endpoint", "a", "https://openrouter.ai/api/v1", "maker/a", "--llm=a", "--upstream=some-host",
        "--key-file=router.key", "--no-stream", "--reasoning=ask-not", "--system=Brief.", "--requests-a-minute=60",
        "--tokens-a-minute=9000", "--price-input=0.5", "--price-output=2", "--budget=5", '--params={"max_tokens": 9}',
        "--protocol=openai_chat", "--dialect=openrouter", "--timeout=9", "--samples=2", "--max-in-flight=7",
    )  # fmt: skip
    one = Endpoint.objects.get()
    assert (one.upstream, one.key_file, one.stream, one.reasoning, one.system) == (
        "some-host", "router.key", False, False, "Brief.",
    )  # fmt: skip
    assert (one.requests_a_minute, one.tokens_a_minute, one.timeout_s, one.samples, one.max_in_flight) == (
        60, 9000, 9, 2, 7,
    )  # fmt: skip
    assert (one.price_input, one.price_output, one.budget) == (Decimal("0.5"), Decimal(2), Decimal(5))


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--budget=5", "budget: A budget needs"),
        ("--params=[]", "params: Give a JSON object"),
        ("--budget=x", "invalid"),
    ],
)
def test_the_command_leaves_nothing_behind(db, option, said):
    with pytest.raises(CommandError, match=said):
        call_command("add_endpoint", "a", "https://a.example/v1", "a", "--llm=a", option)
    assert (LLM.objects.count(), Endpoint.objects.count()) == (0, 0)


@pytest.mark.parametrize("name", NO_KEY_FILES)
def test_the_table_holds_to_the_names_of_key_files_too(endpoint, name):
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        Endpoint.objects.filter(pk=endpoint.pk).update(key_file=name)


@pytest.mark.parametrize(
    "name", ["openai.key", "openai_KEY", "x-ai-token", "my.own_TOKEN", "secretive.key", "spark.key"]
)
def test_files_that_may_hold_a_key(endpoint, name):
    assert correct_endpoint(by=None, endpoint=endpoint, key_file=name).key_file == name


def test_what_was_seen_is_corrected_and_nothing_else(endpoint, maintainer):
    seen = seen_of(endpoint, ["budget", "system", "params", "llm", "price_input", "price_output"])
    correct_endpoint(by=None, endpoint=endpoint, **BUDGETED)
    for changes in ({"budget": 20}, {"params": {}}, {"system": "x", "price_input": 1}, {"stream": False}):
        with pytest.raises(Overtaken):
            correct_endpoint(by=maintainer, endpoint=endpoint, seen=seen, **changes)
    assert correct_endpoint(by=maintainer, endpoint=endpoint, seen=seen, system="x", llm=endpoint.llm).budget == 10
    endpoint.refresh_from_db()
    seen = seen_of(endpoint, ["budget"])
    Endpoint.objects.update(budget=Decimal("10.0"))
    assert correct_endpoint(by=maintainer, endpoint=endpoint, seen=seen, budget=20).budget == 20
    seen = seen_of(endpoint.llm, ["name", "remark"])
    correct_llm(by=None, llm=endpoint.llm, name="Another")
    with pytest.raises(Overtaken) as caught:
        correct_llm(by=maintainer, llm=endpoint.llm, seen=seen, name="Mine", remark="Small.")
    assert (caught.value.columns, caught.value.row.name) == (["name"], "Another")
