"""Who labels and how far they are trusted, for maintainers: those in doubt first."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, Count, QuerySet, Value, When

from annotations import trust
from annotations.choices import LabelStatus, Standing
from annotations.models import Label, Labeller
from annotations.selectors.gold import has_seen_all
from annotations.selectors.standing import records_of, why_standing

IN_DOUBT = (Standing.QUARANTINED, Standing.SLOWED)
ORDER = (*IN_DOUBT, Standing.REVIEWER, Standing.STEADY, Standing.NEW)


@dataclass(frozen=True)
class Row:
    """One person as maintainers see them. `stuck`: they are slowed, and there is no gold left to speak for them."""

    labeller: Labeller
    why: str
    gold: trust.Tally
    low: float | None
    high: float | None
    repeats: trust.Tally
    labels: int
    set_aside: int
    stuck: bool

    @property
    def in_doubt(self) -> bool:
        return self.labeller.standing in IN_DOUBT

    @property
    def quarantined(self) -> bool:
        return self.labeller.standing == Standing.QUARANTINED


def labellers(name: str = "") -> QuerySet[Labeller]:
    """Everybody who labels and whose name holds `name`; those in doubt first, the latest first.

    First of all those in doubt by their checks alone: about the others a maintainer has decided.
    """
    order = [When(standing=standing, decided_by=None, then=Value(place)) for place, standing in enumerate(IN_DOUBT)]
    order += [When(standing=standing, then=Value(place)) for place, standing in enumerate(ORDER, len(IN_DOUBT))]
    return (
        Labeller.objects.filter(person__username__icontains=name)
        .select_related("person", "decided_by")
        .order_by(Case(*order, default=len(IN_DOUBT) + len(ORDER)), "-standing_since", "person_id")
    )


def rows(page: Sequence[Labeller]) -> list[Row]:
    """What is told of each; a few questions to the database for all of them."""
    people = [labeller.pk for labeller in page]
    records = records_of(people)
    labels: dict[tuple[int | None, str], int] = {
        (row["person"], row["status"]): row["n"]
        for row in Label.objects.filter(person__in=people).values("person", "status").annotate(n=Count("pk"))
    }
    found = []
    for labeller in page:
        record = records[labeller.pk]
        interval = record.all_gold.interval()
        slowed = labeller.standing == Standing.SLOWED
        found.append(
            Row(
                labeller=labeller,
                why=why_standing(labeller),
                gold=record.all_gold,
                low=interval.low,
                high=interval.high,
                repeats=record.self_agreement,
                labels=labels.get((labeller.pk, LabelStatus.CURRENT), 0),
                set_aside=labels.get((labeller.pk, LabelStatus.SET_ASIDE), 0),
                stuck=slowed and has_seen_all(labeller.pk, labeller.person.languages),
            )
        )
    return found
