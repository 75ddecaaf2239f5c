"""Values that are missing, bytes that must be equal, files that are whole: the three formats of a table."""

import csv
import io
import json
from datetime import UTC, date, datetime
from hashlib import sha256

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from releases.schema import TABLES, Table, table_named
from releases.schema.shapes import column
from releases.tables import writers, writing
from releases.tables.arrow import ROW_GROUP, batches_of
from releases.tables.lines import Csv, Ndjson, Slice
from releases.tables.spool import Spool
from releases.tables.writing import write_table, write_tables

THINGS = Table(
    "things",
    "For this test.",
    ("number",),
    (
        column("number", "integer", ""),
        column("text", "string", "", nullable=True),
        column("share", "number", "", nullable=True),
        column("words", "strings", "", nullable=True),
        column("at", "timestamp", "", nullable=True),
        column("on", "date", "", nullable=True),
        column("right", "boolean", "", nullable=True),
        column("more", "json", "", nullable=True),
    ),
)
AT = datetime(2026, 11, 22, 9, 30, 0, 50, tzinfo=UTC)
FULL = (1, 'Say "100 %",\r\nthen \u2028go\\', 1 / 3, ["a", 'b"%s'], AT, date(2026, 1, 2), True, '{"a":"%d"}')
NOTHING = (2, None, None, None, None, None, None, None)
EDGES = (-3, "", 0.1 + 0.2, [], datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), date(1, 1, 1), False, "[]")
ROUNDS = table_named("rounds")


def round_row(number):
    name = None if number % 3 else "ended"
    return (number, f"Round {number}", "closed", 3, AT, AT if name else None)


def lines(form, *rows):
    (batch,) = batches_of(THINGS, rows)
    return form(THINGS).lines(Slice.of(THINGS, batch))


@pytest.fixture
def spool(tmp_path) -> Spool:
    spool = Spool(tmp_path / "spool")
    for table in TABLES:
        spool.write(table.name, [])
    spool.write("rounds", (round_row(number) for number in range(ROW_GROUP + 5)))
    return spool


def unpacked(path):
    return zstandard.ZstdDecompressor().stream_reader(path.read_bytes()).readall()


def test_ndjson_says_every_value():
    found = lines(Ndjson, FULL, NOTHING, EDGES).decode()
    assert found.count("\n") == 3 and len(found.splitlines()) == 3
    said = [json.loads(line) for line in found.splitlines()]
    assert [tuple(row) for row in said] == [tuple(THINGS.names)] * 3
    first, nothing, edges = (tuple(row.values()) for row in said)
    assert first == (*FULL[:4], "2026-11-22T09:30:00.000050Z", "2026-01-02", True, '{"a":"%d"}')
    assert nothing == NOTHING
    assert edges == (*EDGES[:4], "1969-12-31T23:59:59.000000Z", "0001-01-01", False, "[]")


def test_ndjson_is_canonical():
    """As any writer of JSON would have it that puts no white space, keeps the order and escapes what it must."""
    assert lines(Ndjson, NOTHING) == (
        b'{"number":2,"text":null,"share":null,"words":null,"at":null,"on":null,"right":null,"more":null}\n'
    )
    said = {"number": 7, "text": "名\t\x7f", "share": 1e22, "words": ["é"], "at": None, "on": None, "right": None}
    row = (*said.values(), "{}")
    canonical = json.dumps({**said, "more": "{}"}, ensure_ascii=False, separators=(",", ":"))
    assert lines(Ndjson, row) == f"{canonical}\n".encode()


def test_csv_says_every_value():
    head = Csv(THINGS).head + lines(Csv, FULL, NOTHING, EDGES)
    names, first, nothing, edges = csv.reader(io.StringIO(head.decode(), newline=""), strict=True)
    assert names == THINGS.names
    assert first == [
        *("1", FULL[1], repr(1 / 3), '["a","b\\"%s"]', "2026-11-22T09:30:00.000050Z", "2026-01-02", "true"),
        '{"a":"%d"}',
    ]
    assert nothing == ["2", *[""] * 7]
    assert edges == ["-3", "", repr(0.1 + 0.2), "[]", "1969-12-31T23:59:59.000000Z", "0001-01-01", "false", "[]"]


def test_in_csv_missing_and_empty_are_told_apart():
    assert lines(Csv, NOTHING) == b"2,,,,,,,\r\n"
    assert lines(Csv, (3, "", None, [], None, None, None, "")) == b'3,"",,"[]",,,,""\r\n'


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_refused(number):
    with pytest.raises(ValueError, match="has no place in a release"):
        lines(Ndjson, (1, None, number, None, None, None, None, None))


def test_every_table_has_three_formats(spool, tmp_path):
    folder = tmp_path / "files"
    files = {file.path: file for file in write_tables(spool, folder)}
    assert set(files) == {
        path.format(table.name)
        for table in TABLES
        for path in ("data/{}/part-0000.parquet", "ndjson/{}.ndjson.zst", "csv/{}.csv")
    }
    for path, file in files.items():
        content = (folder / path).read_bytes()
        assert (file.sha256, file.bytes) == (sha256(content).hexdigest(), len(content))
        assert (folder / path).stat().st_mode & 0o777 == 0o444
    assert {file.rows for file in files.values() if file.table == "rounds"} == {ROW_GROUP + 5}
    digest = sha256(unpacked(folder / "ndjson/rounds.ndjson.zst")).hexdigest()
    assert {file.digest for file in files.values() if file.table == "rounds"} == {digest}


def test_row_groups_are_counted_in_rows(spool, tmp_path):
    write_table(ROUNDS, spool, tmp_path)
    metadata = pq.ParquetFile(tmp_path / "data/rounds/part-0000.parquet").metadata
    assert [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)] == [ROW_GROUP, 5]
    group = metadata.row_group(0)
    assert {group.column(number).compression for number in range(group.num_columns)} == {"ZSTD"}
    assert group.column(0).has_offset_index and group.column(0).has_column_index
    assert [each.column_index for each in group.sorting_columns] == [0]


@pytest.mark.parametrize(("rows", "parts"), [(0, [0]), (ROW_GROUP, [ROW_GROUP]), (ROW_GROUP + 5, [ROW_GROUP, 5])])
def test_parts_are_counted_in_rows(rows, parts, spool, tmp_path, monkeypatch):
    found = writers.ParquetFiles
    monkeypatch.setattr(writing, "ParquetFiles", lambda table, folder: found(table, folder, part=ROW_GROUP))
    spool.write("rounds", (round_row(number) for number in range(rows)))
    files = [file for file in write_table(ROUNDS, spool, tmp_path) if file.path.startswith("data/")]
    assert [(file.path, file.rows) for file in files] == [
        (f"data/rounds/part-{number:04}.parquet", count) for number, count in enumerate(parts)
    ]
    assert pq.read_table(tmp_path / "data/rounds").to_pylist() == [
        dict(zip(ROUNDS.names, round_row(number), strict=True)) for number in range(rows)
    ]


def test_equal_rows_give_equal_bytes(tmp_path):
    """Whichever way they came into the spool."""
    whole = pa.concat_batches(list(batches_of(ROUNDS, map(round_row, range(ROW_GROUP + 9)))))
    first, second = Spool(tmp_path / "a"), Spool(tmp_path / "b")
    first.write_batches("rounds", [whole])
    second.write("rounds", map(round_row, range(ROW_GROUP + 9)))
    assert write_table(ROUNDS, first, tmp_path / "c") == write_table(ROUNDS, second, tmp_path / "d")


def test_an_empty_table_is_a_table(spool, tmp_path):
    write_table(table_named("labels"), spool, tmp_path)
    assert pq.read_table(tmp_path / "data/labels").num_rows == 0
    assert (tmp_path / "csv/labels.csv").read_bytes() == Csv(table_named("labels")).head
    assert unpacked(tmp_path / "ndjson/labels.ndjson.zst") == b""


def test_a_table_that_cannot_be_written_leaves_no_note(spool, tmp_path, monkeypatch):
    folder = tmp_path / "files"

    def full(*_args):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(writers.CsvFile, "append", full)
        with pytest.raises(OSError, match="No space"):
            write_tables(spool, folder)
    notes = {path.stem for path in (tmp_path / "files.finished").glob("*.json")}
    assert "rounds" not in notes and "prompts" in notes
    assert len(write_tables(spool, folder)) == 3 * len(TABLES)


def test_it_tells_how_far_it_is(spool, tmp_path):
    told = []
    write_table(ROUNDS, spool, tmp_path, lambda *said: told.append(said))
    assert told == [("rounds", ROW_GROUP, ROW_GROUP + 5), ("rounds", ROW_GROUP + 5, ROW_GROUP + 5)]
