"""Are the attributes that the diagram marks as keys keys in the schema?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.checks.schema.diagram_files import Box, drawing, place_shown
from grader.checks.schema.footing import ground
from grader.checks.schema.integrity import login_unique, unguarded
from grader.checks.schema.keys import primary_keys
from grader.checks.schema.refused_keys import loose
from grader.checks.schema.shown import Fault, keys_asked, shared
from grader.evidence.catalog import Table
from grader.evidence.drawing import DrawnColumn
from grader.evidence.schema import SchemaFacts
from grader.model import Check, Finding, Outcome, not_applicable
from grader.sql.schema.names import column_words, words
from grader.sql.schema.shop import Shop


def keys(facts: SchemaFacts) -> Finding:
    """E05: what is drawn as a key is one. What is not marked is left out, and nothing is said about it."""
    if early := ground(facts, "product", "order"):
        return early
    drawn = drawing(facts)
    if isinstance(drawn, Finding):
        return drawn
    core = {table.name: table for table in Shop(facts.schema, facts.roles).core().values()}
    marked = [box for box in drawn.boxes if box.table in core and any(column.keys for column in box.drawn.columns)]
    if not marked:
        return not_applicable("the diagram marks no keys")
    schema = _Schema(facts)
    faults = [fault for box in marked for fault in schema.contradictions(box, core[box.table])]
    return shared(
        faults,
        len(marked),
        good="entities mark as keys what are keys",
        expected="PK at the columns of the primary key, FK at columns that refer to another table",
        weight=2,
    )


class _Schema:
    """What the schema says about marks. Where another check finds a key missing, the diagram may be right."""

    def __init__(self, facts: SchemaFacts) -> None:
        self.facts = facts
        self.shop = Shop(facts.schema, facts.roles)
        self.unguarded = unguarded(facts)
        self.told = frozenset(primary_keys(facts).symptoms) | frozenset(login_unique(facts).symptoms)

    def contradictions(self, box: Box, table: Table) -> Iterator[Fault]:
        """The marks of a box that the schema contradicts."""
        found = {column.name: _column(column.name, table) for column in box.drawn.columns}
        yield from self._primary(box, table, found)
        yield from self._foreign(box, table, found)
        yield from self._unique(box, table, found)

    def _primary(self, box: Box, table: Table, found: dict[str, str]) -> Iterator[Fault]:
        marked = _marked(box, "PK")
        cause = f"no key: {table.name}"
        if not marked or any(set(keys) <= {found[column.name] for column in marked} for keys in table.unique_sets()):
            return
        unknown = [column for column in marked if not found[column.name]]
        if unknown and len(marked) == len(table.primary_key):
            return  # as many columns, called otherwise
        names = ", ".join(f"`{column.name}`" for column in marked)
        keys = ", ".join(f"`{name}`" for name in table.primary_key)
        what = f"is drawn with the primary key {names}, but " + (f"its key is {keys}" if keys else "it has none")
        yield self._fault(box, table, marked[0], what, cause if cause in self.told else "")

    def _foreign(self, box: Box, table: Table, found: dict[str, str]) -> Iterator[Fault]:
        declared = {name for key in table.foreign_keys for name in key.columns}
        implied = {name for link in self.shop.links.all if link.table == table.name for name in link.columns}
        marked = _marked(box, "FK")
        free = len(declared - {found[column.name] for column in marked})
        for column in marked:
            name = found[column.name]
            if name in declared:
                continue
            if not name:
                free -= 1  # a reference may be called otherwise than its column, once for each there is
                if free < 0 and not self._missing(table):
                    what = f"is drawn with the foreign key `{column.name}`, which it does not have"
                    yield self._fault(box, table, column, what, "")
            elif (table.name, name) in self.unguarded:
                what = f"is drawn with the foreign key `{column.name}`, which the schema does not declare"
                yield self._fault(box, table, column, what, loose(table.name, name))
            elif name not in implied:
                what = f"is drawn with the foreign key `{column.name}`, which refers to nothing"
                yield self._fault(box, table, column, what, "")

    def _missing(self, table: Table) -> bool:
        """A reference of this table that nothing guards is told elsewhere, whatever the drawing calls it."""
        return any(name == table.name for name, _ in self.unguarded)

    def _unique(self, box: Box, table: Table, found: dict[str, str]) -> Iterator[Fault]:
        for column in _marked(box, "UK"):
            name = found[column.name]
            if not name or _in_unique(name, table):
                continue
            spot = self.shop.login()
            cause = f"{spot} may be used by two users"
            told = cause in self.told and spot is not None and (spot.table.name, spot.column.name) == (table.name, name)
            if spot and spot.column.name == name and not told and login_unique(self.facts).outcome is Outcome.PASS:
                continue  # a trigger keeps it unique
            what = f"is drawn with `{column.name}` unique, but two rows may share it"
            yield self._fault(box, table, column, what, cause if told else "")

    def _fault(self, box: Box, table: Table, column: DrawnColumn, what: str, cause: str) -> Fault:
        drawn = "\n".join(f"{c.name} {' '.join(c.keys)}".strip() for c in box.drawn.columns)
        shown = place_shown(box.file, column.line, what, f"{box.drawn.name}\n{drawn}")
        return Fault(
            table=table.name,
            what=what,
            exhibits=(*shown, keys_asked(self.facts, table)),
            cause=cause,
            told=bool(cause),
        )


def _marked(box: Box, key: str) -> Sequence[DrawnColumn]:
    return [column for column in box.drawn.columns if key in column.keys]


def _column(name: str, table: Table) -> str:
    """The column that an attribute stands for, in whatever case and language; empty when there is none."""
    exact = next((column.name for column in table.columns if column.name.lower() == name.lower()), "")
    meant = (words(name), column_words(name, table))
    return exact or next((c.name for c in table.columns if column_words(c.name, table) in meant), "")


def _in_unique(name: str, table: Table) -> bool:
    """In a key, a constraint or an index that takes no value twice, also of several columns or of an expression."""
    unique = [key for index in table.indexes if index.unique for key in index.keys]
    return any(name in keys for keys in table.unique_sets()) or any(name in key for key in unique)


CHECKS: tuple[Check[SchemaFacts], ...] = (
    Check(
        name="schema.erd_keys",
        needs=SchemaFacts,
        ask=keys,
        title="Keys are drawn as they are",
        why="Whoever writes a join reads the keys off the diagram",
        fix="Mark as PK and FK what the script declares as such, or leave the marks out",
    ),
)
