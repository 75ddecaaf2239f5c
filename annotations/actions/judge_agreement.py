"""How far machine judges agree with people, measured afresh over all closed answers, in a worker that may use numpy."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from annotations.agreement import measure_judge
from annotations.choices import JudgeStatus, Slice, Value
from annotations.models import Judge, JudgeAgreement
from annotations.selectors import judges as selectors
from annotations.selectors.judges import Pair


def measure_judges() -> int:
    """Measures every judge that was ever at work; how many. Safe to run twice."""
    judges = Judge.objects.exclude(status__in=[JudgeStatus.DRAFT, JudgeStatus.RETIRED]).select_related("endpoint__llm")
    for judge in judges:
        measure(judge)
    return len(judges)


def measure(judge: Judge) -> None:
    """One judge: over all, by language, by topic, and over what its own maker's models wrote."""
    pairs = selectors.pairs_with_people(judge)
    slices: dict[tuple[Slice, str], list[Pair]] = {}
    for pair in pairs:
        keys = [(Slice.ALL, ""), (Slice.LANGUAGE, pair.language), (Slice.TOPIC, pair.topic)]
        if pair.own:
            keys.append((Slice.MAKER, judge.endpoint.llm.maker))
        for key in keys:
            slices.setdefault(key, []).append(pair)
    now = timezone.now()
    rows = [row(judge, kind, key, found) for (kind, key), found in sorted(slices.items())]
    with transaction.atomic():
        # One at a time: what is written is of one look at the labels.
        Judge.objects.select_for_update().get(pk=judge.pk)
        JudgeAgreement.objects.filter(judge=judge).delete()
        for one in rows:
            one.computed_at = now
        JudgeAgreement.objects.bulk_create(rows)


def row(judge: Judge, kind: Slice, key: str, pairs: Sequence[Pair]) -> JudgeAgreement:
    said = [(pair.family, pair.people, pair.judge) for pair in pairs if pair.judge]
    found = measure_judge(said, Value.values)
    numbers: dict[str, float | None] = {}
    why: dict[str, str] = {}
    for name in ("percent", "kappa", "ac1"):
        value, interval = getattr(found, name)
        numbers |= {name: value.value, f"{name}_low": interval.low, f"{name}_high": interval.high}
        if reason := value.reason or interval.reason:
            why[name] = str(reason)
    return JudgeAgreement(
        judge=judge,
        slice=kind,
        key=key,
        answers=found.answers,
        families=found.families,
        passed=len(pairs) - len(said),
        confusion=list(found.confusion),
        why=why,
        **numbers,
    )
