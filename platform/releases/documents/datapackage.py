"""datapackage.json: the CSV files as a Data Package, with types, keys and the references between tables.

https://datapackage.org/standard/data-package/ (version 1, which today's programs check).
"""

from typing import Any

from releases.described import ABSTRACT, CREATOR, KEYWORDS, LICENCE, TITLE
from releases.documents.edition import Edition
from releases.documents.machine import as_json
from releases.naming import moment
from releases.schema import TABLES, Column, Table
from releases.schema.references import REFERENCES

TYPES: dict[str, dict[str, str]] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "date"},
    "timestamp": {"type": "datetime", "format": "%Y-%m-%dT%H:%M:%S.%fZ"},
    "strings": {"type": "array"},
    # Objects and lists both, so a text to whoever checks types.
    "json": {"type": "string"},
}


def datapackage(edition: Edition) -> bytes:
    """datapackage.json of one edition."""
    return as_json(
        {
            "profile": "tabular-data-package",
            "name": "candor",
            "title": TITLE,
            "description": ABSTRACT,
            **({"homepage": edition.home.page} if edition.home.page else {}),
            "version": edition.label,
            "created": moment(edition.cutoff),
            "licenses": [
                {
                    "name": "CC-BY-4.0",
                    "path": LICENCE,
                    "title": "Creative Commons Attribution 4.0",
                }
            ],
            "contributors": [contributors(edition)],
            "keywords": list(KEYWORDS),
            "resources": [found for table in TABLES for found in resource(table, edition)],
        }
    )


def contributors(edition: Edition) -> dict[str, str]:
    reached = {"path": edition.home.web or edition.home.site, "email": edition.home.mail}
    return {"title": CREATOR, "role": "author", **{name: said for name, said in reached.items() if said}}


def resource(table: Table, edition: Edition) -> list[dict[str, Any]]:
    return [
        {
            "profile": "tabular-data-resource",
            "name": table.name.replace("_", "-"),
            "title": table.name,
            "description": table.meaning,
            "path": file.path,
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "bytes": file.bytes,
            "hash": f"sha256:{file.sha256}",
            "dialect": {
                "delimiter": ",",
                "lineTerminator": "\r\n",
                "quoteChar": '"',
                "doubleQuote": True,
                "skipInitialSpace": False,
                "header": True,
            },
            "schema": {
                "fields": [field(column) for column in table.columns],
                "missingValues": [""],
                "primaryKey": list(table.key),
                "foreignKeys": foreign_keys(table),
            },
        }
        for file in edition.of_table(table.name, "csv")
    ]


def field(column: Column) -> dict[str, Any]:
    """An empty text and a missing one are the same empty cell here, so only other types can be required."""
    said: dict[str, Any] = {"name": column.name, **TYPES[column.type], "description": column.meaning}
    if not column.nullable and column.type not in {"string", "json"}:
        said["constraints"] = {"required": True}
    return said


def foreign_keys(table: Table) -> list[dict[str, Any]]:
    """A key's target is named by its resource, and the table itself by nothing."""
    return [
        {
            "fields": list(to.columns),
            "reference": {
                "resource": "" if to.target == table.name else to.target.replace("_", "-"),
                "fields": list(to.target_columns),
            },
        }
        for to in REFERENCES.get(table.name, ())
    ]
