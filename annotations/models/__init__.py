"""Who labels what, what they said, and what it adds up to."""

from annotations.models.assignments import Assignment
from annotations.models.checks import Check, DeckSettings, Gold
from annotations.models.figures import Agreement, Consensus, Stale
from annotations.models.labellers import Labeller, Practised
from annotations.models.settling import Adjudication, Remark, Report
from annotations.models.verdicts import CannotJudge, Label

__all__ = [
    "Adjudication",
    "Agreement",
    "Assignment",
    "CannotJudge",
    "Check",
    "Consensus",
    "DeckSettings",
    "Gold",
    "Label",
    "Labeller",
    "Practised",
    "Remark",
    "Report",
    "Stale",
]
