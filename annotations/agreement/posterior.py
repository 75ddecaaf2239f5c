"""One answer's posterior, by what is known of the people who labelled it. Pure Python: web processes import it.

It is the E-step of `dawid_skene` for a single item, and what a person's matrix is made of. Nobody's counts are special:
a newcomer's are all 0, and so their matrix is the pooled one.
"""

import math
from collections.abc import Sequence

Matrix = tuple[tuple[float, ...], ...]


def smoothed(counts: Sequence[Sequence[float]], pooled: Sequence[Sequence[float]], strength: float) -> Matrix:
    """A person's confusion matrix [truth, said], each row adding up to 1.

        pi[k, l] = (counts[k, l] + strength * pooled[k, l]) / (sum_l counts[k, l] + strength)

    counts: expected labels, rows the truth; pooled: the crowd's matrix; strength: how many labels of it everybody
    starts with. Where both are nothing (strength 0 and an empty row) it is the pooled row.
    ValueError if the tables differ in shape or the strength is negative.
    """
    if strength < 0:
        raise ValueError(f"A prior's strength is a number of labels, not {strength}.")
    rows = []
    for own, crowd in zip(counts, pooled, strict=True):
        total = sum(own) + strength
        pairs = zip(own, crowd, strict=True)
        rows.append(tuple((n + strength * share) / total if total > 0 else share for n, share in pairs))
    return tuple(rows)


def posterior(said: Sequence[tuple[Sequence[Sequence[float]], int]], prior: Sequence[float]) -> tuple[float, ...]:
    """How likely each class is the true one, given who said what: (matrix [truth, said], the class said) a label.

        p_k  proportional to  prior_k * product over the labels (pi, l) of pi[k, l]

    Without labels, and where no class can have led to them, it is the prior. The order of the labels does not matter.
    ValueError if a class said is none, or the prior says nothing.

    Source: as for `dawid_skene`.
    """
    total = sum(prior)
    if not total > 0:
        raise ValueError("A prior's shares are not below 0, and their sum is above 0.")
    alone = tuple(share / total for share in prior)
    classes = range(len(prior))
    if any(label not in classes for _, label in said):
        raise ValueError(f"Classes are numbers from 0 to {len(prior) - 1}.")
    logs = [
        math.fsum(_log(chance) for chance in (alone[k], *(matrix[k][label] for matrix, label in said))) for k in classes
    ]
    largest = max(logs)
    if largest == -math.inf:
        return alone
    weights = [math.exp(value - largest) for value in logs]
    whole = math.fsum(weights)
    return tuple(weight / whole for weight in weights)


def _log(chance: float) -> float:
    return math.log(chance) if chance > 0 else -math.inf
