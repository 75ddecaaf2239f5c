"""What every view of the API has in common: an allow-list of parameters, scopes by method, reads open to any origin."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Any, ClassVar, NoReturn

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.exceptions import PermissionDenied as Denied
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from api.authentication import Scoped
from api.caching import keep
from api.choosing import Tree, fields_of, narrow
from api.limits import Left, TooManyReads, count, count_stranger
from api.pagination import ByKey, Order
from api.parameters import Parameter, read_all
from api.parsers import StrictJSON
from api.schema import Described
from api.streams.asked import FORMAT
from api.streams.views import Streaming
from core.headers import put_headers
from core.texts import storable

READS = ("GET", "HEAD", "OPTIONS")
# What a page on another origin may read of an answer, beside what every page may.
EXPOSED = "ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After"


class ApiView(Streaming):
    """A noun's address. Views fetch, call one action or selector, and answer."""

    schema = Described()
    parser_classes = (StrictJSON,)
    pagination_class = ByKey
    # What a list is ordered by, unique together; with "-" before each it goes downwards.
    keys: ClassVar[tuple[str, ...]] = ("pk",)
    parameters: ClassVar[Sequence[Parameter]] = ()
    # The scope a method wants; a method that is not here is anybody's.
    scopes: ClassVar[Mapping[str, str]] = {}
    # What can go wrong by method, beside what every operation of its form shares; for the OpenAPI document.
    problems: ClassVar[Mapping[str, Sequence[int]]] = {}
    # What nobody needs an account for may be read by any page on the web, without cookies.
    open_to_any_origin: ClassVar[bool] = True
    # Whether reads of it count against the reader's limit.
    is_limited: ClassVar[bool] = True
    left: Left | None = None
    # What was read of them; nothing yet.
    values: Mapping[str, Any] = MappingProxyType({})

    @property
    def by(self) -> User:
        """Who acts: only for methods that want a scope, so somebody is signed in."""
        assert isinstance(self.request.user, User)
        return self.request.user

    @property
    def order(self) -> Order:
        return Order(self.keys)

    @property
    def known_parameters(self) -> Sequence[Parameter]:
        """What a reader may send: what the view names, `format` for lists, and `fields` wherever rows are shown."""
        if self.serializer_class is None or not isinstance(self, ListModelMixin | RetrieveModelMixin):
            return self.parameters
        formats = (FORMAT,) if isinstance(self, ListModelMixin) and "GET" not in self.scopes else ()
        return (*self.parameters, *formats, fields_of(self.serializer_class))

    @property
    def chosen(self) -> Tree:
        """The fields that were asked for; none stands for all."""
        found: Tree = self.values.get("fields", {})
        return found

    def perform_authentication(self, request: Request) -> None:
        """Who asks, what is left of their reads, and what they send: in this order, for the last two cost something.

        Reads are counted, whoever reads; what changes something has rules of its own. A stream is one read: where it
        comes from another process, that one counts it.
        """
        if "Authorization" in request.headers:
            self.counted(count_stranger, request, spend=False)
        try:
            super().perform_authentication(request)
        except AuthenticationFailed:
            self.counted(count_stranger, request, spend=True)
            raise
        self.left = None
        if request.method in ("GET", "HEAD") and self.is_limited:
            self.counted(count, request, spend=not self.is_led_on)
        self.values = self.read_parameters(request)

    def counted(self, by: Callable[..., Left | None], request: Request, *, spend: bool) -> None:
        try:
            self.left = by(request, spend=spend)
        except TooManyReads as error:
            self.left = error.left
            raise

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
        if request.method not in self.allowed_methods:
            self.http_method_not_allowed(request)  # whatever else is wrong with it
        super().initial(request, *args, **kwargs)

    def read_parameters(self, request: Request) -> Mapping[str, Any]:
        return read_all(request.query_params, self.known_parameters if request.method in READS else ())

    def listed(self) -> QuerySet[Any]:
        """All rows of the list that whoever asks wants, in no order yet."""
        return self.filter_queryset(self.get_queryset())

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        for parameter in self.parameters:
            if parameter.narrow and parameter.name in self.values:
                queryset = parameter.narrow(queryset, self.values[parameter.name])
        return queryset

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """As ever; what was not asked for is not computed."""
        made = super().get_serializer(*args, **kwargs)
        if self.chosen:
            narrow(made, self.chosen)
        return made

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return Response(status=204)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        if self.left is not None and self.is_led_on and answer.status_code != 307:
            # Nothing that the other process would count came of it.
            with suppress(TooManyReads):
                self.left = count(request)
        if self.left is not None:
            put_headers(answer, self.left.headers)
        if request.method in READS and self.open_to_any_origin:
            answer.headers["Access-Control-Allow-Origin"] = "*"
            answer.headers["Access-Control-Expose-Headers"] = EXPOSED
            if request.method == "OPTIONS":
                answer.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
                answer.headers["Access-Control-Max-Age"] = "86400"
            elif isinstance(answer, Response) and answer.status_code == 200:
                keep(request, answer)
        else:
            answer.headers["Cache-Control"] = "no-store"
        return answer
