"""Figures whose answers were erased: nothing is left that could be in the queue, so they are named."""

from collections.abc import Collection

from django.db import transaction

from annotations.actions.measure import measure_slices
from annotations.actions.rates import refresh_rates
from annotations.actions.turn import take_turn
from annotations.choices import Slice


@transaction.atomic
def remeasure(*, slices: Collection[tuple[Slice, str]], llms: Collection[int]) -> None:
    """Measures these slices of agreement and the rates of these models again, from what is there now.

    For a worker that may import numpy. Waits for its turn among those who write figures.
    """
    take_turn()
    measure_slices(slices)
    refresh_rates(llms)
