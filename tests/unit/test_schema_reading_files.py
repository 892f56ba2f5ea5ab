"""Which files are read, in which order, and what is done with each statement before it reaches the server."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.collectors.schema.choosing import chosen, natural
from grader.collectors.schema.collector import concepts
from grader.collectors.schema.drawings import diagrams
from grader.collectors.schema.files import notes, statements
from grader.collectors.schema.patterns import example
from grader.collectors.schema.policy import plan
from grader.collectors.schema.rows import steady
from grader.collectors.schema.scripts import decoded, up_only
from grader.errors import SubmissionFault
from grader.model import Submission
from grader.sql.schema.splitter import split

TABLE = "CREATE TABLE t (id int);"


def submitted(root: Path, **files: str | bytes) -> Submission:
    """A submission with these files; `__` in a name stands for a slash, `_DOT_` for a dot."""
    for key, content in files.items():
        path = root / key.replace("__", "/").replace("_DOT_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    names = tuple(sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()))
    return Submission(name="answer", root=root, digest="", files=names)


def test_schema_sql_goes_first_and_others_are_named(tmp_path: Path) -> None:
    names, remark = chosen(submitted(tmp_path, schema_DOT_sql=TABLE, seed_DOT_sql="INSERT INTO t VALUES (1);"))
    assert names == ("schema.sql",)
    assert "seed.sql" in remark


def test_migrations_run_in_natural_order_without_ways_back(tmp_path: Path) -> None:
    files = {
        "migrations__2_orders_DOT_sql": "",
        "migrations__10_lines_DOT_up_DOT_sql": "",
        "migrations__10_lines_DOT_down_DOT_sql": "",
        "migrations__1_users_DOT_sql": "",
    }
    names, _ = chosen(submitted(tmp_path, **files))
    assert names == ("migrations/1_users.sql", "migrations/2_orders.sql", "migrations/10_lines.up.sql")


def test_a_single_sql_file_is_taken_whatever_its_name(tmp_path: Path) -> None:
    assert chosen(submitted(tmp_path, shop_DOT_sql="")) == (("shop.sql",), "")


def test_several_sql_files_are_read_in_order_and_said(tmp_path: Path) -> None:
    names, remark = chosen(submitted(tmp_path, b_DOT_sql=TABLE, a_DOT_sql=TABLE, drop_all_DOT_sql=TABLE))
    assert names == ("a.sql", "b.sql")
    assert "there is no schema.sql" in remark


def test_no_sql_file_is_the_submissions_fault(tmp_path: Path) -> None:
    with pytest.raises(SubmissionFault) as caught:
        chosen(submitted(tmp_path, NOTES_DOT_md="x"))
    assert caught.value.code == "E330"


def test_versions_sort_as_numbers() -> None:
    assert sorted(["V10__a.sql", "V2__b.sql", "V1__c.sql"], key=natural) == ["V1__c.sql", "V2__b.sql", "V10__a.sql"]


def test_included_files_come_in_their_place(tmp_path: Path) -> None:
    submission = submitted(
        tmp_path,
        schema_DOT_sql="SELECT 1;\n\\i tables/users.sql\nSELECT 3;\n\\i /etc/passwd\n\\i ../other.sql",
        tables__users_DOT_sql="SELECT 2;\n\\ir users.sql\n",
    )
    _, found, _ = statements(submission, ("schema.sql",))
    assert [s.text for s in found if s.kind == "sql"] == ["SELECT 1", "SELECT 2", "SELECT 3"]


@pytest.mark.parametrize(
    "data",
    ["SELECT 'ä';".encode(), "SELECT 'ä';".encode("utf-8-sig"), "SELECT 'ä';".encode("utf-16"), b"SELECT '\xe4';"],
)
def test_text_is_read_in_any_usual_encoding(data: bytes) -> None:
    assert decoded(data, "s.sql") == "SELECT 'ä';"


def test_a_binary_file_is_one_clear_fault() -> None:
    with pytest.raises(SubmissionFault) as caught:
        decoded(b"PGDMP\x01\x0e\x00\x04", "schema.sql")
    assert caught.value.code == "E332"


def test_too_much_sql_is_one_clear_fault(tmp_path: Path) -> None:
    submission = submitted(tmp_path, schema_DOT_sql=b"-- " + b"x" * (4 << 20) + b"\n")
    with pytest.raises(SubmissionFault) as caught:
        statements(submission, ("schema.sql",))
    assert caught.value.code == "E331"


def test_the_way_back_of_a_migration_is_not_run() -> None:
    text = "-- migrate:up\nCREATE TABLE a (id int);\n\n-- migrate:down\nDROP TABLE a;\n"
    assert [s.text for s in split(up_only(text), "m.sql")] == ["CREATE TABLE a (id int)"]
    assert up_only(text).count("\n") == text.count("\n")


def test_diagrams_and_notes_are_found(tmp_path: Path) -> None:
    submission = submitted(
        tmp_path,
        erd_DOT_mmd="erDiagram\n A ||--o{ B : x\n",
        README_DOT_md="no diagram",
        docs__design_DOT_md="```mermaid\nerDiagram\n C ||--o{ D : x\n```",
        NOTES_DOT_md="because",
    )
    assert [d.name for d in diagrams(submission)] == ["erd.mmd", "docs/design.md"]
    assert notes(submission) == "because"


@pytest.mark.parametrize(
    ("sql", "action", "structural"),
    [
        ("CREATE TABLE t (id int)", "run", True),
        ("create  unlogged table if not exists t (id int)", "run", True),
        ("INSERT INTO t VALUES (1)", "run", False),
        ("BEGIN", "aside", False),
        ("COMMIT", "aside", False),
        ("DROP DATABASE IF EXISTS shop", "aside", False),
        ("CREATE DATABASE shop", "aside", False),
        ("GRANT ALL ON t TO public", "aside", False),
        ("ALTER TABLE t OWNER TO boss", "aside", False),
        ("CREATE ROLE app LOGIN PASSWORD 'x'", "aside", False),
        ("COPY t FROM '/tmp/x.csv' CSV", "aside", False),
        ("COPY t FROM PROGRAM 'curl evil'", "refuse", True),
        ("COPY (SELECT 1) TO PROGRAM 'x'", "refuse", True),
        ("ALTER SYSTEM SET work_mem = '1GB'", "refuse", True),
        ("CREATE EXTENSION dblink", "refuse", True),
        ("CREATE EXTENSION plpython3u", "refuse", True),
        ('CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public', "extension", True),
        ("CREATE SERVER s FOREIGN DATA WRAPPER w", "refuse", True),
        ("/* BEGIN */ CREATE TABLE t (id int)", "run", True),
        ("DO $$ BEGIN PERFORM 1; END $$", "run", True),
        ("SET search_path TO shop", "run", False),
        ("COMMENT ON TABLE t IS 'COPY x FROM PROGRAM'", "run", True),
    ],
)
def test_each_statement_gets_its_plan(sql: str, action: str, *, structural: bool) -> None:
    (statement,) = split(sql, "s.sql")
    found = plan(statement)
    assert (found.action, found.structural) == (action, structural)


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[A-Z]{3}-[0-9]{4}$",
        r"^ORD-\d{8}$",
        r"^[a-z0-9]+(-[a-z0-9]+)*$",
        r"^\+[1-9][0-9]{6,14}$",
        r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$",
        r"^(open|paid)$",
        r"^[[:alpha:]]+$",
        r"^.{3,}$",
        r"^#[0-9A-Fa-f]{6}$",
    ],
)
def test_a_text_is_found_for_simple_patterns(pattern: str) -> None:
    assert example(pattern, 42)


@pytest.mark.parametrize("pattern", ["", "(", "[", "a{", "(?<x>a)(?=b)", "\\"])
def test_a_pattern_that_is_beyond_us_gives_nothing_or_something_but_never_breaks(pattern: str) -> None:
    assert isinstance(example(pattern, 1), str)


def test_answers_lose_what_differs_between_runs() -> None:
    said = (
        "at 2026-11-21 10:00:01.5+00 for 6f9619ff-8b86-4d01-b42d-00cf4fc964ff and 00000000-0000-4000-8000-000000000001"
    )
    assert steady(said) == "at ⟨time⟩ for ⟨uuid⟩ and 00000000-0000-4000-8000-000000000001"


def test_concepts_may_be_named_in_several_ways_and_mistakes_are_noted() -> None:
    remarks: list[str] = []
    given = {"order_lines": "rows", "customer": "People", "order_item": "nowhere", "colour": "rows"}
    assert concepts(given, {"rows", "people"}, remarks) == {"order_line": "rows", "user": "people"}
    assert len(remarks) == 2
