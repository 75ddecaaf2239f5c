"""Agreement of slices, measured afresh from their cells and kept for the pages to read."""

from collections.abc import Iterable

from django.db.models import Q

from annotations import selectors
from annotations.choices import Scale, Slice
from annotations.models import Agreement

IDENTITY = ("slice", "key", "scale")
SAID = [field.name for field in Agreement._meta.concrete_fields if field.name not in {"id", *IDENTITY}]


def measure_slices(slices: Iterable[tuple[Slice, str]]) -> None:
    """Measures slices on every scale; one that has no answer any more has no figures either.

    Whoever calls holds locks.AGREEMENT.
    """
    found: list[Agreement] = []
    empty = Q(pk__in=[])
    for kind, key in sorted(slices):
        rows = selectors.measured(kind, key, selectors.cells_of(kind, key), Scale)
        found += rows
        if not rows:
            empty |= Q(slice=kind, key=key)
    Agreement.objects.filter(empty).delete()
    Agreement.objects.bulk_create(found, update_conflicts=True, unique_fields=IDENTITY, update_fields=SAID)
