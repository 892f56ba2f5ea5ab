"""The script is read with places, also where sqlglot keeps statements as text."""

from __future__ import annotations

import pytest

from grader.evidence.catalog import Schema, Table
from grader.sql.schema import ddl
from grader.sql.schema.dialect import named, sniffed
from grader.sql.schema.places import placed
from grader.sql.schema.splitter import split


def read(sql: str) -> Schema:
    return ddl.read(split(sql, "s.sql")).schema


def table(sql: str, name: str = "t") -> Table:
    found = read(sql).table(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("type_", "family", "args"),
    [
        ("character varying(5)", "varchar", (5,)),
        ("varchar", "varchar", ()),
        ("char", "char", (1,)),
        ("decimal(5)", "numeric", (5, 0)),
        ("numeric(12,2)", "numeric", (12, 2)),
        ("double precision", "float", ()),
        ("float8", "float", ()),
        ("timestamp(3) with time zone", "timestamptz", ()),
        ("timestamp without time zone", "timestamp", ()),
        ("int8", "bigint", ()),
        ("jsonb", "json", ()),
        ("public.citext", "text", ()),
        ("bytea", "bytes", ()),
        ("money", "money", ()),
    ],
)
def test_types_come_in_the_families_of_the_catalog(type_: str, family: str, args: tuple[int, ...]) -> None:
    column = table(f"CREATE TABLE t (x {type_});").columns[0]
    assert (column.family, column.args) == (family, args)


def test_every_column_knows_its_place() -> None:
    found = table("-- head\nCREATE TABLE t (\n    id int,\n    name text\n);")
    assert str(found.place) == "s.sql:2:14"
    assert [str(column.place) for column in found.columns] == ["s.sql:3:5", "s.sql:4:5"]


def test_constraints_inside_and_outside_of_columns_are_read() -> None:
    found = table("""
        CREATE TABLE p (id int PRIMARY KEY);
        CREATE TABLE t (
            id serial PRIMARY KEY,
            a int NOT NULL REFERENCES p ON DELETE CASCADE,
            b int CHECK (b > 0) UNIQUE,
            CONSTRAINT pair UNIQUE (a, b),
            FOREIGN KEY (b) REFERENCES p (id) ON DELETE SET NULL ON UPDATE CASCADE,
            CHECK (a <> b)
        );
    """)
    assert found.primary_key == ("id",)
    assert [(k.columns, k.table, k.references, k.on_delete) for k in found.foreign_keys] == [
        (("a",), "p", ("id",), "CASCADE"),
        (("b",), "p", ("id",), "SET NULL"),
    ]
    assert [u.columns for u in found.uniques] == [("b",), ("a", "b")]
    assert [rule.columns for rule in found.checks] == [("b",), ("a", "b")]
    assert not found.columns[0].nullable


def test_what_is_added_later_is_read() -> None:
    found = table("""
        CREATE TABLE p (id int PRIMARY KEY);
        CREATE TABLE t (id int, gone text, old text, a int);
        ALTER TABLE ONLY t ADD CONSTRAINT t_pkey PRIMARY KEY (id), ADD CHECK (a > 0);
        ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES p;
        ALTER TABLE t DROP COLUMN gone, ADD COLUMN b numeric(5, 2) NOT NULL;
        ALTER TABLE t RENAME COLUMN old TO new;
        ALTER TABLE t ALTER COLUMN new SET NOT NULL;
        ALTER TABLE t ALTER COLUMN a TYPE bigint;
        ALTER TABLE t ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (START WITH 5);
        COMMENT ON COLUMN t.b IS 'in euros';
    """)
    assert [(c.name, c.family, c.nullable) for c in found.columns] == [
        ("id", "int", False),
        ("new", "text", False),
        ("a", "bigint", True),
        ("b", "numeric", False),
    ]
    assert found.primary_key == ("id",)
    assert [rule.columns for rule in found.checks] == [("a",)]
    assert found.foreign_keys[0].references == ("id",)
    assert found.columns[0].identity == "always"
    assert found.columns[3].comment == "in euros"


def test_a_check_added_without_a_name_keeps_its_place() -> None:
    found = table("CREATE TABLE t (a int);\nALTER TABLE t\n  ADD CHECK (a > 0);")
    assert str(found.checks[0].place) == "s.sql:3:14"


def test_one_clause_that_cannot_be_read_does_not_cost_the_table() -> None:
    found = table(
        "CREATE TABLE t (id int PRIMARY KEY, odd bit varying(4), name text NOT NULL, CHECK (id > 0) NO INHERIT);"
    )
    assert [column.name for column in found.columns] == ["id", "name"]
    assert str(found.columns[1].place) == "s.sql:1:57"
    assert len(found.checks) == 1


def test_enums_and_domains_are_resolved() -> None:
    found = table("""
        CREATE TYPE state AS ENUM ('a', 'b');
        DO $$ BEGIN CREATE TYPE kind AS ENUM ('x', 'y'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        CREATE DOMAIN price AS numeric(12, 2) NOT NULL CHECK (VALUE >= 0);
        CREATE TABLE t (s state, k kind, p price);
    """)
    s, k, p = found.columns
    assert (s.family, s.enum) == ("enum", ("a", "b"))
    assert k.enum == ("x", "y")
    assert (p.family, p.args, p.nullable, p.domain) == ("numeric", (12, 2), False, "price")
    assert found.checks[0].domain == "price"


def test_schemas_and_quoted_names_are_kept_apart() -> None:
    schema = read("""
        CREATE TABLE public.a (id int);
        CREATE TABLE shop."Order" (id int, "Unit Price" numeric);
        SET search_path TO shop, public;
        CREATE TABLE b (id int);
        CREATE INDEX i ON b (id);
    """)
    assert [table.name for table in schema.tables] == ["a", "shop.Order", "shop.b"]
    assert schema.tables[1].columns[1].name == "Unit Price"
    assert schema.tables[2].indexes[0].name == "i"


def test_indexes_are_read_with_all_they_have() -> None:
    found = table("""
        CREATE TABLE t (a int, b text, c timestamptz);
        CREATE UNIQUE INDEX one ON t (lower(b)) WHERE c IS NULL;
        CREATE INDEX CONCURRENTLY two ON ONLY t USING btree (a, c DESC NULLS LAST) INCLUDE (b);
        CREATE INDEX ON t USING gin (b gin_trgm_ops);
    """)
    one, two, three = found.indexes
    assert (one.unique, one.keys, bool(one.where)) == (True, ("(lower(b))",), True)
    assert (two.keys, two.include) == (("a", "c"), ("b",))
    assert (three.method, three.keys) == ("gin", ("b",))


def test_temporary_tables_partitions_and_dropped_ones_are_no_tables() -> None:
    schema = read("""
        CREATE TEMP TABLE a (id int);
        CREATE TABLE b (id int) PARTITION BY RANGE (id);
        CREATE TABLE b1 PARTITION OF b FOR VALUES FROM (1) TO (10);
        CREATE TABLE c (id int);
        DROP TABLE IF EXISTS c;
    """)
    assert [table.name for table in schema.tables] == ["b"]


def test_copied_columns_come_along() -> None:
    found = table(
        "CREATE TABLE base (id int NOT NULL, at timestamptz); CREATE TABLE t (LIKE base INCLUDING ALL, x text);"
    )
    assert [column.name for column in found.columns] == ["id", "at", "x"]


def test_what_cannot_be_read_is_said() -> None:
    script = "CREATE TABLE y (id int); ALTER TABLE y ADD COLUMN x bit varying(4);"
    assert len(ddl.read(split(script, "s.sql")).unread) == 1


def test_the_catalog_gets_its_places_from_the_script() -> None:
    written = read("CREATE TABLE t (\n  id int CHECK (id > 0)\n);")
    bare = read("CREATE TABLE t (id int CHECK (id > 0)); CREATE TABLE u (id int);")
    found = placed(bare, written)
    assert str(found.tables[0].columns[0].place) == "s.sql:2:3"
    assert str(found.tables[0].checks[0].place) == "s.sql:2:17"


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("CREATE TABLE `users` (`id` INT AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB;", "mysql"),
        ("CREATE TABLE users (id INT AUTO_INCREMENT PRIMARY KEY);", "mysql"),
        ("CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT);", "sqlite"),
        ("PRAGMA foreign_keys = ON; CREATE TABLE users (id INTEGER PRIMARY KEY);", "sqlite"),
        ("CREATE TABLE users (id serial PRIMARY KEY); CREATE TABLE b (id INT AUTO_INCREMENT);", "postgres"),
        ("CREATE TABLE users (id int PRIMARY KEY, name varchar(20));", "postgres"),
        ("-- ENGINE=InnoDB AUTO_INCREMENT `x` int\nCREATE TABLE users (id int);", "postgres"),
    ],
)
def test_the_dialect_is_told_by_what_only_one_has(sql: str, expected: str) -> None:
    assert sniffed(sql) == expected


@pytest.mark.parametrize(("name", "dialect"), [("PostgreSQL", "postgres"), ("mariadb", "mysql"), ("oracle", None)])
def test_dialects_are_known_by_their_names(name: str, dialect: str | None) -> None:
    assert named(name) == dialect
