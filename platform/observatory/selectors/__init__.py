"""What the public pages read. Nothing here tells of an answer that is still open, nor of who was asked, or gave what,
while any answer to the same question is (probes.selectors.public_probes).
"""

from observatory.selectors.answers import answers_of, closed_answer, key_points_of, probes_of
from observatory.selectors.examples import Example, example
from observatory.selectors.llms import Rate, Record, llms, rate, records
from observatory.selectors.record import Figures, figures, remarks
from observatory.selectors.slices import Group, Line, groups, line_for, overall

__all__ = [
    "Example",
    "Figures",
    "Group",
    "Line",
    "Rate",
    "Record",
    "answers_of",
    "closed_answer",
    "example",
    "figures",
    "groups",
    "key_points_of",
    "line_for",
    "llms",
    "overall",
    "probes_of",
    "rate",
    "records",
    "remarks",
]
