"""The processes' own logs, read for the one line that matters."""

import re
from pathlib import Path

LARGEST = 10 * 1024 * 1024  # bytes; a longer log is put aside at the next start, and one old one is kept
TAIL = 64 * 1024
NO_SPACE = ("No space left on device", "Disk quota exceeded")
BY_THE_WAY = "the database system is"  # "... starting up": what our own knocking at the door is told
SERIOUS = re.compile(r"\b(?:FATAL|PANIC|ERROR|[Ff]atal|[Ee]rror)\b:?\s+(.+)")
RAISED = re.compile(r"^(?:\w+\.)*(\w+(?:Error|Exception): .+)$")  # the last line of a traceback


class Log:
    """A log file that grows at its end; `mark` begins what is read back."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._from = 0
        if path.exists() and path.stat().st_size > LARGEST:
            path.replace(path.with_suffix(".log.1"))
        self.mark()

    def mark(self) -> None:
        """Forget what is there: only what comes after this is read."""
        self._from = self.path.stat().st_size if self.path.exists() else 0

    def since(self) -> str:
        """What has come since the mark, at most the last 64 KB."""
        if not self.path.exists():
            return ""
        with self.path.open("rb") as file:
            file.seek(max(self._from, self.path.stat().st_size - TAIL))
            return file.read().decode(errors="replace")

    def tells_full_disk(self) -> bool:
        text = self.since()
        return any(words in text for words in NO_SPACE)

    def reason(self) -> str:
        """The last serious line, else the last line; empty where nothing was written."""
        lines = [line.strip() for line in self.since().splitlines() if line.strip() and BY_THE_WAY not in line]
        serious = [found[1] for line in lines if (found := RAISED.search(line) or SERIOUS.search(line))]
        return (serious or lines or [""])[-1].removeprefix("CommandError: ").rstrip(".")
