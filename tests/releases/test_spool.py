"""A release in the making: tables that are whole or not there, in batches that never depend on how the rows arrived."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from releases.schema import table_named
from releases.tables.arrow import ROW_GROUP, batches_of, regrouped
from releases.tables.spool import Spool

AT = datetime(2026, 11, 22, 9, 30, 1, 5, tzinfo=UTC)
ROUNDS = table_named("rounds")


def row(number, name="a"):
    return (number, name, "closed", 3, AT, None)


def rows(count):
    return [row(number) for number in range(count)]


@pytest.fixture
def spool(tmp_path) -> Spool:
    return Spool(tmp_path / "spool")


def test_what_is_written_is_read(spool):
    assert spool.write("rounds", [row(1), row(2, "名 👍\u2028\0")]) == 2
    assert list(spool.rows("rounds")) == [row(1), row(2, "名 👍\u2028\0")]
    assert list(spool.rows("rounds", ["name", "round"])) == [("a", 1), ("名 👍\u2028\0", 2)]
    assert (spool.count("rounds"), spool.has("rounds"), spool.has("labels")) == (2, True, False)


def test_every_type_comes_back(spool):
    label = ("0" * 16, "answer", None, "faithful", True, ["one", "two"], 7, "1.0", date(2026, 11, 22))
    names = table_named("labels").names
    order = "label_id answer_id labeller label counted facets key_points_id guideline given_on"
    values = dict(zip(order.split(), label, strict=True))
    spool.write("labels", [tuple(values[name] for name in names)])
    (found,) = spool.rows("labels")
    assert dict(zip(names, found, strict=True)) == values


@pytest.mark.parametrize("count", [0, 1, ROW_GROUP - 1, ROW_GROUP, ROW_GROUP + 1, 2 * ROW_GROUP])
def test_batches_are_counted_in_rows(spool, count):
    assert spool.write("rounds", iter(rows(count))) == count == spool.count("rounds")
    sizes = [batch.num_rows for batch in spool.batches("rounds")]
    assert sizes == [ROW_GROUP] * (count // ROW_GROUP) + ([count % ROW_GROUP] if count % ROW_GROUP else [])


def test_the_batches_do_not_depend_on_how_rows_arrive(tmp_path):
    batch = pa.concat_batches(list(batches_of(ROUNDS, rows(ROW_GROUP + 7))))
    first, second = Spool(tmp_path / "a"), Spool(tmp_path / "b")
    first.write_batches("rounds", [batch])
    pieces = ((0, 3), (3, 0), (3, ROW_GROUP), (ROW_GROUP + 3, 4))
    second.write_batches("rounds", [batch.slice(start, length) for start, length in pieces])
    assert list(first.batches("rounds")) == list(second.batches("rounds"))


def test_regrouping_splits_long_batches_and_joins_short_ones():
    batch = pa.concat_batches(list(batches_of(ROUNDS, rows(25))))
    pieces = [batch.slice(0, 1), batch.slice(1, 23), batch.slice(24, 1)]
    found = list(regrouped(pieces, 10))
    assert [each.num_rows for each in found] == [10, 10, 5]
    assert pa.Table.from_batches(found) == pa.Table.from_batches([batch])


def test_it_tells_how_far_it_is(spool):
    told = []
    spool.write("rounds", rows(ROW_GROUP + 1), told=told.append)
    assert told == [ROW_GROUP, ROW_GROUP + 1]


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        ((1, None, "closed", 3, AT, None), ValueError),
        (("one", "a", "closed", 3, AT, None), pa.ArrowInvalid),
        ((1, "a", "closed", 3, AT), ValueError),
    ],
)
def test_a_row_that_does_not_fit_leaves_no_table(spool, bad, error):
    with pytest.raises(error):
        spool.write("rounds", [row(1), bad])
    assert not spool.has("rounds")
    with pytest.raises(OSError, match="rounds"):
        spool.count("rounds")
    spool.write("rounds", [row(1)])
    assert spool.count("rounds") == 1


def test_a_table_that_breaks_off_leaves_the_one_before(spool):
    spool.write("rounds", rows(3))

    def broken():
        yield row(1)
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError):
        spool.write("rounds", broken())
    assert spool.count("rounds") == 3


def test_it_is_whole_once_it_is_sealed(spool):
    spool.write("rounds", rows(1))
    assert not spool.is_whole()
    spool.note("left_out", {"answers": {"open": 1}})
    assert (spool.is_whole(), spool.noted("left_out")) == (False, {"answers": {"open": 1}})
    spool.seal()
    assert spool.is_whole() and Spool(spool.folder).is_whole()


def test_a_table_that_no_release_has_is_refused(spool):
    with pytest.raises(KeyError):
        spool.write("nothing", [])


def test_reading_some_columns_reads_no_others(spool):
    spool.write("rounds", rows(10))
    (batch,) = spool.batches("rounds", ["round"])
    assert batch.schema.names == ["round"]
    assert batch.nbytes == 10 * 8
