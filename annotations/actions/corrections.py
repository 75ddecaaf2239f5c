"""What is looked at before a verdict is corrected: that it is the one which was meant, and how often it was before.

Each correction leaves something on record, so there is an end to them.

A verdict that was changed and one that was taken back count alike, and on every card alike, whatever it is for.
"""

import uuid
from typing import Any, TypeVar

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from annotations import refusals
from annotations.choices import LabelStatus
from annotations.models import CannotJudge, Check, Label
from annotations.rules import CORRECTIONS_AT_MOST

Verdict = TypeVar("Verdict", Label, CannotJudge)


def with_past(verdicts: QuerySet[Verdict]) -> QuerySet[Verdict, Any]:
    """The same with `past`: how many verdicts their cards had before that are superseded."""
    return verdicts.annotate(past=superseded(Label) + superseded(CannotJudge))


def superseded(model: type[Label] | type[CannotJudge]) -> Coalesce:
    found = model._default_manager.filter(assignment=OuterRef("assignment"), status=LabelStatus.SUPERSEDED)
    counted = found.order_by().values("assignment").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def check_meant(was: Label | CannotJudge | Check, key: uuid.UUID | None) -> None:
    """Looks at which verdict an undo was sent to take back.

    Raises:
        Conflict: another stands by now.
    """
    if key is not None and was.key != key:
        raise refusals.said_anew()


def check_number(past: int) -> None:
    """
    Raises:
        NoMore: a card with so many former verdicts takes no further correction.
    """
    if past >= CORRECTIONS_AT_MOST:
        raise refusals.corrected_often(CORRECTIONS_AT_MOST)
