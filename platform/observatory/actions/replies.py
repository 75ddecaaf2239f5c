"""The right of reply: anyone may write one in a maker's name, and a maintainer looks whether the maker did.

Nobody changes a word of a reply. What is published stays beside the findings; one that turns out not to be the maker's
is taken off the page again, with the reason.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import events, locks
from core.errors import Conflict, Invalid, TooMany
from observatory.choices import ReplyStatus
from observatory.models import Reply
from observatory.rules import (
    REASON_AT_MOST,
    TEXT_AT_MOST,
    TOGETHER_AT_MOST,
    WAITING_AT_MOST,
    WAITING_OF_A_MODEL,
    WAITING_OF_A_NETWORK,
    check_maintainer,
    checked_reply,
    checked_text,
)
from probes.models import LLM


@transaction.atomic
def send_reply(
    *,
    by: User | None,
    llm: LLM,
    speaker: str,
    contact: str,
    text: str,
    language: str,
    proof: str = "",
    sent_from: str = "",
) -> Reply:
    """A reply to the findings about `llm`, waiting for a maintainer. `by` is None where nobody is signed in.

    `sent_from` names the network it comes from. What waits from one network counts once, so that a few people with
    several addresses cannot keep a maker from replying; where it is not known, each reply counts.

    Raises:
        Invalid: with every part that is wrong.
        TooMany: as many wait already as a maintainer can be asked to read.
    """
    parts = checked_reply({"speaker": speaker, "contact": contact, "proof": proof, "text": text, "language": language})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [locks.REPLIES])
    waiting = Reply.objects.filter(status=ReplyStatus.WAITING)
    if sent_from and waiting.filter(sent_from=sent_from).count() >= WAITING_OF_A_NETWORK:
        raise TooMany(_("%(most)s replies from your network wait to be read already.") % {"most": WAITING_OF_A_NETWORK})
    others = waiting.exclude(sent_from=sent_from) if sent_from else waiting
    if networks(others) >= WAITING_AT_MOST or networks(others.filter(llm=llm)) >= WAITING_OF_A_MODEL:
        raise TooMany(_("Many replies wait to be read. Send yours again in a few days."))
    made = Reply.objects.create(llm=llm, sent_by=by, sent_from=sent_from, **parts)
    events.record(by=by, verb="send", of=made, model=llm.slug)
    return made


def networks(replies: QuerySet[Reply]) -> int:
    """How many networks these come from; a reply of which that is not known counts as one."""
    counts = replies.aggregate(
        known=Count("sent_from", filter=~Q(sent_from=""), distinct=True), unknown=Count("pk", filter=Q(sent_from=""))
    )
    return int(counts["known"] + counts["unknown"])


@transaction.atomic
def publish_reply(*, by: User, reply: Reply, response: str = "") -> Reply:
    """WAITING to PUBLISHED, as it was written, with what is answered to it if anything.

    Raises:
        Forbidden: not a maintainer.
        Invalid: the response is too long.
        Conflict: it has been decided about already.
    """
    check_maintainer(by)
    response = checked_text("response", response, most=TEXT_AT_MOST, needed=False)
    decide(reply, by, ReplyStatus.PUBLISHED, of=[ReplyStatus.WAITING], response=response)
    events.record(by=by, verb="publish", of=reply)
    return reply


@transaction.atomic
def reject_reply(*, by: User, reply: Reply, reason: str) -> Reply:
    """Not published, or taken off the page again; whoever sent it reads why. Where they have left, it is deleted.

    Raises:
        Forbidden: not a maintainer.
        Invalid: no reason, or too long a one.
        Conflict: it has been rejected already.
    """
    check_maintainer(by)
    reason = checked_text("reason", reason, most=REASON_AT_MOST)
    decide(reply, by, ReplyStatus.REJECTED, of=[ReplyStatus.WAITING, ReplyStatus.PUBLISHED], reason=reason)
    events.record(by=by, verb="reject", of=reply)
    # Of somebody who has left nothing stays that is not public (see the trigger of migration 0004).
    Reply.objects.filter(pk=reply.pk, sent_by__is_active=False).delete()
    return reply


@transaction.atomic
def reject_replies(*, by: User, public_ids: Sequence[UUID], reason: str) -> int:
    """Several that wait, with one reason; how many. What somebody else has decided about in the meantime is left.

    Raises:
        Forbidden: not a maintainer.
        Invalid: none chosen, too many, no reason, or too long a one.
    """
    check_maintainer(by)
    reason = checked_text("reason", reason, most=REASON_AT_MOST)
    if not 0 < len(public_ids) <= TOGETHER_AT_MOST:
        raise Invalid(_("Choose 1 to %(most)s replies.") % {"most": TOGETHER_AT_MOST})
    waiting = Reply.objects.select_for_update().filter(public_id__in=public_ids, status=ReplyStatus.WAITING)
    chosen = list(waiting.order_by("pk"))
    for reply in chosen:
        reject_reply(by=by, reply=reply, reason=reason)
    return len(chosen)


@transaction.atomic
def respond_to_reply(*, by: User, reply: Reply, response: str) -> Reply:
    """What is answered to a published reply; empty takes an earlier response away.

    Raises:
        Forbidden: not a maintainer.
        Invalid: it is too long.
        Conflict: the reply is not on the page.
    """
    check_maintainer(by)
    response = checked_text("response", response, most=TEXT_AT_MOST, needed=False)
    if not Reply.objects.filter(pk=reply.pk, status=ReplyStatus.PUBLISHED).update(response=response):
        raise Conflict(_("Only a reply that is published can be answered."))
    events.record(by=by, verb="respond", of=reply)
    reply.refresh_from_db()
    return reply


def decide(reply: Reply, by: User, to: ReplyStatus, *, of: list[ReplyStatus], **more: str) -> None:
    """The contact has done its work with the decision, and goes."""
    changed = Reply.objects.filter(pk=reply.pk, status__in=of).update(
        status=to, decided_by=by, decided_at=timezone.now(), contact="", sent_from="", **more
    )
    if changed != 1:
        raise Conflict(_("Somebody else has decided about this reply in the meantime."))
    reply.refresh_from_db()
