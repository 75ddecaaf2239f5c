"""Who asks, as far as a limit has to know: an address, or the network of one."""

import ipaddress
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

# A household or an office has a whole one of these, and could ask from another address each time.
IPV6_NETWORK = 64
# Who has several addresses mostly has them within one of these.
BLOCKS = {4: 24, 6: 48}


def address_of(request: HttpRequest) -> str:
    """Whom limits count: behind TRUSTED_PROXIES the address they tell, else the neighbour's; of IPv6 its /64.

    An address that cannot be read counts as one, whatever it says.
    """
    text = request.META.get("REMOTE_ADDR", "")
    if count := settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        told = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        if len(told) >= count:
            text = told[-count]
    try:
        address = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return "unreadable"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, IPV6_NETWORK), strict=False))
    return str(address)


def block_of(request: HttpRequest) -> str:
    """The block of addresses that whom limits count belongs to."""
    try:
        network = ipaddress.ip_network(address_of(request))
    except ValueError:
        return "unreadable"
    return str(network.supernet(new_prefix=BLOCKS[network.version]))


class InTheSitesName:
    """Addresses in what is sent are the site's own, whichever process sends it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.get_host()  # refuses a host that is not ours, before it is replaced
        if settings.SITE_URL:
            site = urlsplit(settings.SITE_URL)
            request.META["HTTP_HOST"] = site.netloc
            request.META["wsgi.url_scheme"] = site.scheme
            request.META["HTTP_X_FORWARDED_PROTO"] = site.scheme
            request.META.pop("HTTP_X_FORWARDED_HOST", None)
        return self.get_response(request)
