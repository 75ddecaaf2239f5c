"""Lines to copy into a shell: one for each operation, for this very site, with names that exist on it."""

import json
import shlex
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from api.answers import closed_answers
from api.llms import asked_endpoints
from api.reference import Operation
from observatory.selectors import corrections, published_replies
from probes.models import LLM, Round
from prompts import selectors as prompts
from releases.selectors import published as releases

WIDE = 60
ANY_FILE = "SHA256SUMS"


def places() -> Mapping[str, Mapping[str, str]]:
    """By noun, what can stand in an address so that something is there; a noun that has nothing yet is left out."""
    newest = releases.latest()
    found: dict[str, dict[str, Any]] = {
        "prompts": {"id": prompts.public().order_by("pk").values_list("pk", flat=True).first()},
        "models": {"slug": LLM.objects.order_by("slug").values_list("slug", flat=True).first()},
        "endpoints": {"slug": asked_endpoints().order_by("slug").values_list("slug", flat=True).first()},
        "rounds": {"number": Round.objects.order_by("number").values_list("number", flat=True).first()},
        "answers": {"public_id": closed_answers().order_by("public_id").values_list("public_id", flat=True).first()},
        "replies": {"public_id": published_replies().values_list("public_id", flat=True).first()},
        "corrections": {"id": corrections().values_list("pk", flat=True).first()},
        "releases": {"version": newest.version, "path": ANY_FILE} if newest else {"path": ANY_FILE},
    }
    return {noun: {name: str(value) for name, value in names.items() if value} for noun, names in found.items()}


def line(operation: Operation, root: str, known: Mapping[str, str]) -> str:
    """A curl line. What cannot be known (a token, an assignment's id) is a variable of the shell, such as $TOKEN."""
    path = operation.path
    for name in operation.places:
        live = known.get(name) if operation.method == "GET" else None
        path = path.replace(f"{{{name}}}", quote(live) if live else "$" + name.upper())
    query = urlencode({one.name: one.example for one in operation.parameters if one.example})
    address = f"{root}{path}?{query}" if query else root + path
    parts = ["curl"]
    if any(outcome.status == "302" for outcome in operation.gives):
        parts.append("-L")
    if operation.method != "GET":
        parts.append(f"-X {operation.method}")
    parts.append(f'"{address}"' if "$" in address else shlex.quote(address))
    start = " ".join(parts)
    more = ['-H "Authorization: Bearer $TOKEN"'] if operation.scope else []
    # A header's value is a variable of the shell under its last word: Upload-Offset is $OFFSET.
    more += [f'-H "{one.name}: ${one.name.rpartition("-")[2].upper()}"' for one in operation.headers]
    if operation.takes_bytes:
        more += ["-H 'Content-Type: application/octet-stream'", "--data-binary @PIECE"]
    if operation.takes:
        more += ["-H 'Content-Type: application/json'", f"-d {shlex.quote(body(operation.example))}"]
    return " \\\n  ".join([start, *more])


def body(example: object) -> str:
    """JSON as short as it can be read."""
    short = json.dumps(example, ensure_ascii=False)
    return short if len(short) <= WIDE else json.dumps(example, ensure_ascii=False, indent=2)
