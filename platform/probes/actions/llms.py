"""Models and endpoints come, are corrected, and go; only maintainers decide.

Each correction is kept in the log with what stood there before. What would make the record tell of something else than
was asked is not a correction: for that, an endpoint is retired and another one added.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import events
from core.errors import Conflict, Invalid
from probes.choices import EndpointKind, EndpointStatus
from probes.models import LLM, Endpoint, Probe
from probes.rules import check_endpoint, check_llm, check_maintainer, check_seen
from probes.selectors import STOPPED_KEY

LLM_COLUMNS = frozenset({"slug", "name", "maker", "maker_country", "open_weights", "url", "remark"})
ENDPOINT_COLUMNS = frozenset(
    {
        "llm", "slug", "kind", "protocol", "dialect", "base_url", "allow_private", "served_name", "upstream",
        "key_variable", "key_file", "params", "system", "stream", "reasoning", "max_in_flight", "requests_a_minute",
        "tokens_a_minute", "timeout_s", "samples", "price_input", "price_output", "budget",
    }
)  # fmt: skip


@transaction.atomic
def add_llm(*, by: User | None, slug: str, name: str, maker: str, maker_country: str, **more: Any) -> LLM:
    """A model; found by its slug if it is there. `more`: open_weights, url, remark.

    Raises:
        Invalid: with the fields that cannot be.
        Forbidden: not a maintainer.
    """
    check_maintainer(by)
    llm = LLM.objects.filter(slug=slug).first()
    if llm is not None:
        return llm
    values = {"name": name, "maker": maker, "maker_country": maker_country, **more}
    check_llm(LLM(slug=slug, **values))
    llm, made = LLM.objects.get_or_create(slug=slug, defaults=values)
    if made:
        events.record(by=by, verb="add", of=llm)
    return llm


@transaction.atomic
def add_endpoint(*, by: User | None, llm: LLM, slug: str, kind: str, base_url: str = "", **more: Any) -> Endpoint:
    """A place that serves a model. `more`: the other columns of Endpoint.

    Raises:
        Invalid: with the fields that cannot be: an address that is none, a variable that holds no model's key, …
        Conflict: the slug is taken, or the model is retired.
        Forbidden: not a maintainer.
    """
    check_maintainer(by)
    endpoint = Endpoint(llm=llm, slug=slug, kind=kind, base_url=base_url.strip().rstrip("/"), **more)
    check_endpoint(endpoint)
    if kind != EndpointKind.IMPORT:
        in_use(llm)
    save(endpoint)
    events.record(by=by, verb="add", of=endpoint, kind=kind)
    return endpoint


@transaction.atomic
def correct_llm(*, by: User | None, llm: LLM, seen: Mapping[str, str] | None = None, **changes: Any) -> LLM:
    """Sets columns of a model right and logs what stood there before; returns it as it is now.

    `seen`: what the caller knew of them (rules.seen_of); None corrects whatever stands there.

    Raises:
        Invalid: with the fields that cannot be.
        Overtaken: one of them is not as it was seen.
        Conflict: it is retired, or its new short name is taken.
        Forbidden: not a maintainer.
    """
    check_maintainer(by)
    held = in_use(llm)
    if seen is not None:
        check_seen(held, seen, changes)
    was = set_columns(held, changes, LLM_COLUMNS)
    check_llm(held)
    if "slug" in changed(held, was) and Probe.objects.filter(endpoint__llm=held).exists():
        raise Invalid(_("That cannot be corrected."), {"slug": [_("It has been asked under this name, so it stays.")]})
    keep_correction(by, held, was)
    return held


@transaction.atomic
def correct_endpoint(
    *, by: User | None, endpoint: Endpoint, seen: Mapping[str, str] | None = None, **changes: Any
) -> Endpoint:
    """Sets columns of an endpoint right and logs what stood there before; returns it as it is now.

    What is asked from now on is asked as it says; each probe keeps what it was asked with. `seen`: what the caller knew
    of these columns (rules.seen_of); None corrects whatever stands there.

    Raises:
        Overtaken: one of them is not as it was seen.
        Invalid: with the fields that cannot be, or that would falsify what is recorded.
        Conflict: it is retired, or its new short name is taken.
        Forbidden: not a maintainer.
    """
    check_maintainer(by)
    moved = changes.get("llm", endpoint.llm)
    if moved.pk != endpoint.llm_id and endpoint.kind != EndpointKind.IMPORT:
        in_use(moved)
    held = Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
    refuse_retired(held)
    if seen is not None:
        check_seen(held, seen, changes)
    if "base_url" in changes:
        changes["base_url"] = changes["base_url"].strip().rstrip("/")
    was = set_columns(held, changes, ENDPOINT_COLUMNS)
    check_endpoint(held)
    now = changed(held, was)
    wrong: dict[str, list[str]] = {}
    if EndpointKind.IMPORT in {was.get("kind"), held.kind} and "kind" in now:
        wrong["kind"] = [_("An endpoint of imported answers stays one, and no other becomes one.")]
    if {"llm", "slug"} & now.keys() and held.probes.exists():
        fixed = {
            "llm": [_("It has been asked as this model already. Retire it and add another one.")],
            "slug": [_("It has been asked under this name already. Retire it and add another one.")],
        }
        wrong |= {name: said for name, said in fixed.items() if name in now}
    if "kind" in now and EndpointKind.JUDGE in {was["kind"], held.kind} and held.probes.exists():
        wrong["kind"] = [_("It has been asked in rounds already. Add another endpoint for the judge.")]
    if wrong:
        raise Invalid(_("That cannot be corrected."), wrong)
    keep_correction(by, held, was)
    return held


@transaction.atomic
def retire_llm(*, by: User | None, llm: LLM, reason: str = "") -> bool:
    """Retires a model for good, and all places that serve it; returns whether that changed anything.

    Imports stay as they are: they were never asked.

    Raises:
        Forbidden: not a maintainer.
    """
    check_maintainer(by)
    if not LLM.objects.filter(pk=llm.pk, retired_at=None).update(retired_at=timezone.now()):
        return False
    events.record(by=by, verb="retire", of=llm)
    asked = Endpoint.objects.filter(llm=llm).exclude(kind=EndpointKind.IMPORT).exclude(status=EndpointStatus.RETIRED)
    for endpoint in asked.order_by("pk"):
        stop_endpoint(by=by, endpoint=endpoint, reason=reason or _("Its model is retired."), retire=True)
    return True


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
    steered = Endpoint.objects.filter(pk=endpoint.pk, status__in=before)
    if not steered.update(status=status, status_reason=reason[:300]):
        if by is not None and not retire:
            refuse_retired(endpoint)
        return False
    events.record(by=by, verb="retire" if retire else "pause", of=endpoint)
    tell_anew()
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
    tell_anew()
    return True


def tell_anew() -> None:
    """What maintainers are told on each page is looked up again."""
    transaction.on_commit(lambda: cache.delete(STOPPED_KEY))


def refuse_retired(endpoint: Endpoint) -> None:
    if Endpoint.objects.filter(pk=endpoint.pk, status=EndpointStatus.RETIRED).exists():
        said = _("%(slug)s is retired for good. Add it again under another name to ask it again.")
        raise Conflict(said % {"slug": endpoint.slug})


def in_use(llm: LLM) -> LLM:
    """The model, held until the transaction ends, so that nothing is added to it while it is being retired."""
    held = LLM.objects.select_for_update(no_key=True).get(pk=llm.pk)
    if held.retired_at is not None:
        raise Conflict(_("%(name)s is retired for good.") % {"name": held.name})
    return held


def set_columns(row: models.Model, changes: dict[str, Any], known: frozenset[str]) -> dict[str, Any]:
    """Puts the new values on the row, which is not saved yet; returns the old ones."""
    if unknown := changes.keys() - known:
        raise TypeError(f"{', '.join(sorted(unknown))} cannot be corrected")
    was = {name: getattr(row, name) for name in changes}
    for name, value in changes.items():
        setattr(row, name, value)
    return was


def changed(row: models.Model, was: dict[str, Any]) -> dict[str, Any]:
    """The new values of what really changed."""
    return {name: getattr(row, name) for name, old in was.items() if getattr(row, name) != old}


def keep_correction(by: User | None, row: models.Model, was: dict[str, Any]) -> None:
    now = changed(row, was)
    if not now:
        return
    save(row, list(now))
    before = {name: loggable(was[name]) for name in now}
    events.record(by=by, verb="correct", of=row, was=before, now={name: loggable(value) for name, value in now.items()})


def save(row: models.Model, columns: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            row.save(update_fields=columns)
    except IntegrityError as error:
        slug = getattr(row, "slug", "")
        if type(row)._default_manager.filter(slug=slug).exclude(pk=row.pk).exists():
            taken = _("There is an endpoint %(slug)s already.") if isinstance(row, Endpoint) else ""
            said = taken or _("There is a model %(slug)s already.")
            raise Conflict(said % {"slug": slug}) from error
        raise


def loggable(value: Any) -> Any:
    """A value as JSON: money as its digits, a model as its short name."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.slug if isinstance(value, LLM) else value
