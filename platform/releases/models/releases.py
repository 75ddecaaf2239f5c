"""Numbered releases of the dataset. Nothing is put into a published one, and nothing in it is corrected: the database
refuses it. Only what has to be erased is taken out, as an edition.
"""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from releases.choices import ReleaseStatus, Stage

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager


class Release(models.Model):
    """One release, named by the year and month of its cut-off and a running number: 2026.11.0."""

    version = models.CharField(max_length=20, unique=True)
    status = models.CharField(max_length=12, choices=ReleaseStatus, default=ReleaseStatus.BUILDING)
    # Everything closed before this moment is in it.
    cutoff = models.DateTimeField()
    # Turns labellers into pseudonyms of this release alone; destroyed when it is published.
    key = models.BinaryField(null=True)
    # How far the build is, and of each table the rows written and the rows there are: {"labels": [20000, 1000000]}.
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.WAITING)
    progress = models.JSONField(default=dict)
    # How often a worker has been at this stage; with too many it is given up.
    attempts = models.PositiveSmallIntegerField(default=0)
    # Rows per table and what was left out, for the page.
    counts = models.JSONField(default=dict)
    # The release before it, which its delta is against.
    previous = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    error = models.CharField(max_length=500, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        files: RelatedManager["ReleaseFile"]
        editions: RelatedManager["Edition"]

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


class Edition(models.Model):
    """A published release as it is after something was taken out of it: 2026.11.0+e1. Nothing is ever put in."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="editions")
    number = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField(default=timezone.now)
    # Rows of each table after it, as Release.counts.
    counts = models.JSONField(default=dict)
    # What withdrawn.json says of it: what kind of thing went, how many rows of which table. Never whose.
    tombstone = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "number"], name="edition_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="edition_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.release.version}+e{self.number}"


class ReleaseFile(models.Model):
    """One file of a release: its path inside it, and what proves its bytes.

    The bytes lie in the store under their SHA-256, once, whichever releases hold them. A later edition's file takes the
    place of an earlier one of the same path, which is then withdrawn: its row stays, its bytes go.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="files")
    edition = models.PositiveSmallIntegerField(default=0)
    path = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    bytes = models.BigIntegerField()
    # Rows of a table; null for documents.
    rows = models.BigIntegerField(null=True)
    media_type = models.CharField(max_length=80)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "path", "edition"], name="release_file_once_an_edition"),
            models.UniqueConstraint(
                fields=["release", "path"], condition=Q(withdrawn_at=None), name="release_file_once"
            ),
        ]
        # whether any file still has these bytes, and what a content address leads to
        indexes = [models.Index(fields=["sha256"], name="release_file_sum")]

    def __str__(self) -> str:
        return f"{self.release.version}/{self.path}"
