"""Everything that changes who labels what, what they said, and what it adds up to."""

from annotations.actions.adjudicate import adjudicate, give_out_again
from annotations.actions.ask_again import ask_again
from annotations.actions.assign import assign_next, take_back_expired
from annotations.actions.checks import take_back_expired_checks
from annotations.actions.counters import recount
from annotations.actions.discuss import remark, show_remark
from annotations.actions.erase import erase_judgements, erase_verdicts, erase_words
from annotations.actions.fit import fit_crowd, fit_if_grown
from annotations.actions.gold import add_gold, load_gold, load_starter_gold, make_gold, set_gold_status, set_shares
from annotations.actions.judge import judge, pass_on, submit_label
from annotations.actions.judge_agreement import measure_judges
from annotations.actions.judged_rates import refresh_judged_rates
from annotations.actions.judges import pause_judge, register_judge, set_a_day, start_judge, want_test
from annotations.actions.keys import set_keys
from annotations.actions.leave import check_typed, close_person
from annotations.actions.machine_verdicts import queue_for_all, take_back_expired_verdicts
from annotations.actions.practice import pass_practice
from annotations.actions.quarantine import carry_on_all, quarantine, reinstate
from annotations.actions.rates import refresh_moved, refresh_rates
from annotations.actions.refresh import refresh_stale
from annotations.actions.remeasure import remeasure
from annotations.actions.renew import Renewed, renew
from annotations.actions.report import (
    decide_about_answer,
    decide_about_gold,
    decide_about_prompt,
    report_answer,
    report_card,
    report_prompt,
)
from annotations.actions.serve import Served, judge_and_next
from annotations.actions.settle import settle_due
from annotations.actions.standing import lift_decision, review_due, review_everybody, review_standing
from annotations.actions.sweep import sweep
from annotations.actions.turn import take_turn
from annotations.actions.undo import undo, undo_last
from annotations.actions.weigh import weigh

__all__ = [
    "Renewed",
    "Served",
    "add_gold",
    "adjudicate",
    "ask_again",
    "assign_next",
    "carry_on_all",
    "check_typed",
    "close_person",
    "decide_about_answer",
    "decide_about_gold",
    "decide_about_prompt",
    "erase_judgements",
    "erase_verdicts",
    "erase_words",
    "fit_crowd",
    "fit_if_grown",
    "give_out_again",
    "judge",
    "judge_and_next",
    "lift_decision",
    "load_gold",
    "load_starter_gold",
    "make_gold",
    "measure_judges",
    "pass_on",
    "pass_practice",
    "pause_judge",
    "quarantine",
    "queue_for_all",
    "recount",
    "refresh_judged_rates",
    "refresh_moved",
    "refresh_rates",
    "refresh_stale",
    "register_judge",
    "reinstate",
    "remark",
    "remeasure",
    "renew",
    "report_answer",
    "report_card",
    "report_prompt",
    "review_due",
    "review_everybody",
    "review_standing",
    "set_a_day",
    "set_gold_status",
    "set_keys",
    "set_shares",
    "settle_due",
    "show_remark",
    "start_judge",
    "submit_label",
    "sweep",
    "take_back_expired",
    "take_back_expired_checks",
    "take_back_expired_verdicts",
    "take_turn",
    "undo",
    "undo_last",
    "want_test",
    "weigh",
]
