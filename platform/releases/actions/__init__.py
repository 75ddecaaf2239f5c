"""Everything that changes a release: it is started, built by a worker, then published or discarded.

Nothing here imports pyarrow before a release is really built: web processes stay small.
"""

from releases.actions.build import build_waiting
from releases.actions.editions import discard_release, publish_release, start_release

__all__ = ["build_waiting", "discard_release", "publish_release", "start_release"]
