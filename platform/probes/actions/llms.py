"""Models and endpoints come and go; only maintainers decide."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import events
from core.errors import Conflict
from probes.choices import EndpointKind, EndpointStatus
from probes.models import LLM, Endpoint
from probes.rules import check_base_url, check_key_variable, check_maintainer


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
        Invalid: an address that is none, or a private one without allow_private; a variable that holds no model's key.
        Conflict: the slug is taken.
        Forbidden: not a maintainer.
    """
    check_maintainer(by)
    if kind != EndpointKind.IMPORT:
        check_base_url(base_url, allow_private=bool(more.get("allow_private")))
    check_key_variable(more.get("key_variable", ""))
    try:
        with transaction.atomic():
            endpoint = Endpoint.objects.create(llm=llm, slug=slug, kind=kind, base_url=base_url.rstrip("/"), **more)
    except IntegrityError as error:
        if Endpoint.objects.filter(slug=slug).exists():
            raise Conflict(_("There is an endpoint %(slug)s already.") % {"slug": slug}) from error
        raise
    events.record(by=by, verb="add", of=endpoint, kind=kind)
    return endpoint


@transaction.atomic
def stop_endpoint(*, by: User | None, endpoint: Endpoint, reason: str, retire: bool = False) -> bool:
    """Pauses an active endpoint until it is resumed, or retires one for good; returns whether that changed anything.

    Of many calls that come back at once with the same refusal, the first one pauses and the rest change nothing.

    Raises:
        Forbidden: not a maintainer.
        Conflict: a maintainer pauses what is retired.
    """
    check_maintainer(by)
    if retire:
        status, before = EndpointStatus.RETIRED, [EndpointStatus.ACTIVE, EndpointStatus.PAUSED]
    else:
        status, before = EndpointStatus.PAUSED, [EndpointStatus.ACTIVE]
    in_use = Endpoint.objects.filter(pk=endpoint.pk, status__in=before)
    if not in_use.update(status=status, status_reason=reason[:300]):
        if by is not None and not retire:
            refuse_retired(endpoint)
        return False
    events.record(by=by, verb="retire" if retire else "pause", of=endpoint)
    return True


@transaction.atomic
def resume_endpoint(*, by: User | None, endpoint: Endpoint) -> bool:
    """Asks a paused endpoint again; returns whether that changed anything.

    Raises:
        Forbidden: not a maintainer.
        Conflict: it is retired.
    """
    check_maintainer(by)
    paused = Endpoint.objects.filter(pk=endpoint.pk, status=EndpointStatus.PAUSED)
    if not paused.update(status=EndpointStatus.ACTIVE, status_reason=""):
        refuse_retired(endpoint)
        return False
    events.record(by=by, verb="resume", of=endpoint)
    return True


def refuse_retired(endpoint: Endpoint) -> None:
    if Endpoint.objects.filter(pk=endpoint.pk, status=EndpointStatus.RETIRED).exists():
        said = _("%(slug)s is retired for good. Add it again under another name to ask it again.")
        raise Conflict(said % {"slug": endpoint.slug})
