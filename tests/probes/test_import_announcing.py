"""A file is announced before it is sent, with what is said of its provenance beside it."""

import io

import pytest

from core.errors import Conflict, Invalid
from probes.actions import Given, begin_import, import_file
from probes.models import Answer, ImportBatch, StagedImport
from tests.probes.import_files import announce, sha, study

pytestmark = pytest.mark.django_db


@pytest.fixture
def content(prompt):
    return study(prompt)


def test_what_is_said_beside_the_file_goes_first(content):
    given = Given(source="Another study", licence="CC0", may_publish=False, remark="Beware.")
    import_file(by=None, file=io.BytesIO(content), given=given)
    batch = ImportBatch.objects.get()
    assert (batch.source, batch.licence, batch.may_publish, batch.remark) == ("Another study", "CC0", False, "Beware.")
    assert set(Answer.objects.values_list("may_publish", flat=True)) == {False}


def test_it_can_be_said_until_the_end_and_is_kept_when_nothing_new_is(content):
    announce(content, given=Given(source="One"))
    announce(content, given=Given(source="Two", may_publish=False))
    staged = announce(content)
    assert (staged.source, staged.licence, staged.may_publish) == ("Two", "", False)


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"sha256": "A" * 64}, {"sha256"}),
        ({"sha256": "a" * 63}, {"sha256"}),
        ({"size": 0}, {"size"}),
        ({"size": 10**12}, {"size"}),
        ({"format": "csv"}, {"format"}),
        ({"sha256": "", "size": -1, "format": ""}, {"sha256", "size", "format"}),
        ({"given": Given(source="x" * 301, remark="\x00")}, {"source", "remark"}),
    ],
)
def test_an_announcement_that_cannot_be(change, fields):
    with pytest.raises(Invalid) as caught:
        begin_import(by=None, **({"sha256": "a" * 64, "size": 10} | change))
    assert (set(caught.value.fields), StagedImport.objects.count()) == (fields, 0)


def test_one_file_has_one_size_and_one_format(content):
    announce(content)
    with pytest.raises(Conflict, match="Drop it first"):
        announce(content, format="speechmap")
    with pytest.raises(Conflict, match="Drop it first"):
        begin_import(by=None, sha256=sha(content), size=1)
