"""A round is looked at before it opens: what it would ask, take and cost, and how sure each figure is."""

import re
import threading
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from core.errors import Conflict
from probes.actions import add_endpoint, correct_endpoint, open_round, stop_endpoint
from probes.models import Probe, Round, Spending
from probes.selectors import Surety, preview
from probes.selectors.endpoints import this_month
from probes.templatetags.probe_pages import hours, price, usd

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, maintainer):
    client.force_login(maintainer)
    return client


@pytest.fixture
def questions(make_prompt):
    """Two questions of 42 bytes together with one that nobody approved."""
    return [make_prompt(text="Why is the sea salt?"), make_prompt(text="Où est le détroit ?", language="fr")]


def words(response):
    html = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(html.split())


def finished(endpoint, prompt, number, **columns):
    of = Round.objects.get_or_create(number=1, defaults={"name": "Before", "status": "closed"})[0]
    moment = timezone.now() - timedelta(days=1)
    values = {"usage": {"prompt_tokens": 10, "completion_tokens": 100}, "latency_ms": 2000, **columns}
    start = Probe.objects.count()
    Probe.objects.bulk_create(
        Probe(
            round=of, version=prompt.current, endpoint=endpoint, sample=start + n, status="done", delivery="truncated",
            asked_at=moment, finished_at=moment, **values,
        )
        for n in range(1, number + 1)
    )  # fmt: skip


def only(samples=3):
    (one,) = preview(samples).estimates
    return one


def test_with_nothing_to_ask():
    empty = preview(3)
    assert (empty.probes, empty.prompts, empty.input, empty.output, empty.cost, empty.hours) == (0, 0, 0, 0, 0, None)


def test_it_counts_as_the_round_itself_would(questions, endpoint, make_prompt):
    make_prompt(text="Nobody has looked at this yet, has one?", approved=False)
    add_endpoint(by=None, llm=endpoint.llm, slug="recorded", kind="import")
    other = add_endpoint(by=None, llm=endpoint.llm, slug="b", kind="host", base_url="https://b.example/v1", samples=1)
    paused = add_endpoint(by=None, llm=endpoint.llm, slug="c", kind="host", base_url="https://c.example/v1")
    stop_endpoint(by=None, endpoint=paused, reason="x")
    found = preview(3)
    assert [(one.endpoint, one.probes) for one in found.estimates] == [(other, 2), (endpoint, 6)]
    assert (found.probes, found.prompts, found.paused) == (8, 2, 1)


def test_without_history_and_limit_the_output_is_unknown(questions, endpoint):
    one = only()
    bytes_of_both = len(b"Why is the sea salt?") + len("Où est le détroit ?".encode())
    assert (one.input.number, one.input.surety) == (3 * (bytes_of_both + 2 * 512), Surety.AT_MOST)
    assert (one.output.number, one.output.surety) == (None, Surety.UNKNOWN)
    assert (one.cost, one.hours) == (None, None)


def test_a_limit_is_an_upper_bound(questions, endpoint):
    correct_endpoint(by=None, endpoint=endpoint, params={"max_tokens": 256}, price_input=1, price_output=2)
    one = only()
    assert (one.output.number, one.output.surety, one.at_most) == (6 * 256, Surety.AT_MOST, True)
    assert one.cost == (Decimal(one.input.number) + Decimal(2 * 6 * 256)) / 1_000_000


def test_nineteen_probes_are_chance_and_twenty_tell(questions, endpoint):
    correct_endpoint(by=None, endpoint=endpoint, params={"max_tokens": 256}, price_input=1, price_output="0.5")
    finished(endpoint, questions[0], 19)
    assert only().output.surety == Surety.AT_MOST
    finished(endpoint, questions[0], 1, usage={"prompt_tokens": 10, "completion_tokens": 300})
    one = only()
    assert (one.input.number, one.output.number) == (60, round(6 * (19 * 100 + 300) / 20))
    assert (one.input.surety, one.output.surety, one.at_most) == (Surety.MEASURED, Surety.MEASURED, False)
    assert one.cost == (Decimal(60) + Decimal(660) / 2) / 1_000_000


def test_what_nobody_counted_is_no_history(questions, endpoint):
    finished(endpoint, questions[0], 30, usage={})
    assert only().output.surety == Surety.UNKNOWN
    assert only().hours is not None


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"max_in_flight": 1}, 6 * 2 / 3600),
        ({"max_in_flight": 3}, 2 * 2 / 3600),
        ({"max_in_flight": 3, "requests_a_minute": 1}, 6 / 60),
        ({"max_in_flight": 3, "tokens_a_minute": 10}, 660 / 10 / 60),
    ],
)
def test_the_time_is_that_of_the_narrowest_limit(questions, endpoint, limits, expected):
    finished(endpoint, questions[0], 20)
    correct_endpoint(by=None, endpoint=endpoint, **limits)
    assert only().hours == pytest.approx(expected)


def test_the_whole_takes_as_long_as_the_slowest(questions, endpoint):
    other = add_endpoint(by=None, llm=endpoint.llm, slug="b", kind="host", base_url="https://b.example/v1")
    correct_endpoint(by=None, endpoint=endpoint, max_in_flight=1)
    finished(endpoint, questions[0], 1)
    finished(other, questions[0], 1, latency_ms=50)
    assert preview(3).hours == pytest.approx(12 / 3600)


def test_what_is_left_of_the_budget(questions, endpoint):
    correct_endpoint(
        by=None, endpoint=endpoint, params={"max_tokens": 1000}, price_input=0, price_output=100, budget="1.00"
    )
    assert (only().money.left, only().cost, only().too_dear) == (Decimal("1.00"), Decimal("0.6"), False)
    Spending.objects.create(endpoint=endpoint, month=this_month(), spent="0.3", reserved="0.15")
    assert (only().money.left, only().too_dear) == (Decimal("0.55"), True)


def test_the_number_of_queries_does_not_grow(questions, endpoint):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            preview(3)
        return len(seen)

    one = queries()
    for letter in "bcd":
        add_endpoint(by=None, llm=endpoint.llm, slug=letter, kind="host", base_url="https://b.example/v1")
    assert queries() == one


def test_the_page_shows_it_first_and_then_opens(desk, questions, endpoint):
    assert "First its name" in words(desk.get("/probes/rounds/new/"))
    said = words(desk.get("/probes/rounds/new/?name=Spring+%3Cb%3E&samples=3"))
    assert "Probes 6 2 prompts · 1 endpoint " in said
    assert "1 endpoint has no output limit and too few finished probes" in said
    assert "1 endpoint was not asked before, so its time is not known." in said
    assert "Spring &lt;b&gt;" in said
    assert Round.objects.count() == 0
    assert desk.post("/probes/rounds/open/", {"name": "Spring", "samples": "3"}).status_code == 302
    assert Round.objects.get().name == "Spring"
    said = words(desk.get("/probes/rounds/new/?name=Summer&samples=3"))
    assert "Spring is open. Close it before you open another one." in said
    assert "Open the round" not in said


@pytest.mark.parametrize(
    "query", ["name=&samples=3", "name=x&samples=0", "name=x&samples=1e9", "samples=3", "name=x&samples=x"]
)
def test_a_round_that_cannot_be_is_said_at_its_field(desk, query):
    response = desk.get(f"/probes/rounds/new/?{query}")
    assert response.status_code == 422
    assert 'class="error"' in response.content.decode()


def test_the_budget_is_told_of_on_the_page(desk, questions, endpoint):
    correct_endpoint(
        by=None, endpoint=endpoint, params={"max_tokens": 1000}, price_input=0, price_output=100, budget="0.25"
    )
    said = words(desk.get("/probes/rounds/new/?name=x&samples=3"))
    assert "A budget may not be enough." in said
    assert "$0.60, and $0.25 is left this month" in said
    assert "at most $0.60" in said


def test_the_sum_is_as_sure_as_the_rows_in_it(desk, questions, endpoint):
    priced = {"params": {"max_tokens": 1000}, "price_input": 0, "price_output": 100}
    correct_endpoint(by=None, endpoint=endpoint, **priced)
    finished(endpoint, questions[0], 20)
    more = {"kind": "local", "base_url": endpoint.base_url, "allow_private": True, "served_name": "b"}
    bounded = add_endpoint(by=None, llm=endpoint.llm, slug="b", params={"max_tokens": 1000}, **more)
    # Its tokens are a bound; its cost is not in the sum.
    assert (preview(3).at_most, preview(3).cost_bounded) == (True, "none")
    said = words(desk.get("/probes/rounds/new/?name=x&samples=3"))
    assert "Money $0.06 about, where prices are known" in said
    assert "The cost of 1 endpoint is not known and not in the sum." in said
    correct_endpoint(by=None, endpoint=bounded, **priced)
    assert preview(3).cost_bounded == "some"
    said = words(desk.get("/probes/rounds/new/?name=x&samples=3"))
    assert "Money $0.66 partly at most, partly about, where prices are known" in said
    stop_endpoint(by=None, endpoint=endpoint, reason="")
    assert preview(3).cost_bounded == "all"
    said = words(desk.get("/probes/rounds/new/?name=x&samples=3"))
    assert "Money $0.60 at most, where prices are known" in said


def test_the_command_says_the_same_and_opens_nothing(questions, endpoint):
    out = StringIO()
    call_command("open_round", "Spring", "--samples", "2", "--preview", stdout=out)
    rows = [line.split("  ") for line in out.getvalue().splitlines()]
    assert ["endpoint-a", "4"] in [[cell.strip() for cell in row if cell.strip()][:2] for row in rows]
    assert "not known" in out.getvalue()
    assert "What is not known is not in the sums." in out.getvalue()
    assert Round.objects.count() == 0
    with pytest.raises(CommandError, match="1 to 100 samples"):
        call_command("open_round", "Spring", "--samples", "0", "--preview")
    with pytest.raises(CommandError, match="1 to 100 samples"):
        call_command("open_round", "Spring", "--samples", "0")
    call_command("open_round", "Spring", "--samples", "2", stdout=out)
    assert Round.objects.get().samples == 2


@pytest.mark.django_db(transaction=True)
def test_of_many_who_open_one_at_once_one_does_and_the_others_are_told():
    start = threading.Barrier(5)
    told = []

    def work():
        try:
            start.wait()
            told.append(open_round(by=None, name="One", samples=1))
        except Conflict as error:
            told.append(error.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told.count("Another round is open. Close it first.") == 4
    assert Round.objects.count() == 1


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "$0.00"),
        ("0.6", "$0.60"),
        ("0.0012", "$0.0012"),
        ("0.00001", "under $0.0001"),
        ("1234.5", "$1,234.50"),
        ("1.519", "$1.52"),
        ("0.17396", "$0.174"),
        ("0.99996", "$1.00"),
    ],
)
def test_money_in_words(value, said):
    assert usd(Decimal(value)) == said


def test_money_is_written_as_the_reader_writes_it():
    with override("fr"):
        said = [usd(Decimal(value)) for value in ("12.4", "0.00001")]
        said += [price(Decimal("2.5000"))]
    assert [" ".join(one.split()) for one in said] == ["12,40 $", "moins de 0,0001 $", "2,50 $"]


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "–"), (0.001, "< 1 minute"), (0.5, "30 minutes"), (3.44, "3.4 hours"), (96.0, "4.0 days")],
)
def test_time_in_words(value, said):
    assert hours(value) == said
