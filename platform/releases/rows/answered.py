"""The rows of what came back: probes and answers."""

import json
from collections.abc import Iterator
from functools import lru_cache

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import Cast, Coalesce, Collate

from annotations.choices import LabelStatus
from annotations.models import CannotJudge, Label
from releases.rows.cut import PAGE, Cut, Row, answers, day_of, json_text, probes

# Texts of JSON that are remembered: probes of one question at one endpoint follow each other and sent the same.
ALIKE = 256


def probe_rows(cut: Cut) -> Iterator[Row]:
    """Numbered within the release: gaps in the numbers of this database would tell what was left out, and of whom."""
    columns = (
        *("version", "endpoint__slug", "round__number", "sample", "delivery", "answer__public_id"),
        *("rule", "quarantined", "partial_text", "reasoning", "finish_reason", "http_status", "latency_ms", "attempt"),
        *("request_text", "usage_text", "pieces_text"),
        *("served_by", "served_model", "fingerprint", "asked_at", "finished_at"),
        *("batch__source", "batch__licence", "batch__remark"),
    )
    # By what is public of them; two imports with the same question, endpoint and sample by what tells imports apart.
    order = (Collate("endpoint__slug", "C"), F("round__number").asc(nulls_last=True), "sample", "batch__sha256")
    as_text = {f"{name}_text": Cast(name, TextField()) for name in ("request", "usage", "pieces")}
    found = probes(cut).annotate(**as_text).order_by("version", *order).values_list(*columns)
    for probe_id, row in enumerate(found.iterator(chunk_size=PAGE), start=1):
        (version, endpoint, number, sample, delivery, answer, rule, quarantined, partial, reasoning, *rest) = row
        finish_reason, http_status, latency_ms, attempt, request, usage, pieces, *served, asked_at, over_at = rest[:-3]
        yield (
            *(probe_id, version, endpoint, number, sample, delivery, str(answer) if answer else None),
            *(rule or None, quarantined, partial or None, reasoning or None, finish_reason or None),
            *(http_status, latency_ms, attempt, body_of(request), in_order(usage)),
            *(in_order(pieces), *(value or None for value in served), asked_at, over_at),
            *(value or None for value in rest[-3:]),
        )


@lru_cache(ALIKE)
def in_order(text: str) -> str:
    """JSON from the database as files have it."""
    return json_text(json.loads(text))


@lru_cache(ALIKE)
def body_of(text: str) -> str:
    """What was sent of a request: its body, where more was kept of it."""
    request = json.loads(text)
    return json_text(request.get("body", request))


def answer_rows(cut: Cut) -> Iterator[Row]:
    columns = ("public_id", "version", "language", "text", "escaped", "sha256", "state", "given", "passed", "closed_on")
    counted = answers(cut).annotate(
        given=current(Label.objects.all()), passed=current(CannotJudge.objects.all()), closed_on=day_of("closed_at")
    )
    found = counted.order_by("public_id").values_list(*columns)
    for public_id, *row in found.iterator(chunk_size=PAGE):
        yield str(public_id), *row


def current(verdicts: QuerySet[Label] | QuerySet[CannotJudge]) -> Coalesce:
    """How many current ones an answer has. Not the counters: this must fit the labels."""
    mine = verdicts.filter(answer=OuterRef("pk"), status=LabelStatus.CURRENT).order_by().values("answer")
    return Coalesce(Subquery(mine.annotate(n=Count("pk")).values("n")), 0)
