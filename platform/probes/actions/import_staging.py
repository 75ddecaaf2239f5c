"""Files on their way in: announced, sent in pieces, dropped, swept. Nothing of them is in the record."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import events
from core.errors import Conflict, Forbidden, Invalid, NotFound
from probes.actions.import_fields import FIELDS, BadLine
from probes.actions.import_reading import rows_of
from probes.import_formats import FORMATS, Format
from probes.import_lines import Splitter
from probes.models import ImportBatch, StagedChunk, StagedFault, StagedImport

# Of one piece, and of a whole file. Bytes.
CHUNK_AT_MOST = 4 * 1024 * 1024
SIZE_AT_MOST = 20 * 1024**3
FAULTS_KEPT = 1000
# Days after which a file that nobody goes on with is dropped.
KEPT_DAYS = 7


@dataclass(frozen=True)
class Given:
    """What whoever imports says of a file's provenance, whatever the file says itself; None leaves it to the file."""

    source: str | None = None
    licence: str | None = None
    may_publish: bool | None = None
    remark: str | None = None

    def columns(self) -> dict[str, Any]:
        """As the columns of StagedImport.

        Raises:
            Invalid: a text is too long or cannot be kept.
        """
        wrong: dict[str, list[str]] = {}
        for name, value in asdict(self).items():
            try:
                if value is not None:
                    FIELDS["batch"][name].check(name, value)
            except BadLine as error:
                wrong[name] = [str(error)]
        if wrong:
            raise Invalid(_("The import cannot be taken as it is."), wrong)
        texts = {name: value or "" for name, value in asdict(self).items() if name != "may_publish"}
        return {**texts, "may_publish": self.may_publish}


class OutOfStep(Conflict):
    """A piece does not begin where the last one ended; `received` is where to go on. Unit: bytes."""

    code = "offset"

    def __init__(self, received: int) -> None:
        super().__init__(_("The import has %(received)s bytes. Go on from there.") % {"received": received})
        self.received = received


def check_importer(by: User | None) -> None:
    """The system itself (None) may import; so may maintainers."""
    if by is not None and not by.is_maintainer:
        raise Forbidden(_("Only maintainers import answers."))


@transaction.atomic
def begin_import(
    *, by: User | None, sha256: str, size: int, format: str = "candor", given: Given | None = None
) -> StagedImport | None:
    """The staging of the file with this SHA-256, made if it is new; None if the file was imported before.

    Args:
        size: of the whole file, in bytes.
        given: what is said of its provenance over the file's own words; None leaves as it is what was said before.

    Raises:
        Forbidden: not a maintainer.
        Invalid: no SHA-256, a size or format that cannot be; `fields` says which.
        Conflict: it was begun with another size or format.
    """
    check_importer(by)
    wrong: dict[str, list[str]] = {}
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        wrong["sha256"] = [_("Send the file’s SHA-256 as 64 characters, 0 to 9 and a to f.")]
    if not 1 <= size <= SIZE_AT_MOST:
        wrong["size"] = [_("A file has 1 to %(most)s bytes.") % {"most": SIZE_AT_MOST}]
    if format not in FORMATS:
        wrong["format"] = [_("Use one of: %(words)s.") % {"words": ", ".join(FORMATS)}]
    if wrong:
        raise Invalid(_("The import cannot be taken as it is."), wrong)
    columns = (given or Given()).columns()
    if imported(sha256):
        return None
    staged, made = StagedImport.objects.select_for_update().get_or_create(
        sha256=sha256, defaults={"size": size, "format": format, "begun_by": by, **columns}
    )
    if made and imported(sha256):
        # Completed while this waited for its row.
        staged.delete()
        return None
    if made:
        events.record(by=by, verb="begin", of=staged, size=size)
    elif (staged.size, staged.format) != (size, format):
        said = _("This file was begun with %(size)s bytes in the format %(format)s. Drop it first.")
        raise Conflict(said % {"size": staged.size, "format": staged.format})
    elif given is not None:
        StagedImport.objects.filter(pk=staged.pk).update(touched_at=timezone.now(), **columns)
        staged.refresh_from_db()
    return staged


@transaction.atomic
def stage_piece(*, by: User | None, sha256: str, offset: int, content: bytes) -> StagedImport:
    """Takes the next bytes of a file, and looks through the lines that are whole with them.

    Raises:
        Forbidden: not a maintainer.
        NotFound: no such file is on its way.
        OutOfStep: the bytes before `offset` are not all there, or more than these are.
        Invalid: too much at once, or more than the file was announced to have.
    """
    check_importer(by)
    staged = locked(sha256)
    if offset != staged.received:
        raise OutOfStep(staged.received)
    if len(content) > CHUNK_AT_MOST:
        raise Invalid(_("Send at most %(most)s bytes at once.") % {"most": CHUNK_AT_MOST})
    if (together := staged.received + len(content)) > staged.size:
        said = _("The file was announced with %(size)s bytes; with this piece it would have %(together)s.")
        raise Invalid(said % {"size": staged.size, "together": together})
    if not content:
        return staged
    StagedChunk.objects.create(staged=staged, number=staged.chunks, body=zlib.compress(content, 1))
    splitter = Splitter(staged.lines, bytes(staged.tail))
    notes = Faults(staged)
    for number, line in splitter.feed(content):
        look_through(number, line, FORMATS[staged.format], notes)
    staged.received += len(content)
    if staged.received == staged.size:
        for number, line in splitter.close():
            look_through(number, line, FORMATS[staged.format], notes)
    staged.chunks += 1
    staged.lines, staged.tail, staged.touched_at = splitter.lines, splitter.tail, timezone.now()
    notes.keep()
    staged.save()
    return staged


def look_through(number: int, line: bytes, form: Format, notes: "Faults") -> None:
    """Early: whoever sends a large file learns of a bad line while the rest is on its way."""
    try:
        rows_of(line, form)
    except BadLine as error:
        notes.add(number, str(error))


class Faults:
    """Bad lines of a staged file: all are counted, the first are kept."""

    def __init__(self, staged: StagedImport) -> None:
        self.staged = staged
        self.first: list[StagedFault] = []

    def add(self, number: int, reason: str) -> None:
        if self.staged.faults < FAULTS_KEPT:
            self.first.append(StagedFault(staged=self.staged, line=number, reason=reason[:1000]))
        self.staged.faults += 1

    def keep(self) -> None:
        StagedFault.objects.bulk_create(self.first)


def imported(sha256: str) -> bool:
    """Whether the file with this SHA-256 is in the record."""
    return ImportBatch.objects.filter(sha256=sha256).exists()


def locked(sha256: str) -> StagedImport:
    """The staging, for this transaction alone.

    Raises:
        NotFound: there is none.
        Conflict: somebody else is at it.
    """
    free = StagedImport.objects.select_for_update(skip_locked=True, of=("self",)).filter(sha256=sha256).first()
    if free is None:
        if StagedImport.objects.filter(sha256=sha256).exists():
            raise Conflict(_("Somebody else is at this import at this moment. Try again later."))
        raise NotFound(_("No such import is on its way. Announce it first."))
    return free


def pieces(staged: StagedImport) -> Iterator[bytes]:
    """The bytes as they came, one chunk in memory at a time."""
    for number in range(staged.chunks):
        body = StagedChunk.objects.values_list("body", flat=True).get(staged=staged, number=number)
        yield zlib.decompress(bytes(body))


@transaction.atomic
def drop_import(*, by: User | None, sha256: str) -> None:
    """Forgets a file that is on its way. What is imported stays.

    Raises:
        Forbidden, NotFound, Conflict: as for stage_piece.
    """
    check_importer(by)
    staged = locked(sha256)
    events.record(by=by, verb="drop", of=staged, received=staged.received)
    staged.delete()


@transaction.atomic
def drop_abandoned_imports(*, days: int = KEPT_DAYS, limit: int = 10) -> int:
    """Drops at most `limit` files that nobody went on with for so many days; returns how many. Safe to run twice."""
    old = StagedImport.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        touched_at__lt=timezone.now() - timedelta(days=days)
    )
    abandoned = list(old.order_by("touched_at")[:limit])
    for staged in abandoned:
        events.record(by=None, verb="drop", of=staged, received=staged.received)
        staged.delete()
    return len(abandoned)
