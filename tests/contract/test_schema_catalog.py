"""Two readings of one script, by PostgreSQL and by sqlglot, say the same."""

from __future__ import annotations

import pytest
from schema_server import SharedDatabases

from grader.collectors.schema.catalog import read_catalog
from grader.collectors.schema.load import load, prepare
from grader.evidence.catalog import Schema
from grader.sql.schema import ddl
from grader.sql.schema.places import placed
from grader.sql.schema.splitter import split

pytestmark = pytest.mark.postgres


def both(databases: SharedDatabases, sql: str) -> tuple[Schema, Schema]:
    statements = split(sql, "schema.sql")
    with databases.start() as server:
        prepare(server)
        load(server, statements)
        return read_catalog(server), ddl.read(statements).schema


def test_the_catalog_knows_what_a_script_cannot_tell(databases: SharedDatabases) -> None:
    catalog, written = both(
        databases,
        """
        CREATE DOMAIN small AS numeric(5, 1) CHECK (VALUE < 100);
        CREATE DOMAIN tiny AS small NOT NULL CHECK (VALUE < 10);
        CREATE TABLE a (id int PRIMARY KEY, t tiny, list tiny[], made int GENERATED ALWAYS AS (id * 2) STORED);
        DO $$ BEGIN EXECUTE 'CREATE TABLE b (a_id int REFERENCES a, n int DEFAULT 5)'; END $$;
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
        CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f();
        CREATE EXTENSION citext;
        CREATE TABLE c (x citext, y text[], z time with time zone);
    """,
    )
    a, b, c = catalog.tables
    assert [(column.family, column.args, column.nullable) for column in a.columns[:2]] == [
        ("int", (), False),
        ("numeric", (5, 1), False),
    ]
    assert a.columns[2].array
    assert a.columns[3].generated
    assert sorted(rule.domain for rule in a.checks) == ["small", "tiny"]
    assert a.triggers[0].name == "t"
    assert b.foreign_keys[0].table == "a"
    assert [column.family for column in c.columns] == ["text", "text", "time"]
    assert placed(catalog, written).tables[1].place is None


def test_places_reach_the_catalog(databases: SharedDatabases) -> None:
    catalog, written = both(
        databases,
        "CREATE TABLE a (\n  id int PRIMARY KEY,\n  price float CHECK (price > 0)\n);\nCREATE INDEX ON a (price);",
    )
    (table,) = placed(catalog, written).tables
    assert [str(column.place) for column in table.columns] == ["schema.sql:2:3", "schema.sql:3:3"]
    assert str(table.checks[0].place) == "schema.sql:3:22"
    assert [str(index.place) for index in table.indexes if not index.constraint] == ["schema.sql:5:17"]


def test_a_key_that_is_not_enforced_is_known(databases: SharedDatabases) -> None:
    sql = """
        CREATE TABLE orders (id int, shop int, PRIMARY KEY (shop, id));
        CREATE TABLE lines (
            shop int, order_id int, FOREIGN KEY (shop, order_id) REFERENCES orders (shop, id) NOT ENFORCED
        );
        CREATE TABLE notes (shop int, order_id int, FOREIGN KEY (shop, order_id) REFERENCES orders (shop, id));
    """
    catalog, _ = both(databases, sql)
    assert [catalog.tables[n].foreign_keys[0].enforced for n in (0, 1)] == [False, True]
