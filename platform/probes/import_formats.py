"""The forms an import file may have: what makes lines of ours of its rows, and what stands for its first line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from probes import import_speechmap

Line = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Format:
    """`lines_of` gives the lines a row stands for; `provenance` is a file's batch where it has no line for it."""

    lines_of: Callable[[dict[str, Any]], list[Line]]
    provenance: Mapping[str, Any] | None = None


def own(row: dict[str, Any]) -> list[Line]:
    return [(row.get("kind", ""), row)]


FORMATS: Mapping[str, Format] = {
    "candor": Format(own),
    "speechmap": Format(import_speechmap.lines_of, import_speechmap.PROVENANCE),
}
