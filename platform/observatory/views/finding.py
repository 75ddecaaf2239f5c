"""What programs ask every site for: where they may go, what there is, and whom to tell of a hole."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.contact import contact_link

PLAIN = "text/plain; charset=utf-8"
# Of no use to who looks for pages: the API's rows are on pages, bytes are not searched, the rest is one person's own.
NOT_FOR_ROBOTS = ("/account/", "/api/", "/data/files/", "/data/*.tar$", "/i18n/", "/label/", "/theme")
BUT = ("api:docs", "annotations:guideline")
# RFC 9116 wants a day after which nobody should rely on it, and recommends less than a year.
GOOD_FOR = timedelta(days=180)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        *(f"Allow: {reverse(name)}" for name in BUT),
        *(f"Disallow: {path}" for path in NOT_FOR_ROBOTS),
        "",
        f"Sitemap: {request.build_absolute_uri(reverse('observatory:sitemaps'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type=PLAIN)


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """/.well-known/security.txt (RFC 9116), where CONTACT is set."""
    if not (contact := contact_link()):
        raise Http404
    until = (timezone.now() + GOOD_FOR).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [f"Contact: {contact}", f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}"]
    if settings.SITE_URL:
        lines.append(f"Canonical: {settings.SITE_URL}{reverse('observatory:security')}")
    return HttpResponse("\n".join(lines) + "\n", content_type=PLAIN)
