"""The walk misses nothing: whatever has an address is a page for somebody, or it is said why not."""

import pytest

from tests.pages.check import PEOPLE
from tests.pages.walk import NO_PAGE, addresses, pages
from tests.pages.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_address_is_a_page_for_somebody_or_none_for_a_reason(world: World, client) -> None:
    everything = addresses(world.values)
    shown = set()
    for who in PEOPLE:
        client.logout()
        if who in world.people:
            client.force_login(world.people[who])
        shown |= {page.name for page in pages(client, everything)}
    assert (sorted(set(everything) - shown - set(NO_PAGE)), sorted(shown & set(NO_PAGE))) == ([], [])
    assert sorted(set(NO_PAGE) - set(everything)) == []
