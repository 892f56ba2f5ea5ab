"""How a question is put to a live schema: rows that differ in one thing, rows twice, deletions."""

# ruff: noqa: S608 - names are quoted and values are our own literals

from __future__ import annotations

from collections.abc import Callable, Collection

import msgspec

from grader.collectors.schema.rows import OWN_NAMES, Obstacle, Row, RowMaker
from grader.collectors.schema.session import CANCELLED
from grader.collectors.schema.values import address, unknown
from grader.evidence.catalog import DATED, TEXT, Column, Table
from grader.evidence.schema import Attempt, Probe
from grader.sql.schema import meanings
from grader.sql.schema.links import Link
from grader.sql.schema.shop import Shop, Spot
from grader.visible import one_line

AGAIN = 6
Ask = Callable[[], Probe]


class Questions:
    """Makes questions; each runs inside a transaction that its caller undoes."""

    def __init__(self, maker: RowMaker, shop: Shop) -> None:
        self.maker, self.shop, self.session = maker, shop, maker.session

    def changed(self, id_: str, spot: Spot, bad: str, other: str = "") -> tuple[str, str, str, Ask]:
        """The same row with another literal in one column; `other` is as bad, for a second opinion."""

        def ask() -> Probe:
            column = spot.column.name
            self.maker.wants(spot.table, column)
            row, good = self.maker.tried(spot.table, {}, column)
            setup = tuple(self.maker.log)
            wrong = other if self.maker.salt and other else bad
            faulty = self.maker.statement(spot.table, {**row.values, column: wrong})
            answer = self.maker.attempt(faulty, column)
            if not answer.stored and answer.sqlstate != CANCELLED:
                answer = self._insisted(row, faulty, column, answer)
            return Probe(id=id_, table=spot.table.name, column=column, setup=setup, good=good, bad=answer)

        return id_, spot.table.name, spot.column.name, ask

    def _insisted(self, row: Row, faulty: str, column: str, first: Attempt) -> Attempt:
        """The refusal, unless the faulty row is taken when it comes again, or the good one is not.

        What is refused by chance, or because it comes second, is not refused for its values.
        """
        closed = ""
        for _ in range(AGAIN):
            answer = self.maker.attempt(faulty, column)
            if answer.stored:
                return answer
            self.session.connection.execute("SAVEPOINT control")
            good = self.maker.attempt(row.statement, column)
            self.session.connection.execute("ROLLBACK TO SAVEPOINT control")
            closed = closed or ("" if good.stored else good.answer)
        if closed:
            raise Obstacle(f"a row that was taken once is refused the next time: {one_line(closed, 160)}")
        return first

    def without(
        self, id_: str, spot: Spot, left_out: Collection[str], filled: Collection[str]
    ) -> tuple[str, str, str, Ask]:
        """A good row, and one without any of some columns, but with a value in each of some others."""

        def ask() -> Probe:
            column = spot.column.name
            self.maker.wants(spot.table, column)
            _, good = self.maker.tried(spot.table, {}, column)
            setup = tuple(self.maker.log)
            self.maker.wants(spot.table, *filled)
            faulty = self.maker.fresh(spot.table, dict.fromkeys(left_out, "NULL"))
            bad = self.maker.attempt(faulty.statement, column)
            return Probe(id=id_, table=spot.table.name, column=column, setup=setup, good=good, bad=bad)

        return id_, spot.table.name, spot.column.name, ask

    def pointed(self, id_: str, spot: Spot, target: Table) -> tuple[str, str, str, Ask]:
        """A row that names a row of `target` made for it, and the same with a value that no row there has."""

        def ask() -> Probe:
            column, key = spot.column.name, target.primary_key[0]
            self.maker.wants(target, key)
            there = self.maker.insert(target)
            if key not in there.values:
                raise Obstacle(f"the key of a row of {target.name} is not known")
            row, good = self.maker.tried(spot.table, {column: there.values[key]}, column)
            setup = tuple(self.maker.log)
            faulty = self.maker.statement(spot.table, {**row.values, column: unknown(spot.column, self.maker.salt)})
            bad = self.maker.attempt(faulty, column)
            return Probe(id=id_, table=spot.table.name, column=column, setup=setup, good=good, bad=bad)

        return id_, spot.table.name, spot.column.name, ask

    def summed(self, id_: str, spot: Spot) -> Ask:
        """Two prices of 0.10 and 0.20 added up by the database."""

        def ask() -> Probe:
            first = self.maker.insert(spot.table, {spot.column.name: "0.10"})
            row, good = self.maker.tried(spot.table, {spot.column.name: "0.20"}, spot.column.name)
            second = self.maker.insert(spot.table, row.values)
            column, table = self.maker.name(spot.column.name), self.maker.name(spot.table.name)
            query = f"SELECT sum({column}) FROM {table} WHERE {self.maker.where(first)} OR {self.maker.where(second)}"
            return Probe(
                id=id_,
                table=spot.table.name,
                column=spot.column.name,
                setup=tuple(self.maker.log),
                good=good,
                bad=self._selected(query),
            )

        return ask

    def _selected(self, query: str) -> Attempt:
        """What a query of ours answers, in one cell."""
        self.session.connection.execute(OWN_NAMES)
        row = self.session.run(query).fetchone()
        value = None if row is None or row[0] is None else str(row[0])
        return Attempt(statement=query + ";", answer=value if value is not None else "NULL", value=value, rows=1)

    def twice(self, spot: Spot, id_: str, change: Callable[[str], str] = str) -> Ask:
        """A second row with the same login: everything else that must differ does."""

        def ask() -> Probe:
            column = spot.column.name
            self.maker.wants(spot.table, column)
            plain = meanings.is_email(spot.column, spot.table)
            given = {column: address(self.maker.salt, spot.column)} if self.maker.salt and plain else {}
            first = self.maker.insert(spot.table, given)
            keys = {name for key in spot.table.foreign_keys for name in key.columns}
            if set(spot.table.primary_key) <= keys:  # else a part of the key, such as a tenant, may be shared
                keys -= set(spot.table.primary_key)
            shared = {name: first.values[name] for name in first.values if name in keys}
            row, good = self.maker.tried(spot.table, shared, column)
            faulty = self.maker.statement(spot.table, {**row.values, column: change(first.values[column])})
            return Probe(
                id=id_,
                table=spot.table.name,
                column=column,
                setup=tuple(self.maker.log),
                good=good,
                bad=self.maker.attempt(faulty, column),
            )

        return ask

    def pair_twice(self, table: Table) -> Ask:
        """The same product in the same category once more, under another key where there is one."""

        def ask() -> Probe:
            links = [link for link in self.shop.links.all if link.table == table.name]
            names = [name for link in links for name in link.columns]
            self.maker.wants(table, *names)
            first = self.maker.insert(table)
            again = self.maker.fresh(table, {name: first.values[name] for name in names if name in first.values})
            return Probe(
                id="product_category.duplicate",
                table=table.name,
                column=", ".join(names),
                setup=tuple(self.maker.log),
                good=Attempt(statement=self.maker.log[-1], answer="INSERT 0 1", rows=1),
                bad=self.maker.attempt(again.statement),
            )

        return ask

    def deleting(self, id_: str, parent: Table, child: Table, link: Link) -> Ask:
        """Delete a row that another one refers to, and see what is left of that one."""

        def ask() -> Probe:
            self.maker.wants(child, *link.columns)
            self._want_way(link, parent)
            row = self.maker.insert(child, self._reference(link, parent))
            target, found = self.maker.made.get(parent.name), self.maker.where(row)
            if target is None:
                raise Obstacle(f"no row of {parent.name} was needed for one of {child.name}")
            statement = f"DELETE FROM {self.maker.name(parent.name)} WHERE {self.maker.where(target)}"
            deleted = self.maker.attempt(statement)
            rest = f"FROM {self.maker.name(child.name)} WHERE {found}"
            left = self._selected(f"SELECT count(*) {rest}")
            kept = self._selected(f"SELECT {self.maker.name(link.columns[-1])} {rest}") if left.value == "1" else None
            return Probe(
                id=id_,
                table=parent.name,
                column=link.columns[-1],
                setup=tuple(self.maker.log),
                good=Attempt(statement=self.maker.log[-1], answer="INSERT 0 1", rows=1),
                bad=msgspec.structs.replace(deleted, value=kept.value if kept else None),
                count=left.statement,
                left=int(left.value or 0),
            )

        return ask

    def rekeying(self, id_: str, parent: Table, child: Table, link: Link) -> Ask:
        """Give a row that another one refers to a new key, and see whether that one follows."""

        def ask() -> Probe:
            self.maker.wants(child, *link.columns)
            self.maker.insert(child)
            target, (own, reference) = self.maker.made.get(parent.name), rekeyed(link, parent, child)
            key = parent.column(own)
            if target is None or key is None:
                raise Obstacle(f"no row of {parent.name} was needed for one of {child.name}")
            new, name = self._another(parent, key, target.values.get(key.name, "")), self.maker.name(key.name)
            statement = f"UPDATE {self.maker.name(parent.name)} SET {name} = {new} WHERE {self.maker.where(target)}"
            changed = self.maker.attempt(statement)
            column = self.maker.name(reference)
            left = self._selected(f"SELECT count(*) FROM {self.maker.name(child.name)} WHERE {column} = {new}")
            return Probe(
                id=id_,
                table=parent.name,
                column=key.name,
                setup=tuple(self.maker.log),
                good=Attempt(statement=self.maker.log[-1], answer="INSERT 0 1", rows=1),
                bad=changed,
                count=left.statement,
                left=int(left.value or 0),
            )

        return ask

    def _another(self, table: Table, key: Column, old: str) -> str:
        """A key as the table takes it: a text that the next row would have, else a number that no row has."""
        new = self.maker.fresh(table, {}).values.get(key.name, old) if key.family in TEXT else old
        return unknown(key) if new == old else new

    def _reference(self, link: Link, parent: Table) -> dict[str, str]:
        """For a reference that no foreign key declares, the row it means must be made by us."""
        if link.declared or link.target != parent.name:
            return {}
        row = self.maker.insert(parent)
        keys = parent.primary_key or tuple(row.values)
        return {link.columns[-1]: row.values[keys[0]]} if keys and keys[0] in row.values else {}

    def _want_way(self, link: Link, parent: Table) -> None:
        """Over a variant, the variant must point at its product too."""
        between = self.shop.schema.table(link.target)
        if between is not None and between.name != parent.name:
            onward = self.shop.links.direct(between.name, parent.name)
            if onward:
                self.maker.wants(between, *onward.columns)


def rekeyed(link: Link, parent: Table, child: Table) -> tuple[str, str]:
    """The column whose value is changed, and the one that refers to it; of a wider key one that is the parent's own."""
    declared = (key for key in child.foreign_keys if (key.columns, key.table) == (link.columns, parent.name))
    pairs = next((list(zip(key.references, key.columns, strict=True)) for key in declared if key.references), [])
    tied = {name for key in parent.foreign_keys for name in key.columns}
    own = [pair for pair in pairs if pair[0] not in tied] or pairs or [(parent.primary_key[-1], link.columns[-1])]
    plain = [pair for pair in own if (column := parent.column(pair[0])) and column.family not in DATED]
    return (plain or own)[-1]
