"""Where an endpoint may be, as far as the words of its address tell."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext as _

from core.errors import Invalid

# What an address may ask for after its path: Azure's version, and nothing that could be a key.
QUERY = r"(api-version=[0-9A-Za-z.-]+)?"


def check_base_url(base_url: str, *, allow_private: bool) -> None:
    """A first look at what a maintainer typed; the transport looks again at what the name resolves to, at each call."""
    parts = address_parts(base_url)
    if parts is None:
        raise Invalid(
            _("That address cannot be used."),
            {"base_url": [_("Give it as https://host/v1, without a name, a password or a query.")]},
        )
    host = parts.hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        private = host == "localhost"
    else:
        private = not address.is_global
    if private and not allow_private:
        raise Invalid(
            _("That address cannot be used."),
            {
                "base_url": [
                    _("It is on this machine or network. Allow private addresses for this endpoint if you mean it.")
                ]
            },
        )


def address_parts(base_url: str) -> SplitResult | None:
    """The parts of an address that may be asked, else None."""
    try:
        parts = urlsplit(base_url)
        _port = parts.port
    except ValueError:
        return None
    plain = parts.scheme in {"http", "https"} and parts.hostname and not parts.username and not parts.password
    return parts if plain and re.fullmatch(QUERY, parts.query) and not re.search(r"\s", base_url) else None
