"""Models and endpoints come and go; only maintainers decide."""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction

from accounts.models import User
from core import events
from core.errors import Conflict, Forbidden, Invalid
from probes.choices import EndpointKind, EndpointStatus
from probes.models import LLM, Endpoint


def check_maintainer(by: User | None) -> None:
    """The system itself (None) may; so may maintainers."""
    if by is not None and not by.is_maintainer:
        raise Forbidden("Only maintainers change models and endpoints.")


@transaction.atomic
def add_llm(*, by: User | None, slug: str, name: str, maker: str, maker_country: str, **more: Any) -> LLM:
    """A model; found by its slug if it is there. `more`: open_weights, url, remark."""
    check_maintainer(by)
    llm, made = LLM.objects.get_or_create(
        slug=slug, defaults={"name": name, "maker": maker, "maker_country": maker_country, **more}
    )
    if made:
        events.record(by=by, verb="add", of=llm)
    return llm


@transaction.atomic
def add_endpoint(*, by: User | None, llm: LLM, slug: str, kind: str, base_url: str = "", **more: Any) -> Endpoint:
    """A place that serves a model. `more`: the other columns of Endpoint.

    Raises:
        Invalid: an address that is none, or a private one without allow_private.
        Conflict: the slug is taken.
        Forbidden: not a maintainer.
    """
    check_maintainer(by)
    if kind != EndpointKind.IMPORT:
        check_base_url(base_url, allow_private=bool(more.get("allow_private")))
    try:
        with transaction.atomic():
            endpoint = Endpoint.objects.create(llm=llm, slug=slug, kind=kind, base_url=base_url.rstrip("/"), **more)
    except IntegrityError as error:
        if Endpoint.objects.filter(slug=slug).exists():
            raise Conflict(f"There is an endpoint {slug} already.") from error
        raise
    events.record(by=by, verb="add", of=endpoint, kind=kind)
    return endpoint


def check_base_url(base_url: str, *, allow_private: bool) -> None:
    """A first look at what a maintainer typed; the transport looks again at what the name resolves to, at each call."""
    parts = urlsplit(base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query:
        raise Invalid(
            "That address cannot be used.",
            {"base_url": ["Give it as https://host/v1, without a name, a password or a query."]},
        )
    try:
        address = ipaddress.ip_address(parts.hostname)
    except ValueError:
        private = parts.hostname == "localhost"
    else:
        private = not address.is_global
    if private and not allow_private:
        raise Invalid(
            "That address cannot be used.",
            {
                "base_url": [
                    "It is on this machine or network. Allow private addresses for this endpoint if you mean it."
                ]
            },
        )


@transaction.atomic
def stop_endpoint(*, by: User | None, endpoint: Endpoint, reason: str, retire: bool = False) -> None:
    """Pauses an endpoint, or retires it: nothing more is asked of it until it is resumed."""
    check_maintainer(by)
    status = EndpointStatus.RETIRED if retire else EndpointStatus.PAUSED
    Endpoint.objects.filter(pk=endpoint.pk).update(status=status, status_reason=reason[:300])
    events.record(by=by, verb="retire" if retire else "pause", of=endpoint)


@transaction.atomic
def resume_endpoint(*, by: User | None, endpoint: Endpoint) -> None:
    """Asks an endpoint again."""
    check_maintainer(by)
    Endpoint.objects.filter(pk=endpoint.pk).update(status=EndpointStatus.ACTIVE, status_reason="")
    events.record(by=by, verb="resume", of=endpoint)
