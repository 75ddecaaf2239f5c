"""Where a model's key may be kept: a variable or a file that is meant for it, and never the row itself."""

import re
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import Invalid
from probes.key_names import is_ours, looks_like_a_key_file

# What an endpoint's key may be kept in; the table of endpoints holds to both, too.
KEY_VARIABLE = "^[A-Z][A-Z0-9_]*_(KEY|TOKEN)$"
# Keys of Candor itself, of PostgreSQL and of the cloud it may run in: never to be sent to a model's address.
NOT_FOR_MODELS = "^(SECRET_KEY$|PG|POSTGRES|AWS_|CANDOR_|DJANGO_|METRICS_|RELEASE)"
# Names of parameters that would be a key in the database.
KEY_PARAM = re.compile(r"(^|[_-])(key|apikey|secret|password|authorization|token)$", re.IGNORECASE)


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


def check_key_file(name: str, key_variable: str) -> None:
    """A bare name in the folder of keys that is a model's, and only where no variable is named."""
    if not name:
        return
    if not looks_like_a_key_file(name):
        raise Invalid(
            _("That file cannot be used."),
            {
                "key_file": [
                    _(
                        "Give the bare name of a file in the folder of keys. It ends in .key, _key, -key, .token, "
                        "_token or -token, such as openai.key."
                    )
                ]
            },
        )
    if is_ours(name):
        said = _("%(name)s is not a model’s key. Keep the key in a file of its own.") % {"name": name}
        raise Invalid(_("That file cannot be used."), {"key_file": [said]})
    if key_variable:
        raise Invalid(
            _("That file cannot be used."), {"key_file": [_("Name a variable or a file for the key, not both.")]}
        )


def keys_among(value: Any) -> list[str]:
    """The names at any depth of parameters under which a key would be kept."""
    if isinstance(value, list):
        return [name for one in value for name in keys_among(one)]
    if not isinstance(value, dict):
        return []
    own = [str(name) for name in value if KEY_PARAM.search(str(name))]
    return own + [name for one in value.values() for name in keys_among(one)]
