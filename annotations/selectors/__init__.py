"""Reading assignments, labels and what they add up to."""

from annotations.selectors.deck import Progress, held, note_of, progress
from annotations.selectors.figures import classes_of, closed_labels, labels_of_slice, slices_of
from annotations.selectors.verdicts import UNDO_AT_MOST, last_verdict, votes

__all__ = [
    "UNDO_AT_MOST",
    "Progress",
    "classes_of",
    "closed_labels",
    "held",
    "labels_of_slice",
    "last_verdict",
    "note_of",
    "progress",
    "slices_of",
    "votes",
]
