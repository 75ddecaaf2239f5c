"""The pages on which people leave and things are erased, and what becomes of the words that are typed there."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from annotations.models import Label
from releases.actions import make_editions
from releases.models import Edition, Release, Withdrawal
from tests.releases.searching import in_database, in_files
from tests.releases.taking import publish

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "zebulon-quartermain"


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
    for reason in ("", "They asked by mail."):
        page = client.post(found["Location"], {"labels": "erase", "reason": reason, "sure": "on"})
        assert (page.status_code, "Choose why." in page.content.decode()) == (422, True)
    page = client.post(found["Location"], {"labels": "erase", "reason": "asked"})
    assert (page.status_code, "Tick this to go on." in page.content.decode()) == (422, True)
    page = client.post(found["Location"], {"labels": "erase", "reason": "asked", "sure": "on"})
    assert (page.status_code, page["Location"]) == (302, "/data/withdrawals/")
    page = client.get("/data/withdrawals/").content.decode()
    assert "Its author, or the person it is about, asked for it" in page
    assert not Label.objects.filter(person=gone).exists()


def test_a_maintainer_cannot_erase_themselves_there(client, maintainer):
    client.force_login(maintainer)
    page = client.post(f"/data/erase/person/{maintainer.pk}/", {"labels": "keep", "reason": "asked", "sure": "on"})
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
    assert ('name="sure"' in page, 'name="reason"' in page, 'name="note"' in page) == (True, False, False)
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
    page = client.post(address, {"reason": "personal", "sure": "on"})
    assert (page.status_code, page["Location"]) == (302, "/data/withdrawals/")
    assert client.get(f"/answers/{world.odd.public_id}/").status_code == 404
    make_editions()
    assert client.get("/data/withdrawals/").status_code == 200


PAGES = ("/data/", "/data/feed/", "/data/withdrawals/", "/api/v1/releases/")


def seen(client: Client, release: Release) -> str:
    """All that anybody, and a maintainer, is shown of what was taken out."""
    pages = [*PAGES, f"/data/{release.version}/", f"/api/v1/releases/{release.version}/"]
    answers = [client.get(page) for page in pages]
    assert [answer.status_code for answer in answers if answer.status_code not in {200, 404}] == []
    return " ".join(answer.content.decode() for answer in answers if answer.status_code == 200)


def test_what_an_author_types_beside_their_prompt_is_nowhere(world, client, maintainer, releases_dir):
    """There is no field for it; whoever sends one all the same is not heard."""
    release = publish(maintainer)
    client.force_login(world.prompt.submitted_by)
    sent = {"sure": "on", "reason": f"{NAME} lives next door", "note": f"{NAME} again"}
    assert client.post(f"/data/erase/prompt/{world.prompt.pk}/", sent).status_code == 302
    assert in_database([NAME]) == []
    assert make_editions() == 1
    client.force_login(maintainer)
    assert (in_database([NAME]), in_files(releases_dir, [NAME]), NAME in seen(client, release)) == ([], [], False)


@pytest.mark.parametrize("what", ["prompt", "answer", "person"])
def test_what_a_maintainer_notes_is_in_the_order_alone_and_then_nowhere(what, world, client, maintainer, releases_dir):
    release = publish(maintainer)
    client.force_login(maintainer)
    key = {"prompt": world.prompt.pk, "answer": world.odd.public_id, "person": world.readers[0].pk}[what]
    note = f"{NAME} asked by mail"
    sent = {"sure": "on", "reason": "asked", "note": note, "labels": "erase"}
    assert client.post(f"/data/erase/{what}/{key}/", sent).status_code == 302
    assert in_database([NAME]) == ["public.releases_withdrawal.note: " + NAME]
    assert note in client.get("/data/withdrawals/").content.decode()
    assert make_editions() == 1
    assert (in_database([NAME]), in_files(releases_dir, [NAME]), NAME in seen(client, release)) == ([], [], False)
    (told,) = Edition.objects.get().tombstone["orders"]
    assert told["reason"] == "asked"
    page = client.get(f"/data/{release.version}/").content.decode()
    assert "· Its author, or the person it is about, asked for it<" in page
    with pytest.raises(IntegrityError), transaction.atomic():
        Withdrawal.objects.update(note=note)


def test_a_note_that_is_too_long_is_refused(world, client, maintainer):
    client.force_login(maintainer)
    address = f"/data/erase/answer/{world.odd.public_id}/"
    page = client.post(address, {"reason": "personal", "note": "x" * 501, "sure": "on"})
    assert (page.status_code, Withdrawal.objects.count()) == (422, 0)


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
