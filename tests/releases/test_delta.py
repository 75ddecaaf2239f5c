"""A delta leads from one release to the next, row for row, and tells nothing of what is gone."""

import json
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotations.actions import assign_next, submit_label
from releases.files.layout import lay_out
from releases.naming import as_written
from releases.schema import TABLES, table_named
from releases.tables.delta import LEFT_OUT, RENUMBERED, NotSorted, tables_compared, write_deltas
from releases.tables.spool import Spool
from tests.releases.conftest import build
from tests.releases.spools import as_rows, freeze, renumbered, small
from tests.releases.taking import publish


def unpacked(path: Path) -> list[dict[str, Any]]:
    with zstandard.ZstdDecompressor().stream_reader(path.read_bytes()) as reader:
        return [json.loads(line) for line in reader.read().decode().splitlines()]


def key_of(table: str) -> tuple[str, ...]:
    return RENUMBERED[table][1] if table in RENUMBERED else table_named(table).key


def named(row: dict[str, Any], key: tuple[str, ...]) -> str:
    return json.dumps([row[name] for name in key])


def applied(before: list[dict[str, Any]], delta: list[dict[str, Any]], table: str) -> list[str]:
    """The rows of the next release as a reader makes them by what delta.py says, numbers of probes left out."""
    key = key_of(table)
    unnumbered = RENUMBERED[table][0] if table in RENUMBERED else ()
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in before:
        kept = {name: value for name, value in row.items() if name not in unnumbered}
        rows.setdefault(named(kept, key), []).append(kept)
    for line in delta:
        if line["op"] == "remove":
            del rows[named(line["key"], key)]
        elif line["op"] == "change":
            assert rows[named(line["row"], key)] != [line["row"]]
            rows[named(line["row"], key)] = [line["row"]]
        else:
            rows.setdefault(named(line["row"], key), []).append(line["row"])
    return sorted(json.dumps(row) for some in rows.values() for row in some)


def as_read(folder: Path, table: str) -> list[dict[str, Any]]:
    return unpacked(folder / f"ndjson/{table}.ndjson.zst")


def plain(rows: list[dict[str, Any]], table: str) -> list[str]:
    unnumbered = RENUMBERED[table][0] if table in RENUMBERED else ()
    return sorted(json.dumps({name: value for name, value in row.items() if name not in unnumbered}) for row in rows)


def dictionaries(table: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Whole rows in the table's columns, as a reader of NDJSON would have them."""
    shape = table_named(table)
    made = [dict(zip(shape.names, row, strict=True)) for row in as_rows(shape, rows)]
    return [json.loads(json.dumps(row, default=as_written)) for row in made]


def test_what_is_in_which_table_is_told(tmp_path):
    before, now = small(), small(answers=6)
    del now["prompts"][1]["topic"]
    now["llms"] = [{**now["llms"][0], "remark": "Retrained since."}]
    was = freeze(tmp_path / "before", before)
    deltas = {delta.table: delta for delta in write_deltas(freeze(tmp_path / "now", now), was, tmp_path)}
    assert (deltas["llms"].added, deltas["llms"].changed, deltas["llms"].removed) == (0, 1, 1)
    assert unpacked(tmp_path / "delta/llms.ndjson.zst") == [
        {"op": "change", "row": dictionaries("llms", now["llms"])[0], "columns": ["remark"]},
        {"op": "remove", "key": {"llm": "model-b"}},
    ]
    # The last answer of before is settled now, and there are two more.
    assert (deltas["answers"].added, deltas["answers"].changed, deltas["answers"].removed) == (2, 1, 0)
    assert [line["columns"] for line in unpacked(tmp_path / "delta/prompts.ndjson.zst")] == [["topic"]]
    assert deltas["rounds"].nothing and unpacked(tmp_path / "delta/rounds.ndjson.zst") == []


def test_every_table_is_told_or_named_with_a_reason(tmp_path):
    spool = freeze(tmp_path / "spool", small())
    told = {delta.table for delta in write_deltas(spool, spool, tmp_path)}
    assert told | set(LEFT_OUT) == {table.name for table in TABLES}
    assert told & set(LEFT_OUT) == set()
    assert sorted(path.name for path in (tmp_path / "delta").iterdir()) == sorted(f"{t}.ndjson.zst" for t in told)
    assert all(LEFT_OUT.values())


def test_equal_releases_give_the_same_bytes(tmp_path):
    was, now = freeze(tmp_path / "a", small()), freeze(tmp_path / "b", small(answers=7))
    first = [delta.file for delta in write_deltas(now, was, tmp_path / "one")]
    assert [delta.file for delta in write_deltas(now, was, tmp_path / "two")] == first
    assert {file.path: (tmp_path / "one" / file.path).read_bytes() for file in first} == {
        file.path: (tmp_path / "two" / file.path).read_bytes() for file in first
    }


def test_a_probe_is_known_by_what_was_asked_and_not_by_its_number(tmp_path):
    before, now = small(), small()
    # One more at the front: every number behind it is another.
    first = {**now["probes"][0], "sample": 0, "delivery": "empty", "answer_id": None}
    now = renumbered({**now, "probes": [first, *now["probes"]]})
    assert {row["probe_id"] for row in now["probes"]} != {row["probe_id"] for row in before["probes"]}
    write_deltas(freeze(tmp_path / "now", now), freeze(tmp_path / "before", before), tmp_path)
    (line,) = unpacked(tmp_path / "delta/probes.ndjson.zst")
    assert (line["op"], line["row"]["sample"], "probe_id" in line["row"]) == ("add", 0, False)


def test_imports_that_share_a_key_all_go_and_all_come(tmp_path):
    imported = {"version_id": 1, "endpoint": "a", "round": None, "sample": 1, "import_source": "One", "answer_id": None}
    before = small()
    before["probes"] += [{**imported, "probe_id": 10}, {**imported, "probe_id": 11, "import_source": "Two"}]
    now = small()
    now["probes"] += [{**imported, "probe_id": 20}, {**imported, "probe_id": 21, "import_source": "Three"}]
    before, now = renumbered(before), renumbered(now)
    write_deltas(freeze(tmp_path / "now", now), freeze(tmp_path / "before", before), tmp_path)
    delta = unpacked(tmp_path / "delta/probes.ndjson.zst")
    assert [line["op"] for line in delta] == ["remove", "add", "add"]
    assert delta[0]["key"] == {"version_id": 1, "endpoint": "a", "round": None, "sample": 1}
    was = dictionaries("probes", before["probes"])
    assert applied(was, delta, "probes") == plain(dictionaries("probes", now["probes"]), "probes")


def test_what_is_gone_is_told_by_its_key_alone(tmp_path):
    before, now = small(), small()
    before["answers"][1]["text"] = "A text that has to be forgotten."
    now["answers"] = [row for number, row in enumerate(now["answers"]) if number != 1]
    now["labels"] = [row for row in now["labels"] if row["answer_id"] != before["answers"][1]["answer_id"]]
    now["probes"] = [row for row in now["probes"] if row["answer_id"] != before["answers"][1]["answer_id"]]
    write_deltas(freeze(tmp_path / "now", renumbered(now)), freeze(tmp_path / "before", before), tmp_path)
    assert unpacked(tmp_path / "delta/answers.ndjson.zst") == [
        {"op": "remove", "key": {"answer_id": before["answers"][1]["answer_id"]}}
    ]
    every = b"".join(json.dumps(unpacked(path)).encode() for path in (tmp_path / "delta").iterdir())
    assert b"forgotten" not in every


def test_a_table_out_of_order_is_refused(tmp_path):
    spool = freeze(tmp_path / "spool", small())
    twisted = freeze(tmp_path / "twisted", small())
    llms = list(twisted.rows("llms"))
    twisted.write("llms", llms[::-1])
    with pytest.raises(NotSorted, match=r"llms is not sorted by its key"):
        write_deltas(twisted, spool, tmp_path)


ROWS = st.dictionaries(
    st.tuples(st.integers(1, 5), st.integers(1, 3)),
    st.fixed_dictionaries({"text": st.sampled_from(["a", "b", "\u2028"]), "url": st.sampled_from([None, "u"])}),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=ROWS, now=ROWS)
def test_any_table_is_found_again(tmp_path, before, now):
    made = []
    for name, rows in (("before", before), ("now", now)):
        spool = Spool(tmp_path / name)
        points = [{"key_points_id": set_id, "order": order, **more} for (set_id, order), more in rows.items()]
        spool.write("key_points", as_rows(table_named("key_points"), points))
        made.append((spool, dictionaries("key_points", points)))
    (was, old), (is_now, new) = made
    (delta,) = write_deltas(is_now, was, tmp_path)
    assert applied(old, unpacked(tmp_path / delta.file.path), "key_points") == plain(new, "key_points")
    assert delta.file.rows == delta.added + delta.changed + delta.removed


@pytest.mark.django_db(transaction=True)
def test_a_real_release_is_made_of_the_one_before_and_its_delta(world, maintainer, tmp_path):
    first = lay_out(publish(maintainer), tmp_path / "first")
    assert not (first / "delta").exists()
    # The answer that was open has three labels now, and its question's probe is told.
    for reader in world.readers[1:]:
        (assignment,) = assign_next(by=reader)
        submit_label(by=reader, assignment_id=assignment.id, value="censored")
    second = lay_out(build(maintainer), tmp_path / "second")
    told = {}
    for table in tables_compared():
        delta = unpacked(second / f"delta/{table.name}.ndjson.zst")
        told[table.name] = [line["op"] for line in delta]
        now = plain(as_read(second, table.name), table.name)
        assert applied(as_read(first, table.name), delta, table.name) == now, table.name
    assert (told["answers"], told["probes"], told["llms"]) == (["add"], ["add"], [])
    assert not {path.name.partition(".")[0] for path in (second / "delta").iterdir()} & set(LEFT_OUT)
    manifest = json.loads((second / "manifest.json").read_text())
    assert manifest["previous"]["label"] == json.loads((first / "manifest.json").read_text())["label"]
    assert manifest["not_in_delta"] == LEFT_OUT
