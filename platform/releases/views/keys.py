"""The key that signatures of this site's releases are checked with."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.errors import NotFound
from core.headers import put_headers
from releases.files.signing import public_key
from releases.served.responses import ANY_ORIGIN


@require_safe
def release_key(request: HttpRequest) -> HttpResponse:
    key = public_key()
    if key is None:
        raise NotFound(_("This site signs no releases."))
    response = HttpResponse(key, content_type="application/x-pem-file")
    put_headers(response, {**ANY_ORIGIN, "Cache-Control": "public, max-age=60"})
    return response
