"""The rates of one model and its comparisons with itself, out of counts by family of prompts: on the site, from files.

The *model layer* counts probes whose answer is settled, and how many of these are suppressed; the *provider layer*
counts what was delivered, blocked or cut, and how much of it was blocked or cut.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

from .mcnemar import PairedTest, mcnemar
from .rates import RateEstimate, clustered_rate

# What a prompt and its translation, or its twin, are compared over: a control says nothing of silence.
COMPARED_KINDS: Final = ("sensitive", "twin")

Sides = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Counted:
    """Probes of one family, kind and language in one layer: `part` of `whole`. Families have numbers or names."""

    layer: str
    family: Any
    kind: str
    language: str
    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class Compared:
    """Pairs of prompts by which of their two sides are silent, and the test of a difference."""

    both: int
    only_a: int
    only_b: int
    neither: int
    test: PairedTest

    @property
    def pairs(self) -> int:
        return self.both + self.only_a + self.only_b + self.neither


def rate_over(counted: Iterable[Counted], *, level: float = 0.95) -> tuple[int, int, RateEstimate]:
    """Part, whole, and the share with its interval, which draws families again; see `clustered_rate`."""
    sums: defaultdict[Hashable, list[int]] = defaultdict(lambda: [0, 0])
    for one in counted:
        sums[one.family][0] += one.part
        sums[one.family][1] += one.whole
    parts, wholes = [part for part, _ in sums.values()], [whole for _, whole in sums.values()]
    return sum(parts), sum(wholes), clustered_rate(parts, wholes, level=level)


def compare_languages(counted: Iterable[Counted]) -> dict[Sides, Compared]:
    """Each two languages over the families that were asked in both; a family is one pair, so pairs are independent."""
    by_family: defaultdict[Hashable, dict[str, bool]] = defaultdict(dict)
    for (family, language), silent in _silent(counted, by_language=True).items():
        by_family[family][language] = silent
    pairs: defaultdict[Sides, list[tuple[bool, bool]]] = defaultdict(list)
    for languages in by_family.values():
        for a, b in combinations(sorted(languages), 2):
            pairs[a, b].append((languages[a], languages[b]))
    return {sides: _compared(found) for sides, found in sorted(pairs.items())}


def compare_twins(counted: Iterable[Counted], states: Mapping[tuple[Any, Any], Sides]) -> dict[Sides, Compared]:
    """Each two states over the families about one that have a twin about the other, all languages together.

    states: for each pair of families, which two states they are about, in the same order.
    """
    silent = {family: found for (family, _), found in _silent(counted, by_language=False).items()}
    pairs: defaultdict[Sides, list[tuple[bool, bool]]] = defaultdict(list)
    for (first, second), sides in states.items():
        if first in silent and second in silent:
            pairs[sides].append((silent[first], silent[second]))
    return {sides: _compared(found) for sides, found in sorted(pairs.items())}


def pair_twins(families: Mapping[Any, tuple[str, Any]]) -> dict[tuple[Any, Any], Sides]:
    """Each pair of families that ask the same of two states, and the two states in the alphabet's order.

    families: the state a family is about, empty for none, and its twin, None for none; either of a pair may name the
    other. Pairs about one state, or none, compare nothing.
    """
    found: dict[tuple[Any, Any], Sides] = {}
    for family, (state, twin) in families.items():
        its = families[twin][0] if twin in families else ""
        if state and its and state != its:
            (a, first), (b, second) = sorted([(state, family), (its, twin)])
            found[first, second] = (a, b)
    return found


def _silent(counted: Iterable[Counted], *, by_language: bool) -> dict[tuple[Any, str], bool]:
    """Whether more than half of a family's probes are suppressed; those that are exactly half are left out."""
    sums: defaultdict[tuple[Any, str], list[int]] = defaultdict(lambda: [0, 0])
    for one in counted:
        if one.layer == "model" and one.kind in COMPARED_KINDS:
            count = sums[one.family, one.language if by_language else ""]
            count[0] += one.part
            count[1] += one.whole
    return {key: 2 * part > whole for key, (part, whole) in sums.items() if 2 * part != whole}


def _compared(pairs: list[tuple[bool, bool]]) -> Compared:
    both, only_a, only_b, neither = (
        pairs.count(sides) for sides in ((True, True), (True, False), (False, True), (False, False))
    )
    return Compared(both, only_a, only_b, neither, mcnemar(both, only_a, only_b, neither))
