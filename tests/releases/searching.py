"""Looking for words everywhere: in every column of every table of the database, and in all files of releases."""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import zstandard
from django.db import connection

COLUMNS = """
SELECT format('%I.%I', n.nspname, c.relname), quote_ident(a.attname), t.typname
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'm', 'v')
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
JOIN pg_type t ON t.oid = a.atttypid
WHERE a.attnum > 0 AND NOT a.attisdropped
ORDER BY 1, a.attnum
"""
# Numbers, moments and the like hold no words; whatever else there is or will be is looked through.
WORDLESS = {
    "bool",
    "int2",
    "int4",
    "int8",
    "float4",
    "float8",
    "numeric",
    "timestamptz",
    "timestamp",
    "date",
    "interval",
}


def columns() -> list[tuple[str, str, str]]:
    """Table, column and type of everything that may hold words."""
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        return [(table, column, kind) for table, column, kind in cursor.fetchall() if kind not in WORDLESS]


def in_database(needles: Iterable[str]) -> list[str]:
    """The columns in which one of the words stands, whatever its case, as "table.column: word"; packed bytes too."""
    words = [word.lower() for word in needles]
    assert all(words)
    found = []
    for table, column, kind in columns():
        with connection.cursor() as cursor:
            if kind == "bytea":
                cursor.execute(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL")
                texts = [text for (body,) in cursor.fetchall() for text in readings(bytes(body))]
            else:
                # As JSON, so that an array's or an object's own quoting hides nothing; words are plain enough for it.
                cursor.execute(
                    f"SELECT {column}::text FROM {table} WHERE lower({column}::text) LIKE ANY(%s)",
                    [[f"%{word}%" for word in words]],
                )
                texts = [text.encode() for (text,) in cursor.fetchall()]
        found += [f"{table}.{column}: {word}" for word in words if any(word.encode() in text.lower() for text in texts)]
    return sorted(set(found))


def readings(body: bytes) -> Iterator[bytes]:
    """Bytes as they are, and unpacked where they are packed."""
    yield body
    for unpack in (gzip.decompress, zlib.decompress, zstandard.ZstdDecompressor().decompress):
        try:
            yield unpack(body)
        except (OSError, zlib.error, EOFError, zstandard.ZstdError):
            continue


def in_files(folder: Path, needles: Iterable[str]) -> list[str]:
    """The files under a folder that hold one of the words, as "path: word": unpacked, and Parquet value by value."""
    words = [word.lower() for word in needles]
    assert all(words)
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        texts = [reading.lower() for reading in file_readings(path)]
        found += [f"{path.name}: {word}" for word in words if any(word.encode() in text for text in texts)]
    return found


def file_readings(path: Path) -> Iterator[bytes]:
    body = path.read_bytes()
    yield str(path).encode()
    yield body
    if body[:4] == b"PAR1":
        table = pq.read_table(path)
        yield str(table.schema.metadata).encode()
        yield str(table.to_pylist()).encode()
    elif body[:4] == zstandard.FRAME_HEADER:
        with zstandard.ZstdDecompressor().stream_reader(body) as reader:
            yield reader.read()
