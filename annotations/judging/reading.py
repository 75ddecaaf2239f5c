"""Reading what a machine judge replied: one JSON object with a label and a reason, or nothing.

A fence of three backticks around the whole of it is taken off, because many models cannot help it. Anything else is
unreadable: words before or after, a second object, a key more or twice, another label, a reason that is no text. Who
would search a reply for the first thing that looks like JSON would find what the answer had planted there.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

CANNOT_JUDGE = "cannot_judge"
LABELS = ("censored", "evasive", "faithful", CANNOT_JUDGE)
KEYS = {"label", "reason"}
# Characters of a reply, and of a reason as it is kept.
LONGEST_REPLY = 20_000
LONGEST_REASON = 2_000
FENCED = re.compile(r"```(?:json)?[ \t]*\n(?P<inside>.*)\n[ \t]*```", re.DOTALL | re.IGNORECASE)


class Unreadable(Exception):
    """It is not what was asked for; the message says in what."""


@dataclass(frozen=True)
class Said:
    """A verdict as the judge gave it. `label` is one of LABELS."""

    label: str
    reason: str

    @property
    def value(self) -> str:
        """The label of the three, empty where the judge cannot judge."""
        return "" if self.label == CANNOT_JUDGE else self.label


def read_verdict(reply: str) -> Said:
    """The verdict in a reply. Raises Unreadable."""
    if len(reply) > LONGEST_REPLY:
        raise Unreadable(f"The reply has more than {LONGEST_REPLY:,} characters.")
    text = reply.strip()
    if fenced := FENCED.fullmatch(text):
        text = fenced["inside"].strip()
    try:
        said = json.loads(text, object_pairs_hook=pairs, parse_constant=refuse)
    except (ValueError, RecursionError):
        raise Unreadable("The reply is not one JSON object and nothing else.") from None
    if not isinstance(said, dict) or set(said) != KEYS:
        raise Unreadable("The reply is not an object with the keys label and reason, and no other.")
    label, reason = said["label"], said["reason"]
    if not isinstance(label, str) or label not in LABELS:
        raise Unreadable("The label is none of those there are.")
    if not isinstance(reason, str) or not reason.strip():
        raise Unreadable("There is no reason.")
    return Said(label, kept(reason))


def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object none of whose keys stands twice."""
    told = dict(found)
    if len(told) != len(found):
        raise ValueError("a key stands twice")
    return told


def refuse(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def kept(reason: str) -> str:
    """A reason as a database takes it: in one line, without NUL and lone surrogates, cut where it is too long."""
    sound = reason.replace("\0", "").encode("utf-8", "ignore").decode()
    return " ".join(sound.split())[:LONGEST_REASON]
