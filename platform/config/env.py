"""Every environment variable Candor reads (config.variables has the table), and what a wrong one says.

Nothing else in the project looks at os.environ (but for keys of model providers, which an Endpoint names itself).
`python -m config.env` prints the table; docs/configuration.md is that print. `python -m config.env check` says what is
wrong with the environment, in one line, before anything is started.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.kept import kept_secret
from config.variables import VARIABLES
from embedded import connect

ROOT = Path(__file__).resolve().parents[2]


class WrongVariable(Exception):
    """A variable holds what Candor cannot use; the message is one line that names it and says what to do."""


@dataclass(frozen=True)
class Env:
    """The variables, read and checked. Attributes are the names in lower case."""

    port: int
    site_url: str
    contact: str
    code_url: str
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
