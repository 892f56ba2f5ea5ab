from __future__ import annotations

import pytest

from grader.sql.query.text import read


def texts(sql: str) -> list[str]:
    return [statement.text for statement in read(sql).statements]


def marks(sql: str) -> list[str]:
    return [mark.what for mark in read(sql).marks]


def test_comments_become_blanks_and_every_place_stays() -> None:
    sql = "SELECT 1 -- one; not two\n  , /* a /* nested */ ; */ 2"
    found = read(sql)
    assert len(found.blanked) == len(sql)
    assert found.blanked.count("\n") == 1
    assert found.statements[0].text.split() == ["SELECT", "1", ",", "2"]
    assert found.blanked.index("2") == sql.rindex("2")


def test_semicolons_in_strings_and_names_do_not_end_a_statement() -> None:
    assert texts("SELECT ';' AS \"a;b\", 'it''s; fine'; SELECT 2;") == [
        "SELECT ';' AS \"a;b\", 'it''s; fine'",
        "SELECT 2",
    ]


def test_comment_signs_in_strings_are_text() -> None:
    assert texts("SELECT '-- no' || '/* no */'") == ["SELECT '-- no' || '/* no */'"]


def test_a_statement_knows_where_it_starts() -> None:
    found = read("-- head\n\nSELECT 1;\n  SELECT 2")
    assert [found.place(statement.offset) for statement in found.statements] == [(3, 1), (4, 3)]


def test_a_dollar_inside_a_name_starts_no_string() -> None:
    assert texts("SELECT a$b$c FROM t") == ["SELECT a$b$c FROM t"]
    assert marks("SELECT a$b$c FROM t") == []


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("SELECT $$a$$", "dollar"),
        ("SELECT $x$ ; $x$", "dollar"),
        (r"SELECT E'\''; DROP TABLE t --'", "prefix"),
        ("SELECT U&'\\0061'", "prefix"),
        ('SELECT U&"\\0061"', "prefix"),
        ("SELECT 'never ends", "never ends"),
        ('SELECT "never ends', "never ends"),
        ("SELECT 1 /* never /* ends */", "never ends"),
        ("\\! id\nSELECT 1", "psql"),
        ("SELECT\u00a01", "U+00A0"),
        ("SELECT\u200b 1", "U+200B"),
        ("SELECT 'a\x00b'", "U+0000"),
        ("SELECT 1 \x0b", "U+000B"),
    ],
)
def test_forms_that_readers_could_see_differently_are_marked(sql: str, word: str) -> None:
    assert any(word in what for what in marks(sql)), marks(sql)


def test_names_in_any_script_are_no_fault() -> None:
    assert marks('SELECT größe AS "Größe €", имя FROM t') == []


def test_a_byte_order_mark_is_skipped() -> None:
    assert texts("\ufeffSELECT 1") == ["SELECT 1"]
