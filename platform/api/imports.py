"""/imports/: answers collected elsewhere come in as a file, in pieces, and join the record together or not at all."""

from collections.abc import Mapping
from typing import IO, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import Scope
from api.base import ApiView
from api.fields import Number, Text, Word, YesOrNo
from api.problems import TooLarge, problem
from core.errors import Forbidden, Invalid, NotFound
from probes.actions import Given, begin_import, complete_import, drop_import, stage_piece
from probes.actions.import_staging import CHUNK_AT_MOST, OutOfStep
from probes.import_formats import FORMATS
from probes.models import ImportBatch, StagedFault, StagedImport

OFFSET = "Upload-Offset"
ANNOUNCEMENT = OpenApiExample(
    "A file",
    request_only=True,
    value={"sha256": "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", "size": 2},
)


class Piece(BaseParser):
    """Some bytes of a file, as they are."""

    media_type = "application/octet-stream"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        content: bytes = stream.read(CHUNK_AT_MOST + 1)
        if len(content) > CHUNK_AT_MOST:
            raise TooLarge
        return content


class NewImport(serializers.Serializer[Any]):
    """A file that is to come, and what is said of it whatever its own lines say."""

    sha256 = Text(max_length=64, help_text="Of the whole file, as 64 digits 0 to 9 and a to f.")
    size = Number(help_text="Of the whole file, in bytes.")
    format = Word(list(FORMATS), name="ImportFormat", default="candor", help_text="How its lines are written.")
    source = Text(  # type: ignore[assignment]  # a name of ours; DRF's own attribute is set when it is bound
        max_length=300, required=False, help_text="Where the answers come from, in words."
    )
    licence = Text(max_length=120, required=False, help_text="The licence they come under.")
    may_publish = YesOrNo(required=False, help_text="Whether the texts may be published.")
    remark = Text(max_length=500, required=False, help_text="Shown beside every answer.")


class BadLineRow(serializers.ModelSerializer[StagedFault]):
    """A line that cannot be used."""

    class Meta:
        model = StagedFault
        fields = ("line", "reason")
        read_only_fields = fields


class ImportState(serializers.Serializer[Any]):
    """How far an import is. Nothing of it is in the record before it is imported."""

    sha256 = serializers.CharField()
    status = Word(["staged", "imported"], name="ImportStatus")
    size = serializers.IntegerField(allow_null=True, help_text="Of the whole file, in bytes; null once it is imported.")
    received = serializers.IntegerField(allow_null=True, help_text="Bytes that have come: the next piece begins here.")
    lines = serializers.IntegerField(allow_null=True, help_text="Whole lines that have come.")
    bad_lines = serializers.IntegerField(help_text="How many of them cannot be used.")
    faults = BadLineRow(many=True, help_text="The first thousand of these, each with its number and the reason.")
    answers = serializers.IntegerField(allow_null=True, help_text="Answers and blocks it brought; null before.")


class Imports(ApiView):
    serializer_class = ImportState
    scopes = {"POST": Scope.MAINTAIN}
    problems = {"POST": [409]}

    @extend_schema(request=NewImport, responses={200: ImportState, 201: ImportState}, examples=[ANNOUNCEMENT])
    def post(self, request: Request) -> Response:
        """Announces a file of answers collected elsewhere. For maintainers.

        The lines are described in docs/import-format.md. A file that was announced before is found by its SHA-256: go
        on at `received`. One that was imported before stays imported, once.
        """
        sent = NewImport(data=request.data)
        sent.is_valid(raise_exception=True)
        announced = dict(sent.validated_data)
        given = Given(**{name: announced.pop(name, None) for name in ("source", "licence", "may_publish", "remark")})
        new = not StagedImport.objects.filter(sha256=announced["sha256"]).exists()
        staged = begin_import(by=self.by, given=given if given != Given() else None, **announced)
        answer = shown(announced["sha256"], status=201 if staged is not None and new else 200)
        answer["Location"] = reverse("api:import", args=[announced["sha256"]])
        return answer


class Import(ApiView):
    serializer_class = ImportState
    parser_classes = (Piece,)  # type: ignore[assignment]  # takes no JSON
    scopes = dict.fromkeys(("GET", "PATCH", "DELETE"), Scope.MAINTAIN)
    problems = {"PATCH": [409], "DELETE": [409]}
    open_to_any_origin = False

    def get(self, request: Request, sha256: str) -> Response:
        """How far an import is, and which of its lines cannot be used. For maintainers."""
        if not self.by.is_maintainer:
            raise Forbidden(_("Only maintainers import answers."))
        return shown(sha256)

    @extend_schema(
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[
            OpenApiParameter(
                OFFSET, int, OpenApiParameter.HEADER, required=True, description="Where in the file the piece begins."
            )
        ],
    )
    def patch(self, request: Request, sha256: str) -> Response:
        """Sends the next bytes of a file: 4 MiB at most, cut anywhere. For maintainers.

        A piece that does not begin where the last one ended is a 409; its `Upload-Offset` says where to go on.
        """
        offset = request.headers.get(OFFSET, "")
        if not offset.isascii() or not offset.isdigit() or len(offset) > 18:
            raise Invalid(_("Say where in the file the piece begins."), {OFFSET: [_("Send a whole number of bytes.")]})
        content: Any = request.data or b""
        try:
            stage_piece(by=self.by, sha256=sha256, offset=int(offset), content=content)
        except OutOfStep as error:
            answer = problem(error.status, error.message, code=error.code)
            answer[OFFSET] = str(error.received)
            return answer
        return shown(sha256)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, sha256: str) -> Response:
        """Forgets a file that is on its way. What is imported stays. For maintainers."""
        drop_import(by=self.by, sha256=sha256)
        return Response(status=204)


class Completion(ApiView):
    serializer_class = ImportState
    scopes = {"POST": Scope.MAINTAIN}
    problems = {"POST": [409]}

    @extend_schema(request=None, responses={200: ImportState})
    def post(self, request: Request, sha256: str) -> Response:
        """Puts a file that has come whole into the record, all of it or, if a line is bad, nothing. For maintainers."""
        complete_import(by=self.by, sha256=sha256)
        return shown(sha256)


def shown(sha256: str, status: int = 200) -> Response:
    """The state of one import.

    Raises:
        NotFound: neither on its way nor imported.
    """
    staged = StagedImport.objects.filter(sha256=sha256).first()
    if staged is not None:
        body = ImportState(
            {
                "sha256": sha256,
                "status": "staged",
                "size": staged.size,
                "received": staged.received,
                "lines": staged.lines,
                "bad_lines": staged.faults,
                "faults": staged.bad_lines.order_by("line"),
                "answers": None,
            }
        )
        return Response(body.data, status=status, headers={OFFSET: str(staged.received)})
    batch = ImportBatch.objects.filter(sha256=sha256).first()
    if batch is None:
        raise NotFound(_("No such import is on its way. Announce it first."))
    none = dict.fromkeys(("size", "received", "lines"))
    known = {"sha256": sha256, "status": "imported", "bad_lines": 0, "faults": [], "answers": batch.probes.count()}
    return Response(ImportState({**none, **known}).data, status=status)
