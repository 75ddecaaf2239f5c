"""Every environment variable Candor reads, in one place: name, default, meaning, and what a wrong one says.

Nothing else in the project looks at os.environ (but for keys of model providers, which an Endpoint names itself).
`python -m config.env` prints this table; docs/configuration.md is that print. `python -m config.env check` says what is
wrong with the environment, in one line, before anything is started.
"""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.kept import kept_secret
from config.readings import (
    commit,
    folder,
    hosts,
    integer,
    key,
    origin,
    origins,
    port_or_none,
    repository,
    signing_key,
    switch,
    text,
    url,
)
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


VARIABLES = (
    Variable("PORT", "8000", "The port of the site on 127.0.0.1.", integer(1, 65535)),
    Variable(
        "SITE_URL",
        "",
        "The site's origin as its readers know it, as https://candor.example: for addresses in streams, feeds and "
        "messages. Unset: the one a request came to.",
        origin,
    ),
    Variable(
        "FILES_PORT",
        "",
        "The port of the process for files and streams, on 127.0.0.1. Unset: PORT + 1.",
        port_or_none,
    ),
    Variable(
        "FILES_URL",
        "",
        "The origin at which readers reach that process, as https://files.candor.example. `manage.py up` sets it where "
        "ALLOWED_HOSTS is not set. Empty: the site serves files and streams itself, and slow readers keep its threads.",
        origin,
    ),
    Variable(
        "STREAMS_AT_MOST",
        "64",
        "Streams sent at one time, and as many files; whoever comes beyond that is told to come back.",
        integer(1, 64),
    ),
    Variable(
        "STREAMS_PER_ADDRESS",
        "16",
        "How many of each one address may have at one time.",
        integer(1, 64),
    ),
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
    Variable(
        "READS_PER_MINUTE",
        "1200",
        "Reads of the API a minute from one address (of IPv6: one /64); with a token twice as many.",
        integer(1, 1000000),
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
    Variable(
        "RELEASE_SIGNING_KEY",
        "",
        "Signs the manifest of each release; `manage.py make_release_key` makes it. Unset: nothing is signed.",
        signing_key,
        secret=True,
    ),
    Variable(
        "RELEASES_S3_BUCKET",
        "",
        "Keeps the files of releases in this bucket of S3, or of a server that speaks S3. Unset: in the data folder.",
        text,
    ),
    Variable(
        "RELEASES_S3_ENDPOINT", "", "That server, as https://s3.example.org. Unset: Amazon's.", url("https", "http")
    ),
    Variable("RELEASES_S3_REGION", "us-east-1", "The bucket's region.", text),
    Variable(
        "RELEASES_S3_ACCESS_KEY", "", "The key's name. Unset: where boto3 looks (a role, a file).", text, secret=True
    ),
    Variable("RELEASES_S3_SECRET_KEY", "", "The key itself.", text, secret=True),
    Variable(
        "RELEASES_S3_REDIRECT",
        "no",
        "Sends readers of a file on to a signed address of the bucket, good for an hour. No: the files process passes "
        "the bytes on.",
        switch,
    ),
    Variable(
        "RELEASES_HF_TOKEN", "", "A write token of Hugging Face, for `manage.py push_release`.", text, secret=True
    ),
    Variable("HF_REPOSITORY", "", "The dataset repository there, as candor/candor.", repository),
    Variable("HF_ENDPOINT", "https://huggingface.co", "Where Hugging Face is.", url("https", "http")),
    Variable(
        "RELEASES_ZENODO_TOKEN",
        "",
        "A token of Zenodo with the scopes deposit:write and deposit:actions, for `manage.py push_release`.",
        text,
        secret=True,
    ),
    Variable(
        "ZENODO_URL",
        "https://zenodo.org",
        "Where Zenodo is; https://sandbox.zenodo.org to try it.",
        url("https", "http"),
    ),
    Variable("CANDOR_COMMIT", "", "The commit that runs, for manifests of releases. Unset: git is asked.", commit),
    Variable("CANDOR_SHARED", "", "Tests only: the folder with recorded payloads and reference data.", text),
)


@dataclass(frozen=True)
class Env:
    """The variables, read and checked. Attributes are the names in lower case."""

    port: int
    site_url: str
    files_port: int | None
    files_url: str
    streams_at_most: int
    streams_per_address: int
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
    reads_per_minute: int
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
    release_signing_key: str
    releases_s3_bucket: str
    releases_s3_endpoint: str
    releases_s3_region: str
    releases_s3_access_key: str
    releases_s3_secret_key: str
    releases_s3_redirect: bool
    releases_hf_token: str
    hf_repository: str
    hf_endpoint: str
    releases_zenodo_token: str
    zenodo_url: str
    candor_commit: str
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
