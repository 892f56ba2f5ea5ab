"""What new rows cost a table: counted while some of its own rows are taken out and put in again, and rolled back.

The rows keep their keys, so every constraint and every unique index of a submission holds. Triggers, which are those
of the foreign keys, are off: they cost the same with and without the submitted indexes.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from psycopg import sql

from grader.collectors.query.data import BIG
from grader.database import Connection, Server
from grader.evidence.query import Index, WriteCost, Writes

ROWS = 10_000
SPARE = 1.2  # a sample by chance holds more or fewer rows than asked for
EVERY = 100.0
OTHERS_SECONDS, POLL_SECONDS = 5.0, 0.01

_TAKE = """
CREATE TEMPORARY TABLE taken ON COMMIT DROP AS
SELECT ctid AS place, t.* FROM {table} AS t TABLESAMPLE BERNOULLI ({percent}) REPEATABLE (1) LIMIT {rows}
"""
_DELETE = "DELETE FROM {table} AS t USING taken WHERE t.ctid = taken.place"
_INSERT = """
EXPLAIN (ANALYZE, BUFFERS, WAL, TIMING OFF, SUMMARY OFF, FORMAT JSON)
INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT {columns} FROM taken
"""
_TOUCHED = """
SELECT indexrelname, idx_blks_read + idx_blks_hit FROM pg_statio_all_indexes
 WHERE relname = %s AND schemaname = 'public'
"""
_OTHERS = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
_COLUMNS = """
SELECT attname FROM pg_attribute
 WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""


def every_table(server: Server, tables: Iterable[str]) -> dict[str, tuple[int, Writes]]:
    """For every table how many rows were put in, and what that cost."""
    with server.connect(BIG) as admin:
        return {table: _inserted(admin, table) for table in sorted(tables)}


def with_indexes(server: Server, added: Iterable[Index], before: dict[str, tuple[int, Writes]]) -> list[WriteCost]:
    """What the tables that got indexes cost now, beside what they cost `before`. The last thing to do to a server."""
    indexes = tuple(added)
    found = []
    with server.connect(BIG) as admin:
        _await_others(admin)
        for table in sorted({index.table for index in indexes}):
            names = [index.name for index in indexes if index.table == table]
            start = _touched(admin, table)
            rows, after = _inserted(admin, table)
            end = _touched(admin, table)
            touched = {name: end.get(name, 0) - start.get(name, 0) for name in names}
            found.append(WriteCost(table=table, rows=rows, before=before[table][1], after=after, touched=touched))
    return found


def _inserted(admin: Connection, table: str) -> tuple[int, Writes]:
    name = sql.Identifier("public", table)
    size = _one(admin, sql.SQL("SELECT count(*) FROM {}").format(name))
    columns = sql.SQL(", ").join(sql.Identifier(c) for (c,) in admin.execute(_COLUMNS, [f"public.{table}"]).fetchall())
    percent = sql.Literal(min(EVERY, SPARE * EVERY * ROWS / max(size, 1)))
    with admin.transaction(force_rollback=True):
        admin.execute("SET LOCAL session_replication_role = replica")
        admin.execute(sql.SQL(_TAKE).format(table=name, percent=percent, rows=sql.Literal(ROWS)))
        rows = _one(admin, sql.SQL("SELECT count(*) FROM taken"))
        admin.execute(sql.SQL(_DELETE).format(table=name))
        plan = admin.execute(sql.SQL(_INSERT).format(table=name, columns=columns)).fetchone()
    root = plan[0][0]["Plan"] if plan is not None else {}
    blocks = sum(root.get(key, 0) for key in ("Shared Hit Blocks", "Shared Read Blocks"))
    return rows, Writes(records=root.get("WAL Records", 0), bytes=root.get("WAL Bytes", 0), blocks=blocks)


def _await_others(admin: Connection) -> None:
    """Wait until sessions that were closed are gone: on their way out they add what they touched to the counts."""
    deadline = time.monotonic() + OTHERS_SECONDS
    while _one(admin, sql.SQL(_OTHERS)) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)


def _touched(admin: Connection, table: str) -> dict[str, int]:
    """Blocks of every index of a table that were touched since the server started."""
    admin.execute("SELECT pg_stat_force_next_flush()")
    return dict(admin.execute(_TOUCHED, [table]).fetchall())


def _one(admin: Connection, query: sql.SQL | sql.Composed) -> int:
    row = admin.execute(query).fetchone()
    return int(row[0]) if row is not None else 0
