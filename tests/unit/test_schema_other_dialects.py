"""Findings about MySQL and SQLite speak of what these databases do, and of their PostgreSQL copy as a copy."""

from __future__ import annotations

import msgspec
import pytest
from schema_answers import ask, changed, facts

from grader.checks.schema.dialects import IN_THE_COPY
from grader.evidence.catalog import Column, Place
from grader.evidence.schema import Dialect, LoadFailure, Loading, SchemaFacts
from grader.exhibits import SqlExhibit, TextExhibit
from grader.model import Finding, Outcome


def copied(sql: str, dialect: Dialect, **changes: object) -> SchemaFacts:
    """The evidence of a script as if it were the copy of one in another dialect."""
    given = {"dialect": dialect, "shadow": "CREATE TABLE users ();\n", **changes}
    return msgspec.structs.replace(facts(sql), **given)


def declared(evidence: SchemaFacts, table: str, column: str, **changes: object) -> SchemaFacts:
    """The same with a column that was written otherwise."""

    def altered(one: Column) -> Column:
        return msgspec.structs.replace(one, **changes) if one.name == column else one

    tables = tuple(
        msgspec.structs.replace(t, columns=tuple(map(altered, t.columns))) if t.name == table else t
        for t in evidence.schema.tables
    )
    return msgspec.structs.replace(evidence, schema=msgspec.structs.replace(evidence.schema, tables=tables))


def test_neither_of_them_keeps_time_zones() -> None:
    sql = changed(("placed_at timestamptz", "placed_at timestamp"))
    assert ask("schema.time_zones", facts(sql)).outcome is Outcome.FAIL
    assert ask("schema.time_zones", copied(sql, "mysql")).outcome is Outcome.NOT_APPLICABLE
    assert ask("schema.time_zones", copied(sql, "sqlite")).outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize("kind", ["text", "bigint", "double precision"])
def test_sqlite_keeps_dates_as_texts_and_numbers_and_mysql_does_not(kind: str) -> None:
    sql = changed(("placed_at timestamptz NOT NULL DEFAULT now()", f"placed_at {kind} NOT NULL"))
    assert ask("schema.dates", copied(sql, "sqlite")).outcome is Outcome.PASS
    found = ask("schema.dates", copied(sql, "mysql"))
    assert (found.outcome, found.expected) == (Outcome.FAIL, "DATE, DATETIME or TIMESTAMP")


def test_a_year_of_mysql_is_no_number_that_keeps_a_date() -> None:
    sql = changed(("phone text", "joined_date smallint"))
    evidence = declared(copied(sql, "mysql"), "users", "joined_date", declared="year")
    assert ask("schema.dates", evidence).outcome is Outcome.PASS
    assert ask("schema.dates", copied(sql, "mysql")).outcome is Outcome.FAIL


def test_a_type_is_called_as_it_was_written() -> None:
    sql = changed(("price numeric(10, 2) NOT NULL CHECK (price >= 0),\n    stock", "price float NOT NULL,\n    stock"))
    evidence = declared(copied(sql, "mysql"), "products", "price", declared="float(8,2)")
    assert "(float(8,2))" in ask("schema.money", evidence).message


def test_money_in_a_column_without_a_type_is_told_so() -> None:
    sql = changed(("price numeric(10, 2) NOT NULL CHECK (price >= 0),\n    stock", "price text NOT NULL,\n    stock"))
    evidence = declared(copied(sql, "sqlite"), "products", "price", declared="no type")
    found = ask("schema.money", evidence)
    assert found.outcome is Outcome.FAIL
    assert "a column without a type" in found.message


def test_whole_prices_of_sqlite_must_say_cents() -> None:
    sql = changed(("price numeric(10, 2) NOT NULL CHECK (price >= 0),\n    stock", "price bigint NOT NULL,\n    stock"))
    assert ask("schema.money", copied(sql, "sqlite")).outcome is Outcome.FAIL
    assert ask("schema.money", copied(sql, "sqlite", notes="Money is in cents.")).outcome is Outcome.PASS


def test_exhibits_say_that_a_copy_was_asked() -> None:
    sql = changed(("price numeric(10, 2) NOT NULL CHECK (price >= 0),\n    stock", "price float NOT NULL,\n    stock"))
    shown = [item for item in ask("schema.money", copied(sql, "mysql")).exhibits if isinstance(item, SqlExhibit)]
    assert shown
    assert all(IN_THE_COPY in item.title and "copy.sql" in item.command for item in shown)


def unread(about: str, table: str = "") -> Loading:
    failure = LoadFailure(
        statement="ALTER TABLE …",
        message="it could not be read: this clause is not known",
        place=Place(file="schema.sql", line=3),
        kind="unread",
        table=table,
        about=about,
    )
    return Loading(structural=9, ran=8, failures=(failure,), tables_written=("users",))


def missing_key(loading: Loading) -> Finding:
    sql = changed(("user_id bigint NOT NULL REFERENCES users,", "user_id bigint NOT NULL,"))
    return ask("schema.foreign_keys", copied(sql, "mysql", loading=loading))


def test_what_may_stand_in_an_unread_statement_is_for_a_person() -> None:
    assert missing_key(unread("products")).outcome is Outcome.FAIL
    found = missing_key(unread("orders"))
    assert found.outcome is Outcome.FOR_REVIEW
    assert found.message == (
        "schema.sql:3 could not be read (this clause is not known), and it may decide this; a person must look"
    )
    assert missing_key(unread("lost", "lost")).outcome is Outcome.FOR_REVIEW


def test_an_unread_statement_is_never_lost() -> None:
    found = ask("schema.runs", copied(changed(), "mysql", loading=unread("orders")))
    assert found.outcome is Outcome.FOR_REVIEW
    assert "Whether MySQL takes it, a person must say" in found.message


def test_a_clause_that_is_ignored_is_told_where_it_is_missed() -> None:
    caveat = "MySQL 8 reads REFERENCES in a column and ignores it: `orders.user_id`"
    sql = changed(("user_id bigint NOT NULL REFERENCES users,", "user_id bigint NOT NULL,"))
    assert ask("schema.foreign_keys", copied(sql, "mysql", caveats=(caveat,))).message.endswith(caveat)
    assert "ignores" not in ask("schema.foreign_keys", copied(sql, "mysql")).message


def test_the_copy_and_its_caveats_are_shown() -> None:
    found = ask("schema.understood", copied(changed(), "sqlite", caveats=("PRAGMA foreign_keys",)))
    assert found.message.startswith("read as SQLite; checked in a PostgreSQL copy: ")
    texts = [item.text for item in found.exhibits if isinstance(item, TextExhibit)]
    assert texts == ["CREATE TABLE users ();\n"]
    assert [item.whole for item in found.exhibits if isinstance(item, TextExhibit)] == [True]
    assert "PRAGMA foreign_keys" in str(found.exhibits[0])


def test_a_key_of_another_size_is_the_reason_why_mysql_has_no_foreign_key() -> None:
    sql = changed(("user_id bigint NOT NULL REFERENCES users,", "user_id int NOT NULL,"))
    assert ask("schema.key_types", facts(sql)).symptoms != ("no foreign key: orders.user_id",)
    assert ask("schema.key_types", copied(sql, "mysql")).symptoms == ("no foreign key: orders.user_id",)


def test_a_dialect_that_contradicts_the_files_is_told_where_statements_fail() -> None:
    told = "This looks like MySQL; submission.toml says SQLite"
    mistaken = copied(changed(), "sqlite", loading=unread("orders"), resembles="mysql")
    assert ask("schema.runs", mistaken).message.endswith(told)
    assert "looks like" not in ask("schema.runs", copied(changed(), "sqlite", loading=unread("orders"))).message
    sql = changed(("user_id bigint NOT NULL REFERENCES users,", "user_id bigint NOT NULL,"))
    waiting = ask("schema.foreign_keys", copied(sql, "sqlite", loading=unread("orders"), resembles="mysql"))
    assert waiting.outcome is Outcome.FOR_REVIEW
    assert waiting.message.endswith(told)
    assert "looks like" not in ask("schema.money", mistaken).message


def refused(**other: object) -> Loading:
    """A foreign key that MySQL refuses."""
    failure = LoadFailure(
        statement="FOREIGN KEY (user_id) REFERENCES users",
        message="MySQL refuses this foreign key: `orders.user_id` is int, but `users.id` is bigint",
        place=Place(file="schema.sql", line=40, column=3),
        about="orders",
    )
    return Loading(structural=9, ran=8, failures=(msgspec.structs.replace(failure, **other),))


def test_a_foreign_key_that_is_refused_is_the_cause_and_is_told_so() -> None:
    sql = changed(("user_id bigint NOT NULL REFERENCES users,", "user_id int NOT NULL,"))
    evidence = copied(sql, "mysql", loading=refused())
    found = ask("schema.foreign_keys", evidence)
    assert found.where == "schema.sql:40:3"
    assert "has a foreign key that does not hold, because the statement at schema.sql:40:3 fails" in found.message
    assert "`orders.user_id` is int, but `users.id` is bigint" in found.message
    assert found.fix.startswith("Mend the foreign key that is there")
    cause = ("no foreign key: orders.user_id",)
    for check in ("schema.foreign_keys", "schema.runs", "schema.key_types"):
        assert ask(check, evidence).symptoms == cause, check
    assert "PostgreSQL" not in ask("schema.runs", evidence).fix


def test_other_failures_have_no_foreign_key_for_a_cause() -> None:
    sql = changed(("user_id bigint NOT NULL REFERENCES users,", "user_id bigint NOT NULL,"))
    for loading in (refused(about="products"), refused(statement="FOREIGN KEY (x) REFERENCES users")):
        found = ask("schema.foreign_keys", copied(sql, "mysql", loading=loading))
        assert "does not hold" not in found.message
        assert found.fix == ""
    alone = refused(statement="CREATE TABLE x (FOREIGN KEY (user_id) REFERENCES users)", table="x", about="")
    assert ask("schema.runs", copied(sql, "mysql", loading=alone)).symptoms == ()
    added = refused(statement='ALTER TABLE ONLY public.orders ADD FOREIGN KEY ("user_id") REFERENCES users', about="")
    assert "does not hold" in ask("schema.foreign_keys", msgspec.structs.replace(facts(sql), loading=added)).message
