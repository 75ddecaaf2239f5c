"""Everything that changes probes and answers: rounds are opened, probes claimed and recorded, answers found or made."""

from probes.actions.answers import record_answer
from probes.actions.claims import Claim, claim, give_back, renew, take_back_expired
from probes.actions.imports import ImportReport, import_answers
from probes.actions.llms import add_endpoint, add_llm, resume_endpoint, stop_endpoint
from probes.actions.records import Result, record_result
from probes.actions.rounds import close_round, open_missing_probes, open_round
from probes.actions.unwanted import drop_unwanted, withdraw_answers

__all__ = [
    "Claim",
    "ImportReport",
    "Result",
    "add_endpoint",
    "add_llm",
    "claim",
    "close_round",
    "drop_unwanted",
    "give_back",
    "import_answers",
    "open_missing_probes",
    "open_round",
    "record_answer",
    "record_result",
    "renew",
    "resume_endpoint",
    "stop_endpoint",
    "take_back_expired",
    "withdraw_answers",
]
