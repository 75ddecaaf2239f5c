"""What a view of the API needs so that its list can be streamed: nothing but to be a list."""

from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import ListModelMixin
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api.problems import problem
from api.streams.asked import kind_asked
from api.streams.kinds import STREAMED, Streamed
from core.errors import Invalid

if TYPE_CHECKING:
    from api.base import ApiView


class Streaming(GenericAPIView[Any]):
    """Sends a list as NDJSON or CSV where Accept says so, or the address."""

    streamed_as: type[Streamed] | None = None
    to_stream: Any = None

    def is_streamable(self) -> bool:
        """A list that anybody may read."""
        method = getattr(self.request, "method", None)
        return isinstance(self, ListModelMixin) and method in ("GET", "HEAD") and method not in self.scopes  # type: ignore[attr-defined]

    @property
    def is_led_on(self) -> bool:
        """Whether the stream that is asked for comes from another process."""
        return self.streamed_as is not None and bool(settings.FILES_URL) and not settings.IS_FILES_PROCESS

    def get_renderers(self) -> list[BaseRenderer]:
        known = super().get_renderers()
        return [*known, *(kind() for kind in STREAMED)] if self.is_streamable() else known

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        # Where it is forced, what to say is known already, and the address may be what cannot be read.
        if not force and self.is_streamable() and (asked := kind_asked(request)) is not None:
            renderer, media_type = asked(), str(asked.media_type)
        else:
            renderer, media_type = super().perform_content_negotiation(request, force)
        if isinstance(renderer, Streamed):
            # What goes wrong is still told in JSON.
            self.streamed_as = type(renderer)
            return JSONRenderer(), JSONRenderer.media_type
        if settings.IS_FILES_PROCESS and not force and request.method != "OPTIONS":
            raise Http404
        return renderer, media_type

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        if self.streamed_as is not None and isinstance(response, Response) and response.status_code == 200:
            # What this gives is no list that could be read row by row.
            said = _("This comes as JSON alone. Ask for application/json.")
            response = problem(406, said, code="not_acceptable")
        return super().finalize_response(request, response, *args, **kwargs)

    def paginate_queryset(self, queryset: Any) -> Any:
        if self.streamed_as is None:
            return super().paginate_queryset(queryset)
        if "page_size" in self.values:  # type: ignore[attr-defined]
            raise Invalid(_("A stream has no pages."), {"page_size": [_("Leave it out, or ask for JSON.")]})
        self.to_stream = queryset
        return []

    def get_paginated_response(self, data: Any) -> Any:
        if self.streamed_as is None:
            return super().get_paginated_response(data)
        from api.streams.nouns import rows_for
        from api.streams.sending import response_of

        view = cast("ApiView", self)
        return response_of(view, self.to_stream, self.streamed_as, rows_for(view, self.streamed_as))
