"""/releases/: numbered editions of the dataset and their files; maintainers start and publish them."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import Scope
from api.authentication import reader
from api.base import ApiView
from api.fields import Shown, Word
from api.pagination import PAGES
from releases import selectors
from releases.actions import publish_release, start_release
from releases.choices import ReleaseStatus
from releases.models import Release, ReleaseFile

REDIRECT = {302: OpenApiResponse(description="Location has the address.")}


class FileRow(Shown[ReleaseFile]):
    """One file of a release, and what proves its bytes."""

    rows = serializers.IntegerField(allow_null=True, help_text="Rows of a table; null for a document.")
    url = serializers.SerializerMethodField(help_text="Its address under this API.")

    class Meta:
        model = ReleaseFile
        fields = ("path", "media_type", "bytes", "rows", "sha256", "url")

    def get_url(self, file: ReleaseFile) -> str:
        address = reverse("api:release-file", args=[self.context["release"].version, file.path])
        return str(self.context["request"].build_absolute_uri(address))


class ReleaseRow(Shown[Release]):
    """One edition of the dataset. A published one never changes."""

    status = Word(ReleaseStatus)
    counts = serializers.JSONField(help_text="Rows of each table, and what was left out.")

    class Meta:
        model = Release
        fields: tuple[str, ...] = ("version", "status", "cutoff", "published_at", "counts")


class ReleaseDetail(ReleaseRow):
    """One edition with its files."""

    files = serializers.SerializerMethodField()

    class Meta(ReleaseRow.Meta):
        fields = (*ReleaseRow.Meta.fields, "error", "files")

    @extend_schema_field(FileRow(many=True))
    def get_files(self, release: Release) -> Any:
        files = release.files.order_by("path")
        return FileRow(files, many=True, context={**self.context, "release": release}).data


class Releases(ListModelMixin, ApiView):
    serializer_class = ReleaseRow
    queryset = selectors.published()
    key = "-pk"
    parameters = PAGES
    scopes = {"POST": Scope.MAINTAIN}
    problems = {"POST": [409]}

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Published releases, newest first."""
        return self.list(request)

    @extend_schema(request=None, responses={202: ReleaseRow})
    def post(self, request: Request) -> Response:
        """Starts a release with now as its cut-off; a worker builds it. For maintainers."""
        release = start_release(by=self.by)
        address = reverse("api:release", args=[release.version])
        return Response(ReleaseRow(release).data, status=202, headers={"Location": address})


class ReleaseView(RetrieveModelMixin, ApiView):
    serializer_class = ReleaseDetail
    lookup_field = "version"

    def get_queryset(self) -> QuerySet[Release]:
        maintainer = reader(self.request, Scope.MAINTAIN)
        return Release.objects.all() if maintainer and maintainer.is_maintainer else selectors.published()

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One release with its files and their SHA-256. Before it is published only maintainers see it."""
        return self.retrieve(request)


class Publication(ApiView):
    serializer_class = ReleaseRow
    scopes = {"POST": Scope.MAINTAIN}
    problems = {"POST": [409]}
    queryset = Release.objects.all()
    lookup_field = "version"

    @extend_schema(request=None, responses={200: ReleaseRow})
    def post(self, request: Request, version: str) -> Response:
        """Publishes a release that is built; from then on it never changes. For maintainers."""
        return Response(ReleaseRow(publish_release(by=self.by, release=self.get_object())).data)


class File(ApiView):
    serializer_class = FileRow

    @extend_schema(responses=REDIRECT)
    def get(self, request: Request, version: str, path: str) -> HttpResponseRedirect:
        """One file of a published release: redirects to its bytes."""
        if not selectors.files(selectors.published()).filter(release__version=version, path=path).exists():
            raise Http404
        return HttpResponseRedirect(reverse("releases:file", args=[version, path]))


class Latest(ApiView):
    serializer_class = ReleaseDetail
    problems = {"GET": [404]}

    @extend_schema(responses=REDIRECT)
    def get(self, request: Request) -> HttpResponseRedirect:
        """The newest published release: redirects to it."""
        return HttpResponseRedirect(reverse("api:release", args=[newest()]))


class LatestFile(ApiView):
    serializer_class = FileRow

    @extend_schema(responses=REDIRECT)
    def get(self, request: Request, path: str) -> HttpResponseRedirect:
        """One file of the newest published release: redirects to it."""
        return HttpResponseRedirect(reverse("api:release-file", args=[newest(), path]))


def newest() -> str:
    release = selectors.latest()
    if release is None:
        raise Http404
    return release.version
