"""The PostgreSQL copy of a schema for MySQL or SQLite: what it cannot do is a caveat or for a person, never a fault."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from schema_server import SharedDatabases

from grader.checks.schema import CHECKS
from grader.collectors.schema.collector import collect
from grader.evidence.schema import SchemaFacts
from grader.job import Job
from grader.model import Finding, Level, Outcome
from grader.pipeline import load as load_pack
from grader.stages import Stages
from grader.submission import open_submission

pytestmark = pytest.mark.postgres
ROOT = Path(__file__).parent.parent.parent
ANSWERS = ROOT / "reference" / "ecommerce-schema"
PACK = load_pack(ROOT / "challenges" / "ecommerce-schema")
FILLING = ("schema.workload", "schema.index_use")
PROBED = msgspec.structs.replace(
    PACK,
    criteria=tuple(
        msgspec.structs.replace(one, checks=tuple(use for use in one.checks if use.check not in FILLING))
        for one in PACK.criteria
    ),
)  # filling tables takes seconds and is not asked about here
ASK = {check.name: check.ask for check in CHECKS}
QUANTITY = "  CONSTRAINT `chk_items_quantity` CHECK (`quantity` > 0),\n"


class NoSandbox:
    """A schema needs no service."""


@pytest.fixture
def gather(databases: SharedDatabases, tmp_path: Path) -> Gather:
    return Gather(databases, tmp_path)


class Gather:
    """Makes evidence of an answer with some text replaced."""

    def __init__(self, databases: SharedDatabases, folder: Path) -> None:
        self.databases, self.folder = databases, folder

    def __call__(self, answer: str, *changes: tuple[str, str]) -> SchemaFacts:
        sql = (ANSWERS / answer / "schema.sql").read_text(encoding="utf-8")
        for old, new in changes:
            assert sql.count(old) == 1, old
            sql = sql.replace(old, new)
        (self.folder / "schema.sql").write_text(sql, encoding="utf-8")
        with open_submission(str(self.folder)) as submission:
            return collect(
                Job(
                    challenge=PROBED,
                    submission=submission,
                    level=Level.MID,
                    seed=1,
                    public_only=False,
                    sandbox=NoSandbox(),  # type: ignore[arg-type] # never used
                    databases=self.databases,
                    stages=Stages(),
                )
            )


def ask(check: str, evidence: SchemaFacts, **options: object) -> Finding:
    return ASK[f"schema.{check}"](evidence, **options)


def test_a_trigger_that_may_refuse_is_for_a_person(gather: Gather) -> None:
    trigger = """
DELIMITER //
CREATE TRIGGER some BEFORE INSERT ON order_items FOR EACH ROW
BEGIN
  IF NEW.{} < 1 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'; END IF;
END//
DELIMITER ;
"""
    end = "  CONSTRAINT `chk_items_price` CHECK (`unit_price` >= 0)\n) ENGINE=InnoDB;\n"
    evidence = gather("good-mysql", (QUANTITY, ""), (end, end + trigger.format("quantity")))
    found = ask("value_ranges", evidence)
    assert found.outcome is Outcome.FOR_REVIEW
    assert "the trigger `some` may refuse it" in found.message
    assert any("`some`" in caveat for caveat in evidence.caveats)
    other = gather("good-mysql", (QUANTITY, ""), (end, end + trigger.format("line_no")))
    assert ask("value_ranges", other).outcome is Outcome.FAIL


def test_a_rule_that_postgresql_cannot_be_told_is_for_a_person(gather: Gather) -> None:
    evidence = gather("good-mysql", ("CHECK (`quantity` > 0)", "CHECK (IS_UUID(`quantity`) = 0)"))
    assert ask("value_ranges", evidence).outcome is Outcome.FOR_REVIEW
    assert ask("runs", evidence).outcome is Outcome.PASS
    assert any("not in the copy: the rule CHECK" in caveat for caveat in evidence.caveats)


def test_an_expression_that_postgresql_does_not_know_costs_only_itself(gather: Gather) -> None:
    evidence = gather("good-mysql", ("AS (`quantity` * `unit_price`)", "AS (FORMAT_BYTES(`quantity`))"))
    assert ask("value_ranges", evidence).outcome is Outcome.PASS
    assert any("what `line_total` is made of" in caveat for caveat in evidence.caveats)


def test_the_same_address_in_capitals_is_refused_as_the_collation_says(gather: Gather) -> None:
    taken = {
        answer: (probe := gather(answer, *changes).probe("user.login.other_case")) and probe.bad and probe.bad.stored
        for answer, changes in (
            ("good-mysql", ()),
            ("good-sqlite", ()),
        )
    }
    assert taken == {"good-mysql": False, "good-sqlite": False}
    exact = gather("good-mysql", ("`email` VARCHAR(254)", "`email` VARCHAR(254) COLLATE utf8mb4_bin"))
    probe = exact.probe("user.login.other_case")
    assert probe
    assert probe.bad
    assert probe.bad.stored


def test_a_reference_to_a_later_table_fails_in_mysql_and_not_in_sqlite(gather: Gather) -> None:
    early = (
        "CREATE TABLE notes (id {0} PRIMARY KEY, user_id {1} NOT NULL, FOREIGN KEY (user_id) REFERENCES users (id));\n"
    )
    mysql = gather("good-mysql", ("SET NAMES utf8mb4;\n", early.format("INT", "BIGINT UNSIGNED")))
    late = ask("runs", mysql)
    assert (late.outcome, late.where) == (Outcome.FAIL, "schema.sql:2:75")
    assert "the table `users` that it refers to is not there yet" in late.message
    sqlite = gather("good-sqlite", ("PRAGMA foreign_keys = ON;\n", early.format("INTEGER", "INTEGER")))
    assert ask("runs", sqlite).outcome is Outcome.PASS


def test_a_reference_to_no_table_is_a_fault_at_its_place(gather: Gather) -> None:
    evidence = gather("good-mysql", ("(`parent_id`) REFERENCES `categories`", "(`parent_id`) REFERENCES `kinds`"))
    found = ask("runs", evidence)
    assert found.outcome is Outcome.FAIL
    assert "there is no table `kinds`" in found.message
    assert found.where == "schema.sql:38:14"


def test_a_table_that_cannot_be_read_takes_nothing_off(gather: Gather) -> None:
    evidence = gather("good-mysql", ("`full_name` VARCHAR(200) NOT NULL,", "`full_name` VARCHAR(200 NOT NULL,"))
    assert evidence.schema.table("users") is None
    for check, options in (("concept", {"concept": "user"}), ("runs", {}), ("login_unique", {})):
        assert ask(check, evidence, **options).outcome is Outcome.FOR_REVIEW, check


def test_a_column_that_cannot_be_read_takes_nothing_off(gather: Gather) -> None:
    evidence = gather("good-mysql", ("`price` DECIMAL(12,2) UNSIGNED NOT NULL,", "`price` MONEY NOT NULL,"))
    assert ask("attributes", evidence).outcome is Outcome.FOR_REVIEW
    assert ask("runs", evidence).outcome is Outcome.FOR_REVIEW
    assert ask("login_unique", evidence).outcome is Outcome.PASS


def test_sqlite_compares_keys_of_different_types(gather: Gather) -> None:
    line = "    product_id       INTEGER NOT NULL REFERENCES products (id) ON DELETE RESTRICT,"
    evidence = gather("good-sqlite", (line, line.replace("INTEGER", "TEXT")))
    assert ask("foreign_keys", evidence).outcome is Outcome.PASS
    found = ask("key_types", evidence)
    assert (found.outcome, found.message.split(",")[0]) == (Outcome.FAIL, "order_items.product_id is text")


def test_commands_of_findings_name_the_copy_that_is_shown(gather: Gather) -> None:
    evidence = gather("good-mysql", ("`price` DECIMAL(12,2) UNSIGNED", "`price` FLOAT UNSIGNED"))
    shown = [getattr(item, "command", "") for item in ask("money", evidence).exhibits]
    assert any("-f copy.sql" in command for command in shown)
    assert evidence.shadow.startswith('CREATE TABLE "users" (')


def test_what_is_refused_is_not_in_the_copy_that_is_shown(gather: Gather) -> None:
    price = ("CHECK (`unit_price` >= 0)", "CHECK (IS_UUID(`unit_price`) = 0)")
    evidence = gather("good-mysql", ("`quantity` INT UNSIGNED", "`quantity` BIGINT"), price)
    assert "is_uuid" not in evidence.shadow.lower()
    assert any("is_uuid" in caveat.lower() for caveat in evidence.caveats)


def test_an_index_with_a_collation_is_no_repetition_and_finds_addresses(gather: Gather) -> None:
    column = "TEXT NOT NULL COLLATE NOCASE UNIQUE"
    exact = "TEXT NOT NULL UNIQUE"
    sql = (ANSWERS / "good-sqlite" / "schema.sql").read_text(encoding="utf-8")
    assert sql.count(column) == 1
    index = "CREATE INDEX ix_email ON users (email COLLATE NOCASE);\n"
    made = ("CREATE TABLE categories", f"{index}CREATE TABLE categories")
    evidence = gather("good-sqlite", (column, exact), made)
    assert ask("duplicate_indexes", evidence).outcome is Outcome.PASS
    users = evidence.role("user")
    assert users is not None
    assert [index.keys for index in users.indexes if index.name == "ix_email"] == [("(lower(email))",)]
    assert ask("duplicate_indexes", gather("good-sqlite", made)).outcome is Outcome.FAIL


def test_an_invisible_unique_key_refuses_and_finds_nothing(gather: Gather) -> None:
    key = "UNIQUE KEY `uq_users_email` (`email`)"
    evidence = gather("good-mysql", (key, key + " INVISIBLE"))
    assert ask("login_unique", evidence).outcome is Outcome.PASS
    probe = evidence.probe("user.login.duplicate")
    assert probe
    assert probe.bad
    assert probe.bad.sqlstate == "23505"
    users = evidence.role("user")
    assert users is not None
    assert [index.method for index in users.indexes if "email" in str(index.keys)] == ["invisible"]
