"""A release as it is really built, in a bucket: built, published, read, and taken out of."""

import pytest

from releases.actions import erase_answer, make_editions, publish_release
from releases.files import store
from releases.files.layout import lay_out
from releases.models import ReleaseFile
from tests.releases.conftest import build
from tests.standins.buckets import bucket, bucket_options, client, keys, server

__all__ = ["bucket", "bucket_options", "client", "server"]  # fixtures


@pytest.mark.django_db(transaction=True)
def test_a_release_lives_in_a_bucket_and_what_is_erased_is_gone_from_it(
    bucket, world, maintainer, tmp_path, releases_dir
):
    release = publish_release(by=maintainer, release=build(maintainer))
    before = {file.sha256 for file in release.files.all()}
    assert set(keys(bucket)) == {store.name_of(sha256) for sha256 in before}
    assert not (releases_dir / "store").exists()
    folder = lay_out(release, tmp_path / "before")
    text = b"http://example.org"
    assert text.decode() in world.settled.text
    assert [path.name for path in folder.rglob("*.csv") if text in path.read_bytes()] == ["answers.csv"]
    erase_answer(by=maintainer, answer=world.settled, reason="personal")
    assert make_editions() == 1
    live = set(ReleaseFile.objects.filter(withdrawn_at=None).values_list("sha256", flat=True))
    assert before - live != set()
    assert set(keys(bucket)) == {store.name_of(sha256) for sha256 in live}
    folder = lay_out(release, tmp_path / "after")
    assert [path for path in folder.rglob("*.csv") if text in path.read_bytes()] == []
