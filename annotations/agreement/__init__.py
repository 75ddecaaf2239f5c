"""How far people agree, and what their labels add up to. A library without Django and without a database.

    from annotations.agreement import count_labels, measure_agreement, bootstrap_agreement

    table = count_labels(items, values, classes=["faithful", "evasive", "censored"])
    summary = measure_agreement(table.counts)
    doubt = bootstrap_agreement(table.counts)

Agreement works on counts, one row an item (an answer) and one column a class, and never on who labelled what.
A table may come compressed: distinct rows with how often each occurs. That is what a GROUP BY in a database returns,
and every function takes it as `(rows, times)` with the same result.

Importing this loads numpy and nothing heavier. Compiled loops are in the modules named `*_kernels`, loaded by the
functions that need them when they are called with enough to do.

What cannot be computed is None with a reason in plain words; 0, 1 and NaN are never stand-ins.
"""

from .bridging import Bridged, bridge
from .clusters import LEAST_FAMILIES, cluster_bootstrap_agreement, cluster_bootstrap_kappa
from .coefficients import (
    Agreement,
    agreement_of,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    marginals,
    measure_agreement,
    measure_labels,
    percent_agreement,
)
from .consensus import Majority, dispersion, majority
from .counts import CountMatrix, DistinctCounts, LabelCounts, compress, count_codes, count_labels
from .dawid_skene import DawidSkene, fit_dawid_skene
from .incremental import IncrementalDawidSkene
from .intervals import AgreementIntervals, bootstrap_agreement, wilson_interval
from .measure import Interval, Measure, Reason
from .pairs import Pair, cohen_kappa, pairwise_kappas
from .running import RunningAgreement
from .specific import specific_agreement
from .strength import Strengths, choose_strength
from .with_judge import JudgeMeasures, measure_judge

__all__ = [
    "LEAST_FAMILIES",
    "Agreement",
    "AgreementIntervals",
    "Bridged",
    "CountMatrix",
    "DawidSkene",
    "DistinctCounts",
    "IncrementalDawidSkene",
    "Interval",
    "JudgeMeasures",
    "LabelCounts",
    "Majority",
    "Measure",
    "Pair",
    "Reason",
    "RunningAgreement",
    "Strengths",
    "agreement_of",
    "bootstrap_agreement",
    "bridge",
    "choose_strength",
    "cluster_bootstrap_agreement",
    "cluster_bootstrap_kappa",
    "cohen_kappa",
    "compress",
    "count_codes",
    "count_labels",
    "dispersion",
    "fit_dawid_skene",
    "fleiss_kappa",
    "gwet_ac1",
    "krippendorff_alpha",
    "majority",
    "marginals",
    "measure_agreement",
    "measure_judge",
    "measure_labels",
    "pairwise_kappas",
    "percent_agreement",
    "specific_agreement",
    "wilson_interval",
]
