"""One JSON file, written while it is read: a list is never in memory whole."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder


def written(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)


def pieces(facts: dict[str, Any], lists: Iterable[tuple[str, Iterable[dict[str, Any]]]]) -> Iterator[bytes]:
    """An object with `facts`, and each of `lists` as a list, a line a row."""
    yield ("{" + ",\n".join(f"{written(name)}: {written(value)}" for name, value in facts.items())).encode()
    for name, rows in lists:
        yield f",\n{written(name)}: [".encode()
        for number, row in enumerate(rows):
            yield f"{',' if number else ''}\n{written(row)}".encode()
        yield b"]"
    yield b"}\n"
