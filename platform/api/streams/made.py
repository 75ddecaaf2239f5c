"""Rows that PostgreSQL writes, for the lists that are long: the same objects as through their serializer.

One question brings the columns of a page's rows, each computed once, and around it another makes a line of each row.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Union

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.expressions import Combinable

from api.choosing import Tree
from api.streams.columns import Path, head
from api.streams.expressions import Plain, as_cell, as_json, concatenated, literal, may_be_null
from api.streams.kinds import Csv, Page, Streamed

if TYPE_CHECKING:
    from api.base import ApiView

Member = Union[Combinable, "Inner"]
Members = Mapping[str, Member]


@dataclass(frozen=True)
class Inner:
    """An object inside another; null as a whole where `there` is null, if that is given."""

    members: Members
    there: Combinable | None = None


@dataclass(frozen=True)
class Noun:
    """How the rows of a list are written: what has to be joined first, and the members of each."""

    members: Members
    prepare: Callable[[QuerySet[Any]], QuerySet[Any]] = lambda rows: rows


@dataclass
class Columns:
    """The columns of the inner question, by the names the outer one calls them by."""

    expressions: dict[str, Any] = field(default_factory=dict)

    def add(self, expression: Any) -> str:
        name = f"column_{len(self.expressions)}"
        self.expressions[name] = expression
        return name

    def of(self, path: str) -> str:
        """The column with what is found at a lookup. It is there once: PostgreSQL would compute a name twice."""
        wanted = F(path)
        for name, expression in self.expressions.items():
            if wanted == (expression.get_source_expressions()[0] if isinstance(expression, Plain) else expression):
                return name
        return self.add(wanted)


@dataclass(frozen=True)
class Laid:
    """An object laid out over columns: of each member its column, or an object again."""

    members: Mapping[str, Union[str, "Laid"]]
    there: str | None


def lay(members: Members, tree: Tree, columns: Columns, there: Any = None) -> Laid:
    """An object with what was asked for of it; an empty tree asks for all."""
    at = columns.add(there) if there is not None else None
    laid: dict[str, str | Laid] = {}
    for name, member in members.items():
        if tree and name not in tree:
            continue
        if isinstance(member, Inner):
            laid[name] = lay(member.members, tree[name] if tree else {}, columns, member.there)
        else:
            laid[name] = columns.add(member)
    return Laid(laid, at)


@dataclass(frozen=True)
class Kind:
    """What a column holds, and whether it can be null."""

    field: Any
    nullable: bool


def object_sql(laid: Laid, kinds: Mapping[str, Kind]) -> list[str]:
    """SQL of the object as JSON, without white space, in parts for `concatenated`. Names are plain words of ours."""
    parts, between = [], "{"
    for name, member in laid.members.items():
        parts.append(literal(f'{between}"{name}":'))
        if isinstance(member, Laid):
            parts += object_sql(member, kinds)
        else:
            parts += as_json(member, kinds[member].field, kinds[member].nullable)
        between = ","
    parts.append(literal("}"))
    return [f"CASE WHEN {laid.there} IS NOT NULL THEN {concatenated(parts)} ELSE 'null' END"] if laid.there else parts


def cells_sql(laid: Laid, kinds: Mapping[str, Kind]) -> list[str]:
    """SQL of the cells with commas between them, in the order of `ways_of`, in parts for `concatenated`; those of an
    object that is not there are empty.
    """
    parts: list[str] = []
    for place, member in enumerate(laid.members.values()):
        if place:
            parts.append(literal(","))
        if isinstance(member, Laid):
            parts += cells_sql(member, kinds)
        else:
            parts += as_cell(member, kinds[member].field, kinds[member].nullable)
    if laid.there is None:
        return parts
    empty = literal("," * (len(ways_of(laid)) - 1))
    return [f"CASE WHEN {laid.there} IS NOT NULL THEN {concatenated(parts)} ELSE {empty} END"]


def ways_of(laid: Laid, above: Path = ()) -> list[Path]:
    """The way to each column of CSV."""
    found: list[Path] = []
    for name, member in laid.members.items():
        found += ways_of(member, (*above, name)) if isinstance(member, Laid) else [(*above, name)]
    return found


class Made:
    """What `api.streams.sending` asks of rows."""

    def __init__(self, view: "ApiView", kind: type[Streamed], noun: Noun) -> None:
        self.view, self.noun, self.csv = view, noun, kind is Csv
        self.columns = Columns()
        self.laid = lay(noun.members, view.chosen, self.columns)
        self.head = head(ways_of(self.laid)) if self.csv else ""
        self.keys = [self.columns.of(path) for path in view.order.paths]

    def page(self, rows: QuerySet[Any]) -> Page:
        try:
            sql, values = self.statement(rows)
        except EmptyResultSet:  # Django sees that no row can be meant
            return Page("", 0, "")
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            text, count, *last = cursor.fetchone()
        return Page(text or "", count, self.view.order.cursor_from(last) if count else "")

    def statement(self, rows: QuerySet[Any]) -> tuple[str, tuple[Any, ...]]:
        """The question for these rows, which come sorted and bounded: their lines as one text, how many there are, and
        the key of the last.
        """
        # A bounded list takes no more expressions: the bound is put on again behind them.
        most = rows.query.high_mark
        rows = rows.prefetch_related(None)
        rows.query.clear_limits()
        wanted = self.noun.prepare(rows).annotate(**self.columns.expressions)
        found = wanted.query.annotations
        kinds = {
            name: Kind(found[name].output_field, may_be_null(found[name], wanted.query))
            for name in self.columns.expressions
        }
        if self.csv:
            line = concatenated([*cells_sql(self.laid, kinds), literal("\r\n")])
        else:
            line = concatenated([*object_sql(self.laid, kinds), literal("\n")])
        inner, values = wanted.values_list(*self.columns.expressions)[:most].query.sql_with_params()
        # The rows are put together in the order in which the inner question brings them.
        keys = ", ".join(f"(array_agg({key}))[count(*)]::text" for key in self.keys)
        # Every part of it is ours: names of columns, and what Django has made of the rest.
        return f"SELECT string_agg({line}, ''), count(*), {keys} FROM ({inner}) AS page", values  # noqa: S608
