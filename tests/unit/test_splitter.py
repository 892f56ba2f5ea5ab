"""Scripts come apart into statements as psql would split them."""

from __future__ import annotations

import pytest

from grader.errors import SubmissionFault
from grader.sql.schema.splitter import Statement, blanked, split


def texts(sql: str) -> list[str]:
    return [statement.text for statement in split(sql, "s.sql")]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("SELECT ';'; SELECT 2;", ["SELECT ';'", "SELECT 2"]),
        ("SELECT 'it''s;'; SELECT 2;", ["SELECT 'it''s;'", "SELECT 2"]),
        (r"SELECT E'\';'; SELECT 2;", [r"SELECT E'\';'", "SELECT 2"]),
        (r"SELECT '\'; SELECT 2;", [r"SELECT '\'", "SELECT 2"]),
        ('CREATE TABLE "a;b" (x int); SELECT 2', ['CREATE TABLE "a;b" (x int)', "SELECT 2"]),
        ("-- one; two\nSELECT 1; -- three;\n", ["SELECT 1"]),
        ("/* a; /* nested; */ b; */ SELECT 1;", ["SELECT 1"]),
        ("SELECT 1 /* ; */ + 1; SELECT 2", ["SELECT 1 /* ; */ + 1", "SELECT 2"]),
        ("DO $$ BEGIN PERFORM 1; END $$; SELECT 2;", ["DO $$ BEGIN PERFORM 1; END $$", "SELECT 2"]),
        ("DO $x$ SELECT $$;$$; $x$; SELECT 2;", ["DO $x$ SELECT $$;$$; $x$", "SELECT 2"]),
        ("SELECT a$b$c; SELECT 2;", ["SELECT a$b$c", "SELECT 2"]),
        (";;; SELECT 1;;", ["SELECT 1"]),
        ("", []),
        ("-- nothing but a comment", []),
        ("SELECT 'never closed; SELECT 2;", ["SELECT 'never closed; SELECT 2;"]),
    ],
)
def test_semicolons_end_a_statement_only_in_code(sql: str, expected: list[str]) -> None:
    assert texts(sql) == expected


def test_a_function_body_in_standard_sql_stays_whole() -> None:
    body = "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END"
    assert texts(body + "; SELECT 3;") == [body, "SELECT 3"]


def test_a_rule_with_several_statements_stays_whole() -> None:
    rule = "CREATE RULE r AS ON INSERT TO a DO ALSO (INSERT INTO b VALUES (1); INSERT INTO c VALUES (2))"
    assert texts(rule + "; SELECT 3;") == [rule, "SELECT 3"]


def test_commands_of_psql_are_told_apart() -> None:
    found = split("\\set x 1\n\\connect shop\nSELECT 1;\n\\echo done; really", "s.sql")
    assert [(s.kind, s.text) for s in found] == [
        ("meta", "\\set x 1"),
        ("meta", "\\connect shop"),
        ("sql", "SELECT 1"),
        ("meta", "\\echo done; really"),
    ]


def test_lines_of_copy_belong_to_it() -> None:
    found = split("COPY t (a, b) FROM stdin;\n1\tx;y\n2\t'\n\\.\nSELECT 1;", "s.sql")
    assert [(s.text, s.data) for s in found] == [("COPY t (a, b) FROM stdin", "1\tx;y\n2\t'\n"), ("SELECT 1", None)]


def test_copy_without_an_end_takes_the_rest_of_the_file() -> None:
    found = split("COPY t FROM stdin;\n1\n2\n", "s.sql")
    assert [s.data for s in found] == ["1\n2\n"]


def test_every_statement_knows_its_place() -> None:
    found = split("-- head\n\n  SELECT 1; SELECT\n 2;", "s.sql")
    assert [(s.line, s.column) for s in found] == [(3, 3), (3, 13)]


def test_an_offset_in_a_statement_becomes_a_place_in_the_file() -> None:
    statement = Statement(text="CREATE TABLE t (\n  a int\n)", file="s.sql", line=10, column=5)
    assert str(statement.place(13)) == "s.sql:10:18"
    assert str(statement.place(statement.text.index("a int"))) == "s.sql:11:3"


def test_too_many_statements_are_one_clear_fault() -> None:
    with pytest.raises(SubmissionFault) as caught:
        split("SELECT 1;" * 11, "s.sql", most=10)
    assert caught.value.code == "E331"


def test_blanked_text_keeps_its_length_and_loses_what_is_not_code() -> None:
    sql = "SELECT 'a;b' /* ; */ -- ;\n, \"q;\" $$ ; $$;"
    found = blanked(sql)
    assert len(found) == len(sql)
    assert found.count(";") == 2
    assert '"q;"' in found
