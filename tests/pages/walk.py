"""Every page of the site, found by its addresses, so that what is added later is looked at too."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

# Not pages: the API has documents of its own, and files are files.
OTHER = ("api:", "releases:file", "releases:latest-file")
ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>|\?P<(\w+)>")


def names(resolver: URLResolver | None = None, space: str = "") -> Iterator[tuple[str, list[str]]]:
    """The full name of every address, with the names of its arguments."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from names(one, f"{space}{one.namespace}:" if one.namespace else space)
        else:
            assert isinstance(one, URLPattern)
            name = space + (one.name or "")
            if not name.startswith(OTHER):
                yield name, ["".join(found) for found in ARGUMENT.findall(str(one.pattern))]


def addresses(values: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Name -> address; those with arguments take theirs from `values`.

    Raises:
        LookupError: an address with arguments that nobody gave values for.
    """
    found = {}
    for name, arguments in names():
        given = values.get(name, {})
        if set(arguments) - set(given):
            raise LookupError(f"{name} takes {', '.join(arguments)}: add them to tests/pages/world.py")
        try:
            found[name] = reverse(name, kwargs=given or None)
        except NoReverseMatch as error:
            raise LookupError(str(error)) from error
    return found


def pages(client: Client, all_addresses: Mapping[str, str]) -> dict[str, str]:
    """Those that are a page for this reader, name -> address: HTML to a GET, with what they need to be shown."""
    found = {}
    for name, address in all_addresses.items():
        response = client.get(address, headers={"Accept": "text/html"})
        assert response.status_code < 500, (name, response.status_code)
        if response.status_code in {200, 410} and response.headers.get("Content-Type", "").startswith("text/html"):
            found[name] = address
    return found
