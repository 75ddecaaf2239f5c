"""/releases/: numbered releases of the dataset and their files; maintainers start and publish them."""

from operator import attrgetter
from typing import Any

from django.db.models import Prefetch, QuerySet
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
from api.choosing import fields_of
from api.dates import days
from api.fields import Shown, Word
from api.pagination import PAGES
from releases.actions import publish_release, start_release
from releases.choices import ReleaseStatus
from releases.files.signing import is_signed
from releases.models import Edition, Release, ReleaseFile
from releases.selectors import published as selectors
from releases.selectors.signed import with_signed
from releases.served.addresses import address_of

REDIRECT = {302: OpenApiResponse(description="Location has the address.")}


class FileRow(Shown[ReleaseFile]):
    """One file of a release, and what proves its bytes."""

    rows = serializers.IntegerField(allow_null=True, help_text="Rows of a table; null for a document.")
    url = serializers.SerializerMethodField(help_text="Its address under this API.")

    class Meta:
        model = ReleaseFile
        fields: tuple[str, ...] = ("path", "media_type", "bytes", "rows", "sha256", "url")

    def get_url(self, file: ReleaseFile) -> str:
        address = reverse("api:release-file", args=[file.release.version, file.path])
        return str(self.context["request"].build_absolute_uri(address))


class EditionRow(Shown[Edition]):
    """What was taken out of a release after it was published. Nothing is ever put in."""

    withdrawn = serializers.JSONField(
        source="tombstone", help_text="What kind of thing, and how many rows. Never whose."
    )

    class Meta:
        model = Edition
        fields = ("number", "made_at", "withdrawn")


class ReleaseRow(Shown[Release]):
    """One release of the dataset. A published one never changes, but that something may be taken out of it."""

    status = Word(ReleaseStatus)
    edition = serializers.SerializerMethodField(
        help_text="0 as it was published; higher by one each time something is taken out."
    )
    signed = serializers.SerializerMethodField(help_text="Whether manifest.json.sig is among its files.")
    counts = serializers.SerializerMethodField(help_text="Rows of each table as it is now, and what was left out.")

    class Meta:
        model = Release
        fields: tuple[str, ...] = ("version", "edition", "status", "cutoff", "published_at", "signed", "counts")

    def get_edition(self, release: Release) -> int:
        return max((edition.number for edition in release.editions.all()), default=0)

    def get_signed(self, release: Release) -> bool:
        # Many are asked for with their files in one query; one that was just made is looked up.
        known: bool | None = getattr(release, "signed", None)
        return is_signed(release) if known is None else known

    @extend_schema_field(serializers.JSONField())
    def get_counts(self, release: Release) -> Any:
        newest = max(release.editions.all(), key=attrgetter("number"), default=release)
        return newest.counts


class ReleaseDetail(ReleaseRow):
    """One release with its files, and what was taken out of it."""

    editions = EditionRow(many=True, help_text="The first one first; empty while nothing was taken out.")
    files = serializers.SerializerMethodField(help_text="As they are now.")

    class Meta(ReleaseRow.Meta):
        fields = (*ReleaseRow.Meta.fields, "error", "editions", "files")

    @extend_schema_field(FileRow(many=True))
    def get_files(self, release: Release) -> Any:
        live = release.files.filter(withdrawn_at=None).order_by("path")
        return FileRow(live, many=True, context=self.context).data


class Releases(ListModelMixin, ApiView):
    serializer_class = ReleaseRow
    queryset = with_signed(selectors.published()).prefetch_related("editions")
    keys = ("-pk",)
    parameters = (*days("published_at", "published"), *PAGES)
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
        seen = Release.objects.all() if maintainer and maintainer.is_maintainer else selectors.published()
        return with_signed(seen).prefetch_related(Prefetch("editions", Edition.objects.order_by("number")))

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
        """Publishes a release that is built; from then on nothing is put in or corrected. For maintainers."""
        return Response(ReleaseRow(publish_release(by=self.by, release=self.get_object())).data)


class File(ApiView):
    serializer_class = FileRow

    @extend_schema(responses=REDIRECT)
    def get(self, request: Request, version: str, path: str) -> HttpResponseRedirect:
        """One file of a published release: redirects to its bytes."""
        return led_to_bytes(version, path)


class Latest(ApiView):
    serializer_class = ReleaseDetail
    parameters = (fields_of(ReleaseDetail),)
    problems = {"GET": [404]}

    @extend_schema(responses=REDIRECT)
    def get(self, request: Request) -> HttpResponseRedirect:
        """The newest published release: redirects to it."""
        query = request.META.get("QUERY_STRING", "")
        return HttpResponseRedirect(reverse("api:release", args=[newest()]) + (f"?{query}" if query else ""))


class LatestFile(ApiView):
    serializer_class = FileRow

    @extend_schema(responses=REDIRECT)
    def get(self, request: Request, path: str) -> HttpResponseRedirect:
        """One file of the newest published release: redirects to its bytes."""
        return led_to_bytes(newest(), path)


def led_to_bytes(version: str, path: str) -> HttpResponseRedirect:
    """At once to where the bytes are, however the file was asked for."""
    found = selectors.files(selectors.published()).filter(release__version=version, path=path).first()
    if found is None:
        raise Http404
    return HttpResponseRedirect(address_of(found))


def newest() -> str:
    release = selectors.latest()
    if release is None:
        raise Http404
    return release.version
