"""docs/import-format.md says what the code takes: every kind, every field, what is needed, and examples that go in."""

import json
import re
from pathlib import Path

import pytest

from probes.actions import import_answers
from probes.actions.import_fields import FIELDS
from probes.actions.import_loading import OURS_AT_MOST
from probes.actions.import_staging import KEPT_DAYS, SIZE_AT_MOST
from probes.import_formats import FORMATS
from probes.import_lines import LINE_AT_MOST, Splitter
from probes.models import Probe
from workers.providers.body import MAX_BODY_BYTES
from workers.providers.intake import MAX_STREAM_BYTES
from workers.providers.text import storable

TEXT = (Path(__file__).parents[2] / "docs" / "import-format.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##)", TEXT, re.DOTALL | re.MULTILINE))
EXAMPLES = [json.loads(line) for line in re.findall(r"^```json\n(.*)\n```$", TEXT, re.MULTILINE)]


def test_every_kind_is_described():
    assert list(SECTIONS) == list(FIELDS)


@pytest.mark.parametrize("kind", FIELDS)
def test_every_field_is_described_with_whether_it_is_needed(kind):
    rows = re.findall(r"^\| `(\w+)` \| .* \| ([^|]*) \|$", SECTIONS[kind], re.MULTILINE)
    assert [(name, otherwise == "needed") for name, otherwise in rows] == [
        (name, field.needed) for name, field in FIELDS[kind].items()
    ]


@pytest.mark.django_db
def test_its_examples_are_a_file():
    assert [row["kind"] for row in EXAMPLES] == list(FIELDS)
    assert import_answers(by=None, lines=[json.dumps(row) for row in EXAMPLES]).answers == 1
    assert Probe.objects.get().version.prompt.key_points.points.get().essential is True


def test_a_line_holds_the_longest_answer_that_is_recorded():
    """What takes most room: half a surrogate pair is six bytes of a response, and seven in a line of ours."""
    text, escaped = storable("\ud800")
    assert (escaped, len(json.dumps({"text": text}, ensure_ascii=False)) - len(json.dumps({"text": ""}))) == (True, 7)
    assert max(MAX_BODY_BYTES, MAX_STREAM_BYTES) / 6 * 7 + 2**20 < LINE_AT_MOST


@pytest.mark.parametrize("step", [1, 2, 3, 4, 100])
def test_a_byte_order_mark_is_taken_off_where_the_file_begins_and_nowhere_else(step):
    content = b"\xef\xbb\xbfone\n\xef\xbb\xbftwo"
    lines, splitter = [], Splitter()
    for at in range(0, len(content), step):
        lines += splitter.feed(content[at : at + step])
        splitter = Splitter(splitter.lines, splitter.tail)
    assert [*lines, *splitter.close()] == [(1, b"one"), (2, b"\xef\xbb\xbftwo")]


def test_its_limits_and_formats_are_the_real_ones():
    assert (LINE_AT_MOST, SIZE_AT_MOST, KEPT_DAYS) == (64 * 2**20, 20 * 2**30, 7)
    assert f"A line has at most {LINE_AT_MOST // 2**20} MiB, a file 20 GiB and {OURS_AT_MOST:,} answers" in TEXT
    assert [f"`--format {name}`" in TEXT for name in FORMATS if name != "candor"] == [True]


@pytest.mark.parametrize("step", [1, 2, 3, 5, 100])
def test_a_stream_is_cut_the_same_however_it_comes(step):
    content = b"one\n\ntwo\r\n\nthree"
    lines, splitter = [], Splitter()
    for at in range(0, len(content), step):
        lines += splitter.feed(content[at : at + step])
        # As between two requests: all it has to know is in these two.
        splitter = Splitter(splitter.lines, splitter.tail)
    lines += splitter.close()
    assert lines == [(1, b"one"), (2, b""), (3, b"two\r"), (4, b""), (5, b"three")]
    assert list(splitter.close()) == []
