"""How often each model of a release stays silent, and each compared with itself, by people's labels alone."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from .model_rates import Compared, Counted, compare_languages, compare_twins, pair_twins, rate_over
from .record import CLASSES, DELIVERIES, LAYERS, STATES, Record
from .record_slices import NOT_COUNTED


def count_by_model(record: Record) -> dict[str, list[Counted]]:
    """The probes of each model by layer, family, kind and language; models ascending."""
    votes = record.votes()
    leads = 2 * votes.max(axis=1) > votes.sum(axis=1)
    label = np.where(leads & (record.state == STATES.index("settled")), votes.argmax(axis=1), -1)
    settled = np.append(label, -1)[record.probe_answer]
    arrived = record.probe_delivery
    layers: tuple[tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]], ...] = (
        (settled >= 0, (settled >= 0) & (settled != CLASSES.index("faithful"))),
        (arrived >= 0, arrived > DELIVERIES.index("delivered")),
    )
    names = sorted({endpoint.llm for endpoint in record.endpoints})
    llm_of = np.array([names.index(endpoint.llm) for endpoint in record.endpoints], dtype=np.int64)
    asked = len(record.prompts)
    found: dict[str, list[Counted]] = {name: [] for name in names}
    if not len(record.probe_endpoint):
        return found
    group = llm_of[record.probe_endpoint] * asked + record.probe_version
    for layer, (whole, part) in zip(LAYERS, layers, strict=True):
        sums: defaultdict[tuple[str, str, str, str], list[int]] = defaultdict(lambda: [0, 0])
        wholes = np.bincount(group[whole], minlength=len(names) * asked)
        parts = np.bincount(group[part], minlength=len(names) * asked)
        for place in np.flatnonzero(wholes).tolist():
            prompt = record.prompts[place % asked]
            if prompt.kind != NOT_COUNTED:
                count = sums[names[place // asked], prompt.family, prompt.kind, prompt.language]
                count[0] += int(parts[place])
                count[1] += int(wholes[place])
        for (llm, family, kind, language), (one, all_of_it) in sorted(sums.items()):
            found[llm].append(Counted(layer, family, kind, language, one, all_of_it))
    return found


def rate_rows(by_model: dict[str, list[Counted]]) -> Iterator[dict[str, Any]]:
    """Over all kinds and languages, over each, and over each of both together; in the order of the table's key."""
    for llm, counted in by_model.items():
        groups: defaultdict[tuple[str, str, str], list[Counted]] = defaultdict(list)
        for one in counted:
            for kind, language in product(("", one.kind), ("", one.language)):
                groups[one.layer, kind, language].append(one)
        for (layer, kind, language), group in sorted(groups.items()):
            part, whole, rate = rate_over(group)
            yield {
                **{"llm": llm, "layer": layer, "kind": kind, "language": language},
                **{"part": part, "whole": whole, "families": rate.clusters},
                **{"share": rate.value.value, "low": rate.interval.low, "high": rate.interval.high},
                "why": str(rate.value.reason or rate.interval.reason) or None,
            }


def comparison_rows(record: Record, by_model: dict[str, list[Counted]]) -> Iterator[dict[str, Any]]:
    """Each two languages and each two states that a model was asked about; in the order of the table's key."""
    states = pair_twins(record.families)
    for llm, counted in by_model.items():
        for sides, found in compare_languages(counted).items():
            yield _comparison(llm, "language", sides, found)
        for sides, found in compare_twins(counted, states).items():
            yield _comparison(llm, "twin", sides, found)


def _comparison(llm: str, compared: str, sides: tuple[str, str], found: Compared) -> dict[str, Any]:
    test = found.test
    return {
        **{"llm": llm, "compared": compared, "a": sides[0], "b": sides[1]},
        **{"pairs": found.pairs, "both": found.both, "only_a": found.only_a},
        **{"only_b": found.only_b, "neither": found.neither},
        **{"difference": test.difference.value, "low": test.interval.low, "high": test.interval.high},
        **{"p": test.p.value, "why": str(test.difference.reason or test.p.reason) or None},
    }
