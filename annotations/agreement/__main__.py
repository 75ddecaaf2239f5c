"""`python -m annotations.agreement FOLDER`: a published figure, computed again from the files of a release.

    python -m annotations.agreement FOLDER --slice model --key model-a
    python -m annotations.agreement FOLDER --slice model --key model-a --with language --with-key zh-Hans

It prints what the API says of that slice: the same numbers, intervals included, if the release holds the same labels.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from .figures import COEFFICIENTS, SCALES, Figure
from .released import CLASSES, PARTIES, SLICES, NotARelease, figure_of

CLASSES_OF = {"labels": CLASSES, "suppressed": ("suppressed", "faithful")}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m annotations.agreement", description="A figure, from a release.")
    parser.add_argument("folder", type=Path, help="the folder of a release, with ndjson/ or csv/ in it")
    parser.add_argument("--slice", choices=SLICES, default="all", help="what it is measured over")
    parser.add_argument("--key", default="", help="which model, topic, language and so on")
    parser.add_argument("--with", choices=SLICES[1:], dest="other", help="a second slice, crossed with the first")
    parser.add_argument("--with-key", default="", help="which one of that")
    parser.add_argument("--scale", choices=tuple(SCALES), default="labels", help="three labels, or suppressed or not")
    parser.add_argument("--json", action="store_true", help="as the API writes it")
    told = parser.parse_args(arguments)
    if wrong := complaint(told):
        parser.error(wrong)
    slices = [(told.slice, told.key), *([(told.other, told.with_key)] if told.other else [])]
    try:
        figure = figure_of(told.folder, slices, told.scale)
    except NotARelease as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if figure is None:
        sys.stderr.write("No closed answer of this release is in that slice.\n")
        return 1
    found = described(figure, told.scale)
    sys.stdout.write((json.dumps(found, ensure_ascii=False, indent=2) if told.json else in_words(found)) + "\n")
    return 0


def complaint(told: argparse.Namespace) -> str:
    """What is wrong with the options together; empty where nothing is."""
    if (told.slice == "all") == bool(told.key):
        return "--slice all has no --key." if told.key else f"Say which {told.slice}: --key."
    if bool(told.other) != bool(told.with_key):
        return "--with and --with-key go together."
    if told.other and (told.slice in {"all", told.other} or {told.slice, told.other} <= set(PARTIES)):
        return f"{told.slice} and {told.other} cannot be crossed."
    return ""


def described(figure: Figure, scale: str) -> dict[str, Any]:
    """A figure as the API writes it."""
    measured, classes = figure.measured, CLASSES_OF[scale]
    found: dict[str, Any] = {
        "answers": measured.items,
        "labels": measured.labels,
        "families": figure.families,
        "marginals": dict(zip(classes, measured.labels_by_class, strict=True)),
    }
    for name in COEFFICIENTS:
        interval = getattr(figure.intervals, name)
        value = getattr(measured, name).value
        found[name] = {"value": value, "low": interval.low, "high": interval.high, "why": figure.why.get(name)}
    found["specific"] = dict(zip(classes, (one.value for one in figure.specific), strict=True))
    return found


def in_words(found: dict[str, Any]) -> str:
    marginals = ", ".join(f"{number} {name}" for name, number in found["marginals"].items())
    lines = [
        f"{found['answers']} answers to {found['families']} families of prompts, {found['labels']} labels: {marginals}"
    ]
    for name in COEFFICIENTS:
        one = found[name]
        value = "undefined" if one["value"] is None else f"{one['value']:.6f}"
        ends = "" if one["low"] is None else f"  {one['low']:.6f} to {one['high']:.6f}"
        lines.append(f"{name:8} {value}{ends}{'  (' + one['why'] + ')' if one['why'] else ''}")
    lines += [
        f"specific {name}: {'nobody used it' if value is None else f'{value:.6f}'}"
        for name, value in found["specific"].items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
