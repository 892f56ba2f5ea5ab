"""How much a script made, before anything of it is read: a catalog may be as large as a disk."""

from __future__ import annotations

from grader.collectors.schema.session import DATABASE
from grader.database import Server
from grader.errors import OurFault, SubmissionFault

MAX_TABLES = 1_000
MAX_COLUMNS = 20_000
MAX_RULES = 20_000  # constraints, indexes and triggers
_TABLES = """
SELECT count(*), coalesce(sum(c.relnatts), 0)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
"""
_RULES = """
SELECT (
  SELECT count(*) FROM pg_catalog.pg_constraint x JOIN pg_catalog.pg_namespace n ON n.oid = x.connamespace
  WHERE x.contype <> 'n' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
) + (
  SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('i', 'I') AND n.nspname !~ '^pg_'
) + (
  SELECT count(*) FROM pg_catalog.pg_trigger WHERE NOT tgisinternal
)
"""


def tables_in(server: Server) -> int:
    """How many tables the script made; raises `OurFault` when the server is gone."""
    return _counted(server, _TABLES)[0]


def bounded(server: Server) -> None:
    """Raises `SubmissionFault` E334 when the script made more than is read."""
    tables, columns = _counted(server, _TABLES)
    (rules,) = _counted(server, _RULES)
    few_enough(tables)
    if columns > MAX_COLUMNS:
        raise too_much(f"{columns} columns", f"{MAX_COLUMNS} columns")
    if rules > MAX_RULES:
        raise too_much(f"{rules} constraints, indexes and triggers", f"{MAX_RULES} of them")


def few_enough(tables: int) -> None:
    """Raises `SubmissionFault` E334 when these are more tables than are read."""
    if tables > MAX_TABLES:
        raise too_much(f"{tables} tables", f"{MAX_TABLES} tables")


def too_much(made: str, most: str) -> SubmissionFault:
    """E334: the script makes more than a schema can have."""
    return SubmissionFault(
        "E334",
        f"the SQL makes {made}",
        note=f"at most {most} are read: a shop has a few dozen tables",
        help="hand in the tables of the shop only",
    )


def _counted(server: Server, query: str) -> tuple[int, ...]:
    with server.connect(DATABASE) as boss:
        row = boss.execute(query.encode()).fetchone()
    if row is None:
        raise OurFault("E221", "PostgreSQL does not answer")
    return tuple(int(value) for value in row)
