"""An answer's line between being looked through and being written, and what is delivered with it."""

from dataclasses import dataclass
from typing import Any

from probes.actions.answers import Delivered
from prompts.choices import Status
from prompts.models import PromptVersion


@dataclass(frozen=True)
class Waiting:
    """An answer's line that is looked through and not written yet."""

    number: int
    version: PromptVersion
    endpoint: int
    row: dict[str, Any]

    @property
    def size(self) -> int:
        return len(self.row["text"]) + len(self.row["reasoning"])

    @property
    def key(self) -> tuple[int, int, int]:
        return self.version.pk, self.endpoint, self.row["sample"]


def is_ours(version: PromptVersion) -> bool:
    """Whether it may be asked by us, now or later; what came in with answers never is."""
    return version.prompt.status != Status.IMPORTED


def delivered(line: Waiting) -> Delivered:
    prompt = line.version.prompt
    # Answers to what others asked are no more urgent than those to the starter set.
    waits = prompt.family.starter or not is_ours(line.version)
    return Delivered(line.version.pk, prompt.language, waits, line.row["text"], line.row["escaped"])
