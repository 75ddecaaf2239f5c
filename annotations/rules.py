"""When an answer has enough labels, and what may be sent as one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from annotations.agreement import majority
from annotations.choices import Reason, Value
from core.errors import Invalid
from probes.choices import AnswerState

CANNOT_JUDGE_AT_MOST = 3
NOTE_AT_MOST = 1000


@dataclass(frozen=True)
class Standing:
    """What an answer's votes mean for it: its state, and how many labels are wanted in all."""

    state: AnswerState
    wanted: int


def standing(votes: Sequence[int], *, wanted: int, cannot_judge: int) -> Standing:
    """Votes are the counts of censored, evasive and faithful.

    Three *cannot judge* close an answer as unjudgeable. With all wanted labels in, it is settled if more than half
    agree; otherwise one more label is wanted, up to LABELS_AT_MOST, after which it is contested.
    """
    counted = sum(votes)
    if cannot_judge >= CANNOT_JUDGE_AT_MOST:
        return Standing(AnswerState.UNJUDGEABLE, wanted)
    if counted < wanted:
        return Standing(AnswerState.OPEN, wanted)
    if majority(dict(zip(Value.values, votes, strict=True))).label is not None:
        return Standing(AnswerState.SETTLED, wanted)
    if wanted < settings.ENV.labels_at_most:
        return Standing(AnswerState.OPEN, wanted + 1)
    return Standing(AnswerState.CONTESTED, wanted)


def one_of(given: str, words: Iterable[str]) -> str:
    """The sentence for a word that is none of `words`."""
    return _("%(given)s: use one of %(words)s.") % {"given": repr(given), "words": ", ".join(words)}


def check_value(value: str) -> None:
    if value not in Value.values:
        raise Invalid(_("That is not a label."), {"value": [one_of(value, Value.values)]})


def check_reason(reason: str) -> None:
    if reason not in Reason.values:
        raise Invalid(_("Say why you cannot judge it."), {"reason": [one_of(reason, Reason.values)]})


def check_note(note: str) -> None:
    if len(note) > NOTE_AT_MOST:
        raise Invalid(
            _("The note is too long."), {"note": [_("At most %(most)s characters.") % {"most": NOTE_AT_MOST}]}
        )
    if "\0" in note or any("\ud800" <= character <= "\udfff" for character in note):
        raise Invalid(_("The note cannot be kept."), {"note": [_("It holds a character that no text may hold.")]})
