"""The table of environment variables: name, default, meaning, and how each is read. config.env reads them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from config.readings import (
    commit,
    contact,
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
        "CONTACT",
        "",
        "How to reach who runs the site: a mail address, or the https address of a page. Stands in the footer, in "
        "/.well-known/security.txt and in releases. Unset: nowhere.",
        contact,
    ),
    Variable(
        "CODE_URL",
        "",
        "Where the program that runs here can be read, as https://example.org/candor: for releases. Unset: they do not "
        "say.",
        url("https"),
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
