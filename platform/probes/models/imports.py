"""Answers that were collected elsewhere, and the files that are still on their way in."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class ImportBatch(models.Model):
    """Answers that were collected elsewhere: where from, under which licence, and whether we may publish them."""

    source = models.CharField(max_length=300)
    licence = models.CharField(max_length=120)
    may_publish = models.BooleanField(default=False)
    # Shown beside every answer of the batch.
    remark = models.CharField(max_length=500, blank=True)
    # Of the file as it came.
    sha256 = models.CharField(max_length=64, unique=True)
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    imported_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.source


class StagedImport(models.Model):
    """A file on its way in: announced, received in part or whole, and not yet anywhere in the record.

    Its bytes are kept as they come (StagedChunk), so that an upload goes on where it broke, and so that its SHA-256 can
    be checked. It goes when the import is complete, when somebody drops it, or when it is forgotten for some days.
    """

    # What the file is announced as; checked against its bytes before anything is imported.
    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    # How its lines are written: a name in probes.import_formats.
    format = models.CharField(max_length=16)
    # What whoever sends it says of its provenance; empty (null) leaves it to the file.
    source = models.CharField(max_length=300, blank=True)
    licence = models.CharField(max_length=120, blank=True)
    may_publish = models.BooleanField(null=True)
    remark = models.CharField(max_length=500, blank=True)
    # What has come: bytes, the chunks they are in, whole lines, and the beginning of the line that is not whole yet.
    received = models.BigIntegerField(default=0)
    chunks = models.PositiveIntegerField(default=0)
    lines = models.BigIntegerField(default=0)
    tail = models.BinaryField(default=b"")
    # Lines that cannot be used; the first of them are in StagedFault.
    faults = models.BigIntegerField(default=0)
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    begun_at = models.DateTimeField(default=timezone.now)
    touched_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="staged_import_sha256"),
            models.CheckConstraint(
                condition=Q(size__gte=1, received__gte=0, received__lte=F("size")), name="staged_import_within_its_size"
            ),
        ]

    def __str__(self) -> str:
        return f"import {self.sha256[:12]}"


class StagedChunk(models.Model):
    """Some bytes of a staged file (zlib), in the order of `number` from 0; lines may run from one into the next."""

    staged = models.ForeignKey(StagedImport, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    body = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staged", "number"], name="staged_chunk_once")]

    def __str__(self) -> str:
        return f"part {self.number} of import {self.staged_id}"


class StagedFault(models.Model):
    """One line of a staged file that cannot be used, and why. Only the first ones are kept."""

    staged = models.ForeignKey(StagedImport, on_delete=models.CASCADE, related_name="bad_lines")
    line = models.BigIntegerField()
    reason = models.CharField(max_length=1000)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staged", "line"], name="staged_fault_once_a_line")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"
