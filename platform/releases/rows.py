"""What is in a release, row by row, in the columns of `releases.schema` and sorted by each table's key.

Everything is read through server-side cursors inside the caller's one repeatable-read transaction, so that the tables
fit each other and memory stays flat. A release holds closed answers only. Nothing tells which endpoint gave an answer
that is open or leased: not the answer, not its labels, not its probes, and not the probes of its question that others
gave, or what is missing would tell.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Collate

from annotations.agreement import majority
from annotations.choices import LabelStatus
from annotations.choices import Value as Verdict
from annotations.models import CannotJudge, Label
from probes.choices import CLOSED, AnswerState, Delivery, EndpointKind, ProbeStatus
from probes.models import LLM, Answer, Endpoint, Probe, Round
from probes.selectors import public_probes
from prompts.choices import Status
from prompts.models import KeyPoint, Prompt, PromptVersion

Row = tuple[Any, ...]
# Rows fetched at a time.
PAGE = 2000
JUDGED = (AnswerState.SETTLED, AnswerState.CONTESTED)


@dataclass(frozen=True)
class Cut:
    """What a release is cut by: everything closed before `cutoff`, people renamed by `key`."""

    cutoff: datetime
    key: bytes

    def name(self, noun: str, pk: int | None) -> str | None:
        """A name of 16 hexadecimal digits that this release alone gives: HMAC-SHA256 under its key."""
        if pk is None:
            return None
        return hmac.new(self.key, f"{noun}:{pk}".encode(), hashlib.sha256).hexdigest()[:16]


def closed(cut: Cut, prefix: str = "") -> Q:
    """Answers that are in: closed before the cut-off, in nobody's hands, and ours to publish."""
    return Q(
        **{
            f"{prefix}state__in": CLOSED,
            f"{prefix}closed_at__lt": cut.cutoff,
            f"{prefix}leased": 0,
            f"{prefix}may_publish": True,
        }
    )


def answers(cut: Cut) -> QuerySet[Answer]:
    return Answer.objects.filter(closed(cut))


def labels(cut: Cut) -> QuerySet[Label]:
    return Label.objects.filter(closed(cut, "answer__"), status=LabelStatus.CURRENT)


def over(cut: Cut) -> Q:
    """Probes that were over at the cut-off, whatever became of their answers."""
    return Q(status__in=[ProbeStatus.DONE, ProbeStatus.GIVEN_UP], finished_at__lt=cut.cutoff)


def probes(cut: Cut) -> QuerySet[Probe]:
    """Of finished questions: probes whose answer is in, and those that delivered none, since rates need both."""
    return public_probes().filter(over(cut), closed(cut, "answer__") | ~Q(delivery=Delivery.DELIVERED))


def versions(cut: Cut) -> QuerySet[PromptVersion]:
    """The current texts of approved prompts, and every text that an answer or a probe of the release is about."""
    approved = Prompt.objects.filter(status=Status.APPROVED, reviewed_at__lt=cut.cutoff)
    return PromptVersion.objects.filter(
        Q(pk__in=approved.values("current"), created_at__lt=cut.cutoff)
        | Q(pk__in=answers(cut).values("version"))
        | Q(pk__in=probes(cut).values("version"))
    )


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


def probe_rows(cut: Cut) -> Iterator[Row]:
    """Numbered within the release: gaps in the numbers of this database would tell what was left out, and of whom."""
    columns = (
        *("version", "endpoint__slug", "round__number", "sample", "delivery", "answer__public_id"),
        *("rule", "quarantined", "partial_text", "reasoning", "finish_reason", "http_status", "latency_ms", "attempt"),
        *("request", "usage", "pieces", "served_by", "served_model", "fingerprint", "asked_at", "finished_at"),
        *("batch__source", "batch__licence", "batch__remark"),
    )
    # By what is public of them; two imports with the same question, endpoint and sample by what tells imports apart.
    order = (Collate("endpoint__slug", "C"), F("round__number").asc(nulls_last=True), "sample", "batch__sha256")
    found = probes(cut).order_by("version", *order).values_list(*columns)
    for probe_id, row in enumerate(found.iterator(chunk_size=PAGE), start=1):
        (version, endpoint, number, sample, delivery, answer, rule, quarantined, partial, reasoning, *rest) = row
        finish_reason, http_status, latency_ms, attempt, request, usage, pieces, *served, asked_at, over_at = rest[:-3]
        yield (
            *(probe_id, version, endpoint, number, sample, delivery, str(answer) if answer else None),
            *(rule or None, quarantined, partial or None, reasoning or None, finish_reason or None),
            *(http_status, latency_ms, attempt, json_text(request.get("body", request)), json_text(usage)),
            *(json_text(pieces), *(value or None for value in served), asked_at, over_at),
            *(value or None for value in rest[-3:]),
        )


def answer_rows(cut: Cut) -> Iterator[Row]:
    columns = ("public_id", "version", "language", "text", "escaped", "sha256", "state", "given", "passed", "closed_at")
    counted = answers(cut).annotate(given=current(Label.objects.all()), passed=current(CannotJudge.objects.all()))
    found = counted.order_by("public_id").values_list(*columns)
    for public_id, *row, closed_at in found.iterator(chunk_size=PAGE):
        yield str(public_id), *row, day(closed_at)


def current(verdicts: QuerySet[Label] | QuerySet[CannotJudge]) -> Coalesce:
    """How many current ones an answer has. Not the counters: this must fit the labels."""
    mine = verdicts.filter(answer=OuterRef("pk"), status=LabelStatus.CURRENT).order_by().values("answer")
    return Coalesce(Subquery(mine.annotate(n=Count("pk")).values("n")), 0)


def label_rows(cut: Cut) -> Iterator[Row]:
    columns = ("answer__public_id", "pk", "person", "value", "facets", "key_points", "guideline", "created_at")
    found = labels(cut).order_by("answer__public_id", "pk").values_list(*columns).iterator(chunk_size=PAGE)
    for answer, given in groupby(found, key=itemgetter(0)):
        # Sorted by its name in this release, so that the order of labelling does not show.
        yield from sorted(
            (cut.name("label", pk), str(answer), cut.name("person", person), value, facets, points, guideline, day(at))
            for _, pk, person, value, facets, points, guideline, at in given
        )


def consensus_rows(cut: Cut) -> Iterator[Row]:
    """Counted from the labels themselves: the table of the site may lag behind by seconds, and this must not."""
    votes = {
        value: Count("labels", filter=Q(labels__value=value, labels__status=LabelStatus.CURRENT))
        for value in Verdict.values
    }
    found = answers(cut).filter(state__in=JUDGED).annotate(**votes).order_by("public_id")
    for public_id, *counts in found.values_list("public_id", *votes).iterator(chunk_size=PAGE):
        most = majority(dict(zip(votes, counts, strict=True)))
        yield str(public_id), *counts, most.label, most.share.value, most.dispersion.value


ROWS: dict[str, Callable[[Cut], Iterator[Row]]] = {
    "prompts": prompt_rows,
    "key_points": key_point_rows,
    "llms": llm_rows,
    "endpoints": endpoint_rows,
    "rounds": round_rows,
    "probes": probe_rows,
    "answers": answer_rows,
    "labels": label_rows,
    "consensus": consensus_rows,
}


def left_out(cut: Cut) -> dict[str, dict[str, int]]:
    """How much there was at the cut-off that is not in the release, by reason. Totals only: never by model."""
    known = Answer.objects.filter(created_at__lt=cut.cutoff).exclude(closed(cut))
    why = Case(
        When(state=AnswerState.WITHDRAWN, then=Value(0)),
        When(may_publish=False, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    counts = dict(known.annotate(why=why).values_list("why").annotate(n=Count("pk")).order_by())
    finished = Probe.objects.filter(over(cut)).exclude(batch__may_publish=False)
    told = public_probes().filter(over(cut))
    asked = Probe.objects.filter(created_at__lt=cut.cutoff)
    return {
        "answers": {"open": counts.get(2, 0), "not_ours_to_publish": counts.get(1, 0), "withdrawn": counts.get(0, 0)},
        "probes": {
            "question_open": finished.count() - told.count(),
            "answer_left_out": told.filter(delivery=Delivery.DELIVERED).exclude(closed(cut, "answer__")).count(),
            "not_ours_to_publish": asked.filter(batch__may_publish=False).count(),
            "not_finished": asked.exclude(batch__may_publish=False)
            .filter(Q(finished_at=None) | Q(finished_at__gte=cut.cutoff))
            .count(),
        },
    }


def day(moment: datetime | None) -> date | None:
    """The day in UTC: the hour would say more about a person than about the data."""
    return moment.astimezone(UTC).date() if moment else None


def json_text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
