"""What the papers of a release say of its tables and files, beside what every release has.

Whoever forges a release writes its manifest too. A table, a reference or a rule that is not in it would not be checked.
"""

import json
import re
from collections import Counter
from typing import Any

from candor_verify.findings import Findings, shown
from candor_verify.folder import MANIFEST, Folder
from candor_verify.shapes import SHAPES, Column, Shape

SCHEMA = "schema.json"
WITHDRAWN = "withdrawn.json"
PAPERS = (
    "CHANGELOG.md",
    "CITATION.cff",
    "DATASHEET.md",
    "LICENSE",
    "README.md",
    "croissant.json",
    "datapackage.json",
    SCHEMA,
    WITHDRAWN,
)
PROGRAM = "verify/candor_verify/__main__.py"
A_TABLE = "|".join(shape.name for shape in SHAPES)
# Every file that a release may have.
KINDS = re.compile(
    rf"data/({A_TABLE})/part-\d{{4,}}\.parquet|(ndjson|delta)/({A_TABLE})\.ndjson\.zst|csv/({A_TABLE})\.csv"
    rf"|verify/candor_verify/(\w+/)*\w+\.py|{'|'.join(map(re.escape, PAPERS))}"
)
JSON_TYPES: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "integer": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "timestamp": {"type": "string", "format": "date-time"},
    "strings": {"type": "array", "items": {"type": "string"}},
    "json": {"type": "string", "contentMediaType": "application/json"},
}
# What stands there in words; no program goes by it.
WORDS = {"title", "description", "x-unit"}


def check_claims(folder: Folder, findings: Findings) -> None:
    """Whether the manifest and schema.json describe the tables that every release has, and name all their files."""
    check_manifest(folder, findings)
    check_files(folder, findings)
    check_schema(folder, findings)
    check_edition(folder, findings)
    findings.checked.append(
        f"{MANIFEST}, {SCHEMA} and {WITHDRAWN} compared with each other and the {len(SHAPES)} tables of every release"
    )


def check_manifest(folder: Folder, findings: Findings) -> None:
    named = Counter(claim["name"] for claim in folder.claims)
    shapes = {shape.name: shape for shape in SHAPES}
    for name in shapes:
        if name not in named:
            findings.differs(MANIFEST, f"has no table {name}")
    for name, number in named.items():
        if name not in shapes:
            findings.differs(MANIFEST, f"has a table {shown(name)}, which no release has")
        elif number > 1:
            findings.differs(MANIFEST, f"has the table {name} {number} times")
    for claim in folder.claims:
        if claim["name"] in shapes:
            for word, right in described(shapes[claim["name"]]).items():
                said = claim.get(word)
                if word == "columns" and isinstance(said, list):
                    said = [_only(column, {"name", "type", "nullable"}) for column in said]
                if not alike(said, right):
                    findings.differs(
                        MANIFEST, f"says of {claim['name']} other {word} than every release has: {_first(said, right)}"
                    )


def check_files(folder: Folder, findings: Findings) -> None:
    for path in folder.twice:
        findings.differs(MANIFEST, f"names {path} twice")
    for path in sorted(folder.files):
        if not KINDS.fullmatch(path):
            findings.differs(MANIFEST, f"names {path!r}, which is no file that a release has")
    tables = [path for shape in SHAPES for path in (f"csv/{shape.name}.csv", f"ndjson/{shape.name}.ndjson.zst")]
    for path in (*PAPERS, PROGRAM, *tables):
        if path not in folder.files:
            findings.differs(MANIFEST, f"does not name {path}")


def check_schema(folder: Folder, findings: Findings) -> None:
    try:
        said = json.loads((folder.path / SCHEMA).read_bytes())
    except OSError:
        return  # it is not there, or cannot be read, which its sum has told
    except (ValueError, RecursionError):
        findings.differs(SCHEMA, "is no JSON")
        return
    rows = said.get("$defs") if isinstance(said, dict) else None
    if not isinstance(rows, dict) or not isinstance(said.get("properties"), dict):
        findings.differs(SCHEMA, "is no schema of the tables")
        return
    names = [shape.name for shape in SHAPES]
    if (list(rows), list(said["properties"])) != (names, names):
        findings.differs(SCHEMA, f"describes other tables than {', '.join(names)}")
    for shape in SHAPES:
        if shape.name in rows and not alike(without_words(rows[shape.name]), row_schema(shape)):
            findings.differs(SCHEMA, f"says of {shape.name} something else than every release")


def check_edition(folder: Folder, findings: Findings) -> None:
    """Whether the manifest and withdrawn.json say the same of what was taken out, and in which edition."""
    label = f"{folder.version}+e{folder.edition}" if folder.edition else folder.version
    # An edition may take nothing out: its delta alone follows an edition of the release before.
    if folder.label != label or (folder.withdrawn and not folder.edition):
        what = f"calls edition {folder.edition} of {shown(folder.version)} {shown(folder.label)}"
        findings.differs(MANIFEST, f"{what}, with {len(folder.withdrawn)} withdrawals")
    try:
        said = json.loads((folder.path / WITHDRAWN).read_bytes())
    except OSError:
        return  # as for SCHEMA
    except (ValueError, RecursionError):
        findings.differs(WITHDRAWN, "is no JSON")
        return
    of_it = {"version": folder.version, "edition": folder.edition, "withdrawn": list(folder.withdrawn)}
    if not alike(said, of_it):
        findings.differs(WITHDRAWN, f"says something else than {MANIFEST}")


def without_words(row: Any) -> Any:
    """A table's part of schema.json without what is written for people."""
    if not isinstance(row, dict):
        return row
    said = {word: value for word, value in row.items() if word not in WORDS}
    if isinstance(columns := said.get("properties"), dict):
        said["properties"] = {
            name: {word: value for word, value in column.items() if word not in WORDS}
            if isinstance(column, dict)
            else column
            for name, column in columns.items()
        }
    return said


def described(shape: Shape) -> dict[str, Any]:
    """What a manifest says of a table that is so in every release."""
    return {
        "key": list(shape.key),
        "columns": [{"name": one.name, "type": one.type, "nullable": one.nullable} for one in shape.columns],
        "references": _references(shape),
    }


def row_schema(shape: Shape) -> dict[str, Any]:
    """What schema.json says of a table that is so in every release."""
    return {
        "type": "object",
        "properties": {column.name: _value_schema(column) for column in shape.columns},
        "required": shape.names,
        "additionalProperties": False,
        "x-key": list(shape.key),
        "x-references": _references(shape),
    }


def _value_schema(column: Column) -> dict[str, Any]:
    said = dict(JSON_TYPES[column.type])
    return said | {"type": [said["type"], "null"]} if column.nullable else said


def _references(shape: Shape) -> list[dict[str, Any]]:
    return [
        {"columns": list(to.columns), "table": to.table, "target_columns": list(to.target_columns)}
        for to in shape.references
    ]


def alike(said: Any, right: Any) -> bool:
    """Equal as JSON is: true is not 1."""
    return json.dumps(said, sort_keys=True) == json.dumps(right, sort_keys=True)


def _only(said: Any, words: set[str]) -> Any:
    return {word: said[word] for word in said if word in words} if isinstance(said, dict) else said


def _first(said: Any, right: list[Any]) -> str:
    """The first place where a list is another one, as a report shows it."""
    if not isinstance(said, list):
        return shown(said)
    for found, expected in zip(said, right, strict=False):
        if not alike(found, expected):
            return f"{shown(found)}, not {shown(expected)}"
    return f"there are {len(said)}, not {len(right)}"
