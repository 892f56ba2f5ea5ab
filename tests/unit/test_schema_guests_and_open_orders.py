"""What a rule over several columns proves of one of them, and what an index of some states says of the open ones."""

from __future__ import annotations

import msgspec
import pytest
from schema_answers import ERD, GOOD, ask, changed, facts, refused

from grader.collectors.schema.skew import _chosen, left_out
from grader.evidence.catalog import Column, Index, Table
from grader.evidence.schema import Attempt, Probe
from grader.model import Outcome

OWNER = "user_id bigint NOT NULL REFERENCES users,"
GUESTS = changed(
    (OWNER, "user_id bigint REFERENCES users, guest_email text,"),
    ("placed_at timestamptz NOT NULL DEFAULT now()", "placed_at timestamptz NOT NULL DEFAULT now(), %s"),
)
EITHER = "CONSTRAINT someone CHECK (num_nonnulls(user_id, guest_email) = 1)"
ALWAYS = "CONSTRAINT someone CHECK (user_id IS NOT NULL)"


def without_user() -> Probe:
    """The order without a user that was refused by the rule `someone`."""
    said = Attempt(statement="INSERT …;", answer='ERROR:  … violates check constraint "someone"', sqlstate="23514")
    return msgspec.structs.replace(refused("order.user.missing", "orders", "user_id"), bad=said)


@pytest.mark.parametrize(("rule", "outcome"), [(EITHER, Outcome.FAIL), (ALWAYS, Outcome.PASS)])
def test_a_rule_that_asks_for_a_user_or_a_guest_makes_no_user_required(rule: str, outcome: Outcome) -> None:
    found = ask("schema.erd_cardinality", facts(GUESTS.replace("%s", rule), probes=(without_user(),)))
    assert found.outcome is outcome


def test_guests_drawn_as_optional_agree_with_that_rule() -> None:
    erd = ERD.replace("users ||--o{ orders", "users |o--o{ orders")
    found = ask("schema.erd_cardinality", facts(GUESTS.replace("%s", EITHER), probes=(without_user(),), erd=erd))
    assert found.outcome is Outcome.PASS


STATES = [(state, state) for state in ("pending", "paid", "shipped", "delivered", "cancelled")]


@pytest.mark.parametrize(
    ("where", "asked"),
    [
        ("status = ANY (ARRAY['delivered'::text, 'cancelled'::text])", "pending"),
        ("status <> 'pending'::text", "paid"),
        ("status = ANY (ARRAY['paid'::text, 'shipped'::text])", "paid"),
        ("status <> ALL (ARRAY['delivered'::text, 'cancelled'::text])", "pending"),
    ],
)
def test_an_index_of_what_is_over_does_not_say_which_orders_are_open(where: str, asked: str) -> None:
    status = Column(name="status", type="text", family="text")
    table = Table(name="orders", columns=(status,), indexes=(Index(name="some", keys=("status",), where=where),))
    chosen = _chosen(STATES, status, table)
    assert chosen is not None
    assert chosen[0] == asked


@pytest.mark.parametrize(
    ("where", "gone"),
    [
        ("status = 'paid'::text", True),
        ("status = ANY (ARRAY['pending'::text, 'paid'::text])", False),
        ("status <> 'pending'::text", True),
        ("status <> 'paid'::text", False),
        ("status_id = 3", False),
    ],
)
def test_a_filter_that_names_other_states_leaves_one_out(where: str, gone: bool) -> None:  # noqa: FBT001 - a case
    assert left_out(where, "pending") is gone


def test_the_answer_these_rest_on_is_good() -> None:
    assert ask("schema.erd_cardinality", facts(GOOD)).outcome is Outcome.PASS
