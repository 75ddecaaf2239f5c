"""Bringing the models' rates and comparisons up to date behind the labels, in a worker."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import product
from typing import Any

from django.core.cache import cache
from django.db import models, transaction
from django.utils import timezone

from annotations.actions.turn import has_turn
from annotations.agreement.model_rates import Counted, Sides, compare_languages, compare_twins, rate_over
from annotations.choices import Compared, RateMethod
from annotations.models import Comparison, Rate
from annotations.selectors.rates import LOOKED_AT, counted, moved, twins

# All calls of a model are counted at once, so that this leaves the figures of labels waiting for a moment only.
MODELS_AT_ONCE = 5
LOOKED_AT_KEPT_S = 7 * 86400


@transaction.atomic
def refresh_rates(llms: Iterable[int]) -> int:
    """Counts these models' rates and comparisons afresh from people's labels; returns how many there are.

    One at a time, as refresh_stale is. Rates that a judge narrowed are measured apart (judged_rates).
    """
    of, now = sorted(set(llms)), timezone.now()
    found = counted(of)
    states = twins()
    rows = [rate for llm in of for rate in _rates(llm, found[llm], now)]
    pairs = [row for llm in of for row in _comparisons(llm, found[llm], states, now)]
    keep(Rate, rows, ["llm", "layer", "kind", "language", "method"])
    keep(Comparison, pairs, ["llm", "compared", "a", "b"])
    # What was not measured again has nothing left to measure.
    Rate.objects.filter(llm__in=of, method=RateMethod.PEOPLE, computed_at__lt=now).delete()
    Comparison.objects.filter(llm__in=of, computed_at__lt=now).delete()
    return len(rows) + len(pairs)


def refresh_moved() -> int:
    """Some of the models that got an end to a probe since they were last counted: a block closes no answer, and so is
    in no queue. Leaves them to the next time while figures are being brought up to date.
    """
    now = timezone.now()
    with transaction.atomic():
        if not has_turn():
            return 0
        llms = moved(limit=MODELS_AT_ONCE)
        number = refresh_rates(llms)
    # While the cache is away, a model that has no rates is counted again now and then: for nothing, but not wrongly.
    cache.set_many({LOOKED_AT.format(llm): now for llm in llms}, LOOKED_AT_KEPT_S)
    return number


def keep(table: type[models.Model], rows: Sequence[models.Model], key: list[str]) -> None:
    """Writes rows over those of the same key, which keep their place in every list."""
    named = [field.name for field in table._meta.concrete_fields if not field.primary_key]
    changed = [name for name in named if name not in key]
    table._default_manager.bulk_create(rows, update_conflicts=True, unique_fields=key, update_fields=changed)


def _rates(llm: int, found: list[Counted], now: datetime) -> Iterator[Rate]:
    """Over all kinds and languages, over each, and over each of both together."""
    groups: defaultdict[tuple[str, str, str], list[Counted]] = defaultdict(list)
    for one in found:
        for kind, language in product(("", one.kind), ("", one.language)):
            groups[one.layer, kind, language].append(one)
    for (layer, kind, language), group in sorted(groups.items()):
        part, whole, measured = rate_over(group)
        yield Rate(
            llm_id=llm,
            layer=layer,
            kind=kind,
            language=language,
            method=RateMethod.PEOPLE,
            part=part,
            whole=whole,
            families=measured.clusters,
            share=measured.value.value,
            low=measured.interval.low,
            high=measured.interval.high,
            why=measured.value.reason or measured.interval.reason,
            computed_at=now,
        )


def _comparisons(
    llm: int, found: list[Counted], states: dict[tuple[Any, Any], Sides], now: datetime
) -> Iterator[Comparison]:
    for compared, pairs in (
        (Compared.LANGUAGE, compare_languages(found)),
        (Compared.TWIN, compare_twins(found, states)),
    ):
        for (a, b), sides in pairs.items():
            yield Comparison(
                llm_id=llm,
                compared=compared,
                a=a,
                b=b,
                pairs=sides.pairs,
                both=sides.both,
                only_a=sides.only_a,
                only_b=sides.only_b,
                neither=sides.neither,
                difference=sides.test.difference.value,
                low=sides.test.interval.low,
                high=sides.test.interval.high,
                p=sides.test.p.value,
                why=sides.test.difference.reason or sides.test.p.reason,
                computed_at=now,
            )
