"""Everything that changes who labels what, what they said, and what it adds up to."""

from annotations.actions.agree import refresh_stale
from annotations.actions.assign import assign_next, take_back_expired
from annotations.actions.counters import recount
from annotations.actions.judge import pass_on, submit_label, undo_last

__all__ = [
    "assign_next",
    "pass_on",
    "recount",
    "refresh_stale",
    "submit_label",
    "take_back_expired",
    "undo_last",
]
