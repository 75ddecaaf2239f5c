"""What PostgreSQL writes a row with: JSON objects and lists, days and moments in the API's words, and cells of CSV.

A row's text comes out of the database ready to be sent. Python would spend several times as long on it as the database
spends on finding it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import BooleanField, Exists, FloatField, Func, IntegerField, Subquery, TextField, UUIDField
from django.db.models.expressions import Col, Combinable
from django.db.models.sql.constants import LOUTER

from api.names import Named

# White space and what nobody sees may stand before a sign that makes a formula (releases.tables.formulas).
UNSEEN = (
    r"\s\u0001-\u0020\u007f-\u00a0\u00ad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u2066-\u206f"
    r"\u3000\ufeff\ufff9-\ufffb"
)
FORMULA = rf"^([''\t\r\n]|[{UNSEEN}]*[-=+@＝＋－＠])"


class JsonText(TextField):  # type: ignore[type-arg]  # Django takes none at run time
    """A text that is JSON already."""


class PlainText(TextField):  # type: ignore[type-arg]
    """A text of ASCII letters, digits, hyphens, underscores, colons and dots, beginning with one of the first two; or
    none at all.
    """


class Plain(Func):
    """Says of a text that it is plain. Whoever writes it knows: nothing is looked at."""

    template = "%(expressions)s"
    output_field = PlainText()


class JsonObject(Func):
    """A JSON object with these members, in this order and without white space. Names are plain words of ours."""

    def __init__(self, members: Mapping[str, Combinable]) -> None:
        self.names = tuple(members)
        super().__init__(*members.values(), output_field=JsonText())

    def as_sql(self, compiler: Any, connection: Any, *_told: Any, **_more: Any) -> Any:
        parts: list[str] = []
        values: list[Any] = []
        between = "{"
        for name, expression in zip(self.names, self.get_source_expressions(), strict=True):
            sql, given = compiler.compile(expression)
            nullable = may_be_null(expression, compiler.query)
            if nullable and not isinstance(expression, Col):
                value = [f"COALESCE(to_json({sql})::text, 'null')"]  # computed once
            else:
                value = as_json(sql, expression.output_field, nullable)
            parts += [literal(f'{between}"{name}":'), *value]
            values += given
            between = ","
        return concatenated([*parts, literal("}")]), values


def literal(text: str) -> str:
    """A text of ours, which has no quotes of SQL, as SQL."""
    return f"'{text}'"


def concatenated(parts: Sequence[str]) -> str:
    """SQL of texts one after the other; what stands in it word for word, in as few pieces as can be."""
    joined: list[str] = []
    for part in parts:
        if joined and is_literal(joined[-1]) and is_literal(part):
            joined[-1] = joined[-1][:-1] + part[1:]
        else:
            joined.append(part)
    return f"concat({', '.join(joined)})"


def is_literal(part: str) -> bool:
    return len(part) >= 2 and part[0] == part[-1] == "'" and "'" not in part[1:-1]


def may_be_null(expression: Any, query: Any) -> bool:
    """Whether an expression of a query can be null: not where PostgreSQL knows that its columns cannot."""
    if isinstance(expression, Col):
        join = query.alias_map.get(expression.alias)
        return expression.target.null or join is None or join.join_type == LOUTER
    if isinstance(expression, DayOf | Moment | Plain | JsonOfArray | Digits):
        return any(may_be_null(one, query) for one in expression.get_source_expressions())
    return not isinstance(expression, JsonList | Named | Exists)


def as_json(sql: str, field: Any, nullable: bool = True) -> list[str]:
    """A column as JSON, in parts for `concatenated`, which skips nulls and makes the texts itself."""
    if isinstance(field, PlainText | UUIDField):
        return quoted(sql, sql, nullable, "null")
    value = sql if isinstance(field, JsonText | IntegerField | FloatField) else f"to_json({sql})"
    return [value, f"CASE WHEN {sql} IS NULL THEN 'null' END"] if nullable else [value]


def quoted(inside: str, column: str, nullable: bool, missing: str) -> list[str]:
    """SQL in quotes, or what stands for it where its column is null."""
    quote = literal('"')
    if not nullable:
        return [quote, inside, quote]
    begin = f"CASE WHEN {column} IS NULL THEN {literal(missing)} ELSE {quote} END"
    return [begin, inside, f"CASE WHEN {column} IS NOT NULL THEN {quote} END"]


class JsonList(Subquery):
    """A JSON list of what a query brings under the name `one`, in its order; empty where there is nothing."""

    template = "(SELECT COALESCE('[' || string_agg(inner_rows.one, ',') || ']', '[]') FROM (%(subquery)s) inner_rows)"

    def __init__(self, rows: Any) -> None:
        super().__init__(rows, output_field=JsonText())


class JsonOfArray(Func):
    """An array of texts as a JSON list."""

    template = "array_to_json(%(expressions)s)"
    output_field = JsonText()


class DayOf(Func):
    """The day (UTC) of a moment."""

    template = "((%(expressions)s) AT TIME ZONE 'UTC')::date"
    output_field = PlainText()


class Moment(Func):
    """A moment in UTC as Python's isoformat has it: microseconds only where there are some."""

    output_field = PlainText()

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


def as_cell(sql: str, field: Any, nullable: bool = True) -> list[str]:
    """A column as a cell of CSV, in parts for `concatenated`; empty where it is null."""
    if isinstance(field, BooleanField):
        return [f"{sql}::text"]  # concat would write t
    if isinstance(field, IntegerField | FloatField):
        return [sql]
    if isinstance(field, PlainText | UUIDField):
        inside = sql
    elif isinstance(field, JsonText):
        # It begins with a bracket.
        inside = f"""replace({sql}::text, '"', '""')"""
    else:
        text = f"{sql}::text"
        first = f"ascii({text})"
        safe = f"{first} BETWEEN 97 AND 122 OR {first} BETWEEN 65 AND 90 OR {first} BETWEEN 48 AND 57"
        safe = f"{safe} OR {text} !~ '{FORMULA}'"
        inside = f"""replace(CASE WHEN {safe} THEN {text} ELSE '''' || {text} END, '"', '""')"""
    return quoted(inside, sql, nullable, "")
