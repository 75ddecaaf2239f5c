"""A release as it is really built, sent to both places: its card is one that the Hub takes."""

import hashlib
import zipfile
from io import BytesIO

import pytest

from releases.actions.push import push_release
from releases.choices import Place
from tests.standins.cards import faults_of_card
from tests.standins.hub import Hub
from tests.standins.zenodo import Zenodo

# huggingface_hub and its own HTTP client disagree on a name.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content:DeprecationWarning")


@pytest.mark.django_db(transaction=True)
def test_a_release_arrives_at_both_places_as_it_was_published(published, settings, maintainer):
    wanted = {file.path: file.sha256 for file in published.files.all()}
    with Hub() as hub, Zenodo() as zenodo:
        settings.HF_ENDPOINT, settings.RELEASES_HF_TOKEN, settings.HF_REPOSITORY = (
            hub.address,
            "hf_writes",
            "candor/candor",
        )
        settings.ZENODO_URL, settings.RELEASES_ZENODO_TOKEN = zenodo.address, "zen-all"
        for place in Place:
            assert push_release(by=maintainer, release=published, place=place).status == "done"
        there = hub.repositories["candor/candor"].contents("main")
        (deposition,) = zenodo.depositions.values()
    assert faults_of_card(there["README.md"].decode()) == ([], [])
    there.pop(".gitattributes")
    assert {path: hashlib.sha256(content).hexdigest() for path, content in there.items()} == wanted
    name = f"candor-{published.version}"
    with zipfile.ZipFile(BytesIO(deposition.files[f"{name}.zip"])) as archive:
        packed = {entry.removeprefix(f"{name}/"): archive.read(entry) for entry in archive.namelist()}
    assert packed == there
    beside = {"README.md", "DATASHEET.md", "CHANGELOG.md", "manifest.json", "SHA256SUMS"}
    assert {file: content for file, content in deposition.files.items() if file in beside} == {
        file: there[file] for file in beside
    }
