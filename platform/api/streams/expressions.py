"""What PostgreSQL writes a row with: JSON objects and lists, days and moments in the API's words, and cells of CSV.

A row's text comes out of the database ready to be sent. Python would spend several times as long on it as the database
spends on finding it.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import BooleanField, FloatField, Func, IntegerField, Subquery, TextField, UUIDField
from django.db.models.expressions import Combinable

# White space and what nobody sees may stand before a sign that makes a formula (releases.formulas).
UNSEEN = (
    r"\s\u0001-\u0020\u007f-\u00a0\u00ad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u2066-\u206f"
    r"\u3000\ufeff\ufff9-\ufffb"
)
COMMA = ", ',', "
FORMULA = rf"^([''\t\r\n]|[{UNSEEN}]*[-=+@＝＋－＠])"


class JsonText(TextField):  # type: ignore[type-arg]  # Django takes none at run time
    """A text that is JSON already."""


class JsonObject(Func):
    """A JSON object with these members, in this order and without white space. Names are plain words of ours."""

    def __init__(self, members: Mapping[str, Combinable]) -> None:
        self.names = tuple(members)
        super().__init__(*members.values(), output_field=JsonText())

    def as_sql(self, compiler: Any, connection: Any, *_told: Any, **_more: Any) -> Any:
        parts, values = [], []
        between = "{"
        for name, expression in zip(self.names, self.get_source_expressions(), strict=True):
            sql, given = compiler.compile(expression)
            parts.append(f"""'{between}"{name}":', {as_json(sql, expression.output_field)}""")
            values += given
            between = ","
        return f"concat({', '.join(parts)}, '}}')", values


def as_json(sql: str, field: Any) -> str:
    """The value of an SQL expression as JSON."""
    if isinstance(field, JsonText):
        return f"COALESCE({sql}, 'null')"
    if isinstance(field, IntegerField | FloatField | BooleanField):
        return f"COALESCE(({sql})::text, 'null')"
    if isinstance(field, UUIDField):
        return f"""COALESCE('"' || ({sql}) || '"', 'null')"""
    return f"COALESCE(to_json({sql})::text, 'null')"


class JsonList(Subquery):
    """A JSON list of what a query brings under the name `one`, in its order; empty where there is nothing."""

    template = "(SELECT COALESCE('[' || string_agg(inner_rows.one, ',') || ']', '[]') FROM (%(subquery)s) inner_rows)"

    def __init__(self, rows: Any) -> None:
        super().__init__(rows, output_field=JsonText())


class JsonOfArray(Func):
    """An array of texts as a JSON list."""

    template = "array_to_json(%(expressions)s)::text"
    output_field = JsonText()


class DayOf(Func):
    """The day (UTC) of a moment."""

    template = "((%(expressions)s) AT TIME ZONE 'UTC')::date"
    output_field = TextField()


class Moment(Func):
    """A moment in UTC as Python's isoformat has it: microseconds only where there are some."""

    output_field = TextField()

    def as_sql(self, compiler: Any, connection: Any, *_told: Any, **_more: Any) -> Any:
        sql, values = compiler.compile(self.get_source_expressions()[0])
        exact = f"""to_char(({sql}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')"""
        return f"replace({exact}, '.000000', '') || 'Z'", [*values]


class Digits(Func):
    """A chance to two digits (annotations.selectors.crowd.told)."""

    template = "round((%(expressions)s) * 100) / 100"
    output_field = FloatField()


class OrNull(Func):
    """A text, or null where it is empty."""

    template = "NULLIF(%(expressions)s, '')"
    output_field = TextField()


def as_cell(sql: str, field: Any) -> str:
    """A column as a cell of CSV. Null is null, which makes an empty cell."""
    if isinstance(field, IntegerField | FloatField | BooleanField):
        return f"{sql}::text"
    if isinstance(field, UUIDField):
        return f"""'"' || {sql} || '"'"""
    if isinstance(field, JsonText):
        # It begins with a bracket.
        return f"""'"' || replace({sql}, '"', '""') || '"'"""
    text = f"{sql}::text"
    safe = f"left({text}, 1) ~ '[A-Za-z0-9]' OR {text} !~ '{FORMULA}'"
    return f"""'"' || replace(CASE WHEN {safe} THEN {text} ELSE '''' || {text} END, '"', '""') || '"'"""
