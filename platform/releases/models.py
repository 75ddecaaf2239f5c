"""Numbered editions of the dataset. A published one never changes: the database refuses it."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from releases.choices import ReleaseStatus

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager


class Release(models.Model):
    """One edition, named by the year and month of its cut-off and a running number: 2026.11.0."""

    version = models.CharField(max_length=20, unique=True)
    status = models.CharField(max_length=12, choices=ReleaseStatus, default=ReleaseStatus.BUILDING)
    # Everything closed before this moment is in it.
    cutoff = models.DateTimeField()
    # Turns labellers into pseudonyms of this release alone; destroyed when it is published.
    key = models.BinaryField(null=True)
    # Rows per table and what was left out, for the page.
    counts = models.JSONField(default=dict)
    error = models.CharField(max_length=500, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        files: RelatedManager["ReleaseFile"]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ReleaseStatus.values), name="release_status_known"),
            models.CheckConstraint(
                condition=Q(status="published", published_at__isnull=False, key=None)
                | (~Q(status="published") & Q(published_at=None)),
                name="release_published_has_no_key",
            ),
        ]

    def __str__(self) -> str:
        return self.version


class ReleaseFile(models.Model):
    """One file of a release: its path inside it, and what proves its bytes."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="files")
    path = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    bytes = models.BigIntegerField()
    # Rows of a table; null for documents.
    rows = models.BigIntegerField(null=True)
    media_type = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "path"], name="release_file_once")]

    def __str__(self) -> str:
        return f"{self.release.version}/{self.path}"
