"""Where the bytes of a file are: at the sum of what is in it, which never changes, under a name to save it by."""

from django.conf import settings
from django.urls import reverse

from releases.models import ReleaseFile

# The folder of a format says nothing that the name's ending does not.
FORMATS = ("data/", "ndjson/", "csv/")


def saved_as(file: ReleaseFile) -> str:
    """The name it is saved under, which tells the release: candor-2026.11.0-answers.csv."""
    path = file.path
    for folder in FORMATS:
        path = path.removeprefix(folder)
    return f"candor-{file.release.version}-{path.replace('/', '-')}"


def archive_address(version: str) -> str:
    """The path of the whole release as one file, whichever edition that is."""
    return reverse("releases:archive", args=[version, version])


def address_of(file: ReleaseFile) -> str:
    """Where its bytes are: an absolute address of the process for files, or a path where there is none."""
    return settings.FILES_URL + reverse("releases:bytes", args=[file.sha256, saved_as(file)])
