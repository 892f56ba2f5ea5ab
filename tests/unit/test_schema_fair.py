"""Sound designs of unusual make are read and tried as they are meant: each of these was misjudged once."""

from __future__ import annotations

import re
from types import SimpleNamespace

import msgspec
import psycopg
import pytest
from schema_answers import ASK, GOOD, facts

from grader.collectors.schema.late import may_yet_be_refused
from grader.collectors.schema.questions import rekeyed
from grader.collectors.schema.rows import CHECK, RowMaker
from grader.collectors.schema.values import candidates
from grader.collectors.schema.variation import Style, changed
from grader.collectors.schema.volume import distinct
from grader.evidence.catalog import CheckRule, Column, Index, Schema, Table
from grader.evidence.drawing import DiagramFile
from grader.evidence.schema import Attempt, Probe
from grader.model import Outcome
from grader.sql.schema import ddl, meanings
from grader.sql.schema.diagrams import mermaid
from grader.sql.schema.links import Links
from grader.sql.schema.shop import Shop
from grader.sql.schema.splitter import split


def tables(sql: str) -> Schema:
    return ddl.read(split(sql, "schema.sql")).schema


def test_a_pattern_for_citext_is_a_pattern_wherever_its_operator_lives() -> None:
    column = Column(name="email", type="email_address", family="text")
    text = "CHECK ((VALUE OPERATOR(public.~) '^[a-z]+@[a-z]+$'::public.citext))"
    table = Table(name="users", columns=(column,), checks=(CheckRule(text=text, columns=("email",)),))
    assert re.fullmatch("'[a-z]+@[a-z]+'", candidates(column, table, 7)[0])


class Refusing(RowMaker):
    """Takes a user only with an address and a password, or with the time at which both were emptied."""

    def attempt(self, statement: str, column: str = "") -> Attempt:  # noqa: ARG002 - as the maker calls it
        names, _, values = statement.partition(" VALUES ")
        columns = names.partition("(")[2].strip("()").split(", ")
        given = dict(zip(columns, values.strip("()").split(", "), strict=True))
        if "email" in given and "@" not in given["email"]:
            self.last = ("email_address", "")
            return Attempt(statement=statement, answer="", sqlstate=CHECK)
        known = "anonymised_at" not in given and {"email", "password_hash"} <= set(given)
        empty = "anonymised_at" in given and not {"email", "password_hash", "phone"} & set(given)
        self.last = ("known_or_anonymised", "")
        return Attempt(statement=statement, answer="", rows=1, sqlstate="" if known or empty else CHECK)


def test_two_rules_that_answer_each_other_let_every_column_be_tried() -> None:
    names = ("anonymised_at", "email", "password_hash", "phone")
    rules = (
        CheckRule(text="CHECK (…)", columns=names, name="known_or_anonymised"),
        CheckRule(text="CHECK (VALUE LIKE '%@%')", columns=("email",), name="email_address"),
    )
    columns = tuple(Column(name=name, type="text", family="text") for name in names)
    table = Table(name="users", columns=columns, checks=rules)
    session = SimpleNamespace(connection=SimpleNamespace(execute=lambda _: None), lost=False)
    maker = Refusing(session, Schema(tables=(table,)), frozenset())  # type: ignore[arg-type] # no server
    maker.wants(table, "email")
    assert {"email", "password_hash"} <= set(maker.insert(table).values)


def test_a_unique_rule_that_minds_empty_columns_lets_the_other_column_vary() -> None:
    (table,) = tables(
        "CREATE TABLE categories (id int PRIMARY KEY, parent_id int REFERENCES categories, name text NOT NULL)"
    ).tables
    index = Index(name="siblings", keys=("COALESCE(parent_id, 0)", "name"), unique=True)
    table = Table(name=table.name, columns=table.columns, foreign_keys=table.foreign_keys, indexes=(index,))
    style = Style(unique={"id": 0})
    assert changed(table, style, SiblingsTwice(), ["id", "parent_id", "name"])
    assert style.unique == {"id": 0, "name": 0}
    assert changed(table, style, SiblingsTwice(), ["id", "parent_id", "name"])
    assert style.unique == {"id": 0, "name": 1}


class SiblingsTwice(psycopg.errors.UniqueViolation):
    """The refusal of a second row."""

    @property
    def diag(self) -> SimpleNamespace:  # type: ignore[override] # what is read of it
        return SimpleNamespace(constraint_name="siblings", column_name=None, context=None, sqlstate="23505")


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)", ("id", "user_id")),
        ("FOREIGN KEY (user_id, tenant_id) REFERENCES users (id, tenant_id)", ("id", "user_id")),
        ("FOREIGN KEY (login) REFERENCES users (login)", ("login", "login")),
    ],
)
def test_of_a_key_the_column_changes_that_is_the_tables_own_and_referred_to(
    reference: str, expected: tuple[str, str]
) -> None:
    schema = tables(f"""
        CREATE TABLE tenants (id int PRIMARY KEY);
        CREATE TABLE users (
            tenant_id int REFERENCES tenants (id), id int, login text UNIQUE, PRIMARY KEY (tenant_id, id)
        );
        CREATE TABLE orders (id int PRIMARY KEY, tenant_id int, user_id int, login text, {reference});
    """)
    users, orders = schema.table("users"), schema.table("orders")
    assert users is not None
    assert orders is not None
    link = Links(schema).direct("orders", "users")
    assert link is not None
    assert rekeyed(link, users, orders) == expected


def test_attributes_may_follow_the_brace_and_each_other() -> None:
    sheet = mermaid.read(
        'erDiagram\n  users { bigint id PK\n    text email UK "the login" }\n'
        "  orders { bigint id PK bigint user_id FK\n  }\n  lines { int quantity }\n  users ||--o{ orders : places\n"
    )
    drawn = sheet.file(DiagramFile(name="erd.md", format="mermaid"), "")
    marks = {box.name: [(column.name, column.keys) for column in box.columns] for box in drawn.entities}
    assert marks == {
        "users": [("id", ("PK",)), ("email", ("UK",))],
        "orders": [("id", ("PK",)), ("user_id", ("FK",))],
        "lines": [("quantity", ())],
    }


@pytest.mark.parametrize(
    ("columns", "status"),
    [
        ("estado text REFERENCES estados_pedido, calle text, ciudad text", True),
        ("estado text, envio_calle text, envio_ciudad text", True),
        ("estado_pedido text, ciudad text, codigo_postal text", True),
        ("order_state text, street text, city text", True),
        ("estado text, ciudad text, calle text", False),
        ("envio_estado text, envio_calle text, envio_ciudad text", False),
        ("estado text REFERENCES estados, ciudad text", False),
    ],
)
def test_a_state_beside_an_address_is_the_orders_when_something_says_so(columns: str, *, status: bool) -> None:
    schema = tables(
        "CREATE TABLE estados_pedido (codigo text PRIMARY KEY); CREATE TABLE estados (uf text PRIMARY KEY);"
        f"CREATE TABLE pedidos (id int PRIMARY KEY, {columns});"
    )
    table = schema.table("pedidos")
    assert table is not None
    found = [column for column in table.columns if meanings.is_status(column, table)]
    assert bool(found) is status


def test_a_good_shop_is_still_read_as_one() -> None:
    found = facts(GOOD)
    assert str(Shop(found.schema, found.roles).of("order", meanings.is_status)) == "orders.status"


@pytest.mark.parametrize(
    ("computed", "outcome"),
    [
        ("\nCASE\n    WHEN (sent_at IS NOT NULL) THEN 'sent'::text\n    ELSE 'open'::text\nEND", Outcome.PASS),
        ("CASE WHEN sent_at IS NOT NULL THEN 'sent; ELSE'::character varying ELSE 'open' END", Outcome.PASS),
        ("CASE WHEN (sent_at IS NOT NULL) THEN 'sent'::text ELSE told END", Outcome.FOR_REVIEW),
        ("CASE WHEN (sent_at IS NOT NULL) THEN ('sent'::text || told) ELSE 'open'::text END", Outcome.FOR_REVIEW),
        ("(CASE WHEN a THEN 'sent'::text ELSE 'open'::text END || told)", Outcome.FOR_REVIEW),
        ("lower(told)", Outcome.FOR_REVIEW),
    ],
)
def test_a_computed_status_is_known_when_every_branch_is_a_text(computed: str, outcome: Outcome) -> None:
    found = facts(GOOD)
    shop = []
    for table in found.schema.tables:
        columns = tuple(
            msgspec.structs.replace(column, generated=True, computed=computed) if column.name == "status" else column
            for column in table.columns
        )
        shop.append(msgspec.structs.replace(table, columns=columns))
    computing = msgspec.structs.replace(found, schema=Schema(tables=tuple(shop)))
    assert ASK["schema.status_values"](computing).outcome is outcome


@pytest.mark.parametrize(
    ("id_", "left", "open_"),
    [
        ("product.price.negative", 0, True),
        ("product.price.common", 0, False),
        ("user.delete", 0, True),
        ("user.delete", 1, False),
        ("order.delete", 1, True),
        ("order.delete", 0, False),
        ("user.rekey", 0, True),
    ],
)
def test_what_is_taken_while_rules_are_put_off_says_nothing(id_: str, left: int, *, open_: bool) -> None:
    bad = Attempt(statement="…;", answer="INSERT 0 1", rows=1)
    probe = Probe(id=id_, table="users", column="id", good=bad, bad=bad, left=left)
    assert may_yet_be_refused(probe, ("*.negative",)) is open_
    refused = msgspec.structs.replace(probe, bad=Attempt(statement="…;", answer="ERROR", sqlstate=CHECK))
    assert not may_yet_be_refused(refused, ("*.negative",))


def test_keys_of_bytes_differ_from_row_to_row() -> None:
    key = Column(name="id", type="bytea", family="bytes")
    assert distinct(key, "\\x00", 2, 0) == ["\\x" + "0" * 32, "\\x" + "0" * 31 + "1"]
    assert candidates(key, Table(name="users", columns=(key,)), 7)[0] == "'\\x" + "0" * 31 + "7'"
