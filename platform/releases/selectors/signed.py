"""Which releases are signed, and where a signature would be missed."""

from django.db.models import Exists, OuterRef, QuerySet

from releases.files.signing import SIGNATURE, is_signed, was_signed
from releases.models import Release, ReleaseFile


def with_signed(releases: QuerySet[Release]) -> QuerySet[Release]:
    """Each with `signed`: whether it has a signature as it is now."""
    signature = ReleaseFile.objects.filter(release=OuterRef("pk"), path=SIGNATURE, withdrawn_at=None)
    return releases.annotate(signed=Exists(signature))


def signed_before(release: Release) -> Release | None:
    """The release before, where that was ever signed and this one is not: whoever checks both takes this for a forgery.

    An edition is made without a key if need be, and a key that went missing then is what this is to tell of.
    """
    before = release.previous
    return before if before is not None and was_signed(before) and not is_signed(release) else None
