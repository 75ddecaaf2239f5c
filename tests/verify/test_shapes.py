"""What the checker knows of every release is what a release is made of."""

from candor_verify.claims import JSON_TYPES, described, row_schema, without_words
from candor_verify.folder import FORMAT
from candor_verify.reading import TYPES
from candor_verify.shapes import SHAPES, Column, Reference, Shape
from releases.documents import machine
from releases.documents.manifest import FORMAT as WRITTEN
from releases.schema import TABLES
from releases.schema.references import REFERENCES


def test_tables_keys_columns_and_references_are_those_of_the_schema():
    """Where this fails, the format of a release has changed: so must SHAPES, and FORMAT here and in the manifest."""
    assert (
        tuple(
            Shape(
                table.name,
                table.key,
                tuple(Column(column.name, column.type, column.nullable) for column in table.columns),
                tuple(Reference(to.columns, to.target, to.target_columns) for to in REFERENCES.get(table.name, ())),
            )
            for table in TABLES
        )
        == SHAPES
    )
    assert FORMAT == WRITTEN


def test_types_and_their_schema_are_those_of_the_documents():
    assert JSON_TYPES == machine.JSON_TYPES
    assert set(JSON_TYPES) == set(TYPES)
    for table, shape in zip(TABLES, SHAPES, strict=True):
        assert without_words(machine.row_schema(table)) == row_schema(shape)
        assert machine.references(table) == described(shape)["references"]
