"""The columns of every published table, in one place: what each means, its type and unit, and the field it comes from.

Pure Python: the writers, the dataset card, the manifest and the pages all read this. What is not published stands in
`withheld`, field by field, with the reason; a test fails when a model has a field that is in neither.

Types: `string`, `integer` (64 bits), `number` (IEEE double), `boolean`, `date` (UTC), `timestamp` (UTC, microseconds),
`strings` (a list; in CSV a JSON array), `json` (text that holds a JSON object, keys sorted, in all three formats).
"""

from releases.schema.answered import ANSWERS, PROBES
from releases.schema.asked import ENDPOINTS, KEY_POINTS, LLMS, PROMPTS, ROUNDS
from releases.schema.figured import FIGURES
from releases.schema.judged import ADJUDICATIONS, GOLD_LABELS, JUDGES, LABELLERS, LABELS, RULES, VERDICTS
from releases.schema.shapes import Column, Table
from releases.schema.withheld import WITHHELD

__all__ = ["FIGURED", "FORMAT", "FROZEN", "TABLES", "WITHHELD", "Column", "Table", "table_named"]

# Of the manifest, and of how figures are computed: those of a release of another number cannot be computed again.
FORMAT = 2
# What is read from the database, and what is computed from that.
FROZEN = (
    PROMPTS,
    KEY_POINTS,
    LLMS,
    ENDPOINTS,
    ROUNDS,
    PROBES,
    ANSWERS,
    LABELS,
    ADJUDICATIONS,
    LABELLERS,
    GOLD_LABELS,
    RULES,
    JUDGES,
    VERDICTS,
)
FIGURED = FIGURES
TABLES = FROZEN + FIGURED


def table_named(name: str) -> Table:
    """The table of that name. Raises KeyError where there is none."""
    return {table.name: table for table in TABLES}[name]
