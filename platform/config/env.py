"""Every environment variable Candor reads, in one place: name, default, meaning, and what a wrong one says.

Nothing else in the project looks at os.environ (but for keys of model providers, which an Endpoint names itself).
`python -m config.env` prints this table; docs/configuration.md is that print. `python -m config.env check` says what is
wrong with the environment, in one line, before anything is started.
"""

import contextlib
import os
import re
import secrets
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from embedded import connect

ROOT = Path(__file__).resolve().parents[2]


class WrongVariable(Exception):
    """A variable holds what Candor cannot use; the message is one line that names it and says what to do."""


@dataclass(frozen=True)
class Variable:
    name: str
    default: str
    meaning: str
    read: Callable[[str], Any]
    # May hold a password: never shown.
    secret: bool = False


def text(value: str) -> str:
    return value


def integer(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        try:
            number = int(value)
        except ValueError:
            raise ValueError(f"has to be a whole number from {low} to {high}") from None
        if not low <= number <= high:
            raise ValueError(f"has to be a whole number from {low} to {high}")
        return number

    return read


def switch(value: str) -> bool:
    if value.lower() in {"1", "true", "yes", "on"}:
        return True
    if value.lower() in {"", "0", "false", "no", "off"}:
        return False
    raise ValueError("has to be yes or no")


def listed(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def folder(value: str) -> Path | None:
    try:
        return Path(value).expanduser().resolve() if value else None
    except RuntimeError:  # ~somebody, who is not there
        raise ValueError("has to be the path of a folder") from None


def key(value: str) -> str:
    if value and len(value) < 32:
        raise ValueError("has to have 32 characters or more")
    return value


def hosts(value: str) -> list[str]:
    """Names as Django compares them: without a scheme and without a port."""
    found = listed(value)
    if not all(re.fullmatch(r"\*|\.?[\w-]+(\.[\w-]+)*\.?|\[[0-9A-Fa-f:.]+\]", name) for name in found):
        raise ValueError("has to hold host names alone, as candor.example, without https://, a port or a path")
    return found


def origins(value: str) -> list[str]:
    """Scheme, host and port, as a browser's Origin header has them."""
    found = listed(value)
    for origin in found:
        parts = address(origin, ("https", "http"))
        if not parts.hostname or origin != f"{parts.scheme}://{parts.netloc}" or "@" in parts.netloc:
            raise ValueError("has to hold origins alone, as https://candor.example, without a path")
    return found


def url(*schemes: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value:
            address(value, schemes)
        return value

    return read


def address(value: str, schemes: Sequence[str]) -> SplitResult:
    """The parts of an address whose host and port can be read. Raises ValueError with what it should be."""
    begins = f"has to start with {' or '.join(scheme + '://' for scheme in schemes)}"
    if not value.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        raise ValueError(begins)
    try:
        parts = urlsplit(value)
    except ValueError:
        raise ValueError(f"{begins} and a host, with [ ] around an IPv6 address and nowhere else") from None
    try:
        _ = parts.port
    except ValueError:
        raise ValueError(
            "has to have a port from 1 to 65535 behind its host, and : / @ in a password %-encoded"
        ) from None
    return parts


VARIABLES = (
    Variable("PORT", "8000", "The port of the site on 127.0.0.1.", integer(1, 65535)),
    Variable("CANDOR_DATA", "", "The folder of databases, releases and backups. Unset: var/ in the checkout.", folder),
    Variable(
        "DATABASE_URL",
        "",
        "PostgreSQL 18 or newer, as postgresql://user:password@host/name. Unset: the embedded one.",
        url("postgresql", "postgres"),
        secret=True,
    ),
    Variable(
        "REDIS_URL",
        "",
        "Valkey or Redis, as redis://host:6379/0 or unix:///path?db=0. Unset: the embedded one.",
        url("redis", "rediss", "unix"),
        secret=True,
    ),
    Variable(
        "SECRET_KEY",
        "",
        "Signs sessions and links; 32 characters or more. Unset: made once and kept in the data folder.",
        key,
        secret=True,
    ),
    Variable("DEBUG", "no", "Shows tracebacks in the page. Never on a public site.", switch),
    Variable("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]", "The site's host names, with commas.", hosts),
    Variable("TRUSTED_ORIGINS", "", "Origins allowed to post forms, as https://candor.example, with commas.", origins),
    Variable("HTTPS", "no", "The site is served over HTTPS: cookies are secure, HTTP redirects.", switch),
    Variable(
        "TRUSTED_PROXIES",
        "0",
        "Proxies in front, each adding to X-Forwarded-For: whose address limits count. 0: the neighbour's.",
        integer(0, 10),
    ),
    Variable(
        "SIGNUPS_PER_HOUR", "120", "New accounts an hour from one address. A class shares one.", integer(1, 100000)
    ),
    Variable("LEASE_MINUTES", "30", "How long an answer stays with one labeller.", integer(1, 1440)),
    Variable("LABELS_WANTED", "3", "Independent labels each answer gets at first.", integer(1, 7)),
    Variable(
        "SETTLING_MINUTES",
        "10",
        "How long an answer that has its labels can be corrected by who gave them, before it is public.",
        integer(0, 1440),
    ),
    Variable("LABELS_AT_MOST", "7", "Labels after which an undecided answer is called contested.", integer(1, 50)),
    Variable("PROBES_IN_FLIGHT", "100", "Calls one worker process keeps in the air.", integer(1, 1000)),
    Variable("PROBE_ATTEMPTS", "4", "How often a call is tried before it is given up.", integer(1, 20)),
    Variable("KEYS_FOLDER", "", "The folder of mounted files with keys of models, such as /run/secrets.", folder),
    Variable(
        "METRICS_TOKEN",
        "",
        "Lets Prometheus read /metrics, as a bearer token; 32 characters or more. Unset: maintainers alone.",
        key,
        secret=True,
    ),
    Variable("MODEL_IN_THE_BOX", "on", "`manage.py up` only: off runs without the built-in model.", switch),
    Variable(
        "MODEL_IN_THE_BOX_URL",
        "",
        "Where the demo model answers. `manage.py up` sets it; empty: there is none.",
        url("http"),
    ),
    Variable("CANDOR_SHARED", "", "Tests only: the folder with recorded payloads and reference data.", text),
)


@dataclass(frozen=True)
class Env:
    """The variables, read and checked. Attributes are the names in lower case."""

    port: int
    candor_data: Path
    database_url: str
    redis_url: str
    secret_key: str
    debug: bool
    allowed_hosts: list[str]
    trusted_origins: list[str]
    https: bool
    trusted_proxies: int
    signups_per_hour: int
    lease_minutes: int
    labels_wanted: int
    settling_minutes: int
    labels_at_most: int
    probes_in_flight: int
    probe_attempts: int
    keys_folder: Path | None
    metrics_token: str
    model_in_the_box: bool
    model_in_the_box_url: str
    candor_shared: str


def read(environ: Mapping[str, str]) -> dict[str, Any]:
    """The values of all variables by their names in lower case; nothing is written.

    Raises:
        WrongVariable: with the first variable that is wrong, its value, and what it should be.
    """
    values: dict[str, Any] = {}
    for variable in VARIABLES:
        raw = environ.get(variable.name, "").strip() or variable.default
        try:
            values[variable.name.lower()] = variable.read(raw)
        except ValueError as error:
            shown = "holds something else" if variable.secret else f"is {raw!r}"
            raise WrongVariable(f"{variable.name} {shown}, but it {error}. {variable.meaning}") from None
    if values["labels_at_most"] < values["labels_wanted"]:
        raise WrongVariable("LABELS_AT_MOST is smaller than LABELS_WANTED: an answer could never be finished.")
    return values


def load(environ: Mapping[str, str]) -> Env:
    """All variables, with what follows from the data folder where they are not set.

    Raises:
        WrongVariable: as `read`, or for a server that is neither named nor built in.
    """
    values = read(environ)
    data = values["candor_data"] = values["candor_data"] or (ROOT / "var").resolve()
    embedded = connect.urls(data)
    for name in ("DATABASE_URL", "REDIS_URL"):
        values[name.lower()] = values[name.lower()] or embedded.get(name, "")
        if not values[name.lower()]:
            raise WrongVariable(f"{name} is not set, and this platform has no embedded server. Set it.")
    values["secret_key"] = values["secret_key"] or kept_secret(data / "secret_key")
    return Env(**values)


def kept_secret(path: Path) -> str:
    """The key of this data folder, made on first use, readable by its owner alone.

    It appears under its name whole or not at all, whatever happens meanwhile; of two that make it at once one wins.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not path.read_text().strip():
        path.unlink()
    if not path.exists():
        number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        new = Path(name)
        try:
            with os.fdopen(number, "w") as file:
                file.write(secrets.token_urlsafe(48))
                file.flush()
                os.fsync(number)
            with contextlib.suppress(FileExistsError):
                os.link(new, path)
        finally:
            new.unlink()
    return path.read_text().strip()


def table() -> str:
    rows = [f"| `{v.name}` | {f'`{v.default}`' if v.default else ''} | {v.meaning} |" for v in VARIABLES]
    return "\n".join(["| variable | default | meaning |", "| --- | --- | --- |", *rows])


if __name__ == "__main__":
    if sys.argv[1:] == ["check"]:
        try:
            read(os.environ)
        except WrongVariable as error:
            sys.exit(str(error))
    else:
        print(table())  # noqa: T201 -- printing is what this entry point is for
