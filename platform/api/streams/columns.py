"""The columns of a list as CSV: each field of a row that is no object, by its name, with dots into objects.

Lists and objects without fixed names are JSON in their cell. Every text stands in quotes and is safe to open in a
spreadsheet (releases.tables.formulas); a missing value is an empty cell without quotes.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from drf_spectacular.drainage import get_override
from rest_framework import serializers

from api.choosing import Tree
from releases.tables.formulas import text_cell

Path = tuple[str, ...]


@cache
def columns_of(shape: type[Any]) -> Sequence[Path]:
    """The way to each column, in the order of the fields."""
    return tuple(ways(shape))


def ways(shape: type[Any], above: Path = ()) -> Iterator[Path]:
    shown = shape()
    for name, field in shown.fields.items():
        if field.write_only:
            continue
        inner = object_in(shown, name, field)
        if inner is None:
            yield (*above, name)
        else:
            yield from ways(inner, (*above, name))


def object_in(parent: Any, name: str, field: Any) -> type[Any] | None:
    """The serializer of a field that is one object; None for plain values and for lists."""
    if isinstance(field, serializers.SerializerMethodField):
        field = get_override(getattr(parent, field.method_name or f"get_{name}"), "field")
    if isinstance(field, serializers.ListSerializer):
        return None
    if isinstance(field, serializers.BaseSerializer):
        return type(field)
    if isinstance(field, type) and issubclass(field, serializers.BaseSerializer):
        return field
    return None


def chosen_of(columns: Sequence[Path], tree: Tree) -> Sequence[Path]:
    """Only the columns that were asked for; a tree that is empty asks for all."""
    return [way for way in columns if asked(way, tree)] if tree else columns


def asked(way: Path, tree: Tree) -> bool:
    for name in way:
        if not tree:
            return True
        if name not in tree:
            return False
        tree = tree[name]
    return True


def head(columns: Sequence[Path]) -> str:
    return ",".join(".".join(way) for way in columns) + "\r\n"


def line(row: Mapping[str, Any], columns: Sequence[Path]) -> str:
    return ",".join([cell(value_at(row, way)) for way in columns]) + "\r\n"


def value_at(row: Any, way: Path) -> Any:
    for name in way:
        if row is None:
            return None
        row = row.get(name)
    return row


def cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | dict):
        return text_cell(json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str))
    return text_cell(str(value))
