"""What the deck's page asks for with every key press: one request that saves a verdict and brings the next cards.

Two transactions: a verdict that is saved stays so, whatever becomes of the draw after it.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from annotations.actions.assign import top_up
from annotations.actions.judge import judge
from annotations.hand import Held


@dataclass(frozen=True)
class Served:
    """What the person holds after the verdict, in the order to show, and their labels today (UTC) and in all."""

    cards: list[Held]
    today: int
    total: int


def judge_and_next(*, by: User, assignment_id: uuid.UUID, ahead: int, **sent: Any) -> Served:
    """Saves a verdict (`sent` is what `judge` takes), then tops the hand up.

    Who may be given no more answers has none then, and no error: their verdict was taken.

    Raises:
        As submit_label and pass_on.
    """
    judge(by=by, assignment_id=assignment_id, **sent)
    topped = top_up(by=by, limit=ahead)
    return Served(topped.cards, topped.today, topped.total)
