"""A browser, and a site with something on each of its pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import Browser, sync_playwright

from tests.annotations.screen import FLAGS
from tests.conftest import CHROMIUM
from tests.pages.world import World, build_world


@pytest.fixture
def browser() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        # The one that was opened beside the browser's loop; outside of it the tests have another.
        connection.close()
        launched.close()


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    return build_world(request, tmp_path)
