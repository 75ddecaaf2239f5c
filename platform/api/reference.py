"""The OpenAPI document as a page needs it: operations by noun, and the shapes they take and give. No request here."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from api.schema import document, reached
from api.tags import TAGS

# What comes first on the page; the document itself is sorted by address.
ORDER = tuple(TAGS)
NAMES = {
    "boolean": "true or false",
    "date": "day",
    "date-time": "moment",
    "float": "number",
    "integer": "whole number",
    "uri": "address",
    "uuid": "UUID",
    "string": "text",
}


@dataclass(frozen=True)
class Kind:
    """What a value is: the name of a shape or of a plain type, or one of some words; perhaps many, perhaps null."""

    name: str
    shape: bool = False
    words: tuple[str, ...] = ()
    many: bool = False
    null: bool = False


@dataclass(frozen=True)
class Field:
    name: str
    kind: Kind
    required: bool
    meaning: str
    example: str = ""


@dataclass(frozen=True)
class Shape:
    name: str
    about: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Outcome:
    """What comes back with a status below 400. `page` says that it is one page of a list of that shape."""

    status: str
    meaning: str
    shape: str
    page: bool


@dataclass(frozen=True)
class Operation:
    anchor: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    places: tuple[str, ...]
    parameters: tuple[Field, ...]
    headers: tuple[Field, ...]
    takes: str
    # Whether it takes the bytes of a file instead.
    takes_bytes: bool
    example: Any
    gives: tuple[Outcome, ...]
    problems: tuple[str, ...]

    @property
    def is_list(self) -> bool:
        """Whether it comes as CSV too, to whoever asks for it in the address."""
        return any(one.name == "format" for one in self.parameters)


@dataclass(frozen=True)
class Group:
    name: str
    operations: tuple[Operation, ...]


@cache
def groups() -> tuple[Group, ...]:
    """Every operation, by the noun it is about."""
    found: dict[str, list[Operation]] = {}
    for path, methods in document()["paths"].items():
        for method, raw in methods.items():
            found.setdefault(raw["tags"][0], []).append(operation(path, method, raw))
    return tuple(Group(name, tuple(found[name])) for name in sorted(found, key=ORDER.index))


@cache
def shapes() -> tuple[Shape, ...]:
    """Every object that is taken or given, by name; pages of lists and sets of words are told where they are used."""
    schemas = document()["components"]["schemas"]
    operations = [one for methods in document()["paths"].values() for one in methods.values()]
    taken = reached([one.get("requestBody") for one in operations], schemas)
    return tuple(
        Shape(name, raw.get("description", ""), fields_of(raw, sent=name in taken))
        for name, raw in sorted(schemas.items())
        if raw["type"] == "object" and not name.startswith("Paginated")
    )


def operation(path: str, method: str, raw: dict[str, Any]) -> Operation:
    body = raw.get("requestBody", {}).get("content", {}).get("application/json", {})
    examples = list(body.get("examples", {}).values())
    scopes: list[str] = next((way["token"] for way in raw["security"] if "token" in way), [])
    return Operation(
        anchor=raw["operationId"],
        method=method.upper(),
        path=path,
        summary=raw.get("summary", ""),
        description=raw.get("description", ""),
        scope="".join(scopes),
        places=tuple(re.findall(r"\{(\w+)\}", path)),
        parameters=parameters(raw, "query"),
        headers=parameters(raw, "header"),
        takes_bytes="application/octet-stream" in raw.get("requestBody", {}).get("content", {}),
        takes=kind_of(body["schema"]).name if body else "",
        example=examples[0]["value"] if examples else None,
        gives=tuple(outcome(status, one) for status, one in raw["responses"].items() if status < "400"),
        problems=tuple(status for status in raw["responses"] if status >= "400"),
    )


def parameters(raw: dict[str, Any], place: str) -> tuple[Field, ...]:
    """Those that stand in the query, or in a header."""
    return tuple(
        Field(
            one["name"],
            kind_of(one["schema"]),
            one.get("required", False),
            one.get("description", ""),
            "".join(str(example["value"]) for example in one.get("examples", {}).values()),
        )
        for one in raw.get("parameters", [])
        if one["in"] == place
    )


def outcome(status: str, raw: dict[str, Any]) -> Outcome:
    content: dict[str, Any] = next(iter(raw.get("content", {}).values()), {})
    name = kind_of(content["schema"]).name if content else ""
    page = name.startswith("Paginated")
    shape = name.removeprefix("Paginated").removesuffix("List") if page else name
    return Outcome(status, raw["description"], shape, page)


def fields_of(raw: dict[str, Any], *, sent: bool) -> tuple[Field, ...]:
    """Whoever sends one has to know what may be left out; what is given is whole, but where fewer were asked for."""
    required = raw.get("required", []) if sent else raw.get("properties", {})
    return tuple(
        Field(name, kind_of(one), name in required, one.get("description", ""))
        for name, one in raw.get("properties", {}).items()
    )


def kind_of(raw: dict[str, Any]) -> Kind:
    """A JSON schema in a reader's words."""
    if variants := [one for one in raw.get("oneOf", raw.get("allOf", [])) if one != {"type": "null"}]:
        inner = kind_of(variants[0])
        return Kind(inner.name, inner.shape, inner.words, inner.many, null="oneOf" in raw)
    if "$ref" in raw:
        name = raw["$ref"].rpartition("/")[2]
        there = document()["components"]["schemas"][name]
        return Kind(name, words=tuple(there["enum"])) if "enum" in there else Kind(name, shape=True)
    types = raw.get("type", "object")
    null = isinstance(types, list) and "null" in types
    plain = next(one for one in types if one != "null") if isinstance(types, list) else types
    if plain == "array":
        inner = kind_of(raw["items"])
        return Kind(inner.name, inner.shape, inner.words, many=True, null=null)
    if plain == "number":
        return Kind("number", null=null)
    name = raw.get("format", plain) if plain == "string" else plain
    return Kind(NAMES.get(name, name), words=tuple(raw.get("enum", ())), null=null)
