"""Agreement kept up to date label by label, in plain Python: one more or less costs the same however many there are.

An item is in a state, its votes by class; a label moves it to the next. How many items are in each state is all that
agreement depends on (see `counts`), so a label takes one from a count and adds one to another. Alpha's sums are kept
beside it as whole numbers, with the fractions 1 / (m - 1) multiplied by the least number that makes them whole. So
nothing is ever rounded before the last division, nothing drifts, and the values equal the batch's to the last bit.
"""

import math
from collections.abc import Hashable

from .coefficients import Agreement, agreement_of
from .measure import Measure, Reason
from .tally import tally_votes


class _State:
    """All items with the same votes: how many there are, and the states one label away, once they were met."""

    __slots__ = ("after", "before", "labels", "pairable", "times", "votes", "worth")

    def __init__(self, votes: tuple[int, ...], scale: int) -> None:
        self.votes = votes
        self.labels = sum(votes)
        self.pairable = self.labels >= 2
        self.times = 0
        self.after: list[_State | None] = [None] * len(votes)
        self.before: list[_State | None] = [None] * len(votes)
        self.worth = 0
        self.weigh(scale)

    def weigh(self, scale: int) -> None:
        """worth: scale sum n (n - 1) / (m - 1), a whole number."""
        if self.pairable:
            self.worth = scale * sum(count * (count - 1) for count in self.votes) // (self.labels - 1)


class RunningAgreement:
    """Labels that come and go, and the agreement of those that are there.

        running = RunningAgreement(3)
        running.add("answer 1", 0)
        running.add("answer 1", 2)
        running.remove("answer 1", 2)
        running.alpha()

    An item is whatever can be a key; a class is a number from 0 to classes - 1. Who gave a label is
    the caller's affair.
    """

    __slots__ = ("_agreeing", "_by_class", "_items", "_scale", "_start", "_states")

    def __init__(self, classes: int) -> None:
        if classes < 1:
            raise ValueError("There is at least one class to choose from.")
        self._scale = 1
        self._start = _State((0,) * classes, 1)
        self._states = {self._start.votes: self._start}
        self._items: dict[Hashable, _State] = {}
        self._agreeing = 0  # scale sum n (n - 1) / (m - 1)
        self._by_class = [0] * classes  # labels of pairable items

    def add(self, item: Hashable, label: int) -> None:
        """One label more. ValueError if there is no such class."""
        old = self._items.get(item, self._start)
        try:
            new = old.after[label]
        except IndexError:
            new = None
        if new is None or label < 0:
            new = self._next(old, label)
        self._items[item] = new
        old.times -= 1
        new.times += 1
        self._agreeing += new.worth - old.worth
        if old.pairable:
            self._by_class[label] += 1
        elif new.pairable:
            for column, count in enumerate(new.votes):
                self._by_class[column] += count

    def remove(self, item: Hashable, label: int) -> None:
        """One label less. ValueError if the item has no such label."""
        old = self._items.get(item, self._start)
        if not 0 <= label < len(self._by_class) or not old.votes[label]:
            raise ValueError(f"{item!r} has no label of class {label}.")
        new = old.before[label] or self._last(old, label)
        if new.labels:
            self._items[item] = new
        else:
            del self._items[item]
        old.times -= 1
        new.times += 1
        self._agreeing += new.worth - old.worth
        if new.pairable:
            self._by_class[label] -= 1
        elif old.pairable:
            for column, count in enumerate(old.votes):
                self._by_class[column] -= count

    def votes(self, item: Hashable) -> tuple[int, ...]:
        """The item's labels by class; all 0 for an item never met."""
        return self._items.get(item, self._start).votes

    def alpha(self) -> Measure:
        """Krippendorff's alpha of the labels that are there: `coefficients.krippendorff_alpha` to the last bit."""
        by_class = self._by_class
        labels = sum(by_class)
        if not labels:
            return Measure(None, Reason.NO_PAIRS)
        unlike = labels * labels
        for count in by_class:
            unlike -= count * count
        if not unlike:
            return self.measure().alpha  # it knows which reason
        below = self._scale * unlike
        # Python rounds a quotient of whole numbers once, however large they are.
        return Measure((below - (labels - 1) * (self._scale * labels - self._agreeing)) / below)

    def measure(self) -> Agreement:
        """All coefficients: `coefficients.measure_agreement` to the last bit, at the cost of the states there are."""
        times = {votes: state.times for votes, state in self._states.items() if state is not self._start}
        return agreement_of(tally_votes(times, len(self._by_class)))

    def counts(self) -> dict[tuple[int, ...], int]:
        """How many items have which votes, in the order of the votes; items without labels are left out."""
        return {
            votes: state.times
            for votes, state in sorted(self._states.items())
            if state.times and state is not self._start
        }

    def _next(self, old: _State, label: int) -> _State:
        if not 0 <= label < len(self._by_class):
            raise ValueError(f"There is no class {label} among {len(self._by_class)}.")
        new = self._state(tuple(count + (column == label) for column, count in enumerate(old.votes)))
        old.after[label], new.before[label] = new, old
        return new

    def _last(self, old: _State, label: int) -> _State:
        new = self._state(tuple(count - (column == label) for column, count in enumerate(old.votes)))
        old.before[label], new.after[label] = new, old
        return new

    def _state(self, votes: tuple[int, ...]) -> _State:
        found = self._states.get(votes)
        if found is None:
            self._rescale(sum(votes) - 1)
            found = self._states[votes] = _State(votes, self._scale)
        return found

    def _rescale(self, others: int) -> None:
        """Makes the scale a multiple of one number more. The states are few, and new sizes fewer."""
        if others < 1 or self._scale % others == 0:
            return
        larger = math.lcm(self._scale, others)
        self._agreeing *= larger // self._scale
        self._scale = larger
        for state in self._states.values():
            state.weigh(larger)
