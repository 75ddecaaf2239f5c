"""Short ways for the tests of what is taken out of releases."""

import json
from typing import Any

import zstandard

from releases.actions import build_waiting, publish_release, start_release
from releases.files import store
from releases.models import Release, ReleaseFile


def text_of(file: ReleaseFile) -> str:
    with store.opened(file.sha256) as opened:
        body = opened.read()
    if file.path.endswith(".zst"):
        with zstandard.ZstdDecompressor().stream_reader(body) as reader:
            body = reader.read()
    return body.decode()


def live(release: Release) -> dict[str, ReleaseFile]:
    """The files of a release as it is now, by path."""
    return {file.path: file for file in release.files.filter(withdrawn_at=None)}


def rows_of(release: Release, table: str) -> list[dict[str, Any]]:
    """A table of a release as it is now."""
    return [json.loads(line) for line in text_of(live(release)[f"ndjson/{table}.ndjson.zst"]).splitlines()]


def publish(maintainer) -> Release:
    """One more release, built and published."""
    start_release(by=maintainer)
    release = build_waiting()
    assert (release.status, release.error) == ("built", "")
    return publish_release(by=maintainer, release=release)
