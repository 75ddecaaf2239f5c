"""A release that is out is read back from its own files as it was frozen."""

import pytest
from django.utils import timezone

from releases.models import ReleaseFile
from releases.rows import ROWS, Cut
from releases.schema import TABLES
from releases.tables.layout import OldLayout, layout_of
from releases.tables.spool import Spool
from releases.tables.thaw import thaw

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = [table.name for table in TABLES]


def test_every_table_comes_back_as_it_was_read(built, tmp_path):
    cut = Cut(built.cutoff, bytes(built.key))
    thawed = Spool(tmp_path / "thawed")
    thaw(built, thawed, NAMES)
    assert thawed.is_whole()
    for table, rows in ROWS.items():
        read = Spool(tmp_path / "read")
        read.write(table, rows(cut))
        assert list(thawed.batches(table)) == list(read.batches(table))
    assert {name: thawed.count(name) for name in NAMES} == built.counts["tables"]


def test_a_file_that_was_withdrawn_is_not_read(built, tmp_path):
    old = built.files.get(path="data/rounds/part-0000.parquet")
    ReleaseFile.objects.filter(pk=old.pk).update(withdrawn_at=timezone.now())
    with pytest.raises(OldLayout, match="has no table rounds"):
        thaw(built, Spool(tmp_path / "thawed"), ["rounds"])


def test_another_layout_is_told_apart(built, tmp_path):
    other = built.files.get(path="data/llms/part-0000.parquet")
    ReleaseFile.objects.filter(release=built, path="data/rounds/part-0000.parquet").update(sha256=other.sha256)
    with pytest.raises(OldLayout, match="has other columns than rounds"):
        thaw(built, Spool(tmp_path / "thawed"), ["rounds"])


def test_a_release_of_today_has_the_layout_of_today(built):
    own = layout_of(built)
    assert own.is_current
    assert own.names == NAMES


def test_a_manifest_without_columns_says_nothing_of_the_layout(built):
    other = built.files.get(path="schema.json")
    ReleaseFile.objects.filter(release=built, path="manifest.json").update(sha256=other.sha256)
    with pytest.raises(OldLayout, match="does not say which columns there are"):
        layout_of(built)
    ReleaseFile.objects.filter(release=built, path="manifest.json").delete()
    with pytest.raises(OldLayout, match="has no manifest"):
        layout_of(built)
