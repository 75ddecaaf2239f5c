"""Who may change models, endpoints and rounds, and what an endpoint may be."""

import ipaddress
import re
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Forbidden, Invalid

# What an endpoint's key may be kept in; the table of endpoints holds to both, too.
KEY_VARIABLE = "^[A-Z][A-Z0-9_]*_(KEY|TOKEN)$"
# Keys of Candor itself, of PostgreSQL and of the cloud it may run in: never to be sent to a model's address.
NOT_FOR_MODELS = "^(SECRET_KEY$|PG|POSTGRES|AWS_|CANDOR_|DJANGO_)"


def check_maintainer(by: User | None) -> None:
    """The system itself (None) may; so may maintainers."""
    if by is not None and not by.is_maintainer:
        raise Forbidden(_("Only maintainers change models, endpoints and rounds."))


def check_key_variable(name: str) -> None:
    """Only a variable that is meant to hold a model's key: what it holds is sent to the endpoint's address."""
    if not name:
        return
    if not re.fullmatch(KEY_VARIABLE, name):
        raise Invalid(
            _("That variable cannot be used."),
            {"key_variable": [_("Name one that ends in _KEY or _TOKEN, such as OPENAI_API_KEY.")]},
        )
    if re.match(NOT_FOR_MODELS, name) or hasattr(settings.ENV, name.lower()):
        raise Invalid(
            _("That variable cannot be used."),
            {
                "key_variable": [
                    _("%(name)s is not a model’s key. Keep the key in a variable of its own.") % {"name": name}
                ]
            },
        )


def check_base_url(base_url: str, *, allow_private: bool) -> None:
    """A first look at what a maintainer typed; the transport looks again at what the name resolves to, at each call."""
    parts = urlsplit(base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query:
        raise Invalid(
            _("That address cannot be used."),
            {"base_url": [_("Give it as https://host/v1, without a name, a password or a query.")]},
        )
    try:
        address = ipaddress.ip_address(parts.hostname)
    except ValueError:
        private = parts.hostname == "localhost"
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
