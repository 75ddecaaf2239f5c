"""Every environment variable Candor reads, in one place: name, default, meaning, and what a wrong one says.

Nothing else in the project looks at os.environ (but for keys of model providers, which an Endpoint names itself).
`python -m config.env` prints this table; docs/configuration.md is that print.
"""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

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
            raise ValueError(f"is a whole number from {low} to {high}") from None
        if not low <= number <= high:
            raise ValueError(f"is a whole number from {low} to {high}")
        return number

    return read


def switch(value: str) -> bool:
    if value.lower() in {"1", "true", "yes", "on"}:
        return True
    if value.lower() in {"", "0", "false", "no", "off"}:
        return False
    raise ValueError("is yes or no")


def names(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def url(*schemes: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value and urlsplit(value).scheme not in schemes:
            raise ValueError(f"starts with {' or '.join(scheme + '://' for scheme in schemes)}")
        return value

    return read


VARIABLES = (
    Variable("PORT", "8000", "The port of the site on 127.0.0.1.", integer(1, 65535)),
    Variable("CANDOR_DATA", "", "The folder of databases, releases and backups. Unset: var/ in the checkout.", text),
    Variable(
        "DATABASE_URL",
        "",
        "PostgreSQL 18, as postgresql://user:password@host/name. Unset: the embedded one.",
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
        "Signs sessions and links. Unset: made once and kept in the data folder.",
        text,
        secret=True,
    ),
    Variable("DEBUG", "no", "Shows tracebacks in the page. Never on a public site.", switch),
    Variable("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]", "The site's host names, with commas.", names),
    Variable("TRUSTED_ORIGINS", "", "Origins allowed to post forms, as https://candor.example, with commas.", names),
    Variable("HTTPS", "no", "The site is served over HTTPS: cookies are secure, HTTP redirects.", switch),
    Variable(
        "SIGNUPS_PER_HOUR", "120", "New accounts an hour from one address. A class shares one.", integer(1, 100000)
    ),
    Variable("LEASE_MINUTES", "30", "How long an answer stays with one labeller.", integer(1, 1440)),
    Variable("LABELS_WANTED", "3", "Independent labels each answer gets at first.", integer(1, 7)),
    Variable("LABELS_AT_MOST", "7", "Labels after which an undecided answer is called contested.", integer(1, 50)),
    Variable("PROBES_IN_FLIGHT", "20", "Calls one worker process keeps in the air.", integer(1, 1000)),
    Variable("PROBE_ATTEMPTS", "4", "How often a call is tried before it is given up.", integer(1, 20)),
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
    signups_per_hour: int
    lease_minutes: int
    labels_wanted: int
    labels_at_most: int
    probes_in_flight: int
    probe_attempts: int
    model_in_the_box: bool
    model_in_the_box_url: str
    candor_shared: str


def load(environ: Mapping[str, str]) -> Env:
    """Reads all variables.

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
    data = Path(values["candor_data"] or ROOT / "var").resolve()
    values["candor_data"] = data
    embedded = connect.urls(data)
    for name in ("DATABASE_URL", "REDIS_URL"):
        values[name.lower()] = values[name.lower()] or embedded.get(name, "")
        if not values[name.lower()]:
            raise WrongVariable(f"{name} is not set, and this platform has no embedded server. Set it.")
    values["secret_key"] = values["secret_key"] or kept_secret(data / "secret_key")
    return Env(**values)


def kept_secret(path: Path) -> str:
    """The key of this data folder, made on first use, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text().strip()


def table() -> str:
    rows = [f"| `{v.name}` | {f'`{v.default}`' if v.default else ''} | {v.meaning} |" for v in VARIABLES]
    return "\n".join(["| variable | default | meaning |", "| --- | --- | --- |", *rows])


if __name__ == "__main__":
    print(table())  # noqa: T201 -- printing is what this entry point is for
