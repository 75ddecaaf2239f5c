"""Answers collected elsewhere, or recorded on another day, come in through here: NDJSON, all or nothing.

A file is a sequence of JSON objects, one a line, each with a `kind`:

batch     source, licence, may_publish, remark             once, first
llm       slug, name, maker, maker_country, open_weights, url, remark
endpoint  slug, llm, served_name                            its answers are imported; it is never asked
answer    endpoint, family, language, prompt, sample, delivery, and what is known of: text, escaped, reasoning,
          finish_reason, http_status, latency_ms, usage, served_by, rule, request, asked_at

What each may hold is in import_fields. An answer names a prompt that is in the database: its family, its language and
the text that was asked.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import Error, InterfaceError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import events
from core.errors import CandorError, Forbidden, Invalid
from probes.actions.answers import record_answer
from probes.actions.import_fields import FIELDS, BadLine, checked, shown
from probes.actions.llms import add_llm
from probes.choices import Delivery, EndpointKind, ProbeStatus
from probes.models import LLM, Endpoint, ImportBatch, Probe
from prompts.models import PromptVersion

ERRORS_AT_MOST = 100
# Fields of an answer's line that are columns of its probe, as they are.
COLUMNS = ("reasoning", "finish_reason", "http_status", "latency_ms", "usage", "served_by", "rule", "request")


@dataclass
class ImportReport:
    """How many answers came in, and each bad line by number (from 1) and reason."""

    answers: int = 0
    skipped: bool = False
    errors: list[tuple[int, str]] = field(default_factory=list)


def import_answers(*, by: User | None, lines: Iterable[str]) -> ImportReport:
    """Imports a file, or nothing at all if a line is bad. The same file twice is taken once.

    Raises:
        Forbidden: not a maintainer.
        Invalid: bad lines; `fields["lines"]` names each with its number and reason.
    """
    if by is not None and not by.is_maintainer:
        raise Forbidden(_("Only maintainers import answers."))
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
            line = _("Line %(number)s: %(reason)s")
            reasons = [line % {"number": n, "reason": why} for n, why in loader.report.errors[:ERRORS_AT_MOST]]
            said = _("Nothing was imported: %(number)s bad lines.") % {"number": len(loader.report.errors)}
            raise Invalid(said, {"lines": reasons})
        if loader.batch is not None:
            events.record(by=by, verb="import", of=loader.batch, answers=loader.report.answers)
    return loader.report


def parsed(line: str) -> tuple[str, dict[str, Any]]:
    """The kind of a line and its checked fields."""
    try:
        row = json.loads(line, parse_constant=no_number)
    except json.JSONDecodeError as error:
        raise BadLine(f"not JSON: {error.msg} at column {error.colno}.") from None
    except RecursionError:
        raise BadLine("it is nested too deeply.") from None
    except ValueError:
        # Python's own limit on the digits of a whole number.
        raise BadLine("it holds a number that is too long.") from None
    if not isinstance(row, dict):
        raise BadLine("a line is a JSON object.")
    kind = row.get("kind")
    if not isinstance(kind, str) or kind not in FIELDS:
        raise BadLine(f"its kind is {shown(kind)}, not one of {', '.join(FIELDS)}.")
    return kind, checked(kind, row)


def no_number(name: str) -> None:
    raise BadLine(f"not JSON: {name} is no number.")


class Loader:
    """Takes one line after the other; what it has made so far lives in its transaction only."""

    def __init__(self, *, by: User | None, digest: str) -> None:
        self.by = by
        self.digest = digest
        self.batch: ImportBatch | None = None
        self.report = ImportReport()

    def take(self, number: int, line: str) -> None:
        """Takes a line, or notes why it cannot be; then what it began is taken back."""
        kinds = {"batch": self.take_batch, "llm": self.take_llm, "endpoint": self.take_endpoint}
        kinds["answer"] = self.take_answer
        try:
            kind, row = parsed(line)
            if kind != "batch" and self.batch is None:
                raise BadLine("the first line has to be the batch.")
            with transaction.atomic():
                kinds[kind](row)
        except (BadLine, CandorError) as error:
            self.report.errors.append((number, str(error)))
        except (OperationalError, InterfaceError):
            # The database went away: no line is at fault.
            raise
        except Error as error:
            said = (str(error).splitlines() or ["no reason given"])[0]
            self.report.errors.append((number, f"the database refuses it: {said}."))

    def take_batch(self, row: dict[str, Any]) -> None:
        if self.batch is not None:
            raise BadLine("there is one batch a file, and this is a second.")
        self.batch = ImportBatch.objects.create(**row, sha256=self.digest, imported_by=self.by)

    def take_llm(self, row: dict[str, Any]) -> None:
        add_llm(by=self.by, **row)

    def take_endpoint(self, row: dict[str, Any]) -> None:
        llm = LLM.objects.filter(slug=row["llm"]).first()
        if llm is None:
            raise BadLine(f"model {shown(row['llm'])} is not in this file.")
        endpoint, made = Endpoint.objects.get_or_create(
            slug=row["slug"], defaults={"llm": llm, "kind": EndpointKind.IMPORT, "served_name": row["served_name"]}
        )
        if not made and endpoint.kind != EndpointKind.IMPORT:
            raise BadLine(f"endpoint {endpoint.slug} is one that Candor asks itself.")

    def take_answer(self, row: dict[str, Any]) -> None:
        assert self.batch is not None
        delivered, text = row["delivery"] == Delivery.DELIVERED, row["text"]
        if delivered and not text:
            raise BadLine("a delivered answer has a text.")
        endpoint = Endpoint.objects.filter(slug=row["endpoint"], kind=EndpointKind.IMPORT).first()
        if endpoint is None:
            raise BadLine(f"endpoint {shown(row['endpoint'])} is not in this file.")
        version = self.version(row)
        sample = {"version": version, "endpoint": endpoint, "sample": row["sample"]}
        if Probe.objects.filter(batch=self.batch, **sample).exists():
            raise BadLine("this sample stands in the file already.")
        answer = None
        if delivered:
            answer = record_answer(
                version=version, text=text, escaped=row["escaped"], may_publish=self.batch.may_publish
            )
        at = row["asked_at"] or timezone.now()
        Probe.objects.create(
            batch=self.batch,
            **sample,
            status=ProbeStatus.GIVEN_UP if row["delivery"] == Delivery.FAILED else ProbeStatus.DONE,
            delivery=row["delivery"],
            answer=answer,
            partial_text="" if answer else text,
            asked_at=at,
            finished_at=at,
            **{column: row[column] for column in COLUMNS},
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
            raise BadLine(f"no prompt of family {shown(row['family'])} in {shown(row['language'])} has that text.")
        return version
