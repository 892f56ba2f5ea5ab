"""The diagram of the catalog: the schema as PostgreSQL made it, with what the findings are about marked in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from grader.checks.schema.footing import ground
from grader.checks.schema.marks import Mark, marks
from grader.evidence.catalog import Column, Table
from grader.evidence.schema import SchemaFacts
from grader.exhibits import DiagramColumn, DiagramEdge, DiagramExhibit, DiagramTable
from grader.model import Check, Finding, passed
from grader.sql.schema.links import Link
from grader.sql.schema.shop import Shop

MOST_TABLES = 25
MOST_COLUMNS = 30


def checks(judged: Sequence[Check[SchemaFacts]]) -> tuple[Check[SchemaFacts], ...]:
    """The check that draws the catalog, with the findings of the checks that judge it."""

    def drawn(facts: SchemaFacts) -> Finding:
        """The schema as PostgreSQL made it, drawn from its catalog; what has a finding is marked."""
        return ground(facts) or _drawn(facts, tuple(marks(facts, judged)))

    return (Check(name="schema.drawn", needs=SchemaFacts, ask=drawn, title="The schema as PostgreSQL made it"),)


def _drawn(facts: SchemaFacts, found: tuple[Mark, ...]) -> Finding:
    shop = Shop(facts.schema, facts.roles)
    tables = _ordered(shop, found)
    names = {table.name for table in tables}
    edges = tuple(_edges(shop, names, found))
    drawn = {(edge.child, edge.column, edge.parent) for edge in edges}
    told = [mark for mark in found if (mark.table, mark.column, mark.parent) not in drawn]
    left = len(facts.schema.tables) - len(tables)
    exhibit = DiagramExhibit(
        title="Entity relationship diagram, drawn from the catalog",
        tables=tuple(_table(table, facts, told) for table in tables),
        edges=edges,
        note=f"{left} more tables are not shown." if left else "",
    )
    count = sum(1 for _ in shop.core_links())
    return passed(f"{len(facts.schema.tables)} tables, {count} references between core tables", exhibits=(exhibit,))


def _ordered(shop: Shop, found: tuple[Mark, ...]) -> list[Table]:
    """Core tables first, then those with a finding, those that refer to a core table or are referred to, and others."""
    core = {table.name: table for table in shop.core().values()}
    marked = {mark.table for mark in found}
    near = {name for one in core for name in (*shop.links.targets(one), *shop.links.sources(one))}
    rest = [table for table in shop.schema.tables if table.name not in core]
    rest.sort(key=lambda table: (table.name not in marked, table.name not in near))
    return [*core.values(), *rest][:MOST_TABLES]


def _table(table: Table, facts: SchemaFacts, told: Sequence[Mark]) -> DiagramTable:
    concept = next(
        (c for c, role in facts.roles.items() if role.table == table.name), facts.helpers.get(table.name, "")
    )
    said = {column.name: _said(told, table.name, column.name) for column in table.columns}
    return DiagramTable(
        name=table.name,
        concept=concept.replace("_", " "),
        columns=tuple(_column(column, table, said[column.name]) for column in _shown(table, said)),
        warning=_said(told, table.name, ""),
    )


def _shown(table: Table, said: dict[str, str]) -> list[Column]:
    """The columns of a table; of a very long one those with a finding or a key are not left out."""
    keys = {*table.primary_key, *(name for key in table.foreign_keys for name in key.columns)}
    order = sorted(range(len(table.columns)), key=lambda i: not (said[(c := table.columns[i]).name] or c.name in keys))
    return [table.columns[i] for i in sorted(order[:MOST_COLUMNS])]


def _said(told: Sequence[Mark], table: str, column: str) -> str:
    found = [mark.what for mark in told if (mark.table, mark.column) == (table, column)]
    return "; ".join(dict.fromkeys(found))


def _column(column: Column, table: Table, warning: str) -> DiagramColumn:
    keys = [
        *(["PK"] if column.name in table.primary_key else []),
        *(["FK"] if any(column.name in key.columns for key in table.foreign_keys) else []),
        *(["UQ"] if (column.name,) in table.unique_sets() and (column.name,) != table.primary_key else []),
    ]
    return DiagramColumn(
        name=column.name, type=column.called, keys=tuple(keys), nullable=column.nullable, warning=warning
    )


def _edges(shop: Shop, names: set[str], found: Sequence[Mark]) -> Iterator[DiagramEdge]:
    """Every reference between the tables shown: foreign keys, and columns that are only named like one."""
    repeated: Counter[tuple[str, str, str]] = Counter()
    for link in shop.links.all:
        spot = (link.table, link.columns[0], link.target)
        repeated[spot] += 1
        table = shop.schema.table(link.table)
        if table is not None and link.table in names and link.target in names and repeated[spot] == 1:
            warning = "; ".join(
                dict.fromkeys(mark.what for mark in found if (mark.table, mark.column, mark.parent) == spot)
            )
            yield _edge(link, table, warning)


def _edge(link: Link, table: Table, warning: str) -> DiagramEdge:
    columns = [table.column(name) for name in link.columns]
    return DiagramEdge(
        child=link.table,
        column=link.columns[0],
        parent=link.target,
        one=any(set(keys) <= set(link.columns) for keys in table.unique_sets()),
        optional=any(column is not None and column.nullable for column in columns),
        implied=not link.declared,
        warning=warning,
    )
