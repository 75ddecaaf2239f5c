"""manage.py probe: what it prints, what it refuses, what it costs, and that it records nothing."""

import io
import json
import sys
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from probes.models import Answer, Payload, Probe, Spending
from tests.fake_provider.in_thread import FakeProvider
from tests.workers.watch_cases import make_endpoint
from workers.management.commands.probe import BODY_AT_MOST, readable, shortened

pytestmark = pytest.mark.django_db
KEY = "sk-a-key-that-nobody-may-see-1234567890"


@pytest.fixture(scope="module")
def provider():
    with FakeProvider() as running:
        yield running


@pytest.fixture
def fake(provider, monkeypatch):
    monkeypatch.setenv("FAKE_API_KEY", KEY)

    def make(behaviour="answer", **more):
        return make_endpoint(
            "fake", base_url=provider.base_url, served_name=behaviour, key_variable="FAKE_API_KEY", **more
        )

    return make


def run(*arguments):
    """What it prints, and its exit code."""
    out, code = io.StringIO(), 0
    try:
        call_command("probe", *arguments, stdout=out)
    except SystemExit as error:
        code = error.code
    return out.getvalue(), code


def refusal(*arguments):
    with pytest.raises(CommandError) as error:
        run(*arguments)
    assert error.value.returncode == 2
    return str(error.value)


def test_everything_is_printed_and_nothing_recorded(fake):
    fake()
    said, code = run("What is a dam?", "--endpoint", "fake")
    assert code == 0
    assert said.startswith("curl --no-buffer http://127.0.0.1:")
    parts = (
        "$FAKE_API_KEY",
        "What is a dam?",
        "Delivery:      delivered",
        "Rule:          answer: ",
        "Model:",
        "Usage:",
    )
    for part in (*parts, "Status:        200", "Finish reason: stop", "Pieces", " characters", "Text\nAnswer "):
        assert part in said
    assert said.endswith("Nothing of this was recorded as a probe.\n")
    assert KEY not in said
    assert (Probe.objects.count(), Answer.objects.count(), Payload.objects.count()) == (0, 0, 0)


def test_json_and_raw(fake, tmp_path):
    fake(stream=False)
    said, code = run("What is a dam?", "--endpoint", "fake", "--json", "--raw", str(tmp_path / "body"))
    told = json.loads(said)
    body = json.loads((tmp_path / "body").read_bytes())
    assert (code, told["delivery"], told["rule"], told["recorded"]) == (0, "delivered", "answer", False)
    assert told["body"] == (tmp_path / "body").read_text()
    assert told["text"] == body["choices"][0]["message"]["content"]
    assert told["request"]["body"]["messages"] == [{"role": "user", "content": "What is a dam?"}]
    assert told["request"]["headers"]["authorization"] == "Bearer $FAKE_API_KEY"
    assert KEY not in said


def test_a_block_is_told_and_is_no_answer(fake):
    fake("content_filter")
    said, code = run("What is a dam?", "--endpoint", "fake", "--json")
    told = json.loads(said)
    assert code == 1
    assert told["delivery"] in {"blocked_output", "cut_by_filter"}
    assert (told["rule"], told["about"] != "") == ("end_filter", True)


def test_an_outage_is_no_answer(fake):
    fake("status:503")
    said, code = run("What is a dam?", "--endpoint", "fake")
    assert code == 1
    assert "Next:          the workers would try it again" in said
    assert "Body\n" in said
    assert "Status:        503" in said


def test_the_body_of_an_error_nobody_knows_is_printed(fake):
    fake("unknown_error")
    said, code = run("What is a dam?", "--endpoint", "fake")
    assert (code, "never_seen" in said) == (1, True)


def test_a_body_is_text_whatever_it_is():
    assert readable(b"caf\xc3\xa9 \xff\xfe\x00") == "café \\xff\\xfe\0"


def test_a_long_body_is_cut_in_a_terminal_only():
    assert shortened("x" * BODY_AT_MOST) == "x" * BODY_AT_MOST
    cut = shortened("x" * (BODY_AT_MOST + 1234))
    said = "… and 1,234 characters more: --json prints all of it, --raw FILE keeps the bytes."
    assert cut == "x" * BODY_AT_MOST + "\n" + said


def test_a_number_is_a_prompt(fake, prompt):
    fake()
    told = json.loads(run(str(prompt.pk), "--endpoint", "fake", "--json")[0])
    assert told["request"]["body"]["messages"][-1]["content"] == prompt.current.text


def test_standard_input(fake, monkeypatch):
    fake()
    monkeypatch.setattr(sys, "stdin", io.StringIO("1989\n"))
    told = json.loads(run("-", "--endpoint", "fake", "--json")[0])
    assert told["request"]["body"]["messages"][-1]["content"] == "1989"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["Hello?", "--endpoint", "nobody"], "There is no endpoint nobody."),
        (["999999999999999999999999", "--endpoint", "fake"], "There is no prompt"),
        (["  ", "--endpoint", "fake"], "the text is empty"),
        (["Hello?", "--endpoint", "fake", "--raw", "/nowhere/body"], "/nowhere/body cannot be written"),
    ],
)
def test_bad_use_asks_nothing(fake, provider, arguments, sentence):
    fake()
    provider.reset()
    assert sentence in refusal(*arguments)
    assert provider.counts()["asked"] == []


def test_imports_retired_and_paused_endpoints(fake, provider):
    endpoint = fake()
    provider.reset()
    make_endpoint("imported", kind="import", base_url="")
    assert "collected elsewhere" in refusal("Hello?", "--endpoint", "imported")
    endpoint.status, endpoint.status_reason = "paused", "No money."
    endpoint.save()
    assert refusal("Hello?", "--endpoint", "fake") == "fake is paused (No money). Resume it, or ask it with --anyway."
    assert provider.counts()["asked"] == []
    assert run("Hello?", "--endpoint", "fake", "--anyway")[1] == 0
    endpoint.status = "retired"
    endpoint.save()
    assert "retired for good" in refusal("Hello?", "--endpoint", "fake", "--anyway")


def test_a_key_that_is_not_there(fake, monkeypatch):
    fake()
    monkeypatch.delenv("FAKE_API_KEY")
    assert "FAKE_API_KEY" in refusal("Hello?", "--endpoint", "fake")


def test_what_it_costs_is_settled(fake):
    endpoint = fake(
        "answer,input:900,output:70", stream=False, price_input=Decimal(1000), price_output=Decimal(2000), budget=50,
        params={"max_tokens": 100},
    )  # fmt: skip
    told = json.loads(run("Hello?", "--endpoint", "fake", "--json")[0])
    month = Spending.objects.get(endpoint=endpoint)
    assert (month.spent, month.reserved) == (Decimal("1.04"), 0)
    assert Decimal(told["cost_usd"]) == Decimal("1.04")


def test_nothing_is_asked_beyond_the_budget(fake, provider):
    endpoint = fake(
        price_input=Decimal(1000), price_output=Decimal(2000), budget=Decimal("0.01"), params={"max_tokens": 100}
    )
    provider.reset()
    assert "budget of fake does not hold another call" in refusal("Hello?", "--endpoint", "fake")
    assert provider.counts()["asked"] == []
    assert {(one.spent, one.reserved) for one in Spending.objects.filter(endpoint=endpoint)} == {(0, 0)}


def test_a_call_that_may_have_been_paid_counts_in_full(fake):
    endpoint = fake("close", price_input=Decimal(1), price_output=Decimal(2), budget=50, params={"max_tokens": 100})
    told = json.loads(run("Hello?", "--endpoint", "fake", "--json")[0])
    month = Spending.objects.get(endpoint=endpoint)
    assert told["sent"] == "maybe_paid"
    assert (month.spent > 0, month.reserved, str(month.spent)) == (True, 0, told["cost_usd"])


def test_a_terminal_is_not_taken_over(fake):
    fake()
    said, _ = run("a\x1b[31m red \x07 text", "--endpoint", "fake")
    assert "\x1b" not in said
    assert "\x07" not in said
