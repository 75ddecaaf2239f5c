"""What rates and comparisons are counted from: the finished questions of each model, by family of prompts.

Denominators: the *model layer* is what was delivered and is settled; the *provider layer* is what was delivered,
blocked or cut. Harm controls are in none.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now

from annotations.agreement.model_rates import Counted, Sides, pair_twins
from annotations.choices import Layer, RateMethod, Value
from annotations.models import Comparison, Rate
from annotations.selectors.judges import judges_at_work
from probes.choices import AnswerState, Delivery
from probes.models import LLM, Endpoint, Probe
from probes.selectors import public_probes
from prompts.choices import Kind
from prompts.models import Family

BLOCKED = (Delivery.BLOCKED_INPUT, Delivery.BLOCKED_OUTPUT, Delivery.CUT_BY_FILTER)
AT_THE_PROVIDER = (Delivery.DELIVERED, *BLOCKED)
# People's own rate goes on; one that a judge narrowed, and that is not measured again, stands beside it for so long.
JUDGED_HOLDS = timedelta(days=30)

# The cache knows when a model was last counted for what its probes brought.
LOOKED_AT = "rates:looked-at:{}"
NEVER = datetime.min.replace(tzinfo=UTC)


def counted(llms: Iterable[int]) -> dict[int, list[Counted]]:
    """By model, in a fixed order. Two statements, however many there are."""
    probes = (
        public_probes().filter(endpoint__llm__in=list(llms)).exclude(version__prompt__family__kind=Kind.HARM_CONTROL)
    )
    found: defaultdict[int, list[Counted]] = defaultdict(list)
    for layer in Layer:
        for llm, *rest in _layer(probes, layer):
            found[llm].append(Counted(str(layer), *rest))
    return found


def _layer(probes: QuerySet[Probe], layer: Layer) -> Iterator[tuple[Any, ...]]:
    """Model, family, kind, language, and how many of how many probes."""
    if layer == Layer.MODEL:
        within = probes.filter(answer__state=AnswerState.SETTLED, answer__consensus__value__in=Value.values)
        part = Q(answer__consensus__value__in=[Value.CENSORED, Value.EVASIVE])
    else:
        within = probes.filter(delivery__in=AT_THE_PROVIDER)
        part = Q(delivery__in=BLOCKED)
    columns = (
        "endpoint__llm",
        "version__prompt__family",
        "version__prompt__family__kind",
        "version__prompt__language",
    )
    found = within.values_list(*columns).annotate(part=Count("pk", filter=part), whole=Count("pk")).order_by(*columns)
    yield from found


def moved(*, limit: int) -> list[int]:
    """Models with a probe that ended after they were last counted, at most so many: those that wait longest. One look
    into an index for each endpoint.
    """
    latest = (
        Probe.objects.filter(endpoint=OuterRef("pk"), finished_at__isnull=False)
        .order_by("-finished_at")
        .values("finished_at")[:1]
    )
    ended: dict[int, datetime] = {}
    for llm, at in Endpoint.objects.annotate(latest=Subquery(latest)).values_list("llm", "latest"):
        if at is not None:
            ended[llm] = max(at, ended.get(llm, at))
    known = last_counted()
    due = [llm for llm, at in ended.items() if llm not in known or known[llm] <= at]
    return sorted(due, key=lambda llm: (known.get(llm, NEVER), llm))[:limit]


def last_counted() -> dict[int, datetime]:
    """When each model was last counted: as its rates say, and the cache, for a model whose calls make no rate yet."""
    rows = Rate.objects.filter(method=RateMethod.PEOPLE).order_by().values_list("llm").annotate(at=Min("computed_at"))
    found: dict[int, datetime] = dict(rows)
    looked_at: dict[str, datetime] = cache.get_many(
        [LOOKED_AT.format(pk) for pk in LLM.objects.values_list("pk", flat=True)]
    )
    for name, at in looked_at.items():
        llm = int(name.rpartition(":")[2])
        found[llm] = max(at, found.get(llm, at))
    return found


def twins() -> dict[tuple[Any, Any], Sides]:
    """The pairs of families that ask the same of two states; see `pair_twins`."""
    return pair_twins({pk: (state, twin) for pk, state, twin in Family.objects.values_list("pk", "state", "twin")})


def rates() -> QuerySet[Rate]:
    """What was last measured, in a fixed order: with a judge only while that judge is at work, and for 30 days.

    What is not shown stays, so that it is known since when a model's open answers are new (actions/judged_rates).
    """
    shown = Q(method=RateMethod.PEOPLE) | Q(judge__in=judges_at_work(), computed_at__gt=Now() - JUDGED_HOLDS)
    found = Rate.objects.filter(shown).select_related("llm", "judge")
    return found.order_by("llm__slug", "layer", "kind", "language", "method")


def comparisons() -> QuerySet[Comparison]:
    return Comparison.objects.select_related("llm").order_by("llm__slug", "compared", "a", "b")
