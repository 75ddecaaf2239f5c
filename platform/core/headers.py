"""Several headers of a response at once, which Django's mapping of them cannot do."""

from collections.abc import Mapping

from django.http import HttpResponseBase


def put_headers(response: HttpResponseBase, headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        response.headers[name] = value
