"""What a release is cut by, and which answers, labels, probes and texts are in it.

A release holds closed answers only. Nothing tells which endpoint gave an answer that is open or leased: not the answer,
not its labels, not its probes, and not the probes of its question that others gave, or what is missing would tell.
"""

import hmac
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import TruncDate

from annotations.choices import LabelStatus
from annotations.models import Label
from probes.choices import CLOSED, AnswerState, Delivery, ProbeStatus
from probes.models import Answer, Probe
from probes.selectors import public_probes
from prompts.choices import Status
from prompts.models import Prompt, PromptVersion

Row = tuple[Any, ...]
# Rows fetched at a time.
PAGE = 2000
ENCODE = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
JUDGED = (AnswerState.SETTLED, AnswerState.CONTESTED)


@dataclass(frozen=True)
class Cut:
    """What a release is cut by: everything closed before `cutoff`, people renamed by `key`."""

    cutoff: datetime
    key: bytes

    def name(self, noun: str, pk: int | None) -> str | None:
        """A name of 16 hexadecimal digits that this release alone gives: HMAC-SHA256 under its key."""
        if pk is None:
            return None
        return hmac.digest(self.key, f"{noun}:{pk}".encode(), "sha256").hex()[:16]


def closed(cut: Cut, prefix: str = "") -> Q:
    """Answers that are in: closed before the cut-off, in nobody's hands, and ours to publish."""
    return Q(
        **{
            f"{prefix}state__in": CLOSED,
            f"{prefix}closed_at__lt": cut.cutoff,
            f"{prefix}leased": 0,
            f"{prefix}may_publish": True,
        }
    )


def answers(cut: Cut) -> QuerySet[Answer]:
    return Answer.objects.filter(closed(cut))


def labels(cut: Cut) -> QuerySet[Label]:
    """Those that count, and those that are set aside."""
    kept = [LabelStatus.CURRENT, LabelStatus.SET_ASIDE]
    return Label.objects.filter(closed(cut, "answer__"), status__in=kept)


def over(cut: Cut) -> Q:
    """Probes that were over at the cut-off, whatever became of their answers."""
    return Q(status__in=[ProbeStatus.DONE, ProbeStatus.GIVEN_UP], finished_at__lt=cut.cutoff)


def probes(cut: Cut) -> QuerySet[Probe]:
    """Of finished questions: probes whose answer is in, and those that delivered none, since rates need both."""
    return public_probes().filter(over(cut), closed(cut, "answer__") | ~Q(delivery=Delivery.DELIVERED))


def versions(cut: Cut) -> QuerySet[PromptVersion]:
    """The current texts of approved prompts, and every text that an answer or a probe of the release is about."""
    approved = Prompt.objects.filter(status=Status.APPROVED, reviewed_at__lt=cut.cutoff)
    return PromptVersion.objects.filter(
        Q(pk__in=approved.values("current"), created_at__lt=cut.cutoff)
        | Q(pk__in=answers(cut).values("version"))
        | Q(pk__in=probes(cut).values("version"))
    )


def day(moment: datetime | None) -> date | None:
    """The day in UTC: the hour would say more about a person than about the data."""
    return moment.astimezone(UTC).date() if moment else None


def day_of(moment: str) -> TruncDate:
    """The same within a query: the database has it sooner than Python could read the moment."""
    return TruncDate(moment, tzinfo=UTC)


def json_text(value: Any) -> str:
    return ENCODE(value)
