"""What an answer of a release is once labels of it were erased. Pure Python.

The site opens such an answer again and asks for more labels. A release cannot: what is in it was closed at its cut-off
or is not in it. So an answer that is no longer decided by the labels left to it is `thinned`: its text, its probes and
its labels stay, it has no consensus and is in no figure.
"""

from collections import Counter
from dataclasses import dataclass, field

from annotations.agreement.stopping import CANNOT_JUDGE_AT_MOST, LEAD, leads

SETTLED = "settled"
CONTESTED = "contested"
UNJUDGEABLE = "unjudgeable"
# A word of editions alone.
THINNED = "thinned"

VALUES = ("censored", "evasive", "faithful")


@dataclass
class Left:
    """The labels that still count."""

    votes: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.votes.total()


def stands_after(left: Left, *, was: str, cannot_judge: int, at_least: int, at_most: int) -> str:
    """The state of an answer with these labels left, as annotations.rules.standing has it; `thinned` for open.

    Args:
        was: its state before. What nobody could judge stays so.
        at_least, at_most: how many labels the site asked for when the release was frozen.
    """
    if was == UNJUDGEABLE or cannot_judge >= CANNOT_JUDGE_AT_MOST:
        return UNJUDGEABLE
    if left.total < at_least:
        return THINNED
    if leads([left.votes[value] for value in VALUES], min(LEAD, at_least)):
        return SETTLED
    return CONTESTED if left.total >= at_most else THINNED
