"""The front page's example, out of the record itself."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Prefetch

from annotations.choices import Value
from probes.choices import AnswerState
from probes.models import LLM, Answer
from probes.selectors import public_probes
from prompts.choices import Kind, Status
from prompts.models import PromptVersion

QUESTIONS_AT_MOST = 500
ANSWERS_AT_MOST = 200


@dataclass(frozen=True)
class Column:
    """One label's answer and the models that gave it."""

    value: str
    answer: Answer
    llms: list[LLM]

    @property
    def others(self) -> int:
        """Models that gave the same text, beyond the first."""
        return len(self.llms) - 1


@dataclass(frozen=True)
class Example:
    """A question that was answered in two or three ways."""

    version: PromptVersion
    columns: list[Column]


def example(*, on: date, language: str) -> Example | None:
    """One settled question a day, in turn, with an answer for each label it got; None while there is none.

    Questions in the reader's language come first. Only sensitive prompts and their twins, and only answers that are
    known to be somebody's; a label is shown by the answer people agreed on most.
    """
    settled = Answer.objects.filter(
        Exists(public_probes().filter(answer=OuterRef("pk"))),
        state=AnswerState.SETTLED,
        may_publish=True,
        consensus__value__in=Value.values,
        version__prompt__status=Status.APPROVED,
        version__prompt__family__kind__in=[Kind.SENSITIVE, Kind.TWIN],
    )
    several = (
        settled.values_list("version", "language")
        .annotate(kinds=Count("consensus__value", distinct=True))
        .filter(kinds__gte=2)
        .order_by("version")
    )
    questions = [(pk, of.lower() == language.lower()) for pk, of, _kinds in several[:QUESTIONS_AT_MOST]]
    readable = [pk for pk, readable in questions if readable] or [pk for pk, _readable in questions]
    if not readable:
        return None
    version = PromptVersion.objects.select_related("prompt__family").get(pk=readable[on.toordinal() % len(readable)])
    asked = public_probes().select_related("endpoint__llm").order_by("pk")
    answers = (
        settled.filter(version=version)
        .select_related("consensus")
        .prefetch_related(Prefetch("probes", queryset=asked))
        .order_by("consensus__dispersion", "pk")[:ANSWERS_AT_MOST]
    )
    first: dict[str, Answer] = {}
    for answer in answers:
        first.setdefault(answer.consensus.value, answer)
    columns = [Column(value, first[value], gave(first[value])) for value in Value.values if value in first]
    return Example(version, columns) if len(columns) > 1 else None


def gave(answer: Answer) -> list[LLM]:
    """The models behind an answer, each once, in the order they were asked. Reads the prefetched probes."""
    return list({probe.endpoint.llm_id: probe.endpoint.llm for probe in answer.probes.all()}.values())
