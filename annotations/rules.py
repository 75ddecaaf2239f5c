"""When an answer has enough labels, and what may be sent as one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from annotations.agreement.calibration import Calibration
from annotations.agreement.stopping import (
    CANNOT_JUDGE_AT_MOST,
    LEAD,
    LEAD_WHEN_SURE,
    SPLIT_SHOWS_AT,
    State,
    decide,
    leads,
)
from annotations.choices import SURE, Facet, Reason, Value
from core.errors import Invalid
from probes.choices import AnswerState

NOTE_AT_MOST = 1000
CORRECTIONS_AT_MOST = 20
TOOK_MS_AT_MOST = 2**31 - 1


@dataclass(frozen=True)
class Standing:
    """What an answer's votes mean for it: its state, and how many labels are wanted in all."""

    state: AnswerState
    wanted: int


def standing(votes: Sequence[int], *, wanted: int, cannot_judge: int) -> Standing:
    """Votes are the counts of censored, evasive and faithful.

    Three *cannot judge* close an answer as unjudgeable. With all wanted labels in, it is settled if one of them leads;
    otherwise one more label is wanted, up to LABELS_AT_MOST, after which it is contested.
    """
    if cannot_judge >= CANNOT_JUDGE_AT_MOST:
        return Standing(AnswerState.UNJUDGEABLE, wanted)
    if sum(votes) < wanted:
        return Standing(AnswerState.OPEN, wanted)
    # A site that wants one or two labels at first is content with a lead of as many.
    if leads(votes, min(LEAD, settings.ENV.labels_wanted)):
        return Standing(AnswerState.SETTLED, wanted)
    if wanted < settings.ENV.labels_at_most:
        return Standing(AnswerState.OPEN, wanted + 1)
    return Standing(AnswerState.CONTESTED, wanted)


def weighed(
    votes: Sequence[int],
    posterior: Sequence[float] | None,
    calibration: Calibration | None,
    *,
    wanted: int,
    cannot_judge: int,
) -> Standing:
    """What votes mean for an answer that is about to close, by how sure they make; see agreement.stopping.

    Without a calibration the votes alone decide, as in `standing`. With one, an answer is settled where the label that
    leads, if only by two, is right with a chance of SURE; otherwise one more is wanted, up to LABELS_AT_MOST, after
    which it is contested. So one that leads may want another label, and one that does not lead yet may have enough.
    """
    if posterior is None or calibration is None or cannot_judge >= CANNOT_JUDGE_AT_MOST:
        return standing(votes, wanted=wanted, cannot_judge=cannot_judge)
    labels, most = sum(votes), settings.ENV.labels_at_most
    found = decide(
        votes, posterior, calibration, at_least=settings.ENV.labels_wanted, at_most=max(most, wanted), sure=SURE
    )
    if found.state == State.ENOUGH:
        return Standing(AnswerState.SETTLED, wanted)
    if labels >= max(most, wanted):
        return Standing(AnswerState.CONTESTED, wanted)
    return Standing(AnswerState.OPEN, max(wanted, labels + 1))


def wanted_at_most(votes: Sequence[int]) -> int:
    """How many labels a site can have wanted at first, at most, that settled an answer with these votes: as many as it
    has, or as its lead where that is too short for a site that wants more.
    """
    labels = sum(votes)
    first, second, *_others = sorted((*votes, 0, 0), reverse=True)
    needed = LEAD if labels >= SPLIT_SHOWS_AT else min(LEAD, LEAD_WHEN_SURE)
    return max(1, labels if first - second >= needed else first - second)


def one_of(given: str, words: Iterable[str]) -> str:
    """The sentence for a word that is none of `words`."""
    return _("%(given)s: use one of %(words)s.") % {"given": repr(given), "words": ", ".join(words)}


def check_value(value: str) -> None:
    if value not in Value.values:
        raise Invalid(_("That is not a label."), {"value": [one_of(value, Value.values)]})


def check_reason(reason: str) -> None:
    if reason not in Reason.values:
        raise Invalid(_("Say why you cannot judge it."), {"reason": [one_of(reason, Reason.values)]})


def check_facets(facets: Iterable[str]) -> list[str]:
    """The facets in the order of Facet, whatever the order they were named in."""
    given = list(facets)
    if unknown := [facet for facet in given if facet not in Facet.values]:
        raise Invalid(_("That is not a facet."), {"facets": [one_of(facet, Facet.values) for facet in unknown]})
    if len(set(given)) < len(given):
        raise Invalid(_("A facet was named twice."), {"facets": [_("Name each at most once.")]})
    return [facet for facet in Facet.values if facet in given]


def check_took(took_ms: int | None) -> None:
    if took_ms is not None and not 0 <= took_ms <= TOOK_MS_AT_MOST:
        raise Invalid(
            _("That is no time."), {"took_ms": [_("From 0 to %(most)s milliseconds.") % {"most": TOOK_MS_AT_MOST}]}
        )


def check_note(note: str) -> None:
    if len(note) > NOTE_AT_MOST:
        raise Invalid(
            _("The note is too long."), {"note": [_("At most %(most)s characters.") % {"most": NOTE_AT_MOST}]}
        )
    if "\0" in note or any("\ud800" <= character <= "\udfff" for character in note):
        raise Invalid(_("The note cannot be kept."), {"note": [_("It holds a character that no text may hold.")]})
