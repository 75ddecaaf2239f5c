"""The forms on the page about the API with a script: what comes back is shown below its form."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.urls import reverse
from playwright.sync_api import Locator, sync_playwright

from accounts.actions import make_token
from accounts.models import User
from prompts.models import Prompt
from releases.models import Webhook
from tests.annotations.screen import FLAGS, Screen
from tests.api.conftest import ROOT
from tests.conftest import CHROMIUM
from tests.visitors import VISITORS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def screen(live_server: Any) -> Iterator[Screen]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # The tests look into the database beside the browser's loop.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield Screen(browser.new_context(base_url=live_server.url))
        connection.close()
        browser.close()
    VISITORS.wait_until_gone(20)


def opened(screen: Screen, path: str, verb: str) -> Locator:
    """The form of an operation, unfolded."""
    form = screen.page.locator(f'form[data-verb="{verb}"][data-path="{ROOT}{path}"]')
    form.locator("..").locator("summary").click()
    return form


def send(form: Locator, outcome: str) -> str:
    """What is said of the answer, once it is there."""
    form.get_by_role("button").click()
    shown = form.locator(f".try__{outcome}")
    shown.wait_for()
    return shown.inner_text()


def test_what_is_read_is_shown_below_its_form(screen: Screen, make_prompt: Callable[..., Prompt], author: User) -> None:
    prompt, token = make_prompt(), make_token(by=author, name="a program", scopes=["submit"])[1]
    screen.page.goto(reverse("api:docs"))
    reading = opened(screen, "prompts/{id}/", "GET")
    reading.locator("[name='in.id']").fill(str(prompt.pk))
    assert send(reading, "ok").startswith("200")
    assert "Jallianwala" in reading.locator("pre").inner_text()
    reading.locator("[name='in.id']").fill("99999")
    assert send(reading, "bad").startswith("404")
    own = opened(screen, "webhooks/", "GET")
    own.locator("[name='in.token']").fill(token)
    assert send(own, "bad").startswith("403")
    assert urlsplit(screen.page.url).path == reverse("api:docs")
    # The browser itself says on its console that a request was refused; nothing else may stand there.
    assert [fault for fault in screen.faults if "404" not in fault and "403" not in fault] == []


def test_something_can_be_changed_with_a_token(screen: Screen, author: User) -> None:
    token = make_token(by=author, name="a program", scopes=["webhook"])[1]
    screen.page.goto(reverse("api:docs"))
    form = opened(screen, "webhooks/", "POST")
    form.locator("[name='in.token']").fill(token)
    assert send(form, "ok").startswith("201")
    assert Webhook.objects.get().owner == author
    assert screen.faults == []


def test_a_session_alone_changes_nothing(screen: Screen, author: User) -> None:
    from tests.annotations.conftest import sign_in

    sign_in(screen.context, author)
    screen.page.goto(reverse("api:docs"))
    assert send(opened(screen, "webhooks/", "POST"), "bad").startswith("401")
    assert not Webhook.objects.exists()
