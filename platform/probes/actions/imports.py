"""Answers collected elsewhere, or recorded on another day, come in through here: NDJSON, all or nothing.

A file is a sequence of JSON objects, one a line, each with a `kind`:

batch     source, licence, may_publish, remark             once, first
llm       slug, name, maker, maker_country, open_weights, url, remark
endpoint  slug, llm, served_name                            its answers are imported; it is never asked
answer    endpoint, family, language, prompt, sample, delivery, and what is known of: text, reasoning, finish_reason,
          http_status, latency_ms, usage, served_by, rule, request, asked_at

An answer names a prompt that is in the database: its family, its language and the text that was asked.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import User
from core import events
from core.errors import CandorError, Forbidden, Invalid
from probes.actions.answers import record_answer
from probes.actions.llms import add_llm
from probes.choices import Delivery, EndpointKind, ProbeStatus
from probes.models import LLM, Endpoint, ImportBatch, Probe
from prompts.models import PromptVersion

OPTIONAL = ("reasoning", "finish_reason", "http_status", "latency_ms", "usage", "served_by", "rule", "request")


@dataclass
class ImportReport:
    """How many answers came in, and each bad line by number (from 1) and reason."""

    answers: int = 0
    skipped: bool = False
    errors: list[tuple[int, str]] = field(default_factory=list)


class BadLine(Exception):
    """One line cannot be used; says why."""


def import_answers(*, by: User | None, lines: Iterable[str]) -> ImportReport:
    """Imports a file, or nothing at all if a line is bad. The same file twice is taken once.

    Raises:
        Forbidden: not a maintainer.
        Invalid: bad lines; `fields["lines"]` names each with its number and reason.
    """
    if by is not None and not by.is_maintainer:
        raise Forbidden("Only maintainers import answers.")
    content = list(lines)
    digest = hashlib.sha256("".join(content).encode("utf-8", "surrogatepass")).hexdigest()
    if ImportBatch.objects.filter(sha256=digest).exists():
        return ImportReport(skipped=True)
    with transaction.atomic():
        loader = Loader(by=by, digest=digest)
        for number, line in enumerate(content, 1):
            if line.strip():
                loader.take(number, line)
        if loader.report.errors:
            reasons = [f"Line {number}: {reason}" for number, reason in loader.report.errors[:100]]
            raise Invalid(f"Nothing was imported: {len(loader.report.errors)} bad lines.", {"lines": reasons})
        if loader.batch is not None:
            events.record(by=by, verb="import", of=loader.batch, answers=loader.report.answers)
    return loader.report


class Loader:
    """Takes one line after the other; what it has made so far lives in its transaction only."""

    def __init__(self, *, by: User | None, digest: str) -> None:
        self.by = by
        self.digest = digest
        self.batch: ImportBatch | None = None
        self.report = ImportReport()

    def take(self, number: int, line: str) -> None:
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise BadLine("a line is a JSON object.")
            if any("\x00" in value for value in row.values() if isinstance(value, str)):
                raise BadLine("a text holds a NUL character; escape it first.")
            kinds = {"batch": self.take_batch, "llm": self.take_llm, "endpoint": self.take_endpoint}
            kinds["answer"] = self.take_answer
            if row.get("kind") not in kinds:
                raise BadLine(f"its kind is {row.get('kind')!r}, not one of {', '.join(kinds)}.")
            if row["kind"] != "batch" and self.batch is None:
                raise BadLine("the first line has to be the batch.")
            with transaction.atomic():
                kinds[row["kind"]](row)
        except json.JSONDecodeError as error:
            self.report.errors.append((number, f"not JSON: {error.msg} at column {error.colno}."))
        except KeyError as error:
            self.report.errors.append((number, f"{error.args[0]} is missing."))
        except (BadLine, CandorError) as error:
            self.report.errors.append((number, str(error)))
        except (TypeError, ValueError, UnicodeError) as error:
            self.report.errors.append((number, f"a value has the wrong form: {error}."))

    def take_batch(self, row: dict[str, Any]) -> None:
        if self.batch is not None:
            raise BadLine("there is one batch a file, and this is a second.")
        self.batch = ImportBatch.objects.create(
            source=str(row["source"])[:300],
            licence=str(row["licence"])[:120],
            may_publish=row["may_publish"] is True,
            remark=str(row.get("remark", ""))[:500],
            sha256=self.digest,
            imported_by=self.by,
        )

    def take_llm(self, row: dict[str, Any]) -> None:
        more = {key: row[key] for key in ("open_weights", "url", "remark") if key in row}
        country = str(row["maker_country"])
        if len(country) != 2 or not country.isupper():
            raise BadLine(f"maker_country is {country!r}, not a two-letter code such as FR.")
        add_llm(by=self.by, slug=row["slug"], name=row["name"], maker=row["maker"], maker_country=country, **more)

    def take_endpoint(self, row: dict[str, Any]) -> None:
        endpoint, made = Endpoint.objects.get_or_create(
            slug=row["slug"],
            defaults={
                "llm": llm_named(row["llm"]),
                "kind": EndpointKind.IMPORT,
                "served_name": str(row.get("served_name", ""))[:200],
            },
        )
        if not made and endpoint.kind != EndpointKind.IMPORT:
            raise BadLine(f"endpoint {endpoint.slug} is one that Candor asks itself.")

    def take_answer(self, row: dict[str, Any]) -> None:
        assert self.batch is not None
        delivery = row["delivery"]
        if delivery not in Delivery.values:
            raise BadLine(f"delivery is {delivery!r}, not one of {', '.join(Delivery.values)}.")
        text = row.get("text", "")
        if delivery == Delivery.DELIVERED and not text:
            raise BadLine("a delivered answer has a text.")
        text.encode()
        endpoint = Endpoint.objects.filter(slug=row["endpoint"], kind=EndpointKind.IMPORT).first()
        if endpoint is None:
            raise BadLine(f"endpoint {row['endpoint']!r} is not in this file.")
        version = self.version(row)
        asked_at = moment(row.get("asked_at"))
        sample = int(row["sample"])
        if Probe.objects.filter(batch=self.batch, version=version, endpoint=endpoint, sample=sample).exists():
            raise BadLine("this sample stands in the file already.")
        answer = None
        if delivery == Delivery.DELIVERED:
            escaped = bool(row.get("escaped"))
            answer = record_answer(version=version, text=text, escaped=escaped, may_publish=self.batch.may_publish)
        Probe.objects.create(
            batch=self.batch,
            version=version,
            endpoint=endpoint,
            sample=sample,
            status=ProbeStatus.GIVEN_UP if delivery == Delivery.FAILED else ProbeStatus.DONE,
            delivery=delivery,
            answer=answer,
            partial_text="" if answer else text,
            asked_at=asked_at,
            finished_at=asked_at,
            **{key: row[key] for key in OPTIONAL if row.get(key) is not None},
        )
        self.report.answers += 1

    def version(self, row: dict[str, Any]) -> PromptVersion:
        version = (
            PromptVersion.objects.filter(
                prompt__family__slug=row["family"], prompt__language=row["language"], text=row["prompt"]
            )
            .select_related("prompt__family")
            .first()
        )
        if version is None:
            raise BadLine(f"no prompt of family {row['family']!r} in {row['language']!r} has that text.")
        return version


def llm_named(slug: str) -> LLM:
    llm = LLM.objects.filter(slug=slug).first()
    if llm is None:
        raise BadLine(f"model {slug!r} is not in this file.")
    return llm


def moment(value: str | None) -> datetime:
    """An ISO 8601 moment with its offset; now, where there is none."""
    if not value:
        return timezone.now()
    parsed = parse_datetime(value)
    if parsed is None or parsed.tzinfo is None:
        raise BadLine(f"asked_at is {value!r}, not a moment such as 2026-11-01T09:30:00Z.")
    return parsed
