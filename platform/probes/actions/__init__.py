"""Everything that changes probes and answers: rounds are opened, probes claimed and recorded, answers found or made."""

from probes.actions.answers import Delivered, record_answer, record_answers
from probes.actions.claims import Claim, claim, give_back, renew, take_back_expired
from probes.actions.erase import erase_answers, erase_calls, lock_versions
from probes.actions.identity import look_for_leaks
from probes.actions.import_staging import Given, begin_import, drop_abandoned_imports, drop_import, stage_piece
from probes.actions.imports import ImportReport, complete_import, import_answers, import_file
from probes.actions.llms import (
    add_endpoint,
    add_llm,
    correct_endpoint,
    correct_llm,
    resume_endpoint,
    retire_llm,
    stop_endpoint,
)
from probes.actions.missing import open_missing_probes
from probes.actions.quarantine import ask_again, dismiss
from probes.actions.records import Finished, record_result, record_results
from probes.actions.redone import redo_result
from probes.actions.rounds import close_round, open_round
from probes.actions.schedules import add_schedule, open_scheduled_rounds, stop_schedule
from probes.actions.spending import Bill, Price, reserve, settle
from probes.actions.unwanted import drop_unwanted, withdraw_answers
from probes.actions.verdicts import Result

__all__ = [
    "Bill",
    "Claim",
    "Delivered",
    "Finished",
    "Given",
    "ImportReport",
    "Price",
    "Result",
    "add_endpoint",
    "add_llm",
    "add_schedule",
    "ask_again",
    "begin_import",
    "claim",
    "close_round",
    "complete_import",
    "correct_endpoint",
    "correct_llm",
    "dismiss",
    "drop_abandoned_imports",
    "drop_import",
    "drop_unwanted",
    "erase_answers",
    "erase_calls",
    "give_back",
    "import_answers",
    "import_file",
    "lock_versions",
    "look_for_leaks",
    "open_missing_probes",
    "open_round",
    "open_scheduled_rounds",
    "record_answer",
    "record_answers",
    "record_result",
    "record_results",
    "redo_result",
    "renew",
    "reserve",
    "resume_endpoint",
    "retire_llm",
    "settle",
    "stage_piece",
    "stop_endpoint",
    "stop_schedule",
    "take_back_expired",
    "withdraw_answers",
]
