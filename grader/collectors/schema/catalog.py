"""Read the schema that a script really made from PostgreSQL's catalog.

Everything is asked as the powerless role and with an empty search path, so that no function or operator of the
submission can stand in for one of the server's.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import psycopg

from grader.collectors.schema.extent import too_much
from grader.collectors.schema.session import connected
from grader.database import Connection, Server
from grader.errors import OurFault
from grader.evidence.catalog import CheckRule, Column, ForeignKey, Index, Schema, Table, Trigger, Unique

FAMILIES = {
    "int4": "int",
    "int8": "bigint",
    "int2": "smallint",
    "float4": "float",
    "float8": "float",
    "bpchar": "char",
    "citext": "text",
    "timetz": "time",
    "jsonb": "json",
    "bytea": "bytes",
    "varbit": "bit",
}
ACTIONS = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
IDENTITY = {"a": "always", "d": "by default"}
VARIABLE_HEADER = 4
SECONDS = 60.0
MOST_BYTES = 64 << 20

_TABLES = """
SELECT c.oid, n.nspname, c.relname, left(coalesce(obj_description(c.oid, 'pg_class'), ''), 2000)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
ORDER BY 2, 3
"""
_COLUMNS = """
WITH RECURSIVE based AS (
  SELECT oid AS of_type, oid, typbasetype, typtypmod, typnotnull, 0 AS depth FROM pg_type
  UNION ALL
  SELECT b.of_type, t.oid, t.typbasetype, CASE WHEN b.typtypmod > -1 THEN b.typtypmod ELSE t.typtypmod END,
         b.typnotnull OR t.typnotnull, b.depth + 1
  FROM based b JOIN pg_type t ON t.oid = b.typbasetype WHERE b.typbasetype <> 0
), base AS (SELECT * FROM based WHERE typbasetype = 0)
SELECT a.attrelid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), t.typtype::text, t.typname,
       CASE WHEN e.oid IS NULL THEN bt.typname ELSE e.typname END, e.oid IS NOT NULL, coalesce(e.oid, bt.oid),
       CASE WHEN a.atttypmod > -1 THEN a.atttypmod ELSE b.typtypmod END,
       NOT (a.attnotnull OR b.typnotnull), left(coalesce(pg_get_expr(d.adbin, d.adrelid), ''), 2000),
       a.attidentity::text, a.attgenerated::text, left(coalesce(col_description(a.attrelid, a.attnum), ''), 2000)
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid JOIN base b ON b.of_type = t.oid JOIN pg_type bt ON bt.oid = b.oid
LEFT JOIN pg_type e ON e.oid = bt.typelem AND bt.typcategory = 'A'
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid = ANY(%s) ORDER BY 1, 2
"""
_ENUMS = """
SELECT enumtypid, enumlabel FROM (
  SELECT *, row_number() OVER (PARTITION BY enumtypid ORDER BY enumsortorder) AS at FROM pg_enum
) e WHERE at <= 500 ORDER BY enumtypid, at
"""
_CONSTRAINTS = """
SELECT conrelid, contype::text, conname, coalesce(conkey, '{}'), confrelid, coalesce(confkey, '{}'), confdeltype::text,
       confupdtype::text, pg_get_constraintdef(oid), coalesce(to_jsonb(c) ->> 'conenforced', 'true') = 'true'
FROM pg_constraint c WHERE conrelid = ANY(%s) AND conparentid = 0 ORDER BY conrelid, contype, conname
"""
_DOMAIN_RULES = """
WITH RECURSIVE up AS (
  SELECT oid AS of_type, oid, typbasetype FROM pg_type WHERE typtype = 'd'
  UNION ALL
  SELECT u.of_type, t.oid, t.typbasetype FROM up u JOIN pg_type t ON t.oid = u.typbasetype WHERE t.typtype = 'd'
)
SELECT a.attrelid, a.attname, c.conname, dt.typname, pg_get_constraintdef(c.oid)
FROM pg_attribute a JOIN up u ON u.of_type = a.atttypid JOIN pg_type dt ON dt.oid = u.oid
JOIN pg_constraint c ON c.contypid = u.oid AND c.contype = 'c'
WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid = ANY(%s) ORDER BY a.attrelid, a.attnum, c.conname
"""
_INDEXES = """
SELECT i.indrelid, ic.relname, i.indisunique, am.amname, i.indnkeyatts,
       ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, true) FROM generate_series(1, i.indnatts) k),
       ARRAY(SELECT coalesce(a.attname, '') FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(num, at)
             LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num AND k.num <> 0 ORDER BY k.at),
       coalesce(pg_get_expr(i.indpred, i.indrelid), ''), pg_get_indexdef(i.indexrelid), coalesce(c.contype::text, '')
FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_am am ON am.oid = ic.relam
LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid AND c.contype IN ('p', 'u', 'x')
WHERE i.indisvalid AND i.indrelid = ANY(%s) ORDER BY i.indrelid, ic.relname
"""
_TRIGGERS = """
SELECT tgrelid, tgname, left(pg_get_triggerdef(oid, true), 500) FROM pg_trigger
WHERE NOT tgisinternal AND tgrelid = ANY(%s) ORDER BY tgrelid, tgname
"""

Rows = dict[int, list[tuple[Any, ...]]]


def read_catalog(server: Server) -> Schema:
    """The schema in the scratch database, tables in order of name.

    Raises `SubmissionFault` E334 when there is more to read than a schema can have.
    """
    connection, meter = connected(server, SECONDS, MOST_BYTES)
    with connection:
        try:
            connection.execute("SET search_path = pg_catalog")
            return _Catalog(connection).schema()
        except psycopg.OperationalError as error:
            if meter.over:
                raise too_much(f"definitions of more than {MOST_BYTES >> 20} MB", f"{MOST_BYTES >> 20} MB") from None
            raise OurFault("E221", f"PostgreSQL does not answer: {error}") from error


class _Catalog:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        tables = connection.execute(_TABLES).fetchall()
        self.names = {oid: relname if space == "public" else f"{space}.{relname}" for oid, space, relname, _ in tables}
        self.comments = {oid: comment for oid, _, _, comment in tables}
        self.enums: dict[int, list[str]] = defaultdict(list)
        for oid, label in connection.execute(_ENUMS).fetchall():
            self.enums[oid].append(label)
        self.columns = self._by_table(_COLUMNS)
        self.constraints = self._by_table(_CONSTRAINTS)
        self.domain_rules = self._by_table(_DOMAIN_RULES)
        self.indexes = self._by_table(_INDEXES)
        self.triggers = self._by_table(_TRIGGERS)
        self.numbers = {oid: {row[1]: row[2] for row in rows} for oid, rows in self.columns.items()}

    def _by_table(self, query: str) -> Rows:
        found: Rows = defaultdict(list)
        for row in self.connection.execute(query, [list(self.names)]).fetchall():
            found[row[0]].append(row)
        return found

    def schema(self) -> Schema:
        """All tables."""
        tables = [self._table(oid) for oid in self.names]
        return Schema(tables=tuple(sorted(tables, key=lambda table: table.name)))

    def _table(self, oid: int) -> Table:
        constraints = self.constraints.get(oid, [])
        primary = next((self._named(oid, row[3]) for row in constraints if row[1] == "p"), ())
        return Table(
            name=self.names[oid],
            columns=tuple(self._column(row) for row in self.columns.get(oid, [])),
            primary_key=primary,
            foreign_keys=tuple(self._foreign_key(oid, row) for row in constraints if row[1] == "f"),
            uniques=tuple(
                Unique(columns=self._named(oid, row[3]), name=row[2]) for row in constraints if row[1] == "u"
            ),
            checks=(
                *(self._check(oid, row) for row in constraints if row[1] in "cx" and row[9]),
                *self._domain_checks(oid),
            ),
            indexes=tuple(self._index(row) for row in self.indexes.get(oid, [])),
            triggers=tuple(Trigger(name=row[1], definition=row[2]) for row in self.triggers.get(oid, [])),
            comment=self.comments[oid],
        )

    def _named(self, oid: int, numbers: list[int]) -> tuple[str, ...]:
        return tuple(self.numbers[oid][number] for number in numbers if number > 0)

    def _column(self, row: tuple[Any, ...]) -> Column:
        (_, _, name, text, kind, own, base, array, base_oid, modifier, nullable, default, identity, generated, note) = (
            row
        )
        family = "enum" if base_oid in self.enums else FAMILIES.get(base, base)
        return Column(
            name=name,
            type=text.removeprefix("public."),
            family=family,
            args=_args(family, int(modifier)),
            array=array,
            nullable=nullable,
            default="" if generated else default,
            identity=IDENTITY.get(identity, ""),
            serial="nextval(" in default,
            generated=bool(generated),
            computed=default if generated else "",
            domain=own if kind == "d" else "",
            enum=tuple(self.enums.get(base_oid, ())),
            comment=note,
        )

    def _foreign_key(self, oid: int, row: tuple[Any, ...]) -> ForeignKey:
        _, _, name, numbers, target, target_numbers, delete, update, _, enforced = row
        known = target in self.names
        return ForeignKey(
            columns=self._named(oid, numbers),
            table=self.names.get(target, ""),
            references=self._named(target, target_numbers) if known else (),
            on_delete=ACTIONS[delete],
            on_update=ACTIONS[update],
            name=name,
            enforced=enforced,
        )

    def _check(self, oid: int, row: tuple[Any, ...]) -> CheckRule:
        return CheckRule(text=row[8], columns=self._named(oid, row[3]), name=row[2])

    def _domain_checks(self, oid: int) -> list[CheckRule]:
        return [
            CheckRule(text=text, columns=(column,), name=name, domain=domain)
            for _, column, name, domain, text in self.domain_rules.get(oid, [])
        ]

    @staticmethod
    def _index(row: tuple[Any, ...]) -> Index:
        _, name, unique, method, keys, texts, columns, where, definition, constraint = row
        written = [column or f"({text})" for column, text in zip(columns, texts, strict=True)]
        return Index(
            name=name,
            keys=tuple(written[:keys]),
            unique=unique,
            where=where,
            include=tuple(written[keys:]),
            method=method,
            shape=definition[definition.index(" USING ") + 1 :],
            constraint={"p": "primary", "u": "unique", "x": "exclude"}.get(constraint, ""),
        )


def _args(family: str, modifier: int) -> tuple[int, ...]:
    """Length, or precision and scale, from PostgreSQL's packed form."""
    if modifier < VARIABLE_HEADER:
        return ()
    if family in ("varchar", "char"):
        return (modifier - VARIABLE_HEADER,)
    if family == "numeric":
        packed = modifier - VARIABLE_HEADER
        scale = packed & 0x7FF
        return (packed >> 16) & 0xFFFF, scale - 0x800 if scale & 0x400 else scale
    return ()
