"""One whole release for all of these tests, and a copy of it for each that does something to it."""

import shutil
from pathlib import Path

import pytest
from django.test import override_settings

from releases.files.signing import make_key
from tests.verify.world import make


@pytest.fixture(scope="session")
def signed(tmp_path_factory) -> tuple[Path, Path]:
    """A release, and the public key it is signed by."""
    place = tmp_path_factory.mktemp("verified")
    secret, public = make_key()
    (place / "key.pub").write_bytes(public)
    with override_settings(RELEASE_SIGNING_KEY=secret):
        return make(place / "release"), place / "key.pub"


@pytest.fixture
def release(signed, tmp_path) -> Path:
    """A copy of it, with the tables it was made of."""
    whole, _ = signed
    for source in (whole, whole.with_name("release.spool")):
        shutil.copytree(source, tmp_path / source.name)
    return tmp_path / "release"
