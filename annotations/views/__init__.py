"""The pages of labelling."""

from annotations.views.deck import cards, deck
from annotations.views.disputes import dispute, dispute_again, disputes
from annotations.views.gold import gold, gold_of_answer, gold_status
from annotations.views.guideline import ask_again, guideline, remark, remark_status, rule
from annotations.views.history import change, history
from annotations.views.judges import judges, machine_judge, steer_judge
from annotations.views.keys import keys
from annotations.views.mine import export, mine
from annotations.views.people import decide as decide_about_person
from annotations.views.people import people
from annotations.views.practice import practice, practice_again, practice_item
from annotations.views.reports import (
    decide_about_answer,
    decide_about_prompt,
    report_answer,
    report_card,
    report_prompt,
    reports,
)
from annotations.views.settings import settings
from annotations.views.verdicts import judge, renew, undo, undo_one

__all__ = [
    "ask_again",
    "cards",
    "change",
    "decide_about_answer",
    "decide_about_person",
    "decide_about_prompt",
    "deck",
    "dispute",
    "dispute_again",
    "disputes",
    "export",
    "gold",
    "gold_of_answer",
    "gold_status",
    "guideline",
    "history",
    "judge",
    "judges",
    "keys",
    "machine_judge",
    "mine",
    "people",
    "practice",
    "practice_again",
    "practice_item",
    "remark",
    "remark_status",
    "renew",
    "report_answer",
    "report_card",
    "report_prompt",
    "reports",
    "rule",
    "settings",
    "steer_judge",
    "undo",
    "undo_one",
]
