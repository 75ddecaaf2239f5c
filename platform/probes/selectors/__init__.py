"""Reading rounds, endpoints and probes."""

from probes.selectors.endpoints import (
    STOPPED_KEY,
    Lately,
    Money,
    Queue,
    Stopped,
    asked_lately,
    endpoints_to_maintain,
    endpoints_with_work,
    lately,
    money,
    queues,
    stopped,
)
from probes.selectors.history import Change, Entry, history
from probes.selectors.preview import Estimate, Preview, Surety, preview
from probes.selectors.probes import Outcomes, outcomes, whole_probe
from probes.selectors.public import finished, is_blind, public_probes
from probes.selectors.quarantine import Group, alike, in_quarantine, may_be_asked_again, quarantine_groups
from probes.selectors.rounds import (
    LACKING,
    Progress,
    Remaining,
    open_round,
    panel,
    progress,
    remaining,
    rounds_of,
    schedules,
)

__all__ = [
    "LACKING",
    "STOPPED_KEY",
    "Change",
    "Entry",
    "Estimate",
    "Group",
    "Lately",
    "Money",
    "Outcomes",
    "Preview",
    "Progress",
    "Queue",
    "Remaining",
    "Stopped",
    "Surety",
    "alike",
    "asked_lately",
    "endpoints_to_maintain",
    "endpoints_with_work",
    "finished",
    "history",
    "in_quarantine",
    "is_blind",
    "lately",
    "may_be_asked_again",
    "money",
    "open_round",
    "outcomes",
    "panel",
    "preview",
    "progress",
    "public_probes",
    "quarantine_groups",
    "queues",
    "remaining",
    "rounds_of",
    "schedules",
    "stopped",
    "whole_probe",
]
