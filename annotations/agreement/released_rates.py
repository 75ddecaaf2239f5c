"""`python -m annotations.agreement.released_rates FOLDER MODEL`: a model's rate, again from the files of a release.

    python -m annotations.agreement.released_rates FOLDER model-a --kind sensitive --language zh-Hans
    python -m annotations.agreement.released_rates FOLDER model-a --layer provider
    python -m annotations.agreement.released_rates FOLDER model-a --compared language --sides en zh-Hans

It prints what the API says of that rate or comparison, if the release holds the same calls and labels. Rates with a
machine judge are not in it: they rest on answers that are still open.
"""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from .model_rates import Counted, compare_languages, compare_twins, pair_twins, rate_over
from .released import NotARelease, rows

BLOCKED = ("blocked_input", "blocked_output", "cut_by_filter")
SUPPRESSED = ("censored", "evasive")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m annotations.agreement.released_rates")
    parser.add_argument("folder", type=Path, help="the folder of a release, with ndjson/ or csv/ in it")
    parser.add_argument("model", help="the model's short name")
    parser.add_argument("--layer", choices=("model", "provider"), default="model", help="whose doing it tells of")
    parser.add_argument("--kind", default="", help="one kind of prompt; all but harm controls without")
    parser.add_argument("--language", default="", help="one language; all without")
    parser.add_argument("--compared", choices=("language", "twin"), help="a comparison in the place of a rate")
    parser.add_argument("--sides", nargs=2, metavar=("A", "B"), default=("", ""), help="its two sides")
    told = parser.parse_args(arguments)
    if bool(told.compared) != all(told.sides):
        parser.error("--compared and --sides go together.")
    try:
        found = compared(told) if told.compared else rated(told)
    except NotARelease as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyError as missing:
        sys.stderr.write(f"A table of {told.folder} has no column {missing}.\n")
        return 1
    if found is None:
        sys.stderr.write("Nothing of that model in this release is in it.\n")
        return 1
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    return 0


def rated(told: argparse.Namespace) -> dict[str, Any] | None:
    """The rate as the API writes it."""
    kept = [
        one
        for one in counted(told.folder, told.model)
        if one.layer == told.layer and told.kind in {"", one.kind} and told.language in {"", one.language}
    ]
    part, whole, rate = rate_over(kept)
    if not whole:
        return None
    why = rate.value.reason or rate.interval.reason or None
    ends = {"share": rate.value.value, "low": rate.interval.low, "high": rate.interval.high, "why": why}
    return {"part": part, "whole": whole, "families": rate.clusters, **ends}


def compared(told: argparse.Namespace) -> dict[str, Any] | None:
    """The comparison as the API writes it."""
    found = counted(told.folder, told.model)
    if told.compared == "language":
        pairs = compare_languages(found)
    else:
        about = {row["family"]: (row["state"], row["twin"] or None) for row in rows(told.folder, "prompts")}
        pairs = compare_twins(found, pair_twins(about))
    a, b = sorted(told.sides)
    one = pairs.get((a, b))
    if one is None:
        return None
    test = one.test
    return {
        **{"a": a, "b": b, "pairs": one.pairs},
        **{"both": one.both, "only_a": one.only_a, "only_b": one.only_b, "neither": one.neither},
        **{"difference": test.difference.value, "low": test.interval.low, "high": test.interval.high},
        "p": test.p.value,
    }


def counted(folder: Path, model: str) -> list[Counted]:
    """The model's probes by layer, family, kind and language."""
    prompts = {row["version_id"]: row for row in rows(folder, "prompts") if row["kind"] != "harm_control"}
    settled = {row["answer_id"] for row in rows(folder, "answers") if row["state"] == "settled"}
    labels = {row["answer_id"]: row["label"] for row in rows(folder, "consensus") if row["answer_id"] in settled}
    endpoints = {row["endpoint"] for row in rows(folder, "endpoints") if row["llm"] == model}
    sums: Counter[tuple[str, str, str, str, bool]] = Counter()
    for row in rows(folder, "probes"):
        prompt = prompts.get(row["version_id"])
        if prompt is None or row["endpoint"] not in endpoints:
            continue
        own = prompt["family"], prompt["kind"], prompt["language"]
        if label := labels.get(row["answer_id"]):
            sums["model", *own, label in SUPPRESSED] += 1
        if row["delivery"] == "delivered" or row["delivery"] in BLOCKED:
            sums["provider", *own, row["delivery"] in BLOCKED] += 1
    return [
        Counted(layer, family, kind, language, n if is_part else 0, n)
        for (layer, family, kind, language, is_part), n in sorted(sums.items())
    ]


if __name__ == "__main__":
    sys.exit(main())
