"""Published tables, and two ways of writing a table down."""

import numpy as np

from annotations.agreement import CountMatrix, LabelCounts, count_labels

# Krippendorff's example of four observers and twelve units; Gwet uses the same data for his four raters.
KRIPPENDORFF = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")

# The example of Wikipedia's article on Krippendorff's alpha: three coders, fifteen units.
WIKIPEDIA = (".....34121133.3", "1.213343.......", "..21344.21133.4")

# The example of Wikipedia's article on Fleiss' kappa: ten subjects, fourteen raters, five categories.
FLEISS_EXAMPLE = (
    (0, 0, 0, 0, 14),
    (0, 2, 6, 4, 2),
    (0, 0, 3, 5, 6),
    (0, 3, 9, 2, 0),
    (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0),
    (3, 2, 6, 3, 0),
    (2, 5, 3, 2, 2),
    (6, 5, 2, 1, 0),
    (0, 2, 2, 3, 7),
)

# Gwet's two abstractors of a hundred patients: rows one, columns the other.
ABSTRACTORS = ((13, 0, 0), (0, 20, 7), (0, 4, 56))

# One class nearly everywhere: 94 % of the pairs agree, and alpha is below 0.
PARADOX = ((118, 5), (2, 0))


def of_ratings(*raters: str) -> LabelCounts:
    """One text a rater, one character an item, a dot where the rater gave no label."""
    labels = [(item, value) for rater in raters for item, value in enumerate(rater) if value != "."]
    return count_labels([item for item, _ in labels], [value for _, value in labels])


def of_confusion(table: tuple[tuple[int, ...], ...]) -> tuple[CountMatrix, list[int]]:
    """Two raters' contingency table as count rows and how often each occurs."""
    identity = np.eye(len(table), dtype=np.int64)
    rows = [identity[one] + identity[other] for one in range(len(table)) for other in range(len(table))]
    return np.array(rows), [times for row in table for times in row]
