"""Reading machine judges: what they may read, how far they agree with people, and what a rate may take from them.

A verdict on an open answer leaves this module in `judged_pairs` alone, which only ever feeds an aggregate (see
docs/decisions/0022).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Length
from django.utils import timezone

from annotations.choices import GUIDELINE, JudgeStatus, VerdictStatus
from annotations.judging import LONGEST_ANSWER, canaries
from annotations.models import Canary, Judge, JudgeAgreement, Verdict
from probes.choices import AnswerState, EndpointStatus
from probes.models import Answer, Probe
from probes.selectors import public_probes
from prompts.choices import Kind

# It read the answer, and said something of it or that it cannot judge it.
READ = (VerdictStatus.GIVEN, VerdictStatus.PASSED)
WAITING = (VerdictStatus.DUE, VerdictStatus.CLAIMED)
UNLABELLED = Q(state=AnswerState.OPEN, counted=0)


def judgeable() -> QuerySet[Answer]:
    """The answers a judge may read: closed ones with labels, and open ones that nobody has labelled.

    No harm controls, nothing that is reported, nothing we may not publish, and nothing without key points or too long.
    """
    return (
        Answer.objects.annotate(characters=Length("text"))
        .filter(
            UNLABELLED | Q(state__in=[AnswerState.SETTLED, AnswerState.CONTESTED]),
            held_at=None,
            may_publish=True,
            characters__lte=LONGEST_ANSWER,
            version__prompt__held_at=None,
            version__prompt__key_points__isnull=False,
        )
        .exclude(version__prompt__family__kind=Kind.HARM_CONTROL)
    )


def judges_with_work() -> list[int]:
    """Judges whose endpoint is active and that have something due: canaries, or an answer while they are at work."""
    now = timezone.now()
    due = Verdict.objects.filter(judge=OuterRef("pk"), status=VerdictStatus.DUE, due_at__lte=now)
    tested = ~Q(status=JudgeStatus.RETIRED) & Q(test_due_at__lte=now)
    found = Judge.objects.filter(tested | Q(Exists(due), status=JudgeStatus.ACTIVE))
    return list(found.filter(endpoint__status=EndpointStatus.ACTIVE).order_by("pk").values_list("pk", flat=True))


def asked_today(judge: Judge) -> int:
    """Answers this judge was asked about since midnight (UTC)."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return Verdict.objects.filter(judge=judge, asked_at__gte=midnight).count()


def judged_lately(endpoint: int, since: datetime) -> list[datetime]:
    """When an endpoint was last asked for verdicts, for limits that know nothing of it."""
    asked = Verdict.objects.filter(judge__endpoint=endpoint, asked_at__gt=since)
    return [moment for moment in asked.values_list("asked_at", flat=True) if moment]


def moved_by(judge: Judge) -> list[Canary]:
    """The canaries of the last test that it gave another label than the right one."""
    return list(judge.canaries.exclude(value=F("expected")).order_by("slug"))


def has_passed(judge: Judge) -> bool:
    """Whether it was put all canaries there are, and moved on none."""
    right = judge.canaries.filter(value=F("expected")).values_list("slug", flat=True)
    return judge.tested_at is not None and {one.slug for one in canaries()} <= set(right) and not moved_by(judge)


@dataclass(frozen=True)
class Pair:
    """One closed answer that people and a judge read. `judge` is empty where the judge cannot judge it."""

    language: str
    topic: str
    family: int
    own: bool
    people: str
    judge: str


def pairs_with_people(judge: Judge) -> list[Pair]:
    """Closed answers with a settled label that this judge has read. `own`: its maker is told, and is the judge's."""
    of_maker = public_probes().filter(endpoint__llm__maker=judge.endpoint.llm.maker, answer=OuterRef("answer"))
    rows = (
        settled(judge)
        .annotate(own=Exists(of_maker))
        .order_by("pk")
        .values_list(
            "answer__language",
            "answer__version__prompt__family__topic__slug",
            "answer__version__prompt__family",
            "own",
            "answer__consensus__value",
            "value",
        )
    )
    return [Pair(*row) for row in rows]


def settled(judge: Judge) -> QuerySet[Verdict]:
    found = Verdict.objects.filter(judge=judge, status__in=READ, answer__state=AnswerState.SETTLED)
    return (
        found.exclude(answer__consensus__value="")
        .filter(answer__consensus__isnull=False)
        .exclude(answer__version__prompt__family__kind=Kind.HARM_CONTROL)
    )


@dataclass(frozen=True)
class Judged:
    """What a judge said, and when, of the answer that one probe of a model brought. `people` is the settled label,
    empty where nobody labelled it; `judge` is empty where the judge cannot judge it, and any fixed number in its place
    keeps a rate honest.
    """

    llm: int
    family: int
    language: str
    kind: str
    answer: int
    people: str
    judge: str
    given_at: datetime


def judged_pairs(judge: Judge) -> tuple[list[Judged], list[Judged]]:
    """For PPI++: answers that people labelled as well, of finished questions; and answers that nobody labelled.

    One row for each probe that brought an answer, as rates weight by probe. What comes of the second list may be told
    as an aggregate only, of many answers, and again only when many of them are new: actions/judged_rates.
    """
    labelled = rows_of(
        public_probes()
        .filter(answer__state=AnswerState.SETTLED, answer__consensus__isnull=False)
        .exclude(answer__consensus__value=""),
        judge,
        "answer__consensus__value",
    )
    public = Q(batch=None) | Q(batch__may_publish=True)
    nobody = Probe.objects.filter(public, answer__state=AnswerState.OPEN, answer__counted=0)
    return labelled, rows_of(nobody, judge, None)


def rows_of(probes: QuerySet[Probe], judge: Judge, people: str | None) -> list[Judged]:
    columns = [
        "endpoint__llm",
        "version__prompt__family",
        "answer__language",
        "version__prompt__family__kind",
        "answer",
    ]
    read = Verdict.objects.filter(judge=judge, status__in=READ, given_at__isnull=False)
    said = {
        answer: (value, at) for answer, value, at in read.values_list("answer", "value", "given_at") if at is not None
    }
    found = probes.exclude(version__prompt__family__kind=Kind.HARM_CONTROL).filter(
        Exists(read.filter(answer=OuterRef("answer")))
    )
    rows = sorted(found.values_list(*columns, *([people] if people else [])))
    return [
        Judged(llm, family, language, kind, answer, "".join(label), *said[answer])
        for llm, family, language, kind, answer, *label in rows
    ]


def judges_at_work() -> QuerySet[Judge]:
    """The judges a rate may lean on: active, under the guideline that holds now."""
    return Judge.objects.filter(status=JudgeStatus.ACTIVE, guideline=GUIDELINE).select_related("endpoint__llm")


def public_judges() -> QuerySet[Judge]:
    """Judges that were ever put to work, latest first, with what is measured of them and of their canaries."""
    return all_judges().exclude(status=JudgeStatus.DRAFT)


def all_judges() -> QuerySet[Judge]:
    measured = JudgeAgreement.objects.order_by("slice", "-answers", "key")
    return (
        Judge.objects.select_related("endpoint__llm")
        .prefetch_related(Prefetch("agreement", measured), Prefetch("canaries", Canary.objects.order_by("slug")))
        .order_by("slug", "-version")
    )


@dataclass(frozen=True)
class Work:
    """How far a judge is: counts of its verdicts, whatever they say."""

    waiting: int = 0
    read: int = 0
    unreadable: int = 0
    failed: int = 0
    today: int = 0


def work_of(judges: Iterable[Judge]) -> dict[int, Work]:
    """The work of each, in two queries."""
    pks = [judge.pk for judge in judges]
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = (
        Verdict.objects.filter(judge__in=pks)
        .values("judge")
        .annotate(
            waiting=Count("pk", filter=Q(status__in=WAITING)),
            read=Count("pk", filter=Q(status__in=READ)),
            unreadable=Count("pk", filter=Q(status=VerdictStatus.UNREADABLE)),
            failed=Count("pk", filter=Q(status=VerdictStatus.FAILED)),
            today=Count("pk", filter=Q(asked_at__gte=midnight)),
        )
        .order_by()
    )
    found = {
        row["judge"]: Work(row["waiting"], row["read"], row["unreadable"], row["failed"], row["today"]) for row in rows
    }
    return {pk: found.get(pk, Work()) for pk in pks}
