"""The whole walk, in one language."""

from typing import Any

from playwright.sync_api import Browser

from tests.pages import states
from tests.pages.visit import Visit, itself
from tests.pages.walk import addresses, pages
from tests.pages.world import World

# Who goes, in this order, and the states they see beside the addresses. What one before them saw alike is not looked
# at again.
PEOPLE = {
    "nobody": (states.asking, states.faults, states.entering, states.practising),
    "newcomer": (states.practising,),
    "labeller": (states.labelling,),
    "idle": (),
    "slowed": (),
    "quarantined": (states.held_back,),
    "reviewer": (states.reviewing,),
    "maintainer": (states.maintaining,),
}


def violations(world: World, live_server: Any, browser: Browser, *, language: str) -> str:
    """What axe finds on any page for anybody, a line each; empty if that is nothing."""
    seen: set[str] = set()
    found: list[str] = []
    for who, ways in PEOPLE.items():
        visit = Visit(browser, live_server.url, person=world.people.get(who), language=language)
        for shown in pages(visit.client, addresses(world.values)):
            if itself(shown.html) not in seen:
                seen.add(itself(shown.html))
                visit.go(shown.address, shown.status)
                visit.look(shown.name)
        for way in ways:
            way(visit, world)
        found += visit.leave()
    return "\n".join(found)
