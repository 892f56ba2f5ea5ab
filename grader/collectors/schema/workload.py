"""Put the questions of the brief to full tables, and show what the missing index would change.

All of it happens in one transaction that is undone. Only ratios of the planner's costs are kept, in one digit, and
the statistics are made of all rows, so that two runs say the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import psycopg

from grader.collectors.schema.asking import TEXTS, Asking, Question, Unasked
from grader.collectors.schema.bulk import Bulk, quiet
from grader.collectors.schema.idle import idle
from grader.collectors.schema.layout import Unfillable
from grader.collectors.schema.plans import Plan, Relation, Whole
from grader.collectors.schema.session import Session, state_of
from grader.collectors.schema.templates import SECONDS
from grader.collectors.schema.volume import named_in
from grader.database import Server
from grader.errors import OurFault
from grader.evidence.catalog import Schema
from grader.evidence.schema import Role
from grader.evidence.workload import FEW, LARGE, Asked, Scan, Workload
from grader.sql.schema.shop import Shop
from grader.visible import one_line

CHECKS = frozenset({"schema.workload", "schema.index_use"})
# The planner as it is on a server with fast disks, and statistics made of every row
SETTINGS = {
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "work_mem": "'16MB'",
    "maintenance_work_mem": "'64MB'",
    "effective_cache_size": "'4GB'",
    "seq_page_cost": "1",
    "random_page_cost": "1.1",
    "default_statistics_target": "400",  # 300 rows for each: all rows of the largest table
    "plan_cache_mode": "auto",
    "enable_partition_pruning": "on",
}
_USUAL = """
SELECT pg_catalog.set_config(name, reset_val, true) FROM pg_catalog.pg_settings
WHERE category LIKE 'Query Tuning%' AND context = 'user' AND setting IS DISTINCT FROM reset_val
"""
_SLANTED = """
SELECT CASE WHEN c.relkind IN ('i', 'I')
  THEN pg_catalog.format('ALTER INDEX %I.%I ALTER COLUMN %s SET STATISTICS -1', n.nspname, c.relname, a.attnum)
  ELSE pg_catalog.format('ALTER TABLE %I.%I ALTER COLUMN %I SET STATISTICS -1, ALTER COLUMN %4$I '
                         'RESET (n_distinct, n_distinct_inherited)', n.nspname, c.relname, a.attname, a.attname) END
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE (coalesce(a.attstattarget, -1) <> -1 OR a.attoptions IS NOT NULL) AND a.attnum > 0 AND NOT a.attisdropped
  AND c.relkind IN ('r', 'p', 'i', 'I') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY n.nspname, c.relname, a.attnum LIMIT 1000
"""
_RELATIONS = """
SELECT n.nspname, c.relname, tn.nspname, t.relname,
       CASE c.relkind WHEN 'r' THEN greatest(c.reltuples, 0)::bigint ELSE 0 END
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class t ON t.oid = coalesce(pg_catalog.pg_partition_root(c.oid), c.oid)
JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
"""
_INDEXES = """
SELECT c.relname, r.relname, i.indpred IS NOT NULL
FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_class r ON r.oid = coalesce(pg_catalog.pg_partition_root(c.oid), c.oid)
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
"""


def workload(server: Server, schema: Schema, roles: dict[str, Role], checks: Iterable[str]) -> Workload | None:
    """The eight questions with their plans; None when no check reads it. What cannot be filled says why."""
    if not CHECKS & set(checks):
        return None
    shop = Shop(schema, roles)
    if shop.table("order") is None or shop.table("order_line") is None or shop.table("product") is None:
        return Workload(obstacle="orders, lines or products have no table")
    try:
        with quiet(server, SECONDS) as session:
            return _Measured(server, session, shop).all()
    except (Unfillable, psycopg.Error) as problem:
        return Workload(obstacle=_said(problem))
    except OurFault:  # what a script's functions do may end a server; everything else was gathered before
        return Workload(obstacle="the server did not answer any more")


class _Measured:
    def __init__(self, server: Server, session: Session, shop: Shop) -> None:
        self.session, self.shop = session, shop
        self.bulk = Bulk(server, session, shop.schema, shop)
        self.used: set[str] = set()

    def all(self) -> Workload:
        """Fill, count and ask; everything is undone at the end."""
        self.session.connection.execute("BEGIN")
        try:
            self._settings()
            self.usual = self._said_to_differ("SELECT 1")
            self._measured_in_full()
            sheets = self.bulk.fill()
            self._settings()
            self._analyze()
            self.relations = self._relations()
            indexes = self.bulk.run(_INDEXES).fetchall()
            self.roots = {str(name): str(root) for name, root, _ in indexes}  # of a partition's index, the whole one
            self.partial = {str(name) for name, _, partial in indexes if partial}
            asking = Asking(self.shop, sheets, self.bulk.variation.skews, self.bulk.maker.name)
            asked = tuple(self._asked(asking, id_) for id_ in TEXTS)
            return Workload(
                rows={name: sheet.size for name, sheet in sorted(sheets.items())},
                asked=asked,
                idle=() if any(one.obstacle for one in asked) else idle(self.bulk, self.used),
            )
        finally:
            if not self.session.lost:
                self.session.connection.execute("ROLLBACK")

    def _settings(self) -> None:
        """The planner's settings; a function that is called while rows are loaded may have changed any of them."""
        self.bulk.run(_USUAL)
        for name, value in SETTINGS.items():
            self.bulk.run(f"SET LOCAL {name} = {value}")

    def _said_to_differ(self, statement: str) -> dict[str, str]:
        """Settings that bear on a plan and are not PostgreSQL's own; the search path is the schema's affair."""
        row = self.bulk.run(f"EXPLAIN (SETTINGS, FORMAT JSON) {statement}").fetchone()
        return _settings_of(row[0] if row else [])

    def _measured_in_full(self) -> None:
        """Statistics as they are by default: a column may be declared to have none, or to hold what it does not."""
        for (statement,) in self.bulk.run(_SLANTED).fetchall():
            self.bulk.run(str(statement))

    def _analyze(self) -> None:
        """Statistics of every column that varies or that an index speaks of; of all where an index keeps expressions.

        Of a key the planner knows without looking that no two are the same.
        """
        for name, sheet in self.bulk.sheets.items():
            table = sheet.table
            indexed = named_in(" ".join(part for index in table.indexes for part in (*index.keys, index.where)), table)
            keys = {column for columns in table.unique_sets() if len(columns) == 1 for column in columns}
            asked = [
                c.name for c in table.columns if (c.name in sheet.cells or c.name in indexed) and c.name not in keys
            ]
            whole = any(key.startswith("(") for index in table.indexes for key in index.keys)
            listed = ", ".join(map(self.bulk.maker.name, asked or table.primary_key[:1]))
            self.bulk.run(f"ANALYZE {self.bulk.maker.name(name)}" + ("" if whole or not listed else f" ({listed})"))

    def _relations(self) -> dict[tuple[str, str], Relation]:
        found = self.bulk.run(_RELATIONS).fetchall()
        tables = {
            (str(space), str(name)): str(root) if top == "public" else f"{top}.{root}"
            for space, name, top, root, _ in found
        }
        relations = {
            (str(space), str(name)): Relation(table=tables[str(space), str(name)], rows=int(str(rows)))
            for space, name, _, _, rows in found
        }
        for name, sheet in self.bulk.sheets.items():
            if sum(one.rows for one in relations.values() if one.table == name) < sheet.size:
                raise Unfillable(f"`{name}` does not keep the rows that are put into it")
        return relations

    # a question

    def _asked(self, asking: Asking, id_: str) -> Asked:
        try:
            return self._best(asking.write(id_))
        except Unasked as reason:
            return Asked(id=id_, text=TEXTS[id_], obstacle=str(reason))

    def _best(self, question: Question) -> Asked:
        """The first form that the design serves, else the plain one with what an index would change."""
        plain: tuple[str, Plan] | None = None
        problem = ""
        for form in question.forms:
            try:
                plan = self._explained(form)
            except psycopg.Error as error:
                problem = _said(error)
                continue
            self.used |= {self.roots.get(name, name) for name in plan.indexes()}
            if not self._suspect(question, plan):
                return Asked(id=question.id, text=TEXTS[question.id], statement=form, plan=plan.steps())
            plain = plain or (form, plan)
        if plain is None:
            return Asked(id=question.id, text=TEXTS[question.id], obstacle=problem)
        return Asked(
            id=question.id,
            text=TEXTS[question.id],
            statement=plain[0],
            plan=plain[1].steps(),
            scans=self._proved(question, *plain),
        )

    def _suspect(self, question: Question, plan: Plan) -> list[Whole]:
        """Large tables that it reads whole for a few of their rows, although the question finds rows in them."""
        sought = {lookup.table for lookup in question.lookups}
        return [
            whole
            for whole in plan.wholes()
            if whole.table in sought and whole.rows >= LARGE and whole.returned < FEW * whole.rows
        ]

    def _explained(self, statement: str) -> Plan:
        self.bulk.run("SAVEPOINT explaining")
        try:
            self._settings()
            row = self.bulk.run(f"EXPLAIN (VERBOSE, SETTINGS, FORMAT JSON) {statement}").fetchone()
        except psycopg.Error:
            self.bulk.run("ROLLBACK TO SAVEPOINT explaining")
            raise
        if _settings_of(row[0] if row else []) != self.usual:
            raise Unfillable("a function of the schema changes the settings by which the planner decides")
        return Plan(row[0] if row else [], self.relations, self.partial)

    def _proved(self, question: Question, statement: str, before: Plan) -> tuple[Scan, ...]:
        """Each scan, with the plan when the obvious indexes are there; they are taken away again."""
        suspects = self._suspect(question, before)
        made = {whole.table: self._obvious(question, whole.table) for whole in suspects}
        self.bulk.run("SAVEPOINT proving")
        try:
            for table, (_, index) in made.items():
                self.bulk.run(index)
                if "((" in index:
                    self.bulk.run(f"ANALYZE {self.bulk.maker.name(table)}")
            after = self._explained(statement)
        except psycopg.Error:
            self.bulk.run("ROLLBACK TO SAVEPOINT proving")
            return ()
        self.bulk.run("ROLLBACK TO SAVEPOINT proving")
        still = {whole.table for whole in self._suspect(question, after)}
        return tuple(
            Scan(
                table=whole.table,
                columns=made[whole.table][0],
                rows=whole.rows,
                returned=whole.returned,
                statement=made[whole.table][1] + ";",
                times=rounded(before.cost / max(after.cost, 0.01)),
                gone=whole.table not in still,
                after=after.steps(),
            )
            for whole in suspects
        )

    def _obvious(self, question: Question, table: str) -> tuple[tuple[str, ...], str]:
        lookup = next(lookup for lookup in question.lookups if lookup.table == table)
        name = self.bulk.maker.name
        keys = f"({lookup.expression})" if lookup.expression else ", ".join(map(name, lookup.columns))
        return lookup.columns, f"CREATE INDEX ON {name(table)} ({keys})"


def _settings_of(explained: Any) -> dict[str, str]:  # noqa: ANN401 - decoded JSON
    found: dict[str, str] = explained[0].get("Settings", {}) if explained else {}
    return {name: value for name, value in found.items() if name != "search_path"}


def rounded(ratio: float) -> int:
    """A ratio in one significant digit, rounded down: 47.9 is 40."""
    whole = max(int(ratio), 1)
    digit = int(10 ** int(math.log10(whole)))
    return int(whole // digit * digit)


def _said(problem: Exception) -> str:
    if isinstance(problem, psycopg.Error):
        return f"{state_of(problem)}: {one_line(problem.diag.message_primary or str(problem), 160)}"
    return one_line(str(problem), 200)
