"""Quantiles of Student's t for any degrees of freedom, whole or not, without scipy: web processes use them too."""

import math
from functools import lru_cache
from statistics import NormalDist

import numpy as np

_NODES, _WEIGHTS = (array.tolist() for array in np.polynomial.legendre.leggauss(64))


@lru_cache(maxsize=4096)
def student_quantile(chance: float, degrees: float) -> float:
    """The value below which Student's t falls with this chance.

    With t = sqrt(v) tan(a), the chance of falling between 0 and t is the integral of cos(a)^(v-1) from 0 to a, times a
    constant; Gauss and Legendre's rule of 64 nodes takes it to 14 digits, and Newton's steps turn it round.

    chance: strictly between 0 and 1; degrees: at least 1. ValueError otherwise.
    """
    if not (0 < chance < 1 and degrees >= 1):
        raise ValueError(f"No Student's t has {degrees} degrees of freedom at {chance}.")
    if chance < 0.5:
        return -student_quantile(1 - chance, degrees)
    wanted = (chance - 0.5) * math.sqrt(math.pi) / math.exp(_log_ratio(degrees))
    # From below: as a function of the angle the integral bends down, so that Newton's steps never overshoot.
    angle = max(math.atan(NormalDist().inv_cdf(chance) / math.sqrt(degrees)), wanted)
    for _ in range(100):
        step = (wanted - _integral(angle, degrees)) / math.cos(angle) ** (degrees - 1)
        angle += step
        if abs(step) <= 1e-15 * max(1.0, angle):
            break
    return math.sqrt(degrees) * math.tan(angle)


def _integral(angle: float, degrees: float) -> float:
    """Of cos(a)^(degrees - 1) from 0 to the angle."""
    half = angle / 2
    nodes = zip(_NODES, _WEIGHTS, strict=True)
    return half * math.fsum(weight * math.cos(half * (node + 1)) ** (degrees - 1) for node, weight in nodes)


def _log_ratio(degrees: float) -> float:
    """The logarithm of Gamma((v + 1) / 2) / Gamma(v / 2); by its series where v is large."""
    if degrees > 1000:
        return math.log(degrees / 2) / 2 - 1 / (4 * degrees) + 1 / (24 * degrees**3)
    return math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2)
