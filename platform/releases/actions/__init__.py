"""Everything that changes a release: it is started, built by a worker, then published or discarded.

Nothing here imports pyarrow before a release is really built: web processes stay small.
"""

from releases.actions.build import build_waiting
from releases.actions.edition import make_editions
from releases.actions.editions import discard_release, start_release
from releases.actions.forget import erase_person, leave
from releases.actions.monthly import start_monthly
from releases.actions.publish import publish_release
from releases.actions.withdraw import erase_answer, erase_prompt

__all__ = [
    "build_waiting",
    "discard_release",
    "erase_answer",
    "erase_person",
    "erase_prompt",
    "leave",
    "make_editions",
    "publish_release",
    "start_monthly",
    "start_release",
]
