"""Answers collected elsewhere, or recorded on another day, come in here: a file at a time, whole or not at all.

A file is announced by its SHA-256 and size, and its bytes are staged in pieces (import_staging), which may take days
and break off. `complete_import` then checks that it is the announced file and puts all of it into the record in one
transaction (import_loading, and import_texts at its end), or nothing if a line is bad. docs/import-format.md describes
the lines.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import IO

from django.db import OperationalError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import events
from core.deadlocks import ended_for_another
from core.errors import Conflict, Invalid, NotFound
from probes.actions.import_fields import BadLine
from probes.actions.import_loading import Loader
from probes.actions.import_reading import rows_of
from probes.actions.import_staging import (
    Faults,
    Given,
    begin_import,
    check_importer,
    drop_import,
    imported,
    locked,
    pieces,
    stage_piece,
)
from probes.actions.import_texts import give_answers, open_aside
from probes.import_formats import FORMATS
from probes.import_lines import Splitter
from probes.models import ImportBatch, StagedFault, StagedImport

# Told in one error; the rest is counted, and the first thousand can be read while the file is staged.
ERRORS_AT_MOST = 100
PIECE = 1024 * 1024
IN_MEMORY_AT_MOST = 8 * 1024 * 1024

Tick = Callable[[str, int], None]


def silent(step: str, lines: int) -> None:
    """Progress that nobody looks at."""


@dataclass(frozen=True)
class ImportReport:
    """What came in: answers, and the prompts and endpoints that were new. `skipped`: the file was here before."""

    answers: int = 0
    prompts: int = 0
    endpoints: int = 0
    skipped: bool = False


class Refused(Exception):
    """Takes the import back; the bad lines are in the list of faults."""


def complete_import(*, by: User | None, sha256: str, tick: Tick = silent) -> ImportReport:
    """Puts a staged file into the record, or leaves everything as it is if a line is bad. The staging is gone then.

    Of several that do this at once one does it; the others hear that it is done or that somebody is at it.

    Args:
        tick: called now and then with "import" and the number of lines that are done.

    Raises:
        Forbidden: not a maintainer.
        NotFound: no such file is on its way.
        Conflict: it has not all come, or somebody else is at it, or at another import.
        Invalid: it is another file than was announced, or has bad lines: `fields["lines"]` names the first of them,
            each with its number and reason; the first thousand stay with the staging.
    """
    check_importer(by)
    if imported(sha256):
        return ImportReport(skipped=True)
    faults: Faults | None = None
    try:
        with transaction.atomic():
            staged = locked(sha256)
            open_aside()
            if staged.received < staged.size:
                said = _("Only %(received)s of %(size)s bytes have come.")
                raise Conflict(said % {"received": staged.received, "size": staged.size})
            staged.faults = 0
            faults = Faults(staged)
            batch, report = load(staged, by=by, faults=faults, tick=tick)
            staged.delete()
            give_answers(may_publish=batch.may_publish)
    except NotFound:
        # Somebody else may have been quicker by a moment.
        if imported(sha256):
            return ImportReport(skipped=True)
        raise
    except OperationalError as error:
        if not ended_for_another(error):
            raise
        raise Conflict(_("Nothing was imported: others were writing the same. Try again later.")) from None
    except Refused:
        assert faults is not None
        raise remembered(faults) from None
    return report


def load(staged: StagedImport, *, by: User | None, faults: Faults, tick: Tick) -> tuple[ImportBatch, ImportReport]:
    """Reads the staged bytes once: their SHA-256, their lines, and what each line says."""
    form, digest, splitter = FORMATS[staged.format], hashlib.sha256(), Splitter()
    over = {name: getattr(staged, name) for name in ("source", "licence", "remark") if getattr(staged, name)}
    if staged.may_publish is not None:
        over["may_publish"] = staged.may_publish
    loader = Loader(by=by, sha256=staged.sha256, provenance=form.provenance, over=over, fault=faults.add)

    def take(number: int, line: bytes) -> None:
        try:
            rows = rows_of(line, form)
        except BadLine as error:
            loader.fault(number, str(error))
        else:
            loader.take(number, rows)
        if number % 100 == 0:
            tick("import", number)

    for piece in pieces(staged):
        digest.update(piece)
        for number, line in splitter.feed(piece):
            take(number, line)
    for number, line in splitter.close():
        take(number, line)
    loader.finish()
    if digest.hexdigest() != staged.sha256:
        said = _("What came has another SHA-256: %(sha256)s. Drop this import, and send the file again.")
        raise Invalid(said % {"sha256": digest.hexdigest()})
    if not loader.faults and loader.batch is None:
        loader.fault(1, "the file says nothing.")
    if loader.faults or loader.batch is None:
        raise Refused
    tick("import", splitter.lines)
    events.record(by=by, verb="import", of=loader.batch, **loader.counts)
    counts = loader.counts
    report = ImportReport(answers=counts["answers"], prompts=counts["prompts"], endpoints=counts["endpoints"])
    return loader.batch, report


@transaction.atomic
def remembered(faults: Faults) -> Invalid:
    """The error that tells the bad lines, once they are kept with the staging."""
    staged = faults.staged
    StagedFault.objects.filter(staged=staged).delete()
    faults.first.sort(key=lambda fault: fault.line)
    faults.keep()
    StagedImport.objects.filter(pk=staged.pk).update(faults=staged.faults)
    told = faults.first[:ERRORS_AT_MOST]
    line = _("Line %(number)s: %(reason)s")
    reasons = [line % {"number": fault.line, "reason": fault.reason} for fault in told]
    said = _("Nothing was imported: %(number)s bad lines.") % {"number": staged.faults}
    return Invalid(said, {"lines": reasons})


def import_file(
    *, by: User | None, file: IO[bytes], format: str = "candor", given: Given | None = None, tick: Tick = silent
) -> ImportReport:
    """Imports a file that can be sought, whole or not at all; what was staged of it before is not read again.

    An interruption leaves what is staged, and the same call goes on from there. After bad lines nothing is left: the
    file has to be mended, and is another one then.

    Args:
        tick: called now and then with "read", "send" or "import" and the number of lines that are done.

    Raises:
        Forbidden, Conflict, Invalid: as for begin_import, stage_piece and complete_import.
    """
    check_importer(by)
    sha256, size = measured(file, tick)
    if size == 0:
        raise Invalid(_("The file is empty."))
    staged = begin_import(by=by, sha256=sha256, size=size, format=format, given=given)
    if staged is None:
        return ImportReport(skipped=True)
    tick("send", staged.lines)
    file.seek(staged.received)
    while piece := file.read(PIECE):
        staged = stage_piece(by=by, sha256=sha256, offset=staged.received, content=piece)
        tick("send", staged.lines)
    try:
        return complete_import(by=by, sha256=sha256, tick=tick)
    except Invalid:
        drop_import(by=by, sha256=sha256)
        raise


def measured(file: IO[bytes], tick: Tick) -> tuple[str, int]:
    """SHA-256 and size in bytes of a file."""
    digest, size, lines = hashlib.sha256(), 0, 0
    file.seek(0)
    while piece := file.read(PIECE):
        digest.update(piece)
        size += len(piece)
        lines += piece.count(b"\n")
        tick("read", lines)
    return digest.hexdigest(), size


def import_answers(*, by: User | None, lines: Iterable[str]) -> ImportReport:
    """The same for lines of text, wherever they come from, with their line breaks or without.

    Raises:
        Forbidden, Conflict, Invalid: as for import_file.
    """
    check_importer(by)
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_AT_MOST) as file:
        before = "\n"
        for line in lines:
            file.write(b"" if before.endswith("\n") else b"\n")
            file.write(line.encode("utf-8", "surrogatepass"))
            before = line
        return import_file(by=by, file=file)
