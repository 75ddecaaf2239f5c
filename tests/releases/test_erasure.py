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
from annotations.models import Check, Label, Practised, Remark
from candor_verify.__main__ import main as verify
from releases.actions import make_editions
from releases.actions.webhooks import make_webhook
from releases.files.layout import lay_out
from releases.models import Edition, ReleasedPerson, Withdrawal
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
def test_who_left_is_found_nowhere(labels, leaver, browser, heard, world, maintainer, releases_dir, caplog, tmp_path):
    caplog.set_level(logging.DEBUG)
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


# ---- pages


@pytest.mark.parametrize(("sent", "left"), [("keep", 2), ("erase", 0), (None, 2)])
def test_the_page_asks_what_becomes_of_the_labels(sent, left, world, client):
    reader = world.readers[0]
    client.force_login(reader)
    page = client.get("/label/me/leave/").content.decode()
    assert 'value="keep"' in page
    assert 'value="erase"' in page
    data = {"typed": reader.username, **({"labels": sent} if sent else {})}
    assert client.post("/label/me/leave/", data).status_code == 302
    found = Label.objects.filter(person=reader, answer__in=[world.settled, world.odd])
    assert found.count() == left


def test_a_third_choice_is_refused(world, client):
    reader = world.readers[0]
    client.force_login(reader)
    page = client.post("/label/me/leave/", {"typed": reader.username, "labels": "sell"})
    assert (page.status_code, "Choose one of the two." in page.content.decode()) == (422, True)
    reader.refresh_from_db()
    assert reader.is_active


def test_a_maintainer_erases_a_person_from_their_page(world, client, maintainer):
    gone = world.readers[0]
    client.force_login(maintainer)
    found = client.get("/data/withdrawals/", {"name": gone.username.upper()})
    assert (found.status_code, found["Location"]) == (302, f"/data/erase/person/{gone.pk}/")
    assert gone.username in client.get(found["Location"]).content.decode()
    page = client.post(found["Location"], {"labels": "erase", "reason": "", "sure": "on"})
    assert (page.status_code, "Say why, in words that may be public." in page.content.decode()) == (422, True)
    page = client.post(found["Location"], {"labels": "erase", "reason": "They asked by mail."})
    assert (page.status_code, "Tick this to go on." in page.content.decode()) == (422, True)
    page = client.post(found["Location"], {"labels": "erase", "reason": "They asked by mail.", "sure": "on"})
    assert (page.status_code, page["Location"]) == (302, "/data/withdrawals/")
    assert "They asked by mail." in client.get("/data/withdrawals/").content.decode()
    assert not Label.objects.filter(person=gone).exists()


def test_a_maintainer_cannot_erase_themselves_there(client, maintainer):
    client.force_login(maintainer)
    page = client.post(f"/data/erase/person/{maintainer.pk}/", {"labels": "keep", "reason": "x", "sure": "on"})
    assert (page.status_code, "Leave Candor" in page.content.decode()) == (422, True)


def test_a_name_that_nobody_has_is_said_so(client, maintainer):
    client.force_login(maintainer)
    for name in ("nobody", "", "x" * 300):
        page = client.get("/data/withdrawals/", {"name": name})
        assert page.status_code == 200
    assert "Nobody has exactly this name." in client.get("/data/withdrawals/?name=nobody").content.decode()


def test_an_author_erases_their_prompt_from_its_page(world, client):
    prompt, author = world.prompt, world.prompt.submitted_by
    client.force_login(author)
    assert f"/data/erase/prompt/{prompt.pk}/" in client.get(f"/prompts/{prompt.pk}/").content.decode()
    page = client.get(f"/data/erase/prompt/{prompt.pk}/").content.decode()
    assert prompt.current.text in page
    page = client.post(f"/data/erase/prompt/{prompt.pk}/", {"sure": "on"})
    assert (page.status_code, page["Location"]) == (302, "/prompts/mine/")
    assert client.get(f"/prompts/{prompt.pk}/").status_code == 404
    assert client.post(f"/data/erase/prompt/{prompt.pk}/", {"sure": "on"}).status_code == 404
    assert Withdrawal.objects.get().reason == ""


def test_a_maintainer_erases_an_answer_from_its_page(world, client, maintainer):
    client.force_login(maintainer)
    address = f"/data/erase/answer/{world.odd.public_id}/"
    assert address in client.get(f"/answers/{world.odd.public_id}/").content.decode()
    assert client.get(address).status_code == 200
    page = client.post(address, {"reason": "It names a child.", "sure": "on"})
    assert (page.status_code, page["Location"]) == (302, "/data/withdrawals/")
    assert client.get(f"/answers/{world.odd.public_id}/").status_code == 404
    make_editions()
    assert client.get("/data/withdrawals/").status_code == 200


@pytest.mark.parametrize("who", ["nobody", "labeller", "reviewer"])
def test_others_do_not_reach_these_pages(who, world, client, request):
    if who != "nobody":
        client.force_login(request.getfixturevalue(who))
    assert client.get("/data/withdrawals/").status_code == (302 if who == "nobody" else 403)
    for address in (
        f"/data/erase/prompt/{world.prompt.pk}/",
        f"/data/erase/answer/{world.odd.public_id}/",
        f"/data/erase/person/{world.readers[0].pk}/",
    ):
        for answer in (client.get(address), client.post(address, {"sure": "on", "reason": "x", "labels": "erase"})):
            assert answer.status_code == (302 if who == "nobody" else 403)
    assert Withdrawal.objects.count() == 0


def test_of_an_open_answer_the_page_counts_nothing(world, client, maintainer):
    client.force_login(maintainer)
    page = client.get(f"/data/erase/answer/{world.waiting.public_id}/").content.decode()
    assert "label of closed answers" not in page
    assert "labels of closed answers" not in page
