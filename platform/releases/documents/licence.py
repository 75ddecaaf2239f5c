"""The licence of a release, and its CITATION.cff."""

from releases.documents.edition import Edition

TITLE = "Candor: what language models say, dodge and refuse to say"
ABSTRACT = (
    "Questions that some state, maker or group would rather see unanswered, put to many language models in many "
    "languages; every distinct answer, labelled censored, evasive or faithful by people who did not know which model "
    "wrote it; how far these people agree; and the rates that follow."
)
KEYWORDS = ("language models", "censorship", "refusals", "evaluation", "crowdsourcing", "inter-annotator agreement")

LICENCE = """\
The Candor dataset

The dataset as a whole is under the Creative Commons Attribution 4.0 International licence (CC BY 4.0):
https://creativecommons.org/licenses/by/4.0/

Prompts, key points and labels (the tables prompts, key_points, labels, adjudications and gold_labels) are given to the
public domain under CC0 1.0:
https://creativecommons.org/publicdomain/zero/1.0/

Answers are the output of language models. Answers that were collected elsewhere carry their own licence in the columns
import_source and import_licence of the table probes.

The program in the folder verify is under the Apache License 2.0:
https://www.apache.org/licenses/LICENSE-2.0
"""


def licence() -> bytes:
    return LICENCE.encode()


def citation_file(edition: Edition) -> bytes:
    """CITATION.cff, version 1.2.0. The day is the cut-off's: what a release says, it says as of then."""
    lines = [
        "cff-version: 1.2.0",
        "message: If you use this dataset, please name it and its release.",
        "type: dataset",
        f"title: {quoted(TITLE)}",
        "authors:",
        "  - name: Candor contributors",
        f"version: {quoted(edition.label)}",
        f"date-released: {quoted(edition.day.isoformat())}",
        "license: CC-BY-4.0",
        f"abstract: {quoted(ABSTRACT)}",
        "keywords:",
        *(f"  - {quoted(word)}" for word in KEYWORDS),
    ]
    return ("\n".join(lines) + "\n").encode()


def quoted(text: str) -> str:
    """A text as YAML has it between double quotes. Ours hold no control characters."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
