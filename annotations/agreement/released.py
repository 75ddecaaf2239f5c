"""The labels of a release as counts, from its own files: what it takes to compute a published figure again.

A release is a folder with ndjson/*.ndjson.zst and csv/*.csv, which say the same; either will do, and the first also
unpacked. CSV is read by the standard library alone; what is packed, by pyarrow. A slice is a kind and a key, such as
("model", "model-a"); ("all", "") is every answer. What is counted is what the site counts: counted labels of answers
that are settled or contested, harm controls left out; an answer that several models gave counts with each of them.
"""

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TextIO

import numpy as np

from .figures import SCALES, Figure, measure_figure

CLASSES: Final = ("censored", "evasive", "faithful")
PARTIES: Final = ("endpoint", "model", "maker", "country")
SLICES: Final = ("all", *PARTIES, "language", "topic", "state", "kind", "round", "guideline")

Row = Mapping[str, str]
Slice = tuple[str, str]


class NotARelease(Exception):
    """The folder does not hold what a release holds; the message says what is missing."""


def figure_of(folder: Path, slices: list[Slice], scale: str) -> Figure | None:
    """The figures of the answers that are in all of these slices, or None where there is none.

    Raises:
        NotARelease: a table is not there, is damaged, or lacks a column.
    """
    try:
        votes = count_votes(folder, slices)
    except KeyError as missing:
        raise NotARelease(f"A table of {folder} has no column {missing}.") from None
    if not votes:
        return None
    counts = np.array([list(cast) for _, cast in votes], dtype=np.int64)
    families = np.array([family for family, _ in votes])
    return measure_figure(SCALES[scale](counts), np.array(list(votes.values())), families)


def count_votes(folder: Path, slices: list[Slice]) -> Counter[tuple[str, tuple[int, ...]]]:
    """How many answers of the slices there are by prompt family and by number of labels of each class."""
    prompts = {row["version_id"]: row for row in rows(folder, "prompts") if row["kind"] != "harm_control"}
    facts: dict[str, tuple[str, set[Slice]]] = {}
    for row in rows(folder, "answers"):
        prompt = prompts.get(row["version_id"])
        if prompt and row["state"] in {"settled", "contested"}:
            own = {("language", row["language"]), *((name, prompt[name]) for name in ("topic", "state", "kind"))}
            facts[row["answer_id"]] = prompt["family"], own
    asked = {one for one in slices if one[0] not in {"all", "guideline"}}
    given_by = calls(folder) if any(kind in {*PARTIES, "round"} for kind, _ in asked) else {}
    here = {
        answer: family
        for answer, (family, own) in facts.items()
        if asked <= own or any(asked <= own | call for call in given_by.get(answer, ()))
    }
    guidelines = {key for kind, key in slices if kind == "guideline"}
    cast: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows(folder, "labels"):
        if row["label"] not in CLASSES:
            raise NotARelease(f"{row['label']!r} in labels is none of {', '.join(CLASSES)}.")
        counted = row["counted"] == "true" and row["answer_id"] in here
        if counted and (not guidelines or row["guideline"] in guidelines):
            cast[row["answer_id"]][row["label"]] += 1
    return Counter((here[answer], tuple(given[name] for name in CLASSES)) for answer, given in cast.items())


def calls(folder: Path) -> dict[str, list[set[Slice]]]:
    """By answer, the slices of each call that brought it."""
    llms = {row["llm"]: row for row in rows(folder, "llms")}
    parties: dict[str, set[Slice]] = {}
    for row in rows(folder, "endpoints"):
        llm = llms.get(row["llm"])
        if llm is None:
            raise NotARelease(f"No row of llms is about {row['llm']!r}, which endpoints names.")
        names = (row["endpoint"], row["llm"], llm["maker"], llm["maker_country"])
        parties[row["endpoint"]] = set(zip(PARTIES, names, strict=True))
    found: dict[str, list[set[Slice]]] = defaultdict(list)
    for row in rows(folder, "probes"):
        if row["endpoint"] not in parties:
            raise NotARelease(f"No row of endpoints is about {row['endpoint']!r}, which probes names.")
        if row["answer_id"]:
            found[row["answer_id"]].append({*parties[row["endpoint"]], ("round", row["round"])})
    return found


def rows(folder: Path, table: str) -> Iterator[Row]:
    """The rows of a table, every value as text, a missing one empty.

    Raises:
        NotARelease: it is not there, or cannot be read as what it is.
    """
    packed, cells = folder / "ndjson" / f"{table}.ndjson.zst", folder / "csv" / f"{table}.csv"
    if (lines := packed.with_suffix("")).is_file():
        yield from readable(lines, ndjson_rows)
    elif packed.is_file():
        yield from readable(packed, ndjson_rows, opened=unpacked)
    elif cells.is_file():
        yield from readable(cells, csv_rows)
    else:
        raise NotARelease(f"{folder} has neither ndjson/{table}.ndjson.zst nor csv/{table}.csv.")


def unpacked(path: Path) -> TextIO:
    """A compressed file, open as text. Raises NotARelease without pyarrow, which reads the compression."""
    try:
        import pyarrow as pa
    except ImportError:
        raise NotARelease(
            f"{path} is packed, and there is no pyarrow to read it: unpack it, or take the CSV."
        ) from None
    return io.TextIOWrapper(pa.input_stream(str(path), compression="zstd"), encoding="utf-8", newline="")


def plain_text(path: Path) -> TextIO:
    return path.open(encoding="utf-8", newline="")


def readable(
    path: Path, read: Callable[[TextIO], Iterator[Row]], *, opened: Callable[[Path], TextIO] = plain_text
) -> Iterator[Row]:
    """The rows of a file, and one sentence where it is damaged: cut off, of another encoding, or no table."""
    whole = 0
    try:
        with opened(path) as file:
            for row in read(file):
                yield row
                whole += 1
    except UnicodeDecodeError:
        raise NotARelease(f"{path} is not in UTF-8.") from None
    except (ValueError, RecursionError, csv.Error):
        raise NotARelease(f"Row {whole + 1} of {path} cannot be read; is the file whole?") from None
    except OSError as error:
        raise NotARelease(f"{path} cannot be read: {error.strerror or error}.") from None


def ndjson_rows(file: TextIO) -> Iterator[Row]:
    for line in file:
        said = json.loads(line)
        if not isinstance(said, dict):
            raise ValueError("not an object")
        yield {name: as_text(value) for name, value in said.items()}


def as_text(value: Any) -> str:
    """A value of JSON as a cell of CSV has it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def csv_rows(file: TextIO) -> Iterator[Row]:
    # An answer may be longer than what the module takes unless told.
    csv.field_size_limit(2**31 - 1)
    for row in csv.DictReader(file, strict=True):
        if None in row or None in row.values():
            raise ValueError("more cells than columns, or fewer")
        # Texts that a spreadsheet would take for a formula have an apostrophe before them.
        yield {name: value.removeprefix("'") for name, value in row.items()}
