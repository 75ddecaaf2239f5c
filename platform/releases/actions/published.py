"""Who hears that a release is out, or was made smaller: called in the transaction that makes it so."""

from django.conf import settings
from django.urls import reverse

from releases.actions.webhooks import announce
from releases.choices import WebhookEvent
from releases.models import Release, ReleaseFile


def on_published(release: Release) -> None:
    """Tells every webhook that wants to know that `release` is published. Addresses are whole where SITE_URL is set."""
    data = {
        **told(release),
        "edition": 0,
        "published_at": release.published_at.isoformat() if release.published_at else None,
    }
    announce(event=WebhookEvent.PUBLISHED, data=data)


def on_edited(release: Release, *, edition: int) -> None:
    """Tells that something was taken out of a release that is published."""
    announce(event=WebhookEvent.EDITED, data={**told(release), "edition": edition})


def told(release: Release) -> dict[str, object]:
    """What stands in the message. Its sums are SHA256SUMS's own sum: with it every file can be checked."""
    sums = ReleaseFile.objects.filter(release=release, path="SHA256SUMS", withdrawn_at=None)
    return {
        "version": release.version,
        "cutoff": release.cutoff.isoformat(),
        "page": settings.SITE_URL + reverse("releases:detail", args=[release.version]),
        "api": settings.SITE_URL + reverse("api:release", args=[release.version]),
        "sums": sums.values_list("sha256", flat=True).first(),
    }
