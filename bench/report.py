"""What a measurement prints: a table for people, or with `--json` one object a line.

A line is {"name", "value", "unit", "against", "ratio", "mark", "holds"}. `against` is the value of the peer in the same
run, `ratio` is value / against. `mark` is what was promised; where it does not hold the line says so, and nothing else
happens: a mark is never lowered to be met, and a slow machine is no failed test.
"""

import json
import operator
from dataclasses import asdict, dataclass

COMPARE = {">=": operator.ge, "<=": operator.le, "<": operator.lt, ">": operator.gt}


@dataclass(frozen=True)
class Line:
    name: str
    value: float
    unit: str
    against: float | None = None
    ratio: float | None = None
    mark: str | None = None
    holds: bool | None = None


class Report:
    """Collects lines; with `as_json` each is printed as it comes, otherwise all of them by `print_table`."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.lines: list[Line] = []

    def add(self, name: str, value: float, unit: str, *, against: float | None = None, mark: str | None = None) -> None:
        """One line. `mark` is such as "< 200"; it is about the ratio where there is something to compare with."""
        ratio = value / against if against else None
        holds = None
        if mark is not None:
            sign, _, bound = mark.partition(" ")
            holds = bool(COMPARE[sign](value if ratio is None else ratio, float(bound)))
        line = Line(name, round(value, 3), unit, against and round(against, 3), ratio and round(ratio, 3), mark, holds)
        self.lines.append(line)
        if self.as_json:
            print(json.dumps(asdict(line)), flush=True)

    def say(self, words: str) -> None:
        """Something for people, such as how it was measured."""
        if not self.as_json:
            print(words, flush=True)

    def print_table(self) -> None:
        if self.as_json:
            return
        width = max(len(line.name) for line in self.lines)
        print(f"\n{'':{width}}  {'value':>10}  {'unit':<12}{'against':>10}{'ratio':>8}  mark")
        for line in self.lines:
            against = "" if line.against is None else f"{line.against:.2f}"
            ratio = "" if line.ratio is None else f"{line.ratio:.3f}"
            mark = "" if line.mark is None else f"{line.mark} {'holds' if line.holds else 'DOES NOT HOLD'}"
            print(f"{line.name:{width}}  {line.value:>10.2f}  {line.unit:<12}{against:>10}{ratio:>8}  {mark}")
