"""/files/: the files of all published releases as they are now, with what proves their bytes."""

from typing import Any

from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.dates import days
from api.filters import same
from api.pagination import PAGES
from api.parameters import Parameter, Text
from api.releases import FileRow
from releases.selectors import published as selectors

VERSION = Text(20, "[0-9.]+", "Use a version, such as 2026.11.0.")
SHA256 = Text(64, "[0-9a-f]{64}", "Use 64 hexadecimal digits.")


class PublishedFile(FileRow):
    """One file of a published release."""

    release = serializers.CharField(source="release.version", help_text="The release's version.")
    edition = serializers.IntegerField(
        help_text="0 as it was published; a higher number where something was taken out of it since."
    )

    class Meta(FileRow.Meta):
        fields = ("release", "edition", *FileRow.Meta.fields)


class Files(ListModelMixin, ApiView):
    serializer_class = PublishedFile
    queryset = selectors.files(selectors.published()).order_by()
    keys = ("release__version", "path")
    parameters = (
        same("release", "Only files of this release.", VERSION, "release__version"),
        Parameter(
            "under",
            "Only files whose path begins so, such as data/labels/.",
            Text(200),
            lambda rows, value: rows.filter(path__startswith=value),
        ),
        same("sha256", "Only files with these bytes.", SHA256, "sha256"),
        *days("release__published_at", "published"),
        *PAGES,
    )

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Files of published releases: their addresses, sizes and SHA-256."""
        return self.list(request)
