"""The licence of a release, and its CITATION.cff."""

from releases.described import ABSTRACT, CREATOR, KEYWORDS, TITLE
from releases.documents.edition import Edition
from releases.home import Home

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
    """CITATION.cff, version 1.2.0. It has no date-released: when a release is published is not known while it is
    written, and the cut-off is another day.
    """
    home = edition.home
    lines = [
        "cff-version: 1.2.0",
        f"message: {quoted(f'If you use this dataset, please name it, its release and its cut-off, {edition.day}.')}",
        "type: dataset",
        f"title: {quoted(TITLE)}",
        "authors:",
        f"  - name: {CREATOR}",
        *contact(home),
        f"version: {quoted(edition.label)}",
        *([f"url: {quoted(home.page)}"] if home.page else []),
        *([f"repository-code: {quoted(home.code)}"] if home.code else []),
        "license: CC-BY-4.0",
        f"abstract: {quoted(ABSTRACT)}",
        "keywords:",
        *(f"  - {quoted(word)}" for word in KEYWORDS),
    ]
    return ("\n".join(lines) + "\n").encode()


def contact(home: Home) -> list[str]:
    """Whom to write to, where the site says it."""
    said = {"email": home.mail, "website": home.web}
    lines = [f"    {name}: {quoted(value)}" for name, value in said.items() if value]
    return ["contact:", f"  - name: {CREATOR}", *lines] if lines else []


def quoted(text: str) -> str:
    """A text as YAML has it between double quotes. Ours hold no control characters."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
