"""Who labels what, what they said, and what it adds up to."""

from annotations.models.assignments import Assignment
from annotations.models.checks import Check, DeckSettings, Gold
from annotations.models.crowd import Fit, Progress, Skill, Sweep
from annotations.models.figures import Agreement, Cell, Consensus, Stale, Tally
from annotations.models.judging import Canary, Judge, JudgeAgreement, Verdict
from annotations.models.labellers import Labeller, Practised
from annotations.models.rates import Comparison, Rate
from annotations.models.settling import Adjudication, Remark, Report
from annotations.models.verdicts import CannotJudge, Label

__all__ = [
    "Adjudication",
    "Agreement",
    "Assignment",
    "Canary",
    "CannotJudge",
    "Cell",
    "Check",
    "Comparison",
    "Consensus",
    "DeckSettings",
    "Fit",
    "Gold",
    "Judge",
    "JudgeAgreement",
    "Label",
    "Labeller",
    "Practised",
    "Progress",
    "Rate",
    "Remark",
    "Report",
    "Skill",
    "Stale",
    "Sweep",
    "Tally",
    "Verdict",
]
