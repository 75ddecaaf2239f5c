"""The passages that show what an answer does: marked in the text a labeller sees, kept as places in the text as stored.

A labeller sees bars where a model names itself, so the two texts may differ in length. What is sent back to a labeller
counts in the text they see: the other places would tell how long a hidden name is.
"""

import json
from collections.abc import Sequence

from django.utils.translation import gettext as _

from core.errors import Invalid
from probes.identity import Masked

SPANS_AT_MOST = 10
# Ten spans of the largest whole numbers with some space between them; nothing longer is worth reading.
JSON_AT_MOST = 1000

Spans = list[list[int]]


def read(sent: str) -> object:
    """What a form's field holds; nothing marked where it is empty."""
    if not sent.strip():
        return []
    if len(sent) > JSON_AT_MOST:
        raise wrong(_("Mark at most %(most)s passages.") % {"most": SPANS_AT_MOST})
    try:
        found: object = json.loads(sent)
    except (ValueError, RecursionError):
        raise wrong(_("Give a list of passages, each as its start and its end.")) from None
    return found


def kept(sent: object, *, masked: Masked) -> Spans:
    """The passages as they are kept: places in the text as stored, in order, one where some overlap or touch.

    Raises:
        Invalid: they are no list of [start, end) within the text that was shown, or too many.
    """
    spans, length = spans_of(sent), len(masked.text)
    if any(not 0 <= start < end <= length for start, end in spans):
        raise wrong(_("A passage lies within the answer and is not empty: 0 ≤ start < end ≤ %d.") % length)
    return merged([list(masked.to_original(start, end)) for start, end in spans])


def shown(spans: Sequence[Sequence[int]], *, masked: Masked) -> Spans:
    """Passages that were kept, as places in the text that a labeller sees."""
    return merged([list(masked.to_masked(start, end)) for start, end in spans])


def spans_of(sent: object) -> Spans:
    """What was sent, if it is a list of passages, of whatever text.

    Raises:
        Invalid: it is none, or too long a one.
    """
    if not isinstance(sent, list | tuple):
        raise wrong(_("Give a list of passages, each as its start and its end."))
    if len(sent) > SPANS_AT_MOST:
        raise wrong(_("Mark at most %(most)s passages.") % {"most": SPANS_AT_MOST})
    if any(not isinstance(span, list | tuple) or len(span) != 2 or not all(map(is_whole, span)) for span in sent):
        raise wrong(_("A passage is two whole numbers, its start and its end."))
    return [list(span) for span in sent]


def is_whole(place: object) -> bool:
    return isinstance(place, int) and not isinstance(place, bool)


def merged(spans: Spans) -> Spans:
    """In order, and one where some overlap or touch."""
    found: Spans = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1][1] = max(end, found[-1][1])
        else:
            found.append([start, end])
    return found


def wrong(why: str) -> Invalid:
    return Invalid(_("The marked passages cannot be taken."), {"evidence": [why]})
