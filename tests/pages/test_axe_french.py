"""axe finds nothing on any page: for everybody who can see it, light and dark, wide and narrow. Here in French."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.pages.check import violations
from tests.pages.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_axe_finds_nothing_in_french(world: World, live_server: Any, browser: Browser) -> None:
    assert violations(world, live_server, browser, language="fr") == ""
