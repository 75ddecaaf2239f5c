"""What makers replied, and what was corrected."""

import uuid

from django.db.models import QuerySet

from observatory.choices import ReplyStatus
from observatory.models import Correction, Reply
from probes.models import LLM


def published_replies(llm: LLM | None = None) -> QuerySet[Reply]:
    """What stands on the pages, newest first; of one model or of all."""
    rows = Reply.objects.filter(status=ReplyStatus.PUBLISHED).select_related("llm").order_by("-decided_at", "-pk")
    return rows if llm is None else rows.filter(llm=llm)


def waiting_replies() -> QuerySet[Reply]:
    """What a maintainer has to look at, oldest first."""
    return Reply.objects.filter(status=ReplyStatus.WAITING).select_related("llm", "sent_by").order_by("sent_at", "pk")


def reply_named(public_id: uuid.UUID) -> Reply | None:
    return Reply.objects.select_related("llm").filter(public_id=public_id).first()


def corrections(*, llm: LLM | None = None, release: str = "") -> QuerySet[Correction]:
    """Newest first; about one model, one release, or all there are."""
    rows = Correction.objects.select_related("llm").order_by("-written_on", "-pk")
    if llm is not None:
        rows = rows.filter(llm=llm)
    return rows.filter(release=release) if release else rows
