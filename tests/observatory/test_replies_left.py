"""What becomes of replies when their sender leaves: what is public stays, and nothing else of them does."""

from importlib import import_module

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from core.models import Event
from observatory import actions
from observatory.models import Reply
from probes.models import LLM
from releases.actions import leave
from tests.observatory.test_replies import SENT, llm, shown, signed_in

__all__ = ["llm"]


@pytest.mark.parametrize("erase", [False, True])
def test_what_of_somebody_who_leaves_is_not_public_goes(
    client: Client, llm: LLM, labeller: User, maintainer: User, erase: bool
) -> None:
    waiting, rejected, published = [actions.send_reply(by=labeller, llm=llm, **SENT) for _ in range(3)]
    other = actions.send_reply(by=None, llm=llm, **SENT)
    actions.reject_reply(by=maintainer, reply=rejected, reason="We wrote to Zebulon, who is not the maker.")
    actions.publish_reply(by=maintainer, reply=published)
    leave(by=labeller, typed=labeller.username, erase=erase)
    assert set(Reply.objects.values_list("pk", flat=True)) == {published.pk, other.pk}
    assert Reply.objects.get(pk=other.pk).contact == SENT["contact"]
    assert client.get(reverse("observatory:reply", args=[waiting.public_id])).status_code == 404
    # The maker's word stays as it was.
    text = shown(client, "model", llm.slug)
    assert "We do not filter this." in text and SENT["speaker"] in text
    taken = Event.objects.filter(verb="take_back", noun="reply").values_list("key", "actor", "data")
    assert sorted(taken) == [(waiting.pk, None, {}), (rejected.pk, None, {})]


def test_what_they_had_published_goes_whole_when_it_is_asked_to_go(
    client: Client, llm: LLM, labeller: User, maintainer: User
) -> None:
    left, here = actions.send_reply(by=labeller, llm=llm, **SENT), actions.send_reply(by=None, llm=llm, **SENT)
    for reply in (left, here):
        actions.publish_reply(by=maintainer, reply=reply)
    leave(by=labeller, typed=labeller.username)
    decided = signed_in(maintainer).post(
        reverse("observatory:decide_reply", args=[left.public_id]), {"decision": "reject", "reason": "They asked us."}
    )
    assert decided.status_code == 302
    actions.reject_reply(by=maintainer, reply=here, reason="It was not them.")
    [kept] = Reply.objects.all()
    assert (kept.pk, kept.text) == (here.pk, SENT["text"])
    assert SENT["speaker"] not in shown(client, "model", llm.slug)


def test_who_left_before_leaves_nothing_either(llm: LLM, labeller: User, maintainer: User) -> None:
    """What was kept of them until now goes with the migration."""
    leave(by=labeller, typed=labeller.username)
    parts = {"llm": llm, "sent_by": labeller, **SENT}
    now = timezone.now()
    Reply.objects.create(**parts)
    Reply.objects.create(**parts, status="rejected", decided_at=now)
    published = Reply.objects.create(**parts, status="published", decided_at=now)
    other = Reply.objects.create(**{**parts, "sent_by": maintainer})
    with connection.cursor() as cursor:
        cursor.execute(import_module("observatory.migrations.0004_unpublished_go").FORWARD)
    assert set(Reply.objects.values_list("pk", flat=True)) == {published.pk, other.pk}


def test_the_page_where_one_leaves_says_which_replies_go(labeller: User) -> None:
    page = signed_in(labeller).get("/label/me/leave/").content.decode()
    assert "replies you sent for the maker of a model that wait or were turned down" in page
    assert "that are published, with the words that say who speaks" in page
