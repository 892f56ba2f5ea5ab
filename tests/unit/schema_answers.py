"""Hand-made evidence about schemas: read from a script without a server, with the probes a test wants."""

from __future__ import annotations

from pathlib import Path

import msgspec

from grader.checks.schema import CHECKS
from grader.evidence.catalog import Index, Schema, Table
from grader.evidence.schema import Attempt, Loading, Probe, SchemaFacts, SqlFile
from grader.model import Finding
from grader.sql.schema import ddl
from grader.sql.schema.diagrams.sniffing import diagram
from grader.sql.schema.matcher import match
from grader.sql.schema.splitter import split

SCHEMAS = Path(__file__).parent.parent / "schemas"
ASK = {check.name: check.ask for check in CHECKS}

GOOD = """
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL UNIQUE,
    phone text,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE categories (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL
);
CREATE TABLE products (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    price numeric(10, 2) NOT NULL CHECK (price >= 0),
    stock int NOT NULL CHECK (stock >= 0)
);
CREATE TABLE product_categories (
    product_id bigint NOT NULL REFERENCES products,
    category_id bigint NOT NULL REFERENCES categories,
    PRIMARY KEY (product_id, category_id)
);
CREATE INDEX ON product_categories (category_id);
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users,
    status text NOT NULL CHECK (status IN ('open', 'paid')),
    placed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON orders (user_id, placed_at);
CREATE TABLE order_items (
    order_id bigint NOT NULL REFERENCES orders ON DELETE CASCADE,
    product_id bigint NOT NULL REFERENCES products,
    quantity int NOT NULL CHECK (quantity > 0),
    price numeric(10, 2) NOT NULL CHECK (price >= 0),
    PRIMARY KEY (order_id, product_id)
);
CREATE INDEX ON order_items (product_id);
"""

ERD = """
```mermaid
erDiagram
    users ||--o{ orders : places
    orders ||--|{ order_items : has
    products ||--o{ order_items : in
    products }o--o{ categories : in
```
"""


def changed(*pairs: tuple[str, str], sql: str = GOOD) -> str:
    """The good script with some text replaced; every replacement must change something."""
    for old, new in pairs:
        assert old in sql, old
        sql = sql.replace(old, new)
    return sql


def facts(
    sql: str = GOOD,
    *,
    probes: tuple[Probe, ...] = (),
    erd: str = ERD,
    notes: str = "",
    loading: Loading | None = None,
) -> SchemaFacts:
    """Evidence as if the script had been loaded."""
    statements = split(sql, "schema.sql")
    schema = Schema(tables=tuple(_indexed(table) for table in ddl.read(statements).schema.tables))
    found = match(schema)
    return SchemaFacts(
        server="18.6",
        files=(SqlFile(name="schema.sql", text=sql),),
        loading=loading or Loading(structural=len(statements), ran=len(statements), tables_written=_names(schema)),
        schema=schema,
        roles=found.roles,
        helpers=found.helpers,
        doubtful=found.doubtful,
        probes=probes,
        diagrams=(diagram("erd.md", erd.encode(), len(erd)),) if erd else (),
        notes=notes,
    )


def _names(schema: Schema) -> tuple[str, ...]:
    return tuple(table.name for table in schema.tables)


def _indexed(table: Table) -> Table:
    """The indexes that PostgreSQL would make for constraints, and the shapes it would print."""
    made = [Index(name=f"{table.name}_pkey", keys=table.primary_key, unique=True, constraint="primary")]
    made += [
        Index(
            name=f"{table.name}_{'_'.join(unique.columns)}_key", keys=unique.columns, unique=True, constraint="unique"
        )
        for unique in table.uniques
    ]
    every = [index for index in (*made, *table.indexes) if index.keys]
    shaped = tuple(
        msgspec.structs.replace(index, shape=f"USING {index.method} {index.keys} {index.where}") for index in every
    )
    return msgspec.structs.replace(table, indexes=shaped)


def ask(check: str, evidence: SchemaFacts, **options: object) -> Finding:
    """The finding of one check."""
    return ASK[check](evidence, **options)


def took(id: str, table: str, column: str = "", *, value: str | None = None) -> Probe:
    """A probe whose faulty row was taken."""
    return _probe(id, table, column, Attempt(statement="INSERT …;", answer="INSERT 0 1", rows=1, value=value))


def refused(id: str, table: str, column: str = "", *, state: str = "23514") -> Probe:
    """A probe whose faulty row was refused."""
    return _probe(id, table, column, Attempt(statement="INSERT …;", answer="ERROR:  no", sqlstate=state))


def stuck(id: str, table: str, column: str = "") -> Probe:
    """A probe that told nothing, because no good row could be inserted."""
    return Probe(id=id, table=table, column=column, obstacle="no row could be inserted")


def deleted(id: str, table: str, column: str, *, left: int, value: str | None = "1", state: str = "") -> Probe:
    """A deletion with the number of rows left that referred to what was deleted."""
    answer = "ERROR:  refused" if state else "DELETE 1"
    bad = Attempt(statement="DELETE …;", answer=answer, sqlstate=state, rows=0 if state else 1, value=value)
    return Probe(id=id, table=table, column=column, good=GOOD_ROW, bad=bad, count="SELECT count(*) …;", left=left)


GOOD_ROW = Attempt(statement="INSERT … good;", answer="INSERT 0 1", rows=1)


def _probe(id: str, table: str, column: str, bad: Attempt) -> Probe:
    return Probe(id=id, table=table, column=column, setup=("INSERT … parent;",), good=GOOD_ROW, bad=bad)
