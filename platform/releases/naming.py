"""How a release and its editions are called, cited, and how moments stand in its files. Pure Python."""

from datetime import UTC, date, datetime

# Where a DOI leads from.
DOI = "https://doi.org/"
# What some programs take for the end of a line.
LINE_ENDS = (("\u0085", "\\u0085"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029"))


def labelled(version: str, number: int) -> str:
    """A release at one of its editions: 2026.11.0, and 2026.11.0+e1 once something was taken out."""
    return f"{version}+e{number}" if number else version


def table_of(path: str) -> str:
    """The table a data file holds: answers, of data/answers/part-0000.parquet and of csv/answers.csv."""
    return path.split("/")[1].partition(".")[0]


def citation(label: str, cutoff: datetime, *, doi: str = "", page: str = "") -> str:
    """How to name a release, in one line: with its DOI, else with the address of its page, where there is one.

    The year is the cut-off's. The files are written before anybody knows when they will be published, and they and the
    page name it alike.
    """
    where = f" {DOI}{doi}" if doi else f" {page}" if page else ""
    return (
        f"Candor contributors ({cutoff.astimezone(UTC).year}). Candor: what language models say, dodge and refuse to "
        f"say. Dataset, release {label}, cut-off {cutoff.astimezone(UTC):%Y-%m-%d}. CC BY 4.0.{where}"
    )


def moment(at: datetime) -> str:
    """ISO 8601 in UTC with microseconds and Z."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def in_lines(text: str) -> str:
    """JSON in which nothing but a line feed ends a line, whatever reads it: what else might is written as an escape."""
    for end, escape in LINE_ENDS:
        text = text.replace(end, escape)
    return text


def as_written(value: object) -> str:
    """A moment or a day as files have it, for json.dumps. Raises TypeError for anything else."""
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a release")
