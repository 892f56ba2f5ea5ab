"""What the catalog says about an exercise's databases: tables as rules, indexes, and what a setup must not change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.database import Connection
from grader.evidence.query import Index, TableColumn
from grader.sql.query.smalldata import ColumnRules, TableRules


def table_rules(connection: Connection, domains: Mapping[str, tuple[str, ...]]) -> list[TableRules]:
    """The tables of a database as the catalog tells them, with the values that the pack holds columns to."""
    columns: dict[str, list[ColumnRules]] = {}
    for table, name, kind, needed in connection.execute(_COLUMNS).fetchall():
        domain = domains.get(f"{table}.{name}", ())
        rule = ColumnRules(name=name, type=kind, nullable=not needed, domain=domain)
        columns.setdefault(table, []).append(rule)
    keys: dict[str, tuple[str, ...]] = {}
    parents: dict[str, dict[str, tuple[str, str]]] = {}
    for table, kind, names, parent, parent_names in connection.execute(_CONSTRAINTS).fetchall():
        if kind == "p":
            keys[table] = tuple(names)
        elif len(names) == 1:
            parents.setdefault(table, {})[names[0]] = (parent, parent_names[0])
    return [
        TableRules(name=name, columns=tuple(rules), key=keys.get(name, ()), parents=parents.get(name, {}))
        for name, rules in columns.items()
    ]


def table_columns(rules: Sequence[TableRules]) -> dict[str, tuple[TableColumn, ...]]:
    """What readers of a query must know of the columns, by table."""
    return {
        table.name: tuple(TableColumn(name=c.name, type=c.type, nullable=c.nullable) for c in table.columns)
        for table in rules
    }


def indexes(connection: Connection) -> list[Index]:
    """Every index of the exercise's tables, by name."""
    rows = connection.execute(_INDEXES).fetchall()
    return [
        Index(name=name, table=table, definition=definition, columns=tuple(columns), blocks=blocks)
        for name, table, definition, columns, blocks in rows
    ]


def table_blocks(connection: Connection) -> dict[str, int]:
    """Blocks of 8 kB of every table, by name."""
    query = "SELECT relname, relpages FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    return dict(sorted(connection.execute(query).fetchall()))


def shape(connection: Connection) -> Sequence[object]:
    """What a setup must not change: everything in the catalog that is no index and no statistics object."""
    return connection.execute(_SHAPE).fetchall()


_COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY c.oid, a.attnum
"""
_CONSTRAINTS = """
SELECT c.relname, k.contype::text,
       ARRAY(SELECT attname::text FROM unnest(k.conkey) WITH ORDINALITY n(num, place)
               JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = n.num ORDER BY place),
       p.relname,
       ARRAY(SELECT attname::text FROM unnest(k.confkey) WITH ORDINALITY n(num, place)
               JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = n.num ORDER BY place)
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid LEFT JOIN pg_class p ON p.oid = k.confrelid
 WHERE k.contype IN ('p', 'f') AND c.relnamespace = 'public'::regnamespace
 ORDER BY k.oid
"""
_INDEXES = """
SELECT i.relname, t.relname, pg_get_indexdef(x.indexrelid),
       ARRAY(SELECT pg_get_indexdef(x.indexrelid, n, true) FROM generate_series(1, x.indnkeyatts) n),
       (pg_relation_size(x.indexrelid) / 8192)::int
  FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
 WHERE t.relnamespace = 'public'::regnamespace
 ORDER BY i.relname
"""
_SHAPE = """
SELECT 'relation', oid::text, concat(relname, relkind, relowner, relfilenode, relrowsecurity)
  FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind <> 'i'
UNION ALL SELECT 'column', attrelid::text, concat(attnum, attname, atttypid, attnotnull, attisdropped)
  FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
 WHERE relnamespace = 'public'::regnamespace AND relkind <> 'i'
UNION ALL SELECT 'function', oid::text, proname FROM pg_proc WHERE oid >= 16384
UNION ALL SELECT 'trigger', oid::text, tgname FROM pg_trigger WHERE oid >= 16384
UNION ALL SELECT 'rule', oid::text, rulename FROM pg_rewrite WHERE oid >= 16384
UNION ALL SELECT 'type', oid::text, typname FROM pg_type WHERE oid >= 16384
UNION ALL SELECT 'schema', oid::text, nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg_t%'
UNION ALL SELECT 'operator', oid::text, oprname FROM pg_operator WHERE oid >= 16384
UNION ALL SELECT 'role setting', setrole::text, array_to_string(setconfig, ',') FROM pg_db_role_setting
ORDER BY 1, 2, 3
"""
