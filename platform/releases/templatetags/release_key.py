"""Where a reader finds the key that a release was signed with."""

from typing import Any

from django import template
from django.urls import reverse

from releases.files.signing import is_signed_by, public_key
from releases.models import Release

register = template.Library()


@register.simple_tag(takes_context=True)
def key_address(context: dict[str, Any], release: Release) -> str:
    """The address of the site's public key; empty where it is not the one that signed this release."""
    key = public_key()
    if key is None or not is_signed_by(release, key):
        return ""
    found: str = context["request"].build_absolute_uri(reverse("releases:key"))
    return found
