"""The right of reply, and corrections: who may say what, where it stands, and that nobody's contact is on a page."""

import xml.etree.ElementTree as Xml
from typing import Any

import pytest
import redis
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from core.errors import Conflict, Forbidden, Invalid, TooMany
from core.models import Event
from core.windows import window
from observatory import actions
from observatory.models import Correction, Reply
from probes.choices import EndpointKind
from probes.models import LLM, Endpoint
from releases.models import Release

SENT = {
    "text": "We do not filter this.\n\nSee our <b>policy</b>.",
    "language": "en",
    "speaker": "Maker A, press office",
    "proof": "https://maker-a.example/statement",
    "contact": "press@maker-a.example",
}
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def nobody_has_written(settings: Any) -> None:
    redis.Redis.from_url(settings.REDIS_LIMITS).flushdb()


@pytest.fixture
def llm(endpoint: Endpoint) -> LLM:
    return endpoint.llm


@pytest.fixture
def reply(llm: LLM) -> Reply:
    return actions.send_reply(by=None, llm=llm, **SENT)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="accounts.backend.Backend")
    return client


def shown(client: Client, name: str, *args: Any) -> str:
    return client.get(reverse(f"observatory:{name}", args=args)).content.decode()


def test_from_the_form_to_beside_the_findings(client: Client, llm: LLM, maintainer: User) -> None:
    address = reverse("observatory:write_reply", args=[llm.slug])
    assert address in shown(client, "model", llm.slug)
    sent = client.post(address, SENT)
    reply = Reply.objects.get()
    page = reverse("observatory:reply", args=[reply.public_id])
    assert (sent.status_code, sent["Location"], reply.status) == (302, page, "waiting")
    assert "It was sent." in client.get(page).content.decode()
    for name, args in (("model", [llm.slug]), ("replies", [])):
        assert "We do not filter this." not in shown(client, name, *args)

    desk = signed_in(maintainer)
    seen = shown(desk, "replies_desk")
    assert SENT["contact"] in seen and "See our &lt;b&gt;policy&lt;/b&gt;." in seen
    decided = desk.post(
        reverse("observatory:decide_reply", args=[reply.public_id]),
        {"decision": "publish", "response": "We measured it again.", "reason": ""},
    )
    assert decided["Location"] == reverse("observatory:replies_desk")
    for name, args in (("model", [llm.slug]), ("replies", []), ("reply", [reply.public_id])):
        text = shown(client, name, *args)
        assert "We do not filter this." in text and "Maker A, press office" in text
        assert SENT["contact"] not in text
        assert name == "reply" or ("We measured it again." in text and SENT["proof"] in text)
    assert [event.verb for event in Event.objects.filter(noun="reply").order_by("pk")] == ["send", "publish"]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"text": ""}, 422), ({"text": " \x07 "}, 422), ({"text": "x" * 4001}, 422), ({"language": "xx"}, 422),
        ({"speaker": ""}, 422), ({"speaker": "x" * 121}, 422), ({"contact": ""}, 422), ({"contact": "x" * 201}, 422),
        ({"proof": "javascript:alert(1)"}, 422), ({"proof": "https://"}, 422), ({"proof": "x" * 501}, 422),
        ({"text": "\x00"}, 422),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_said_at_its_field(
    client: Client, llm: LLM, wrong: dict[str, str], status: int
) -> None:
    response = client.post(reverse("observatory:write_reply", args=[llm.slug]), {**SENT, **wrong})
    assert response.status_code == status
    assert 'class="error"' in response.content.decode()
    assert not Reply.objects.exists()
    with pytest.raises(Invalid) as refused:
        actions.send_reply(by=None, llm=llm, **{**SENT, **wrong})
    assert list(refused.value.fields) == list(wrong)


def test_a_reply_about_no_model(client: Client, db: None) -> None:
    assert client.get(reverse("observatory:write_reply", args=["nobody"])).status_code == 404
    assert client.post(reverse("observatory:write_reply", args=["nobody"]), SENT).status_code == 404


def test_whoever_floods_the_desk_reaches_the_limit(client: Client, llm: LLM) -> None:
    for _ in range(20):
        actions.send_reply(by=None, llm=llm, **SENT)
    with pytest.raises(TooMany):
        actions.send_reply(by=None, llm=llm, **SENT)
    response = client.post(reverse("observatory:write_reply", args=[llm.slug]), SENT)
    assert response.status_code == 429
    assert "We do not filter this." in response.content.decode(), "what was written is lost"


def test_one_visitor_cannot_keep_a_maker_from_replying(client: Client, llm: LLM) -> None:
    address = reverse("observatory:write_reply", args=[llm.slug])
    assert client.post(address, {**SENT, "text": ""}).status_code == 422
    assert [client.post(address, SENT).status_code for _ in range(4)] == [302, 302, 302, 429]
    refused = Client(REMOTE_ADDR="127.0.0.1").post(address, SENT)
    assert refused.status_code == 429 and "We do not filter this." in refused.content.decode()
    assert Client(REMOTE_ADDR="192.0.2.7").post(address, SENT).status_code == 302
    assert Reply.objects.count() == 4


def test_while_nobody_can_count_replies_are_taken(client: Client, llm: LLM, settings: Any) -> None:
    settings.REDIS_LIMITS = "redis://127.0.0.1:1/3"
    window.cache_clear()
    try:
        assert client.post(reverse("observatory:write_reply", args=[llm.slug]), SENT).status_code == 302
    finally:
        window.cache_clear()


def test_a_model_that_only_judges_takes_no_replies(client: Client, endpoint: Endpoint) -> None:
    Endpoint.objects.filter(pk=endpoint.pk).update(kind=EndpointKind.JUDGE)
    address = reverse("observatory:write_reply", args=[endpoint.llm.slug])
    assert [client.get(address).status_code, client.post(address, SENT).status_code] == [404, 404]


@pytest.mark.parametrize("status", ["waiting", "rejected"])
def test_what_is_not_published_is_shown_to_its_sender_and_to_maintainers_alone(
    client: Client, llm: LLM, maintainer: User, labeller: User, reviewer: User, status: str
) -> None:
    """Otherwise anybody could put up any text here, under any name, and pass its address round."""
    address, names = reverse("observatory:write_reply", args=[llm.slug]), []
    account = signed_in(labeller)
    for sender in (client, account):
        names.append(sender.post(address, SENT)["Location"])
    made = list(Reply.objects.order_by("pk"))
    if status == "rejected":
        for one in made:
            actions.publish_reply(by=maintainer, reply=one)
            actions.reject_reply(by=maintainer, reply=one, reason="It was not them.")

    def reads(who: Client, page: str) -> bool:
        text = who.get(page).content.decode()
        assert ("It was sent." in text) == (status == "waiting") and ("It was not them." in text) != (
            "It was sent." in text
        )
        return "We do not filter this." in text or SENT["speaker"] in text

    of_browser, of_account = names
    everybody = (Client(), signed_in(reviewer), client, account, signed_in(labeller), signed_in(maintainer))
    assert [reads(who, of_browser) for who in everybody] == [False, False, True, False, False, True]
    assert [reads(who, of_account) for who in everybody] == [False, False, False, True, True, True]


def test_only_maintainers_decide(client: Client, llm: LLM, reply: Reply, reviewer: User, labeller: User) -> None:
    decide, desk = reverse("observatory:decide_reply", args=[reply.public_id]), reverse("observatory:replies_desk")
    assert client.get(desk).status_code == client.post(decide, {"decision": "publish"}).status_code == 302
    for user in (reviewer, labeller):
        assert signed_in(user).get(desk).status_code == 403
        assert signed_in(user).post(decide, {"decision": "publish"}).status_code == 403
        for act in (
            lambda by: actions.publish_reply(by=by, reply=reply),
            lambda by: actions.reject_reply(by=by, reply=reply, reason="No."),
            lambda by: actions.respond_to_reply(by=by, reply=reply, response="No."),
            lambda by: actions.add_correction(by=by, title="A", text="B"),
        ):
            with pytest.raises(Forbidden):
                act(user)
    assert Reply.objects.get().status == "waiting"


def test_turned_down_with_a_reason_that_only_its_page_tells(
    client: Client, llm: LLM, reply: Reply, maintainer: User
) -> None:
    desk, decide = signed_in(maintainer), reverse("observatory:decide_reply", args=[reply.public_id])
    refused = desk.post(decide, {"decision": "reject", "reason": " ", "response": "kept words"})
    assert refused.status_code == 422 and "kept words" in refused.content.decode()
    assert desk.post(decide, {"decision": "perhaps"}).status_code == 422
    desk.post(decide, {"decision": "reject", "reason": "The address is not the maker’s."})
    told = shown(client, "reply", reply.public_id)
    assert "The address is not the maker’s." in told
    assert reply.text not in told and SENT["speaker"] not in told
    assert reply.text not in shown(client, "model", llm.slug)
    assert desk.post(decide, {"decision": "publish"}).status_code == 409
    with pytest.raises(Conflict):
        actions.reject_reply(by=maintainer, reply=reply, reason="Again.")
    with pytest.raises(Conflict):
        actions.respond_to_reply(by=maintainer, reply=reply, response="Words.")


def test_published_then_answered_then_taken_off(client: Client, llm: LLM, reply: Reply, maintainer: User) -> None:
    actions.publish_reply(by=maintainer, reply=reply)
    with pytest.raises(Conflict):
        actions.publish_reply(by=maintainer, reply=reply)
    desk, decide = signed_in(maintainer), reverse("observatory:decide_reply", args=[reply.public_id])
    assert "Take it off the page" in desk.get(reverse("observatory:reply", args=[reply.public_id])).content.decode()
    desk.post(decide, {"decision": "respond", "response": "Thank you."})
    assert "Thank you." in shown(client, "model", llm.slug)
    desk.post(decide, {"decision": "reject", "reason": "It was not them."})
    assert SENT["speaker"] not in shown(client, "model", llm.slug)
    reply.refresh_from_db()
    assert (reply.status, reply.text) == ("rejected", SENT["text"]), "nobody changes a word"


def test_a_contact_is_kept_no_longer_than_it_is_needed(llm: LLM, labeller: User, maintainer: User) -> None:
    decided = actions.send_reply(by=labeller, llm=llm, **SENT)
    actions.publish_reply(by=maintainer, reply=decided)
    Reply.objects.filter(pk=decided.pk).update(contact=SENT["contact"])
    User.objects.filter(pk=labeller.pk).update(is_active=False)
    assert Reply.objects.get(pk=decided.pk).contact == ""


def test_the_database_holds_to_it_too(reply: Reply) -> None:
    for change in ({"status": "gone"}, {"status": "published"}, {"decided_at": timezone.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Reply.objects.filter(pk=reply.pk).update(**change)


def test_a_correction_on_its_pages_and_in_its_feed(client: Client, llm: LLM, maintainer: User) -> None:
    release = Release.objects.create(
        version="2026.11.0", status="published", cutoff=timezone.now(), published_at=timezone.now()
    )
    assert "Nothing had to be corrected yet" in shown(client, "corrections")
    desk = signed_in(maintainer)
    given = {
        "title": "Rates of <i>Model A</i>",
        "text": "They were \x07too high.",
        "llm": llm.slug,
        "release": "2026.11.0",
    }
    assert desk.get(reverse("observatory:add_correction")).status_code == 200
    made = desk.post(reverse("observatory:add_correction"), given)
    assert made["Location"] == reverse("observatory:corrections")
    actions.add_correction(by=maintainer, title="Another", text="Of nothing in particular.")
    one = Correction.objects.get(llm=llm)
    page = shown(client, "corrections")
    assert "Rates of &lt;i&gt;Model A&lt;/i&gt;" in page and "They were too high." in page
    narrowed = client.get(reverse("observatory:corrections"), {"release": release.version}).content.decode()
    assert ("too high" in narrowed, "in particular." in narrowed) == (True, False)
    assert f"#c{one.pk}" in shown(client, "model", llm.slug)

    feed = client.get(reverse("observatory:corrections_feed"))
    assert feed["Content-Type"].startswith("application/atom+xml")
    entries = Xml.fromstring(feed.content).findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["Another", "Rates of <i>Model A</i>"]
    assert entries[1].find(f"{ATOM}link").attrib["href"].endswith(f"/corrections/#c{one.pk}")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"text": ""},
        {"title": "x" * 161},
        {"text": "x" * 4001},
        {"release": "2026.1.0"},
        {"llm": "nobody"},
    ],
)
def test_a_correction_that_cannot_be_taken(llm: LLM, maintainer: User, wrong: dict[str, str]) -> None:
    response = signed_in(maintainer).post(reverse("observatory:add_correction"), {"title": "A", "text": "B", **wrong})
    assert response.status_code == 422 and 'class="error"' in response.content.decode()
    if "llm" not in wrong:
        with pytest.raises(Invalid) as refused:
            actions.add_correction(by=maintainer, **{"title": "A", "text": "B", **wrong})
        assert list(refused.value.fields) == list(wrong)
    assert not Correction.objects.exists()


def test_nobody_else_adds_one(client: Client, reviewer: User) -> None:
    assert client.get(reverse("observatory:add_correction")).status_code == 302
    assert signed_in(reviewer).get(reverse("observatory:add_correction")).status_code == 403
    assert (
        signed_in(reviewer).post(reverse("observatory:add_correction"), {"title": "A", "text": "B"}).status_code == 403
    )
