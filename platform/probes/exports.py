"""Writing finished probes in the format that import_answers reads, so that one Candor's answers can go to another."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from probes.models import LLM, Endpoint, Probe


def export_lines(
    probes: QuerySet[Probe], *, source: str, licence: str, may_publish: bool, remark: str
) -> Iterator[dict[str, Any]]:
    """The lines of an import file, in order: one batch, its models, its endpoints, its answers by prompt and sample."""
    yield {"kind": "batch", "source": source, "licence": licence, "may_publish": may_publish, "remark": remark}
    endpoints = Endpoint.objects.filter(probes__in=probes).distinct().select_related("llm").order_by("slug")
    for llm in LLM.objects.filter(endpoints__in=endpoints).distinct().order_by("slug"):
        columns = ("slug", "name", "maker", "maker_country", "open_weights", "url", "remark")
        yield {"kind": "llm", **{column: getattr(llm, column) for column in columns}}
    for endpoint in endpoints:
        slug = imported(endpoint)
        yield {"kind": "endpoint", "slug": slug, "llm": endpoint.llm.slug, "served_name": endpoint.served_name}
    ordered = probes.select_related("version__prompt__family", "endpoint", "answer").order_by(
        "endpoint__slug", "version__prompt__family__slug", "version__prompt__language", "sample"
    )
    for probe in ordered.iterator(chunk_size=500):
        yield answer_line(probe)


def imported(endpoint: Endpoint) -> str:
    """The name an endpoint has where its answers are imported: never that of one which is asked."""
    return f"{endpoint.slug}-recorded"


def answer_line(probe: Probe) -> dict[str, Any]:
    assert probe.asked_at is not None
    line: dict[str, Any] = {
        "kind": "answer",
        "endpoint": imported(probe.endpoint),
        "family": probe.version.prompt.family.slug,
        "language": probe.version.prompt.language,
        "prompt": probe.version.text,
        "sample": probe.sample,
        "delivery": probe.delivery,
        "rule": probe.rule,
        "text": probe.answer.text if probe.answer else probe.partial_text,
        "finish_reason": probe.finish_reason,
        "latency_ms": probe.latency_ms,
        "usage": probe.usage,
        "request": probe.request,
        "asked_at": probe.asked_at.isoformat(timespec="seconds"),
    }
    # What is not known of every call is left out where it is not.
    known = ("http_status", "reasoning", "served_by", "served_model", "fingerprint")
    line |= {name: getattr(probe, name) for name in known if getattr(probe, name)}
    if probe.answer and probe.answer.escaped:
        line["escaped"] = True
    return line
