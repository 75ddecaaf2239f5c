"""How far people agree, and what their labels add up to. A library: numpy only, no Django, no database.

    from annotations.agreement import count_labels, measure_agreement, bootstrap_agreement

    table = count_labels(items, values, classes=["faithful", "evasive", "censored"])
    summary = measure_agreement(table.counts)
    doubt = bootstrap_agreement(table.counts)

Everything works on counts, one row an item (an answer) and one column a class, never on who labelled what.
A table may come compressed: distinct rows with how often each occurs. That is what a GROUP BY in a database returns,
and every function takes it as `(rows, times)` with the same result.

What cannot be computed is None with a reason in plain words; 0, 1 and NaN are never stand-ins.
"""

from .coefficients import Agreement, gwet_ac1, krippendorff_alpha, marginals, measure_agreement, percent_agreement
from .consensus import Majority, dispersion, majority
from .counts import CountMatrix, DistinctCounts, LabelCounts, compress, count_labels
from .intervals import AgreementIntervals, bootstrap_agreement, wilson_interval
from .measure import Interval, Measure, Reason

__all__ = [
    "Agreement",
    "AgreementIntervals",
    "CountMatrix",
    "DistinctCounts",
    "Interval",
    "LabelCounts",
    "Majority",
    "Measure",
    "Reason",
    "bootstrap_agreement",
    "compress",
    "count_labels",
    "dispersion",
    "gwet_ac1",
    "krippendorff_alpha",
    "majority",
    "marginals",
    "measure_agreement",
    "percent_agreement",
    "wilson_interval",
]
