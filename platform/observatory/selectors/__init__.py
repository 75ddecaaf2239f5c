"""What the public pages read. Nothing here tells of an answer that is still open, nor of who was asked, or gave what,
while any answer to the same question is (probes.selectors.public_probes).
"""

from observatory.selectors.answers import answers_of, closed_answer, key_points_of, probes_of
from observatory.selectors.checking import command_of
from observatory.selectors.crossing import Crossing, crossing
from observatory.selectors.crowd import calibration_rows, confusion_rows, judges, posteriors
from observatory.selectors.examples import Example, example
from observatory.selectors.llms import Record, llms, records
from observatory.selectors.record import Figures, figures, remarks
from observatory.selectors.replies import corrections, published_replies, reply_named, waiting_replies
from observatory.selectors.slices import Line, last_sweep, lines_of, measured_at, overall, slices, whole

__all__ = [
    "Crossing",
    "Example",
    "Figures",
    "Line",
    "Record",
    "answers_of",
    "calibration_rows",
    "closed_answer",
    "command_of",
    "confusion_rows",
    "corrections",
    "crossing",
    "example",
    "figures",
    "judges",
    "key_points_of",
    "last_sweep",
    "lines_of",
    "llms",
    "measured_at",
    "overall",
    "posteriors",
    "probes_of",
    "published_replies",
    "records",
    "remarks",
    "reply_named",
    "slices",
    "waiting_replies",
    "whole",
]
