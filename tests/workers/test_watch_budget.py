"""A budget that is used up is told wherever a maintainer looks, exactly while it is."""

import re
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.utils import timezone

from probes import selectors
from probes.actions import claim, close_round
from probes.models import Probe, Spending
from tests.workers.test_metrics import scrape
from tests.workers.watch_cases import Rows, empty_limits
from workers.desks import Desk
from workers.watching import estimate, look, words

pytestmark = pytest.mark.django_db
WORD = "Budget used up"


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()
    empty_limits()


@pytest.fixture
def rows(endpoint, prompt, open_a_round):
    endpoint.price_input, endpoint.price_output = Decimal(1), Decimal(10)
    endpoint.params, endpoint.budget = {"max_tokens": 100}, Decimal("0.02")
    endpoint.save()
    return Rows(endpoint, prompt, open_a_round)


@pytest.fixture
def most(rows):
    """What the next call may cost."""
    return Desk(rows.endpoint).price.of(rows.version.text)


def leave(rows, left, reserved=Decimal(0)):
    """So much is left of the budget."""
    spent = rows.endpoint.budget - left - reserved
    month = timezone.now().date().replace(day=1)
    Spending.objects.update_or_create(
        endpoint=rows.endpoint, month=month, defaults={"spent": spent, "reserved": reserved}
    )


def used_up(rows):
    return rows.endpoint.pk in selectors.used_up()


def test_it_is_what_a_claim_would_find(rows, most):
    """To the smallest part of a dollar."""
    rows.due(10)
    desk = Desk(rows.endpoint)
    for left, used in ((most, False), (most - Decimal("0.00000001"), True)):
        leave(rows, left)
        assert used_up(rows) is used
        assert (claim(endpoint=rows.endpoint.pk, limit=5, price=desk.price) == []) is used
        Probe.objects.update(status="due", leased_until=None, reserved=None, due_at=rows.ago(10))
    (one,) = selectors.used_up([rows.endpoint.pk]).values()
    assert (one.slug, one.left, one.wanted, one.until.day) == ("endpoint-a", most - Decimal("0.00000001"), most, 1)
    assert one.until > timezone.now().date()


def test_the_first_in_the_queue_decides_as_in_a_claim(rows, most, make_prompt):
    long = Rows(rows.endpoint, make_prompt(text="What happened in the harbour in 1919, and why? " * 4), rows.round)
    rows.due(10)
    long.due(20)
    leave(rows, most)
    assert (used_up(rows), claim(endpoint=rows.endpoint.pk, limit=5, price=Desk(rows.endpoint).price)) == (True, [])


def test_without_anything_spent_yet_a_budget_may_be_too_small(rows):
    rows.due(10)
    assert used_up(rows) is False
    rows.endpoint.budget = Decimal(0)
    rows.endpoint.save()
    assert used_up(rows) is True


def test_it_is_not_used_up_while_something_else_is_the_matter(rows, maintainer):
    leave(rows, Decimal(0))
    assert used_up(rows) is False  # nothing waits
    rows.due(-60)
    assert used_up(rows) is False  # nothing could be asked now
    rows.due(10)
    assert used_up(rows) is True
    held = rows.claimed()
    assert used_up(rows) is False  # it may free money
    held.delete()
    rows.endpoint.status = "paused"
    rows.endpoint.save()
    assert used_up(rows) is False
    rows.endpoint.status, rows.endpoint.budget = "active", None
    rows.endpoint.save()
    assert used_up(rows) is False
    rows.endpoint.budget = Decimal("0.02")
    rows.endpoint.save()
    close_round(by=None, of=rows.round)
    assert used_up(rows) is False


def test_each_page_says_so(client, maintainer, rows, most):
    client.force_login(maintainer)
    rows.due(10)
    leave(rows, most - Decimal("0.0001"))
    at = f"/probes/endpoints/{rows.endpoint.pk}/"
    for address in ("/probes/watch/", "/probes/", at):
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(address).content.decode()))
        assert WORD in text
        assert re.search(
            r"is left of this month’s budget, and the next call may cost \$0\.00\d+\. It is asked again from 1 \w+",
            text,
        )
    banner = client.get("/about/").content.decode()
    assert f'<a href="{at}">endpoint-a</a></b> has used up its budget until ' in banner
    assert scrape()["candor_endpoint_budget_used_up", "endpoint-a"] == 1
    # Raised: at once nowhere any more.
    rows.endpoint.budget = Decimal(5)
    rows.endpoint.save()
    for address in ("/probes/watch/", "/probes/", at, "/about/"):
        page = client.get(address).content.decode()
        assert (WORD in page, "has used up its budget" in page) == (False, False)
    assert scrape()["candor_endpoint_budget_used_up", "endpoint-a"] == 0


def test_only_maintainers_are_told(client, reviewer, rows):
    rows.due(10)
    leave(rows, Decimal(0))
    client.force_login(reviewer)
    assert "used up its budget" not in client.get("/about/").content.decode()


def test_no_end_is_promised(rows):
    rows.due(10)
    leave(rows, Decimal(0))
    (one,) = look(rows.now).standings
    assert (one.state.sign, one.state.word) == ("used_up", WORD)
    told = estimate([one])
    assert (told.unpaid, told.unknown, told.high_s, words.time_left(told)) == (1, "", 0.0, "")
