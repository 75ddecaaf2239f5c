"""Cells that a spreadsheet would run, values that are missing, bytes that must be equal."""

import csv
import io
from datetime import UTC, date, datetime

import pyarrow.parquet as pq
import pytest

from releases.schema import Table
from releases.schema.shapes import column
from releases.writers import ROW_GROUP, cell, write_table

TABLE = Table(
    "things",
    "For this test.",
    ("number",),
    (
        column("number", "integer", ""),
        column("text", "string", "", nullable=True),
        column("share", "number", "", nullable=True),
        column("words", "strings", ""),
        column("at", "timestamp", ""),
        column("on", "date", ""),
        column("right", "boolean", ""),
    ),
)
AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def row(number: int, text: str | None = "text"):
    return (number, text, None if number % 2 else number / 3, ["a", "b"], AT, date(2026, 11, 22), True)


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\u200b=1", "\ufeff=1"),
        *("＝1", "＋1", "－1", "＠1", "\ttab", "\rreturn", "\nline", '=cmd|"/c calc"!A1', "'quoted", "'=1"),
    ],
)
def test_a_text_that_looks_like_a_formula_gets_an_apostrophe(text):
    (found,) = next(csv.reader(io.StringIO(cell(text), newline="")))
    assert found == f"'{text}"


@pytest.mark.parametrize("text", ["", "plain", "1-1", "a=b", "<b>", '"', '","', "a\r\nb", "(=1)", "你好", "\\u0000"])
def test_any_other_text_stays_as_it_is(text):
    (found,) = next(csv.reader(io.StringIO(cell(text), newline="")))
    assert found == text


def test_missing_and_empty_are_told_apart():
    assert (cell(None), cell(""), cell(-0.5), cell(-3), cell(True)) == ("", '""', "-0.5", "-3", "true")


def test_row_groups_are_counted_in_rows(tmp_path):
    rows = ROW_GROUP + 5
    written = write_table(TABLE, (row(number) for number in range(rows)), tmp_path)
    assert [file.rows for file in written] == [rows] * 3
    metadata = pq.ParquetFile(tmp_path / "data/things.parquet").metadata
    assert [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)] == [ROW_GROUP, 5]
    assert metadata.row_group(0).column(0).compression == "ZSTD"


def test_equal_rows_give_equal_bytes(tmp_path):
    first = write_table(TABLE, [row(number) for number in range(5000)], tmp_path / "a")
    second = write_table(TABLE, (row(number) for number in range(5000)), tmp_path / "b")
    assert first == second


def test_an_empty_table_is_a_table(tmp_path):
    write_table(TABLE, [], tmp_path)
    assert pq.read_table(tmp_path / "data/things.parquet").num_rows == 0
    assert (tmp_path / "csv/things.csv").read_bytes() == b"number,text,share,words,at,on,right\r\n"
    assert (tmp_path / "ndjson/things.ndjson").read_bytes() == b""


def test_a_file_is_read_only_and_never_written_twice(tmp_path):
    write_table(TABLE, [row(1)], tmp_path)
    assert (tmp_path / "csv/things.csv").stat().st_mode & 0o777 == 0o444
    with pytest.raises(FileExistsError):
        write_table(TABLE, [row(1)], tmp_path)


def test_a_value_that_may_not_be_missing_is_refused(tmp_path):
    with pytest.raises(ValueError):
        write_table(TABLE, [(None, *row(1)[1:])], tmp_path)
