"""What every view of the API has in common: an allow-list of parameters, scopes by method, reads open to any origin."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NoReturn

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.exceptions import NotAuthenticated
from rest_framework.exceptions import PermissionDenied as Denied
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from api.authentication import Scoped
from api.pagination import ByKey
from api.parameters import Parameter, read_all
from api.parsers import StrictJSON
from api.schema import Described
from core.texts import storable

READS = ("GET", "HEAD", "OPTIONS")


class ApiView(GenericAPIView[Any]):
    """A noun's address. Views fetch, call one action or selector, and answer."""

    schema = Described()
    parser_classes = (StrictJSON,)
    pagination_class = ByKey
    # The unique column that lists are ordered by.
    key: ClassVar[str] = "pk"
    parameters: ClassVar[Sequence[Parameter]] = ()
    # The scope a method wants; a method that is not here is anybody's.
    scopes: ClassVar[Mapping[str, str]] = {}
    # What can go wrong by method, beside what every operation of its form shares; for the OpenAPI document.
    problems: ClassVar[Mapping[str, Sequence[int]]] = {}
    # What nobody needs an account for may be read by any page on the web, without cookies.
    open_to_any_origin: ClassVar[bool] = True
    values: Mapping[str, Any]

    @property
    def by(self) -> User:
        """Who acts: only for methods that want a scope, so somebody is signed in."""
        assert isinstance(self.request.user, User)
        return self.request.user

    def get_permissions(self) -> Sequence[BasePermission]:
        scope = self.scopes.get(self.request.method or "")
        return [Scoped(scope)] if scope else []

    def permission_denied(self, request: Request, message: str | None = None, code: str | None = None) -> NoReturn:
        if request.successful_authenticator is None:
            raise NotAuthenticated(message)
        raise Denied(message, code)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # A Content-Type with a strange charset would have Django read the query in it, and fail.
        request._request.encoding = "utf-8"
        if not all(storable(str(part)) for part in kwargs.values()):
            raise Http404
        # Before DRF looks at the request: its own `format` parameter is none of ours.
        self.values = self.read_parameters(request)
        super().initial(request, *args, **kwargs)

    def read_parameters(self, request: Request) -> Mapping[str, Any]:
        return read_all(request.query_params, self.parameters if request.method in READS else ())

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        for parameter in self.parameters:
            if parameter.narrow and parameter.name in self.values:
                queryset = parameter.narrow(queryset, self.values[parameter.name])
        return queryset

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return Response(status=204)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        if request.method in READS and self.open_to_any_origin:
            answer.headers["Access-Control-Allow-Origin"] = "*"
            answer.headers["Access-Control-Expose-Headers"] = "Link, Location"
            if request.method == "OPTIONS":
                answer.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
                answer.headers["Access-Control-Max-Age"] = "86400"
        else:
            answer.headers["Cache-Control"] = "no-store"
        return answer
