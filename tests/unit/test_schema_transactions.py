"""Transactions that a script opens itself: what stands in them, what is refused there and what is taken back."""

from __future__ import annotations

import pytest
from schema_answers import ask, changed, facts

from grader.collectors.schema.blocks import blocks, lasting, refused_inside
from grader.evidence.catalog import Place
from grader.evidence.schema import Late, LoadFailure, Loading, SchemaFacts
from grader.model import Outcome
from grader.sql.schema.splitter import Statement, split

AT, BEGIN = Place(file="schema.sql", line=5, column=1, length=6), Place(file="schema.sql", line=2, column=1, length=1)


def inside(sql: str) -> list[str]:
    """The first word of every statement that stands in a transaction."""
    statements = split(sql, "schema.sql")
    found = zip(statements, blocks(statements), strict=True)
    return [statement.text.split()[0] for statement, block in found if block is not None]


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("A; BEGIN; B; COMMIT; C;", ["B"]),
        ("START TRANSACTION; B; END; C;", ["B"]),
        ("BEGIN; A; COMMIT AND CHAIN; B; COMMIT; C;", ["A", "B"]),
        ("BEGIN; A; COMMIT AND NO CHAIN; B;", ["A"]),
        ("BEGIN; A; SAVEPOINT s; B; ROLLBACK TO s; C; COMMIT; D;", ["A", "SAVEPOINT", "B", "ROLLBACK", "C"]),
        ("BEGIN; A; BEGIN; B; COMMIT; C;", ["A", "B"]),
        ("COMMIT; A; ROLLBACK; B;", []),
        ("BEGIN; A;", ["A"]),
        ("DO $$ BEGIN PERFORM 1; END $$; A;", []),
    ],
)
def test_a_transaction_is_followed_from_begin_to_its_end(sql: str, found: list[str]) -> None:
    assert inside(sql) == found


def test_a_transaction_ends_with_its_file() -> None:
    statements = (*split("BEGIN; A;", "V1.sql"), *split("B; COMMIT;", "V2.sql"))
    assert [statement.text for statement, block in zip(statements, blocks(statements), strict=True) if block] == ["A"]


def test_what_a_rollback_takes_back_does_not_last() -> None:
    statements = split("A; BEGIN; B; ROLLBACK; BEGIN; C; COMMIT; D;", "schema.sql")
    texts = [statement.text for statement in lasting(statements)]
    assert [text for text in texts if len(text) == 1] == ["A", "C", "D"]


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)", "CREATE INDEX CONCURRENTLY"),
        ("drop index concurrently if exists i", "DROP INDEX CONCURRENTLY"),
        ("REINDEX (VERBOSE, CONCURRENTLY) TABLE t", "REINDEX CONCURRENTLY"),
        ("REINDEX TABLE CONCURRENTLY t", "REINDEX CONCURRENTLY"),
        ("VACUUM FULL", "VACUUM"),
        ("CREATE DATABASE shop", "CREATE DATABASE"),
        ("ALTER SYSTEM SET work_mem = '1MB'", "ALTER SYSTEM"),
    ],
)
def test_what_postgresql_refuses_inside_a_transaction_is_known(statement: str, name: str) -> None:
    found = Statement(text=statement, file="s.sql", line=1, column=1)
    assert refused_inside(found) == f"{name} cannot run inside a transaction block"


@pytest.mark.parametrize("statement", ["CREATE INDEX i ON t (a)", "REINDEX TABLE t", "-- VACUUM\nSELECT 1"])
def test_what_may_stand_in_a_transaction_is_not_refused(statement: str) -> None:
    assert not refused_inside(Statement(text=statement, file="s.sql", line=1, column=1))


def with_failure(**fields: object) -> SchemaFacts:
    """A script one of whose statements failed."""
    failure = LoadFailure(statement="CREATE …", message="no", place=AT, **fields)  # type: ignore[arg-type]
    return facts(loading=Loading(structural=9, ran=8, failures=(failure,)))


def test_a_failure_inside_a_transaction_says_that_psql_undoes_all_of_it() -> None:
    found = ask("schema.runs", with_failure(sqlstate="25001", block=BEGIN))
    assert found.outcome is Outcome.FAIL
    assert "undo the whole transaction that begins in line 2" in found.message
    assert "out of BEGIN" in found.fix
    assert "undo" not in ask("schema.runs", with_failure(sqlstate="42601")).message


def test_what_comes_too_early_in_a_transaction_says_so_too() -> None:
    late = Late(statement="CREATE …", message="no", place=AT, block=BEGIN)
    assert "undo the whole" in ask("schema.runs", facts(loading=Loading(structural=9, ran=9, late=(late,)))).message


@pytest.mark.parametrize(
    ("state", "words"),
    [("42601", "spelling"), ("42P01", ""), ("42P07", "once"), ("22P02", "Mend what PostgreSQL names")],
)
def test_what_to_do_fits_what_went_wrong(state: str, words: str) -> None:
    found = ask("schema.runs", with_failure(sqlstate=state))
    assert (words in found.fix) if words else not found.fix


def test_further_failures_are_counted_in_words() -> None:
    failure = LoadFailure(statement="CREATE …", message="no", place=AT, sqlstate="42601")
    found = ask("schema.runs", facts(loading=Loading(structural=9, ran=6, failures=(failure,) * 3)))
    assert "(2 more of the 9 statements that make the schema fail)" in found.message


def test_a_table_that_a_rollback_took_back_is_explained() -> None:
    sql = changed(("order_items", "unrelated_words"))
    sql = sql[: sql.index("CREATE TABLE unrelated_words")]
    found = ask("schema.concept", facts(sql, loading=Loading(structural=9, ran=9, undone=AT)), concept="order_line")
    assert found.outcome is Outcome.FAIL
    assert "taken back by its ROLLBACK" in found.message
