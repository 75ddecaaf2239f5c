"""Names of models as this site knows them, and answers as those may see them who must not know the author."""

import threading
import time
from collections.abc import Iterable

from django.db.models import F

from probes.identity import Masked, mask
from probes.models import LLM, Endpoint

Names = tuple[tuple[str, ...], ...]

# Seconds that a process goes on with the names it has read: a new model has no answer in the deck sooner.
KEPT_FOR = 30.0


class Kept:
    """The names as this process read them last."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.until = 0.0
        self.names: Names = ()


KEPT = Kept()


def known_names() -> Names:
    """Each model's names, which belong together: its own, its maker's, and those it is served under.

    Kept in the process for half a minute, because every card that is shown may need them.
    """
    with KEPT.lock:
        if time.monotonic() >= KEPT.until:
            KEPT.names = read_names()
            KEPT.until = time.monotonic() + KEPT_FOR
        return KEPT.names


def read_names() -> Names:
    """The names as the tables have them now."""
    found = {pk: {name: None, maker: None} for pk, name, maker in LLM.objects.values_list("pk", "name", "maker")}
    for pk, served in Endpoint.objects.exclude(served_name="").values_list(F("llm_id"), "served_name"):
        # A router's path ("qwen/qwen-2.5-72b", "accounts/…/models/…") ends with the name.
        found[pk][served.rsplit("/", 1)[-1]] = None
    return tuple(sorted(tuple(names) for names in found.values()))


def masked_answer(text: str, *, leaked: bool, question: str, points: Iterable[str] = ()) -> Masked:
    """An answer's text as a labeller sees it. `leaked` is what the answer's row says (Answer.identity_leaked): where it
    names nobody, nothing is looked for. `points` are the texts of the key points shown beside it.
    """
    # Asked for each card alike: else those for which the names are read anew would tell gold, which is always masked.
    names = known_names()
    if not leaked:
        return Masked(text)
    return mask(text, question="\n".join([question, *points]), names=names)
