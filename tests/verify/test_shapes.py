"""What the checker knows of every release is what a release is made of."""

from pathlib import Path

import candor_verify
from annotations import choices as annotated
from candor_verify import answers
from candor_verify.claims import JSON_TYPES, described, row_schema, without_words
from candor_verify.folder import FORMAT
from candor_verify.reading import TYPES
from candor_verify.shapes import SHAPES, Column, Reference, Shape
from probes import choices as probed
from probes.choices import CLOSED
from prompts import choices as prompted
from releases.documents import machine
from releases.documents.shapes import written_shapes
from releases.privacy.thinning import THINNED
from releases.rows.cut import JUDGED
from releases.schema import FORMAT as WRITTEN
from releases.schema import TABLES, words
from releases.schema.references import REFERENCES


def test_tables_keys_columns_and_references_are_those_of_the_schema():
    """Where this fails, the format of a release has changed: so must SHAPES, and FORMAT here and in the manifest."""
    assert (
        tuple(
            Shape(
                table.name,
                table.key,
                tuple(Column(column.name, column.type, column.nullable, column.words) for column in table.columns),
                tuple(Reference(to.columns, to.target, to.target_columns) for to in REFERENCES.get(table.name, ())),
            )
            for table in TABLES
        )
        == SHAPES
    )
    assert FORMAT == WRITTEN


def test_what_the_checker_knows_was_written_from_the_schema():
    """Where this fails: `manage.py write_shapes`."""
    (path,) = (Path(place) / "written.py" for place in candor_verify.__path__)
    assert path.read_text(encoding="utf-8") == written_shapes()


def test_words_are_those_of_the_record():
    """Less what is never published: machine judges' places; and one more, which editions alone have."""
    assert tuple(annotated.Value.values) == words.LABELS
    assert tuple(annotated.Decision.values) == words.DECISIONS
    assert tuple(annotated.Facet.values) == words.FACETS
    assert tuple(JUDGED) == words.JUDGED
    assert (*CLOSED, THINNED) == words.STATES
    assert tuple(prompted.Status.values) == words.PROMPT_STATUSES
    assert tuple(prompted.Kind.values) == words.KINDS
    assert tuple(prompted.Act.values) == words.ACTS
    assert tuple(kind for kind in probed.EndpointKind.values if kind != probed.EndpointKind.JUDGE) == words.PLACES
    assert tuple(probed.Protocol.values) == words.PROTOCOLS
    assert tuple(probed.RoundStatus.values) == words.ROUND_STATUSES
    assert tuple(probed.Delivery.values) == words.DELIVERIES
    assert tuple(annotated.Slice.values) == words.SLICES
    assert tuple(annotated.Scale.values) == words.SCALES
    assert tuple(annotated.Layer.values) == words.LAYERS
    assert tuple(annotated.Compared.values) == words.COMPARED
    assert answers.STATES == words.STATES


def test_types_and_their_schema_are_those_of_the_documents():
    assert JSON_TYPES == machine.JSON_TYPES
    assert set(JSON_TYPES) == set(TYPES)
    for table, shape in zip(TABLES, SHAPES, strict=True):
        assert without_words(machine.row_schema(table)) == row_schema(shape)
        assert machine.references(table) == described(shape)["references"]
