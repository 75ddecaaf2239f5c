"""After somebody left: their name, pseudonyms and notes are in no column of the database, no file and no log."""

import logging
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions import make_token, set_languages
from accounts.models import User
from annotations.actions import (
    assign_next,
    pass_on,
    quarantine,
    refresh_stale,
    reinstate,
    remark,
    report_answer,
    submit_label,
)
from annotations.agreement.stopping import LEAD
from annotations.models import Check, Label, Practised, Remark
from candor_verify.__main__ import main as verify
from releases.actions import make_editions
from releases.actions.webhooks import make_webhook
from releases.files.layout import lay_out
from releases.models import Edition, ReleasedPerson
from tests.accounts.listening import listening, sessions
from tests.annotations.gold import went
from tests.cast import PASSWORD
from tests.releases.searching import in_database, in_files
from tests.releases.taking import publish

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "zebulon-quartermain"
WORDS = {
    "mail": "zebulon@quartermain.example",
    "note": "a kumquat of a note",
    "passed": "a loquat of a reason",
    "check": "a medlar of a check",
    "earlier": "a persimmon of an earlier one",
    "report": "a quince of a report",
    "about gold": "a rambutan of a report",
    "token": "a sapodilla of a token",
    "hook": "tamarillo.example",
    "standing": "ugli of a standing",
}
SAID = "a yuzu of a remark"


@pytest.fixture
def heard() -> Iterator[Callable[[], str]]:
    """All that Valkey is told from the day the person came."""
    with listening() as so_far:
        yield so_far


@pytest.fixture
def leaver(heard, person, make_answer, make_prompt, world, maintainer) -> User:
    """Somebody who left a trace in every table in which a person can leave one."""
    one = person(NAME)
    User.objects.filter(pk=one.pk).update(email=WORDS["mail"], last_login=timezone.now())
    one.refresh_from_db()
    set_languages(by=one, languages=["en", "fr"])
    make_token(by=one, name=WORDS["token"], scopes=["label"])
    make_webhook(by=one, url=f"https://{WORDS['hook']}/candor", events_wanted=["release.published"])
    # Decided without them, too.
    Label.objects.create(answer=world.settled, person=person("fourth"), value="evasive", guideline="2")
    # An answer of their own with others, and one they could not judge.
    for answer in (world.settled, world.odd):
        Label.objects.create(answer=answer, person=one, value="evasive", note=WORDS["note"], guideline="2")
    waiting = [card.id for card in assign_next(by=one)]
    submit_label(by=one, assignment_id=waiting[0], value="censored", note=WORDS["note"])
    make_answer("Words in no order.", prompt=make_prompt("And what came of it a year later?"))
    (card,) = assign_next(by=one)
    pass_on(by=one, assignment_id=card.id, reason="garbled", note=WORDS["passed"])
    went(one, "rr")
    Check.objects.filter(person=one).update(
        note=WORDS["check"],
        past=[{"key": str(uuid.uuid4()), "value": "faithful", "note": WORDS["earlier"], "facets": []}],
        reported_at=timezone.now(),
        report_kind="illegal",
        report_note=WORDS["about gold"],
        report_status="open",
    )
    report_answer(by=one, answer=world.settled, kind="illegal", note=WORDS["report"])
    remark(by=one, rule="official-line", text=SAID)
    Practised.objects.create(person=one, item="first", first="censored", right="censored")
    quarantine(by=maintainer, person=one, reason=f"{NAME} has an {WORDS['standing']}")
    reinstate(by=maintainer, person=one, reason=f"{NAME} has an {WORDS['standing']}")
    while refresh_stale(limit=100):
        pass
    return one


@pytest.fixture
def browser(leaver) -> Client:
    """Signed in as everybody is: by the page, which notes in the session how."""
    cache.clear()
    client = Client()
    assert client.post(reverse("account_login"), {"login": NAME, "password": PASSWORD}).status_code == 302
    client.get("/label/me/")
    return client


def everything(person: User) -> list[str]:
    """Whatever must not be found any more."""
    return [NAME, *WORDS.values(), *ReleasedPerson.objects.filter(person=person).values_list("name", flat=True)]


@pytest.mark.parametrize("labels", ["keep", "erase"])
def test_who_left_is_found_nowhere(
    labels, leaver, browser, heard, world, maintainer, releases_dir, caplog, tmp_path, monkeypatch
):
    caplog.set_level(logging.DEBUG)
    # What is left of the answers stands by the rule, as releases do; see lead_of_one.
    monkeypatch.setattr("annotations.rules.LEAD", LEAD)
    releases = [publish(maintainer), publish(maintainer)]
    needles = everything(leaver)
    pseudonyms = needles[-2:]
    assert len(needles) == len(WORDS) + 3
    # The search finds each of them now, or it would prove nothing.
    assert {found.rsplit(": ", 1)[1] for found in in_database(needles)} == {needle.lower() for needle in needles}
    assert {found.rsplit(": ", 1)[1] for found in in_files(releases_dir, pseudonyms)} == set(pseudonyms)

    page = browser.post("/label/me/leave/", {"typed": PASSWORD, "labels": labels})
    assert page.status_code == 302
    # At once, but for the order itself, which has to find their rows in the files.
    assert {found.split(":")[0] for found in in_database(needles)} == {"public.releases_withdrawal.rows"}
    while refresh_stale(limit=100):
        pass
    assert make_editions() == 1

    assert in_database(needles) == []
    assert in_files(releases_dir, needles) == []
    following = publish(maintainer)
    assert in_files(releases_dir, needles) == []
    assert in_database(needles) == []
    assert not ReleasedPerson.objects.filter(person=leaver).exists()
    assert [needle for needle in needles if needle.lower() in caplog.text.lower()] == []
    # Not now and not before: Valkey writes down all it is told, and forgets it only when its file is rewritten.
    assert browser.cookies["sessionid"].value == ""
    assert [needle for needle in needles if needle.lower() in heard() + sessions()] == []
    assert "django.contrib.sessions.cached_db" in heard()
    kept = 3 if labels == "keep" else 0
    assert (Label.objects.filter(person=leaver).count(), Remark.objects.count()) == (kept, 1 if kept else 0)
    assert [(str(one), one.tombstone["orders"][0]["kind"]) for one in Edition.objects.order_by("pk")] == [
        (f"{release}+e1", "name" if kept else "labels") for release in releases
    ]
    for number, release in enumerate([*releases, following]):
        assert verify([str(lay_out(release, tmp_path / str(number)))]) == 0


def test_what_stays_says_nothing_of_them(leaver, browser, world, maintainer):
    browser.post("/label/me/leave/", {"typed": PASSWORD, "labels": "keep"})
    assert in_database([SAID]) == ["public.annotations_remark.text: " + SAID]
    leaver.refresh_from_db()
    assert (leaver.is_active, leaver.email, leaver.languages) == (False, "", [])
    assert leaver.username.startswith("left-")


def test_a_note_given_at_the_last_moment_goes_with_the_order(leaver, browser, world, maintainer):
    """A verdict in flight while they left: the worker that carries the order out looks again."""
    browser.post("/label/me/leave/", {"typed": PASSWORD, "labels": "erase"})
    Label.objects.create(answer=world.settled, person=leaver, value="evasive", note=WORDS["note"], guideline="2")
    make_editions()
    assert in_database([WORDS["note"]]) == []
    assert not Label.objects.filter(person=leaver).exists()


def test_the_database_logs_no_row_that_it_refuses(person):
    """A name that is taken: what PostgreSQL says of it to its log is the rule that was broken, and not the name."""
    person(NAME)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username=NAME.upper())
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('log_error_verbosity'), current_setting('log_min_error_statement')")
        assert cursor.fetchone() == ("terse", "panic")
    logs = list(Path("/tmp").glob(f"candor-test-{os.getpid()}-*/logs/postgres.log"))
    assert len(logs) == (0 if os.environ.get("TEST_DATABASE_URL") else 1)
    for log in logs:
        text = log.read_text(errors="replace")
        assert "user_name_once" in text
        assert NAME not in text.lower()
