"""Which SQL files are the schema, in every layout that candidates and migration tools use."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.collectors.schema.choosing import chosen, natural
from grader.collectors.schema.files import statements
from grader.collectors.schema.scripts import decoded, up_only
from grader.errors import SubmissionFault
from grader.model import SqlSettings, Submission, SubmissionSettings
from grader.sql.schema.splitter import split

TABLE = "CREATE TABLE t (id int PRIMARY KEY);"
INDEX = "CREATE INDEX ON t (id);"
ROWS = "INSERT INTO t VALUES (1);"
ASKS = "SELECT * FROM t;"
DROPS = "DROP TABLE t;"


def submitted(root: Path, files: dict[str, str], *, skipped: tuple[str, ...] = (), speaks: str = "") -> Submission:
    """A submission with these files."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    settings = SubmissionSettings(sql=SqlSettings(dialect=speaks))
    return Submission(name="x", root=root, digest="", files=tuple(sorted(files)), skipped=skipped, settings=settings)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"schema.sql": TABLE, "indexes.sql": INDEX, "seed.sql": ROWS, "queries.sql": ASKS}, "schema.sql indexes.sql"),
        ({"schema.sql": TABLE, "indizes.sql": INDEX, "drop.sql": DROPS, "old.sql": TABLE}, "schema.sql indizes.sql"),
        ({"schema.sql": TABLE, "test.sql": INDEX, "queries_index.sql": INDEX}, "schema.sql"),
        ({"schema.sql": TABLE, "migrations/1.sql": TABLE}, "schema.sql"),
        ({"db/schema.sql": TABLE, "db/02_keys.sql": INDEX, "x/other.sql": INDEX}, "db/schema.sql db/02_keys.sql"),
        ({"schema.sql": "CREATE SCHEMA shop;", "tables.sql": TABLE, "indexes.sql": INDEX},
         "schema.sql tables.sql indexes.sql"),
        ({"schema.sql": "\\i tables.sql\n", "tables.sql": TABLE}, "schema.sql"),
        ({"schema.sql": ""}, "schema.sql"),
        ({"sql/01_schema.sql": TABLE, "sql/02_indexes.sql": INDEX, "sql/10_seed.sql": ROWS, "sql/11_queries.sql": ASKS},
         "sql/01_schema.sql sql/02_indexes.sql sql/10_seed.sql"),
        ({"indexes.sql": INDEX, "tables.sql": TABLE, "seed.sql": ROWS, "drop.sql": DROPS, "verify.sql": ASKS},
         "tables.sql indexes.sql seed.sql"),
        ({"schema.mysql.sql": TABLE, "schema.postgres.sql": TABLE}, "schema.postgres.sql"),
        ({"mysql/schema.sql": TABLE, "postgres/schema.sql": TABLE}, "postgres/schema.sql"),
        ({"sql/V1__a.sql": TABLE, "sql/V10__b.sql": TABLE, "sql/V2__c.sql": TABLE, "sql/V1.1__d.sql": TABLE,
          "sql/R__views.sql": INDEX, "sql/U1__a.sql": DROPS},
         "sql/V1__a.sql sql/V1.1__d.sql sql/V2__c.sql sql/V10__b.sql sql/R__views.sql"),
        ({"src/main/resources/db/migration/V1__a.sql": TABLE, "README.sql": ASKS},
         "src/main/resources/db/migration/V1__a.sql"),
        ({"prisma/migrations/20240102_b/migration.sql": INDEX, "prisma/migrations/20240101_a/migration.sql": TABLE},
         "prisma/migrations/20240101_a/migration.sql prisma/migrations/20240102_b/migration.sql"),
        ({"migrations/000001_a.up.sql": TABLE, "migrations/000001_a.down.sql": DROPS}, "migrations/000001_a.up.sql"),
        ({"migrations/sqls/2024-a-up.sql": TABLE, "migrations/sqls/2024-a-down.sql": DROPS},
         "migrations/sqls/2024-a-up.sql"),
        ({"sqitch.plan": "%syntax-version=1.0.0\n%project=shop\n\nusers 2024 A <a@b>\norders [users] 2024 A <a@b>\n",
          "deploy/orders.sql": TABLE, "deploy/users.sql": TABLE, "revert/users.sql": DROPS, "verify/users.sql": ASKS},
         "deploy/users.sql deploy/orders.sql"),
        ({"supabase/migrations/20240101000000_a.sql": TABLE, "supabase/seed.sql": ROWS},
         "supabase/migrations/20240101000000_a.sql"),
        ({"answer.sql": ASKS}, "answer.sql"),
    ],
)  # fmt: skip
def test_the_schema_is_found_in_every_usual_layout(tmp_path: Path, files: dict[str, str], expected: str) -> None:
    names, remark = chosen(submitted(tmp_path, files))
    assert " ".join(names) == expected
    left = [name for name in files if name.endswith(".sql") and name not in names]
    assert all(name in remark for name in left)


def test_a_declared_dialect_chooses_among_files_for_several(tmp_path: Path) -> None:
    files = {"schema.mysql.sql": TABLE, "schema.postgres.sql": TABLE}
    assert chosen(submitted(tmp_path, files, speaks="mysql"))[0] == ("schema.mysql.sql",)


@pytest.mark.parametrize("files", [{}, {"seed.sql": ROWS}])
def test_a_schema_that_was_too_large_to_be_taken_in_is_said(tmp_path: Path, files: dict[str, str]) -> None:
    with pytest.raises(SubmissionFault) as caught:
        chosen(submitted(tmp_path, files, skipped=("schema.sql (20.0 MB; one file may have 8 MB)",)))
    assert caught.value.code == "E331"
    assert "20.0 MB" in str(caught.value)


def test_versions_are_compared_as_numbers() -> None:
    names = ["V1__a.sql", "V1.2__b.sql", "V1_10__c.sql", "V2__d.sql", "V10__e.sql", "R__f.sql"]
    assert sorted({*names}, key=natural) == names


@pytest.mark.parametrize(
    ("up", "down"),
    [
        ("-- migrate:up", "-- migrate:down"),
        ("-- +goose Up", "-- +goose Down"),
        ("-- +migrate Up", "-- +migrate Down"),
        ("-- Up Migration", "-- Down Migration"),
        ("# --- !Ups", "# --- !Downs"),
        ("-- made by MyBatis", "-- //@UNDO"),
        ("-- UP", "-- DOWN"),
        ("---- up ----", "---- down ----"),
    ],
)
def test_the_way_back_of_every_tool_is_left_out(up: str, down: str) -> None:
    text = f"{up}\nCREATE TABLE a (id int);\n{down}\nDROP TABLE a;\n"
    assert [s.text for s in split(up_only(text).replace("# --- !Ups", ""), "m.sql")] == ["CREATE TABLE a (id int)"]


@pytest.mark.parametrize("text", ["-- upper case names\nX", "-- down payments are kept here\nX", "-- up to five\nX"])
def test_a_comment_that_begins_with_up_or_down_is_no_way_back(text: str) -> None:
    assert up_only(text) == text


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"%PDF-1.7\nxxx", "a PDF"),
        (b"PK\x03\x04xxx", "a zip"),
        (b"\n<!DOCTYPE html><html>", "a web page"),
        (b"<html><body>CREATE TABLE t (id int);</body></html>", "a web page"),
        (b"SQLite format 3\0", "a SQLite database"),
        (b"PGDMP\x01", "custom format"),
        (b"CREATE TABLE a\0b (id int);", "NUL bytes"),
        (bytes(range(1, 32)) * 10, "control characters"),
    ],
)
def test_what_is_no_text_is_told_as_what_it_is(data: bytes, why: str) -> None:
    with pytest.raises(SubmissionFault) as caught:
        decoded(data, "schema.sql")
    assert caught.value.code == "E332"
    assert why in caught.value.problem.note


def test_too_many_seed_data_are_left_out_and_cost_nothing(tmp_path: Path) -> None:
    rows = "INSERT INTO t VALUES (1);\n" * 5_001
    files, found, remark = statements(submitted(tmp_path, {"schema.sql": f"{TABLE}\n{rows}{INDEX}\n"}), ("schema.sql",))
    assert [s.text for s in found] == [TABLE.rstrip(";"), INDEX.rstrip(";")]
    assert found[1].line == 5_003
    assert "5001 statements" in remark
    assert len(files[0].text) < 20_000
    assert files[0].text.split("\n")[5_002] == INDEX


def test_what_psql_would_do_with_variables_and_branches_is_done(tmp_path: Path) -> None:
    script = r"""
\set ON_ERROR_STOP on
\set name items
\if :{?name}
CREATE TABLE :"name" (id int, a text DEFAULT :'name', b text DEFAULT ':name', c int DEFAULT '1'::int);
\else
CREATE TABLE nothing (id int);
\endif
\if false
CREATE TABLE never (id int);
\endif
SELECT 1 AS one \gset
SELECT 'CREATE DATABASE shop' \gexec
CREATE TABLE last (id int, x int DEFAULT :unknown);
\q
CREATE TABLE after_the_end (id int);
"""
    _, found, _ = statements(submitted(tmp_path, {"schema.sql": script}), ("schema.sql",))
    assert [s.text for s in found if s.kind == "sql"] == [
        """CREATE TABLE "items" (id int, a text DEFAULT 'items', b text DEFAULT ':name', c int DEFAULT '1'::int)""",
        "SELECT 1 AS one",
        "SELECT 'CREATE DATABASE shop'",
        "CREATE TABLE last (id int, x int DEFAULT :unknown)",
    ]
