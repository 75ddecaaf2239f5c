"""What programs read of a release: schema.json, croissant.json, datapackage.json, withdrawn.json."""

import json
from typing import Any

from releases.documents.edition import Edition
from releases.schema import TABLES, Column, Table
from releases.schema.references import REFERENCES

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


def as_json(content: Any) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def schema_file(edition: Edition) -> bytes:
    """schema.json: a JSON Schema (2020-12) of a line of each table's NDJSON, with its key and references."""
    return as_json(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": f"Candor {edition.label}",
            "description": "The tables of a release. A line of ndjson/<table>.ndjson.zst is valid under $defs/<table>.",
            "type": "object",
            "properties": {
                table.name: {"type": "array", "items": {"$ref": f"#/$defs/{table.name}"}} for table in TABLES
            },
            "additionalProperties": False,
            "$defs": {table.name: row_schema(table) for table in TABLES},
        }
    )


def row_schema(table: Table) -> dict[str, Any]:
    return {
        "title": table.name,
        "description": table.meaning,
        "type": "object",
        "properties": {column.name: value_schema(column) for column in table.columns},
        "required": table.names,
        "additionalProperties": False,
        "x-key": list(table.key),
        "x-references": references(table),
    }


def value_schema(column: Column) -> dict[str, Any]:
    said = dict(JSON_TYPES[column.type])
    if column.nullable:
        said["type"] = [said["type"], "null"]
    said["description"] = column.meaning
    if column.unit:
        said["x-unit"] = column.unit
    return said


def references(table: Table) -> list[dict[str, Any]]:
    return [
        {"columns": list(to.columns), "table": to.target, "target_columns": list(to.target_columns)}
        for to in REFERENCES.get(table.name, ())
    ]


def withdrawn_file(edition: Edition) -> bytes:
    """withdrawn.json: what was taken out since the release was published; kinds and numbers, never whose."""
    return as_json(
        {
            "version": edition.version,
            "edition": edition.number,
            "withdrawn": [tombstone.as_dict() for tombstone in edition.withdrawn],
        }
    )
