"""Keys and values that no script can foresee, and names read in tables of any width."""

from __future__ import annotations

import time

import pytest

from grader.collectors.schema.values import address, key, nonsense, unknown
from grader.evidence.catalog import Column, Table
from grader.sql.schema.dialects.splitter import split
from grader.sql.schema.names import column_words

SALTS = (1, 97, 3_001, 2**31, 2**32 - 1)


def column(family: str, *args: int) -> Column:
    return Column(name="c", type=family, family=family, args=args)


@pytest.mark.parametrize("salt", SALTS)
@pytest.mark.parametrize("family", ["int", "bigint", "smallint", "uuid"])
def test_keys_of_the_second_opinion_fit_and_are_not_those_of_the_first(family: str, salt: int) -> None:
    first, second = key(column(family), 7), key(column(family), 7, salt)
    assert first != second
    assert family == "uuid" or 0 < int(second) < 2**15


@pytest.mark.parametrize("salt", SALTS)
@pytest.mark.parametrize("family", ["int", "smallint", "uuid", "text"])
def test_a_key_that_no_row_has_is_another_one_the_second_time(family: str, salt: int) -> None:
    assert unknown(column(family), salt) not in (key(column(family), 7), key(column(family), 7, salt))
    assert len(unknown(column("varchar", 3), salt)) <= len("'abc'")
    assert family == "smallint" or unknown(column(family), salt) != unknown(column(family))


@pytest.mark.parametrize("salt", SALTS)
def test_an_address_of_the_second_opinion_fits_its_column(salt: int) -> None:
    assert address(salt, column("text")).endswith("@mail.example.org'")
    assert len(address(salt, column("varchar", 40))) <= len("''") + 40
    assert nonsense(salt).isalpha()


def test_without_a_salt_everything_is_as_it_was() -> None:
    assert key(column("int"), 7) == "900007"
    assert unknown(column("int")) == "999999999"
    assert unknown(column("smallint")) == "32767"
    assert nonsense(0) == ""


def test_a_versioned_comment_for_a_later_mysql_or_for_mariadb_is_a_comment() -> None:
    text = "CREATE TABLE t (a INT /*!80016 NOT NULL */ /*!99999 UNIQUE */ /*!100301 PRIMARY KEY */ /*! DEFAULT 1 */);"
    (found,) = split(text, "schema.sql", "mysql")
    assert "/*!99999 UNIQUE */" in found.text
    assert "/*!100301 PRIMARY KEY */" in found.text
    assert "80016" not in found.text
    assert "/*! DEFAULT" not in found.text


def test_the_columns_of_a_very_wide_table_are_read_at_once() -> None:
    wide = Table(name="wide", columns=tuple(Column(name=f"w_c{n}", type="int", family="int") for n in range(1_600)))
    begun = time.process_time()
    assert all(column_words(one.name, wide) for one in wide.columns)
    assert time.process_time() - begun < 1
