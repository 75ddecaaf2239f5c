"""manage.py judge, against a judge on this machine."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from annotations.models import Judge
from tests.annotations.judges import judging_endpoint, settle_as
from tests.fake_provider import FakeProvider
from tests.workers.watch_cases import empty_limits

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def provider():
    with FakeProvider() as running:
        empty_limits()
        yield running


def run(*arguments):
    out = io.StringIO()
    call_command("judge", *arguments, stdout=out)
    return out.getvalue()


def refusal(code, *arguments):
    with pytest.raises(CommandError) as error:
        run(*arguments)
    assert error.value.returncode == code
    return str(error.value)


def test_from_registering_to_a_measure(provider, make_answer, tmp_path):
    judging_endpoint(base_url=provider.base_url)
    settle_as(make_answer("It was a massacre."), "faithful")
    make_answer("Nobody has labelled this.")
    text = tmp_path / "instructions.txt"
    text.write_text("Label it.", encoding="utf-8")
    run("register", "judge", "--endpoint", "judge-place", "--instructions", str(text), "--a-day", "9")
    assert (Judge.objects.get().instructions, Judge.objects.get().a_day) == ("Label it.", 9)
    assert refusal(2, "start", "judge").startswith("It goes to work when it has passed")
    assert "was moved by none of" in run("test", "judge")
    assert run("start", "judge") == "judge 1 is at work.\n"
    told = json.loads(run("run"))
    assert (told["read"], told["answers"], told["percent"], told["moved"]) == (2, 1, 1.0, 0)
    assert run("pause", "judge") == "judge 1 is paused.\n"
    assert json.loads(run("list"))["status"] == "paused"


def test_what_is_refused(provider, tmp_path):
    judging_endpoint(base_url=provider.base_url, served_name="judge:gullible")
    assert refusal(2, "register", "judge", "--endpoint", "none") == "There is no endpoint none."
    assert refusal(2, "test", "judge") == "There is no judge judge."
    assert "slug: " in refusal(2, "register", "Judge", "--endpoint", "judge-place")
    missing = str(tmp_path / "none")
    said = refusal(2, "register", "judge", "--endpoint", "judge-place", "--instructions", missing)
    assert said.startswith("The instructions cannot be read")
    run("register", "judge", "--endpoint", "judge-place")
    assert refusal(1, "test", "judge").startswith("Moved by ")
