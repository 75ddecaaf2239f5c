"""The rows of what was asked, and of whom: prompts, key points, models, endpoints, rounds."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.db.models import Q
from django.db.models.functions import Collate

from probes.choices import EndpointKind
from probes.models import LLM, Endpoint, Round
from prompts.models import KeyPoint, Prompt
from releases.rows.cut import PAGE, Cut, Row, day, labels, probes, versions


def prompt_rows(cut: Cut) -> Iterator[Row]:
    # Both are as long as the list of prompts, not of answers: they fit in memory.
    here = set(versions(cut).values_list("pk", flat=True))
    families = set(versions(cut).values_list("prompt__family__slug", flat=True))
    found = versions(cut).select_related("prompt__family__topic", "prompt__family__twin").order_by("pk")
    for version in found.iterator(chunk_size=PAGE):
        prompt, family = version.prompt, version.prompt.family
        yield (
            version.pk,
            prompt.pk,
            family.slug,
            family.title,
            prompt.language,
            version.number,
            version.text,
            prompt.current_id == version.pk,
            prompt.status,
            version.translates_id if version.translates_id in here else None,
            prompt.key_points_id,
            family.topic.slug,
            family.topic.name_en,
            family.kind,
            family.act,
            family.state or None,
            family.twin.slug if family.twin and family.twin.slug in families else None,
            family.starter,
            day(version.created_at),
            day(prompt.reviewed_at),
        )


def key_point_rows(cut: Cut) -> Iterator[Row]:
    current = Prompt.objects.filter(versions__in=versions(cut)).values("key_points")
    columns = ("set", "order", "set__prompt", "set__number", "text", "essential", "source", "url")
    found = KeyPoint.objects.filter(Q(set__in=current) | Q(set__in=labels(cut).values("key_points")))
    for *row, url in found.order_by("set", "order").values_list(*columns).iterator(chunk_size=PAGE):
        yield *row, url or None


def llm_rows(cut: Cut) -> Iterator[Row]:
    columns = ("slug", "name", "maker", "maker_country", "open_weights", "url", "remark")
    found = LLM.objects.filter(pk__in=probes(cut).values("endpoint__llm")).order_by(Collate("slug", "C"))
    for *row, url, remark in found.values_list(*columns).iterator(chunk_size=PAGE):
        yield *row, url or None, remark or None


def endpoint_rows(cut: Cut) -> Iterator[Row]:
    found = Endpoint.objects.filter(pk__in=probes(cut).values("endpoint")).select_related("llm")
    for endpoint in found.order_by(Collate("slug", "C")).iterator(chunk_size=PAGE):
        yield (
            endpoint.slug,
            endpoint.llm.slug,
            endpoint.kind,
            endpoint.protocol,
            public_host(endpoint),
            endpoint.served_name or None,
            endpoint.timeout_s,
        )


def public_host(endpoint: Endpoint) -> str | None:
    """The host that was asked, where it is one of the open internet."""
    if endpoint.allow_private or endpoint.kind not in {EndpointKind.API, EndpointKind.HOST}:
        return None
    return urlsplit(endpoint.base_url).hostname


def round_rows(cut: Cut) -> Iterator[Row]:
    columns = ("number", "name", "status", "samples", "opened_at", "closed_at")
    found = Round.objects.filter(pk__in=probes(cut).values("round")).order_by("number")
    yield from found.values_list(*columns).iterator(chunk_size=PAGE)
