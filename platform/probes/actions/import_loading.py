"""Putting the lines of a file into the record, one after the other, some hundreds of answers at a time.

Everything happens inside one transaction of the caller's; texts wait aside until its end (import_texts). A line that
cannot be used is noted and the rest is still looked at, so that all bad lines are told at once; the caller then takes
everything back.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import Error, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from accounts.models import User
from core.errors import CandorError, Invalid
from probes.actions.import_fields import BadLine, shown
from probes.actions.import_places import bring_endpoint, bring_topic, imported_endpoint
from probes.actions.import_texts import Aside, put_aside
from probes.actions.import_waiting import Waiting, delivered, is_ours
from probes.actions.llms import add_llm
from probes.choices import Delivery, ProbeStatus
from probes.import_formats import Line
from probes.models import ImportBatch, Probe
from prompts.imported import Asked, add_family, add_imported, clash, find_version
from prompts.models import Family, PromptVersion, Topic

# More at once is slower: the statements grow faster than their number shrinks.
AT_ONCE = 200
# Characters; a few long texts are written sooner.
TEXT_AT_ONCE = 4 * 1024 * 1024
# Prompts, models and endpoints of the file that are remembered; beyond it they are looked up again.
REMEMBERED_AT_MOST = 20_000
# Fields of an answer's line that are columns of its probe, as they are.
COLUMNS = (
    *("reasoning", "finish_reason", "http_status", "latency_ms", "usage", "served_by", "served_model", "fingerprint"),
    *("error", "rule", "request"),
)
# Answers to questions of ours, in one file: so long is nobody else kept from recording the same texts.
OURS_AT_MOST = 100_000
TOO_MANY = (
    f"the file brings more than {OURS_AT_MOST} answers to questions that are asked here. Cut it before this line; the "
    "rest is another file, with the same batch, models and endpoints."
)
THERE = """
SELECT probe.version_id, probe.endpoint_id, probe.sample FROM probes_probe probe
JOIN unnest(%s::bigint[], %s::bigint[], %s::int[]) sent(version, endpoint, sample)
  ON probe.version_id = sent.version AND probe.endpoint_id = sent.endpoint AND probe.sample = sent.sample
WHERE probe.batch_id = %s
"""


class Loader:
    """Takes one line after the other; `finish` writes what still waits.

    Args:
        provenance: the batch of a file that has no line for it, or None.
        over: what of the batch is set by whoever imports, whatever the file says.
        fault: called with the number of each bad line and its reason.
    """

    def __init__(
        self,
        *,
        by: User | None,
        sha256: str,
        provenance: Mapping[str, Any] | None,
        over: Mapping[str, Any],
        fault: Callable[[int, str], None],
    ) -> None:
        self.by, self.sha256, self.over, self.tell = by, sha256, over, fault
        self.faults = 0
        self.batch: ImportBatch | None = None
        self.counts = {"answers": 0, "prompts": 0, "endpoints": 0}
        self.waiting: list[Waiting] = []
        self.characters = 0
        # Answers to questions of ours.
        self.ours = 0
        self.known: dict[tuple[str, ...], Any] = {}
        self.take_kind: dict[str, Callable[[int, dict[str, Any]], None]] = {
            "batch": self.take_batch,
            "topic": self.take_topic,
            "llm": self.take_llm,
            "endpoint": self.take_endpoint,
            "prompt": self.take_prompt,
            "answer": self.take_answer,
        }
        if provenance is not None:
            self.take_batch(0, dict(provenance))

    def fault(self, number: int, reason: str) -> None:
        self.faults += 1
        self.tell(number, reason)

    def take(self, number: int, lines: Sequence[Line]) -> None:
        """Takes what a line says, or notes why it cannot be."""
        if self.batch is None and self.faults:
            # Said once: without a batch no line can be taken.
            return
        try:
            for kind, row in lines:
                if kind != "batch" and self.batch is None:
                    raise BadLine("the first line has to be the batch.")
                self.take_kind[kind](number, row)
        except BadLine as error:
            self.fault(number, str(error))
        except CandorError as error:
            self.fault(number, whole(error))
        except (OperationalError, InterfaceError):
            # The database went away: no line is at fault.
            raise
        except Error as error:
            self.fault(number, refused(error))
        if len(self.waiting) >= AT_ONCE or self.characters >= TEXT_AT_ONCE:
            self.write()

    def finish(self) -> None:
        self.write()

    def take_batch(self, number: int, row: dict[str, Any]) -> None:
        if self.batch is not None:
            raise BadLine("there is one batch a file, and this is a second.")
        with transaction.atomic():
            self.batch = ImportBatch.objects.create(**{**row, **self.over}, sha256=self.sha256, imported_by=self.by)

    def once(self, key: tuple[str, ...], make: Callable[[], Any]) -> Any:
        """What `make` gives, remembered; what it writes is taken back if it fails."""
        if key not in self.known:
            with transaction.atomic():
                found = make()
            if len(self.known) >= REMEMBERED_AT_MOST:
                self.known.clear()
            self.known[key] = found
        return self.known[key]

    def take_topic(self, number: int, row: dict[str, Any]) -> None:
        self.once(("topic", row["slug"]), lambda: bring_topic(by=self.by, row=row))

    def take_llm(self, number: int, row: dict[str, Any]) -> None:
        self.once(("llm", row["slug"]), lambda: add_llm(by=self.by, **row))

    def take_endpoint(self, number: int, row: dict[str, Any]) -> None:
        self.once(("endpoint", row["slug"], row["llm"]), lambda: self.endpoint(row))
        self.known.setdefault(("endpoint", row["slug"]), self.known["endpoint", row["slug"], row["llm"]])

    def endpoint(self, row: dict[str, Any]) -> int:
        endpoint, made = bring_endpoint(by=self.by, row=row)
        self.counts["endpoints"] += made
        return endpoint

    def take_prompt(self, number: int, row: dict[str, Any]) -> None:
        self.once(("prompt", row["family"], row["language"], row["text"]), lambda: self.prompt(row))

    def prompt(self, row: dict[str, Any]) -> PromptVersion:
        asked = Asked(
            family=row["family"],
            title=row["title"] or row["text"][:200],
            topic=row["topic"],
            kind=row["prompt_kind"],
            act=row["act"],
            state=row["state"],
            language=row["language"],
            text=row["text"],
            points=row["key_points"],
        )
        family = Family.objects.filter(slug=asked.family).select_related("topic").first()
        if family is None:
            family = new_family(asked)
        elif difference := clash(family, asked):
            raise BadLine(f"family {family.slug} is there already, and its {difference}.")
        elif there := find_version(family=asked.family, language=asked.language, text=asked.text):
            return there
        self.counts["prompts"] += 1
        return add_imported(asked=asked, family=family)

    def take_answer(self, number: int, row: dict[str, Any]) -> None:
        endpoint = self.once(("endpoint", row["endpoint"]), lambda: imported_endpoint(row["endpoint"]))
        version = self.once(("prompt", row["family"], row["language"], row["prompt"]), lambda: version_of(row))
        if row["delivery"] == Delivery.DELIVERED and is_ours(version):
            self.ours += 1
            if self.ours == OURS_AT_MOST + 1:
                raise BadLine(TOO_MANY)
            if self.ours > OURS_AT_MOST:
                # Said once.
                return
        line = Waiting(number, version, endpoint, row)
        self.waiting.append(line)
        self.characters += line.size

    def write(self) -> None:
        """Writes the answers that wait, all at once; where the database refuses that, one by one to find which."""
        lines = self.without_doubles()
        self.waiting, self.characters = [], 0
        try:
            with transaction.atomic():
                self.write_together(lines)
            return
        except (OperationalError, InterfaceError):
            raise
        except Error:
            pass
        for line in lines:
            try:
                with transaction.atomic():
                    self.write_together([line])
            except (OperationalError, InterfaceError):
                raise
            except Error as error:
                self.fault(line.number, refused(error))

    def without_doubles(self) -> list[Waiting]:
        if not self.waiting or self.batch is None:
            return []
        keys = [line.key for line in self.waiting]
        with connection.cursor() as cursor:
            cursor.execute(THERE, [*(list(part) for part in zip(*keys, strict=True)), self.batch.pk])
            there = set(cursor.fetchall())
        lines = []
        for line in self.waiting:
            if line.key in there:
                self.fault(line.number, "this sample stands in the file already.")
            else:
                there.add(line.key)
                lines.append(line)
        return lines

    def write_together(self, lines: list[Waiting]) -> None:
        if not lines:
            return
        probes = Probe.objects.bulk_create([self.probe(line) for line in lines])
        put_aside(
            [
                Aside(probe.pk, is_ours(line.version), delivered(line))
                for probe, line in zip(probes, lines, strict=True)
                if probe.delivery == Delivery.DELIVERED
            ]
        )
        self.counts["answers"] += len(lines)

    def probe(self, line: Waiting) -> Probe:
        row = line.row
        at = row["asked_at"] or timezone.now()
        return Probe(
            batch=self.batch,
            version_id=line.version.pk,
            endpoint_id=line.endpoint,
            sample=row["sample"],
            status=ProbeStatus.GIVEN_UP if row["delivery"] == Delivery.FAILED else ProbeStatus.DONE,
            delivery=row["delivery"],
            partial_text="" if row["delivery"] == Delivery.DELIVERED else row["text"],
            asked_at=at,
            finished_at=at,
            **{column: row[column] for column in COLUMNS},
        )


def new_family(asked: Asked) -> Family:
    try:
        return add_family(asked=asked)
    except Topic.DoesNotExist:
        said = f"topic {shown(asked.topic)} is not here; a line of kind topic before this one brings it."
        raise BadLine(said) from None


def version_of(row: dict[str, Any]) -> PromptVersion:
    version = find_version(family=row["family"], language=row["language"], text=row["prompt"])
    if version is None:
        raise BadLine(f"no prompt of family {shown(row['family'])} in {shown(row['language'])} has that text.")
    return version


def whole(error: CandorError) -> str:
    """An action's error with everything it names, in one line."""
    fields = error.fields if isinstance(error, Invalid) else {}
    named = [f"{name}: {sentence}" for name, sentences in fields.items() for sentence in sentences]
    return " ".join([error.message, *named])


def refused(error: Error) -> str:
    said = (str(error).splitlines() or ["no reason given"])[0]
    return f"the database refuses it: {said}."
