"""The OpenAPI document: made from the views, once a process, and equal to docs/openapi.json.

`manage.py spectacular --format openapi-json --file docs/openapi.json --validate --fail-on-warn` writes that file.
"""

from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from django.utils.translation import override
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry
from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from api.problems import MEDIA_TYPE, Problem

if TYPE_CHECKING:
    from api.base import ApiView

MEANINGS = {
    "400": "The request cannot be read.",
    "401": "Nobody is signed in, or the token is unknown, expired or revoked.",
    "403": "This person or this token may not do it.",
    "404": "There is no such thing, or it is not public.",
    "406": "It does not come in the form that Accept asks for.",
    "409": "It has changed in the meantime.",
    "410": "Its time is over.",
    "413": "The body is too large.",
    "415": "The body is not declared as what the operation takes.",
    "422": "A parameter or a part of the body cannot be used; fields says which and why.",
    "429": "Too many in a short time; try again later.",
    "503": "It takes more work than can be done now; try again later.",
}

# What lists can be sent as beside JSON.
STREAMS = {
    "application/x-ndjson": "Every row of the list, one JSON object a line, as in results.",
    "text/csv": "Every row of the list under a line of names; objects inside a row are columns with dots.",
}


# What every read says beside its body, wherever it comes from; each is one part of the document.
HEADERS: dict[str, dict[str, Any]] = {
    "ETag": {
        "description": "Names what was sent. Sent back as If-None-Match it brings 304 as long as that is the same.",
        "schema": {"type": "string", "pattern": '^(W/)?"[!-~]*"$'},
    },
    "RateLimit": {
        "description": "Reads that are left of the minute (r), and seconds until one more is given back (t). Not there "
        "while nobody can count.",
        "schema": {"type": "string", "pattern": '^"reads";r=[0-9]+;t=[0-9]+$'},
    },
    "RateLimit-Policy": {
        "description": "How many reads (q) there may be in how many seconds (w).",
        "schema": {"type": "string", "pattern": '^"reads";q=[0-9]+;w=[0-9]+$'},
    },
    "Retry-After": {
        "description": "Seconds to wait before it is asked for again.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
}
COUNTED = ("RateLimit", "RateLimit-Policy")
WAITS = ("429", "503")


class Described(AutoSchema):
    """A view's docstring is its summary (the first line) and its description; every operation names its problems."""

    @property
    def api_view(self) -> "ApiView":
        return cast("ApiView", self.view)

    def docstring(self) -> tuple[str, str]:
        first, _, rest = str(super().get_description() or "").partition("\n")
        return first.strip().rstrip("."), rest.strip()

    def get_summary(self) -> str:
        return self.docstring()[0]

    def get_description(self) -> str:  # type: ignore[override]  # drf-spectacular asks without arguments
        return self.docstring()[1]

    def get_override_parameters(self) -> list[Any]:
        if self.method != "GET":
            return []
        return [
            OpenApiParameter(
                parameter.name,
                type=parameter.read.schema,
                required=parameter.required,
                deprecated=parameter.deprecated,
                description=parameter.meaning,
                # A list stands in one parameter, with commas between.
                explode=False if parameter.read.schema["type"] == "array" else None,
                examples=[OpenApiExample(parameter.name, value=parameter.read(parameter.example))]
                if parameter.example
                else None,
            )
            for parameter in self.api_view.known_parameters
        ]

    def get_auth(self) -> list[dict[str, Any]]:
        known: list[dict[str, Any]] = super().get_auth()
        return known if self.method in self.api_view.scopes else [*known, {}]

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> dict[str, Any] | None:
        operation = super().get_operation(path, path_regex, path_prefix, method, registry)
        if operation is not None:
            for status, response in operation["responses"].items():
                response["description"] = response["description"] or HTTPStatus(int(status)).phrase
            self.describe_streams(operation)
            problem = self.resolve_serializer(Problem, "response")
            for status in self.problems(operation):
                operation["responses"].setdefault(
                    status, {"description": MEANINGS[status], "content": {MEDIA_TYPE: {"schema": problem.ref}}}
                )
            self.describe_headers(operation["responses"])
        return operation

    def describe_streams(self, operation: dict[str, Any]) -> None:
        """A list as NDJSON or CSV is no page: it is rows, one a line, of all that match."""
        content = operation["responses"].get("200", {}).get("content", {})
        for kind in content.keys() & STREAMS.keys():
            content[kind] = {"schema": {"type": "string", "description": STREAMS[kind]}}
        if content.keys() & STREAMS.keys():
            operation["responses"]["307"] = {"description": "A stream comes from Location."}

    def describe_headers(self, responses: dict[str, Any]) -> None:
        if self.method == "GET" and "200" in responses and self.api_view.open_to_any_origin:
            responses["304"] = {"description": "It is as If-None-Match says, and is not sent again."}
            for status in ("200", "304"):
                tell(responses[status], "ETag")
        for status, response in responses.items():
            if self.method == "GET" and self.api_view.is_limited:
                tell(response, *COUNTED)
            if status in WAITS:
                tell(response, "Retry-After")

    def problems(self, operation: dict[str, Any]) -> list[str]:
        """The statuses that can come back instead, beside those the view names itself."""
        statuses = ["401", "422", "429"]
        if self.method == "GET":
            statuses.append("406")
        if "307" in operation["responses"]:
            statuses.append("503")
        if "{" in self.path:
            statuses.append("404")
        if self.method in self.api_view.scopes:
            statuses.append("403")
        if "requestBody" in operation:
            statuses += ["400", "413", "415"]
        return sorted({*statuses, *map(str, self.api_view.problems.get(self.method, ()))})


class Token(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # it registers itself by a metaclass hook
    """How api.authentication shows in the document, with the scope that an operation wants."""

    target_class = "api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token made on your own page, sent as `Authorization: Bearer candor_…`.",
        }

    def get_security_requirement(self, auto_schema: AutoSchema) -> dict[str, Any]:
        scope = cast(Described, auto_schema).api_view.scopes.get(auto_schema.method)
        return {"token": [scope] if scope else []}


class WordSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A set of words is one component, under its own name, however many fields hold one of them."""

    target_class = "api.fields.Word"

    def get_name(self) -> str:
        return str(self.target.name)

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        return {"type": "string", "enum": self.target.words}


def tell(response: dict[str, Any], *names: str) -> None:
    response.setdefault("headers", {}).update({name: {"$ref": f"#/components/headers/{name}"} for name in names})


def with_headers(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The headers that `tell` leads to. Called by drf-spectacular when all is put together."""
    result["components"]["headers"] = HEADERS
    return result


def without_required(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Where `fields` can leave any field out, none is required. Called by drf-spectacular when all is put together."""
    shapes = result["components"]["schemas"]
    for operation in (one for methods in result["paths"].values() for one in methods.values()):
        if any(parameter["name"] == "fields" for parameter in operation.get("parameters", ())):
            for name in reached(operation["responses"].get("200"), shapes):
                if not name.startswith("Paginated"):
                    shapes[name].pop("required", None)
    return result


def reached(part: Any, shapes: dict[str, Any]) -> set[str]:
    """The names of all shapes that a part of the document leads to."""
    found: set[str] = set()
    waiting = [part]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            kind, _, name = str(one.get("$ref", "")).rpartition("/")
            if kind == "#/components/schemas" and name not in found:
                found.add(name)
                waiting.append(shapes[name])
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return found


@cache
def document() -> dict[str, Any]:
    """The whole document, in English whatever the reader's language: it is one file for everybody."""
    with override("en"):
        made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return made
