"""The way in, the OpenAPI document, and what stands where there is nothing."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve, reverse
from django.utils.encoding import escape_uri_path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.schema import document

LINKS = (
    *("prompts", "topics", "models", "endpoints", "rounds", "answers", "labels", "consensus", "probes"),
    *("agreement", "crowd", "judges", "rates", "comparisons", "releases", "files", "changes", "replies", "corrections"),
    *("openapi", "docs"),
)


class IndexBody(serializers.Serializer[Any]):
    """What this is, and where to go on."""

    name = serializers.CharField()
    about = serializers.CharField()
    links = serializers.DictField(child=serializers.URLField())


class Index(ApiView):
    serializer_class = IndexBody

    @extend_schema(operation_id="index", tags=["index"], responses={200: IndexBody})
    def get(self, request: Request) -> Response:
        """Where everything is."""
        links = {name: request.build_absolute_uri(reverse(f"api:{name}")) for name in LINKS}
        about = "An open record of what language models say, dodge and refuse to say."
        return Response({"name": "Candor", "about": about, "links": links})


class OpenApi(ApiView):
    schema = None  # type: ignore[assignment]  # it does not describe itself

    def get(self, request: Request) -> Response:
        return Response(document(), content_type="application/vnd.oai.openapi+json; version=3.1")


class Nothing(ApiView):
    """Any other address under /api/v1/: the right one if only a slash is wrong, else a problem."""

    schema = None  # type: ignore[assignment]
    authentication_classes = ()

    def read_parameters(self, request: Request) -> Mapping[str, Any]:
        return {}

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        path = request.path.rstrip("/") if request.path.endswith("/") else f"{request.path}/"
        try:
            found = resolve(path)
        except Resolver404:
            raise Http404 from None
        if found.view_name == "api:nothing":
            raise Http404
        query = request.META.get("QUERY_STRING", "")
        # 308 keeps the method and the body.
        return HttpResponse(status=308, headers={"Location": escape_uri_path(path) + (f"?{query}" if query else "")})

    post = put = patch = delete = get
