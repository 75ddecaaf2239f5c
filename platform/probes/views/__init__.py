"""What maintainers see of the probing: endpoints and models, rounds and schedules, quarantine, one probe whole."""

from probes.views.endpoints import add, correct, endpoint, endpoints, steer
from probes.views.llms import llm, retire
from probes.views.probes import ask_again, probe
from probes.views.quarantine import dismiss, quarantine
from probes.views.rounds import add_schedule, close_round, open_round, preview_round, stop_schedule

__all__ = [
    "add",
    "add_schedule",
    "ask_again",
    "close_round",
    "correct",
    "dismiss",
    "endpoint",
    "endpoints",
    "llm",
    "open_round",
    "preview_round",
    "probe",
    "quarantine",
    "retire",
    "steer",
    "stop_schedule",
]
