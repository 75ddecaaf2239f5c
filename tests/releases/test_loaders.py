"""What people open the dataset with opens it: from a folder, and from the running server."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from types import SimpleNamespace

import duckdb
import frictionless
import jsonschema
import pandas
import polars
import pyarrow.parquet as pq
import pytest
import zstandard
from django.core.management import call_command
from django.test import override_settings
from fsspec.implementations.http import HTTPFileSystem

from releases.actions import build_waiting, publish_release, start_release
from releases.files.layout import lay_out
from releases.models import Release
from releases.schema import TABLES
from tests.releases import served

# Its tests read what the fixture left in the database, and change nothing.
pytestmark = pytest.mark.django_db

ANSWERS = 1500
# Fifteen megabytes of text that nothing packs: of any file polars takes the last 256 KiB, and then what it needs.
LENGTH = 10_000
# Of a table's file: what a filtered read of one column may take.
PART = 0.05


@pytest.fixture(scope="module")
def release(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[SimpleNamespace]:
    """A release by the real build, as a folder and at an address. The database is emptied in the end."""
    data = tmp_path_factory.mktemp("data")
    with django_db_blocker.unblock(), override_settings(RELEASES_DIR=data / "releases"):
        try:
            served.fill(ANSWERS, LENGTH)
            start_release(by=None)
            built = build_waiting()
            assert built is not None and (built.status, built.error) == ("built", "")
            published = publish_release(by=None, release=built)
            folder = lay_out(published, data / "laid out")
            with served.running(data) as site:
                base = f"{site.address}/data/{published.version}"
                yield SimpleNamespace(folder=folder, base=base, gate=site.gate, rows=published.counts["tables"])
        finally:
            call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)
            assert not Release.objects.exists()


def lines(release: SimpleNamespace, table: str) -> list[dict]:
    packed = (release.folder / f"ndjson/{table}.ndjson.zst").read_bytes()
    with zstandard.ZstdDecompressor().stream_reader(packed) as reader:
        return [json.loads(line) for line in reader.read().decode().splitlines()]


def test_the_release_is_not_trivial(release):
    assert (release.rows["answers"], release.rows["labels"], release.rows["probes"]) == (ANSWERS, 3 * ANSWERS, ANSWERS)
    assert release.rows["agreement"] > 10 and release.rows["rates"] > 2


def test_datasets_loads_every_table_that_has_rows(release, tmp_path):
    """In a process of its own: the library reads its environment when it is imported, and must not reach out."""
    script = (
        "import json, sys, datasets\n"
        "folder, *names = sys.argv[1:]\n"
        "told = {}\n"
        "for name in names:\n"
        "    loaded = datasets.load_dataset(folder, name, split='train')\n"
        "    told[name] = [loaded.num_rows, loaded.column_names]\n"
        "default = datasets.load_dataset(folder, split='train')\n"
        "told[''] = [default.num_rows, default.column_names]\n"
        "first = default[0]\n"
        "told['first'] = [first['text'], first['labels']]\n"
        "print(json.dumps(told))\n"
    )
    full = [table for table in TABLES if release.rows[table.name]]
    environ = {**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
    command = [sys.executable, "-c", script, str(release.folder), *(table.name for table in full)]
    run = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=240, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    told = json.loads(run.stdout)
    first = lines(release, "answers")[0]
    assert told.pop("first") == [first["text"], first["labels"]]
    assert told.pop("") == told["answers"]
    assert told == {table.name: [release.rows[table.name], table.names] for table in full}
    assert {"labels", "consensus", "agreement", "rates", "crowd"} <= set(told)


def test_mlcroissant_finds_nothing_wrong_and_loads_records(release):
    """In a process of its own, since it changes how pandas shows things for everybody."""
    script = (
        "import json, sys, mlcroissant\n"
        "dataset = mlcroissant.Dataset(jsonld=sys.argv[1])\n"
        "issues = dataset.metadata.ctx.issues\n"
        "told = {'errors': sorted(issues.errors), 'warnings': sorted(issues.warnings)}\n"
        "told['rows'] = {each.id: sum(1 for _ in dataset.records(record_set=each.id))\n"
        "                for each in dataset.metadata.record_sets}\n"
        "first = next(iter(dataset.records(record_set='answers')))\n"
        "told['first'] = [first['answers/text'].decode(), first['answers/version_id']]\n"
        "faceted = [row['labels/facets'] for row in dataset.records(record_set='labels')]\n"
        "told['faceted'] = sum(facets == [b'hedged'] for facets in faceted)\n"
        "print(json.dumps(told))\n"
    )
    command = [sys.executable, "-c", script, str(release.folder / "croissant.json")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    told = json.loads(run.stdout)
    assert (told["errors"], told["warnings"]) == ([], [])
    assert told["rows"] == release.rows
    answers, labels = lines(release, "answers"), lines(release, "labels")
    assert told["first"] == [answers[0]["text"], answers[0]["version_id"]]
    assert told["faceted"] == sum(row["facets"] == ["hedged"] for row in labels) > 0


def test_frictionless_finds_nothing_wrong(release):
    report = frictionless.validate(str(release.folder / "datapackage.json"))
    assert report.flatten(["name", "type", "message"]) == []
    assert report.valid
    checked = {task.name.replace("-", "_"): task.stats.get("rows", 0) for task in report.tasks}
    assert checked == release.rows


def test_frictionless_finds_a_row_that_leads_nowhere(release, tmp_path):
    for name in ("datapackage.json", "csv"):
        (tmp_path / name).symlink_to(release.folder / name)
    package = json.loads((release.folder / "datapackage.json").read_text())
    for resource in package["resources"]:
        resource.pop("hash")
        resource.pop("bytes")
    (tmp_path / "datapackage.json").unlink()
    (tmp_path / "datapackage.json").write_text(json.dumps(package))
    (tmp_path / "csv").unlink()
    (tmp_path / "csv").mkdir()
    for path in (release.folder / "csv").iterdir():
        text = path.read_text()
        if path.name == "endpoints.csv":
            text = text.replace('"model-a"', '"model-z"')
        (tmp_path / "csv" / path.name).write_text(text, newline="")
    report = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert {(task.name, error.type) for task in report.tasks for error in task.errors} == {("endpoints", "foreign-key")}


def test_each_line_is_valid_by_the_schema(release):
    schema = json.loads((release.folder / "schema.json").read_text())
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    assert kind is jsonschema.Draft202012Validator
    for table in TABLES:
        validator = kind({**schema, "$ref": f"#/$defs/{table.name}", "type": "object", "properties": {},
                          "additionalProperties": True}, format_checker=kind.FORMAT_CHECKER)  # fmt: skip
        rows = lines(release, table.name)
        assert [error.message for row in rows[:300] for error in validator.iter_errors(row)] == []
        for row in rows[:1]:
            first = table.columns[0].name
            assert not validator.is_valid({**row, first: None})
            assert not validator.is_valid({**row, "more": 1})
            assert not validator.is_valid({name: value for name, value in row.items() if name != first})


def test_polars_reads_one_column_of_the_running_server_with_few_bytes(release, seen):
    address = f"{release.base}/data/answers/part-0000.parquet"
    size = (release.folder / "data/answers/part-0000.parquet").stat().st_size
    assert size > 10_000_000
    before = release.gate.bytes
    found = (
        polars.scan_parquet(address)
        .filter(polars.col("language") == "fr")
        .select("answer_id")
        .collect()
        .get_column("answer_id")
        .to_list()
    )
    taken = release.gate.bytes - before
    seen(kilobytes=taken / 1000, of=size / 1000)
    assert found == [row["answer_id"] for row in lines(release, "answers") if row["language"] == "fr"]
    assert 0 < taken < PART * size


def test_polars_reads_all_of_it_as_well(release):
    address = f"{release.base}/data/answers/part-0000.parquet"
    before = release.gate.bytes
    texts = polars.scan_parquet(address).select("text").collect().get_column("text").to_list()
    assert texts == [row["text"] for row in lines(release, "answers")]
    assert release.gate.bytes - before > 10_000_000


class Remote(HTTPFileSystem):
    """fsspec's reader of addresses, for DuckDB, whose own is an extension that it fetches from the network.

    So this does not show that extension: it shows that DuckDB reads by parts, and that what it asks of a file, its size
    and when it was changed, is what our server says. fsspec does not know the second of addresses.
    """

    def modified(self, path: str) -> datetime:
        with urllib.request.urlopen(urllib.request.Request(path, method="HEAD"), timeout=30) as answer:
            moment = parsedate_to_datetime(answer.headers["Last-Modified"])
        self.moments.append(moment)
        return moment


def test_duckdb_counts_over_the_running_server(release):
    connection, files = duckdb.connect(), Remote(skip_instance_cache=True)
    files.moments = []
    connection.register_filesystem(files)
    base = release.base
    told = connection.sql(
        f"SELECT llm, label, count(*) FROM '{base}/data/probes/part-0000.parquet' "
        f"JOIN '{base}/data/endpoints/part-0000.parquet' USING (endpoint) "
        f"JOIN '{base}/data/consensus/part-0000.parquet' USING (answer_id) GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    assert {llm for llm, _, _ in told} == {"model-a", "model-b"}
    assert sum(number for _, _, number in told) == ANSWERS
    published_at = Release.objects.get().published_at.replace(microsecond=0)
    assert {*files.moments} == {published_at}
    folder = connection.sql(f"SELECT count(*) FROM '{release.folder}/data/labels/*.parquet'").fetchall()
    assert folder == [(3 * ANSWERS,)]


def test_pandas_reads_every_format_of_the_running_server(release):
    base = release.base
    parquet = pandas.read_parquet(f"{base}/data/labels/part-0000.parquet")
    ndjson = pandas.read_json(f"{base}/ndjson/labels.ndjson.zst", lines=True, compression="zstd", dtype=False)
    cells = pandas.read_csv(f"{base}/csv/labels.csv", dtype=str, keep_default_na=False)
    assert len(parquet) == len(ndjson) == len(cells) == 3 * ANSWERS
    assert list(parquet.columns) == list(ndjson.columns) == list(cells.columns)
    for name in ("label_id", "answer_id", "label"):
        assert parquet[name].tolist() == ndjson[name].tolist() == cells[name].tolist()
    texts = pandas.read_csv(f"{base}/csv/answers.csv", usecols=["text"])["text"]
    assert texts[texts.str.startswith("'")].tolist() == ["'=1+0"]


def test_parquet_is_as_its_readers_want_it(release):
    """Sorted, with statistics, an index of pages and checked types, whatever wrote it."""
    for table in TABLES:
        file = pq.ParquetFile(release.folder / f"data/{table.name}/part-0000.parquet")
        assert file.schema_arrow.names == table.names
        assert file.metadata.num_rows == release.rows[table.name]
        for group in range(file.metadata.num_row_groups):
            column = file.metadata.row_group(group).column(0)
            assert column.compression == "ZSTD" and column.has_offset_index and column.has_column_index
