"""A flood of replies that no maker wrote: it closes nobody's right of reply, and is turned down at once."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.errors import TooMany
from core.models import Event
from observatory import actions
from observatory.models import Reply
from probes.models import LLM
from tests.observatory.test_replies import SENT, llm, nobody_has_written, signed_in

__all__ = ["llm", "nobody_has_written"]


def flood(llm: LLM, networks: int, each: int) -> None:
    for network in range(networks):
        for _ in range(each):
            actions.send_reply(by=None, llm=llm, sent_from=f"network-{network}", **SENT)


def test_a_few_people_with_several_addresses_each_close_no_model(client: Client, llm: LLM) -> None:
    """Seven networks with all they may have waiting, and as many more: what counts is the networks."""
    flood(llm, networks=19, each=6)
    address = reverse("observatory:write_reply", args=[llm.slug])
    assert client.post(address, SENT).status_code == 302
    with pytest.raises(TooMany) as refused:
        actions.send_reply(by=None, llm=llm, sent_from="network-0", **SENT)
    assert refused.value.message == "6 replies from your network wait to be read already."
    # Twenty networks are that many, but for those who are among them already.
    refused_to_all = Client(REMOTE_ADDR="203.0.113.9").post(address, SENT)
    assert refused_to_all.status_code == 429
    assert client.post(address, SENT).status_code == 302
    assert Reply.objects.count() == 19 * 6 + 2


def test_one_network_is_a_block_of_addresses_and_is_kept_as_a_name_while_it_waits(llm: LLM, maintainer: User) -> None:
    address = reverse("observatory:write_reply", args=[llm.slug])
    for sender in ("192.0.2.1", "192.0.2.200", "192.0.3.1", "2001:db8:1:1::1", "2001:db8:1:2::1", "2001:db8:2::1"):
        assert Client(REMOTE_ADDR=sender).post(address, SENT).status_code == 302
    names = list(Reply.objects.order_by("pk").values_list("sent_from", flat=True))
    assert [names.index(name) for name in names] == [0, 0, 2, 3, 3, 5]
    assert {len(name) for name in names} == {16} and not [name for name in names if "192" in name or ":" in name]
    published, rejected, *_ = Reply.objects.order_by("pk")
    actions.publish_reply(by=maintainer, reply=published)
    actions.reject_reply(by=maintainer, reply=rejected, reason="Not the maker.")
    assert [published.sent_from, rejected.sent_from] == ["", ""]


def test_a_flood_is_turned_down_at_once(llm: LLM, maintainer: User, labeller: User) -> None:
    flood(llm, networks=3, each=1)
    kept, *flooding = Reply.objects.order_by("pk")
    desk, address = signed_in(maintainer), reverse("observatory:reject_replies")
    ticked = [str(one.public_id) for one in flooding]
    assert signed_in(labeller).post(address, {"replies": ticked, "why": "No maker."}).status_code == 403
    for wrong, said in (
        ({"replies": ticked, "why": " "}, "Missing."),
        ({"replies": ticked, "why": "x" * 501}, "At most 500 characters."),
        ({"replies": [], "why": "No maker."}, "Choose 1 to 200 replies."),
        ({"replies": ["x"], "why": "No maker."}, "Tick the replies that it is about."),
        ({"replies": ticked * 101, "why": "No maker."}, "Choose 1 to 200 replies."),
    ):
        refused = desk.post(address, wrong)
        page = refused.content.decode()
        assert (refused.status_code, said in page, page.count(" checked")) == (
            422,
            True,
            len({*wrong["replies"]} - {"x"}),
        )
    assert Reply.objects.filter(status="waiting").count() == 3
    done = desk.post(address, {"replies": [*ticked, str(uuid.uuid4())], "why": "No maker."}, follow=True)
    assert "2 replies are not published." in done.content.decode()
    assert [(one.status, one.reason) for one in Reply.objects.order_by("pk")] == [
        ("waiting", ""), ("rejected", "No maker."), ("rejected", "No maker.")
    ]  # fmt: skip
    assert Event.objects.filter(noun="reply", verb="reject", actor=maintainer.pk).count() == 2
    # What somebody else has published in the meantime stays where it is.
    actions.publish_reply(by=maintainer, reply=kept)
    assert actions.reject_replies(by=maintainer, public_ids=[kept.public_id], reason="No maker.") == 0
    kept.refresh_from_db()
    assert kept.status == "published"
