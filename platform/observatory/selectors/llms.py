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

from annotations.choices import Compared, Layer, RateMethod, Value
from annotations.models import Comparison, Rate
from annotations.selectors.rates import BLOCKED, rates
from probes.choices import AnswerState, Delivery, EndpointKind
from probes.models import LLM, Endpoint
from probes.selectors import asked_llms, public_probes
from prompts.choices import Kind

# Below so many pairs a comparison says nothing; the API has it all the same.
PAIRS_AT_LEAST = 5
# What stands where nothing was measured yet.
NOTHING = Rate(part=0, whole=0, families=0)


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
    # As a worker last measured them, by layer, kind, language and method; and the comparisons, largest first.
    rates: dict[tuple[str, str, str, str], Rate] = field(default_factory=dict)
    comparisons: list[Comparison] = field(default_factory=list)

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
        return self.rate(Layer.MODEL)

    @property
    def with_judge(self) -> Rate | None:
        """The same, narrowed by a machine judge that read more than people did; None while none does."""
        return self.rates.get((Layer.MODEL, "", "", RateMethod.JUDGE))

    @property
    def provider_blocked(self) -> Rate:
        """The provider layer's part: blocked or cut, of what was delivered, blocked or cut."""
        return self.rate(Layer.PROVIDER)

    @property
    def by_kind(self) -> list[tuple[Kind, Rate]]:
        """The model layer by kind of prompt, where there are settled answers: a finding stands beside its control."""
        found = [(kind, self.rate(Layer.MODEL, kind=kind)) for kind in Kind]
        return [(kind, rate) for kind, rate in found if rate.whole]

    @property
    def by_language(self) -> list[tuple[str, Rate]]:
        """The model layer by language, where there are two or more: most settled calls first."""
        found = [
            (language, rate)
            for (layer, kind, language, method), rate in self.rates.items()
            if language and not kind and layer == Layer.MODEL and method == RateMethod.PEOPLE
        ]
        return sorted(found, key=lambda one: (-one[1].whole, one[0])) if len(found) > 1 else []

    @property
    def twins(self) -> list[Comparison]:
        return [row for row in self.comparisons if row.compared == Compared.TWIN and row.pairs >= PAIRS_AT_LEAST]

    @property
    def languages(self) -> list[Comparison]:
        return [row for row in self.comparisons if row.compared == Compared.LANGUAGE and row.pairs >= PAIRS_AT_LEAST]

    def rate(self, layer: Layer, *, kind: str = "") -> Rate:
        return self.rates.get((layer, kind, "", RateMethod.PEOPLE), NOTHING)


def llms() -> QuerySet[LLM]:
    """All models by maker and name, with their endpoints."""
    asked = Endpoint.objects.exclude(kind=EndpointKind.JUDGE).order_by("slug")
    return asked_llms().order_by("maker", "name", "pk").prefetch_related(Prefetch("endpoints", queryset=asked))


def records(of: Iterable[LLM]) -> list[Record]:
    """The counts of these models, in their order. Four queries, however many there are."""
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
    for rate in rates().filter(llm__in=found):
        found[rate.llm_id].rates[rate.layer, rate.kind, rate.language, rate.method] = rate
    for row in Comparison.objects.filter(llm__in=found).order_by("-pairs", "a", "b"):
        found[row.llm_id].comparisons.append(row)
    return list(found.values())
