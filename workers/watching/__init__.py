"""How the probing goes at this moment: for the page that is watched and for the metrics, which read the same figures.

Everything is read from the tables, and from the limits' own state in Valkey; nothing is counted by a process for
itself, so that all of them say the same. The number of queries does not depend on the number of endpoints.
"""

from workers.watching.estimate import Estimate, estimate
from workers.watching.figures import Spent, Waiting
from workers.watching.look import Look, look
from workers.watching.standing import Standing, State

__all__ = ["Estimate", "Look", "Spent", "Standing", "State", "Waiting", "estimate", "look"]
