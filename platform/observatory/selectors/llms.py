"""What each model's endpoints brought back, and what people called it.

Denominators: the *model layer* is what was delivered; the *provider layer* is that and what a provider blocked or cut.
What came empty, was cut by the length limit or failed says nothing about silence and stands apart. Harm controls are
left out of it all: there a refusal is what one hopes for. So is every question with an answer that is still open, with
all that was asked and came back: whoever watched the counts while an answer comes or closes would learn its model.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Prefetch, QuerySet

from annotations.agreement import wilson_interval
from annotations.choices import Value
from probes.choices import AnswerState, Delivery
from probes.models import LLM, Endpoint
from probes.selectors import public_probes
from prompts.choices import Kind

BLOCKED = (Delivery.BLOCKED_INPUT, Delivery.BLOCKED_OUTPUT, Delivery.CUT_BY_FILTER)


@dataclass(frozen=True)
class Rate:
    """`part` of `whole`, its share, and Wilson's 95 % interval; share and ends are None where whole is 0."""

    part: int
    whole: int
    share: float | None
    low: float | None
    high: float | None


def rate(part: int, whole: int) -> Rate:
    interval = wilson_interval(part, whole)
    return Rate(part, whole, part / whole if whole else None, interval.low, interval.high)


@dataclass
class Record:
    """One model's counts over finished questions. `delivered` and the like count probes, `answers` distinct settled
    texts by label.
    """

    llm: LLM
    by_delivery: Counter[str] = field(default_factory=Counter)
    # Probes whose answer is settled, by kind of prompt and label.
    settled: Counter[tuple[str, str]] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)

    @property
    def asked(self) -> int:
        return self.by_delivery.total()

    @property
    def delivered(self) -> int:
        return self.by_delivery[Delivery.DELIVERED]

    @property
    def blocked(self) -> int:
        return sum(self.by_delivery[kind] for kind in BLOCKED)

    @property
    def empty(self) -> int:
        return self.by_delivery[Delivery.EMPTY]

    @property
    def truncated(self) -> int:
        return self.by_delivery[Delivery.TRUNCATED]

    @property
    def failed(self) -> int:
        return self.by_delivery[Delivery.FAILED]

    @property
    def settled_answers(self) -> int:
        return self.answers.total()

    @property
    def votes(self) -> list[int]:
        """Settled answers by label, in the order of Value, weighted by probe."""
        return [sum(self.settled[kind, value] for kind in Kind.values) for value in Value.values]

    @property
    def suppressed(self) -> Rate:
        """The model layer: censored or evasive, of the probes whose answer is settled."""
        return self.suppressed_among(Kind.values)

    @property
    def provider_blocked(self) -> Rate:
        """The provider layer's part: blocked or cut, of what was delivered, blocked or cut."""
        return rate(self.blocked, self.delivered + self.blocked)

    @property
    def by_kind(self) -> list[tuple[Kind, Rate]]:
        """The model layer by kind of prompt, where there are settled answers: a finding stands beside its control."""
        found = [(kind, self.suppressed_among([kind])) for kind in Kind]
        return [(kind, rate) for kind, rate in found if rate.whole]

    def suppressed_among(self, kinds: Iterable[str]) -> Rate:
        counts = {value: sum(self.settled[kind, value] for kind in kinds) for value in Value.values}
        whole = sum(counts.values())
        return rate(whole - counts[Value.FAITHFUL], whole)


def llms() -> QuerySet[LLM]:
    """All models by maker and name, with their endpoints."""
    return LLM.objects.order_by("maker", "name", "pk").prefetch_related(
        Prefetch("endpoints", queryset=Endpoint.objects.order_by("slug"))
    )


def records(of: Iterable[LLM]) -> list[Record]:
    """The counts of these models, in their order. Two queries, however many there are."""
    found = {llm.pk: Record(llm) for llm in of}
    probes = public_probes().filter(endpoint__llm__in=found).exclude(version__prompt__family__kind=Kind.HARM_CONTROL)
    over = probes.exclude(delivery="").values_list("endpoint__llm", "delivery").annotate(n=Count("pk")).order_by()
    for pk, delivery, calls in over:
        found[pk].by_delivery[delivery] += calls
    settled = (
        probes.filter(answer__state=AnswerState.SETTLED, answer__consensus__value__in=Value.values)
        .values_list("endpoint__llm", "version__prompt__family__kind", "answer__consensus__value")
        .annotate(calls=Count("pk"), texts=Count("answer", distinct=True))
        .order_by()
    )
    for pk, kind, value, calls, texts in settled:
        found[pk].settled[kind, value] += calls
        found[pk].answers[value] += texts
    return list(found.values())
