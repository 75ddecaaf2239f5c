"""What `candor_verify` knows of every release, written from the schema: `manage.py write_shapes`.

A checker that lies in a release has no schema but what it brings along. It is text, not code, so that whoever reads the
program reads the tables too.
"""

from collections.abc import Iterator

from releases.schema import TABLES, Table
from releases.schema.references import REFERENCES

HEAD = '''\
"""The tables of every release, as `shapes` reads them. Written by `manage.py write_shapes`; not by hand.

A table and its key; then its columns, with a question mark where a value may be missing and the words where it holds
words alone ('' is the empty one); then where it leads.
"""

TABLES = """
'''
FOOT = '"""\n'
NO_WORD = "''"


def written_shapes() -> str:
    """The whole of candor_verify/written.py."""
    return HEAD + "\n".join(line for table in TABLES for line in lines(table)) + "\n" + FOOT


def lines(table: Table) -> Iterator[str]:
    yield f"{table.name} {' '.join(table.key)}"
    for column in table.columns:
        words = "".join(f" {word or NO_WORD}" for word in column.words)
        yield f"  {column.name}:{column.type}{'?' if column.nullable else ''}{words}"
    for to in REFERENCES.get(table.name, ()):
        yield f"  -> {' '.join(to.columns)} = {to.target} {' '.join(to.target_columns)}"
