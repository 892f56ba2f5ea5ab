"""One fault of a schema costs once, wherever it shows; a second fault costs beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from schema_answers import ERD, changed, deleted, facts, took

from grader.checks import schema
from grader.evidence.schema import Probe, SchemaFacts
from grader.judge import judge
from grader.model import Check, Judgement, Level, Outcome
from grader.pipeline import load

PACK = load(Path(__file__).parent.parent.parent / "challenges" / "ecommerce-schema")
CHECKS: dict[str, Check[SchemaFacts]] = {check.name: check for check in schema.CHECKS}

BASE = (
    changed(
        (",\n    PRIMARY KEY (order_id, product_id)", ""),
        ("CREATE TABLE order_items (\n", "CREATE TABLE order_items (\n    id bigint PRIMARY KEY,\n"),
    )
    + "CREATE INDEX ON order_items (order_id);"
)
LINK_KEY = (",\n    PRIMARY KEY (product_id, category_id)", "")
LINK_TABLE = """CREATE TABLE product_categories (
    product_id bigint NOT NULL REFERENCES products,
    category_id bigint NOT NULL REFERENCES categories,
    PRIMARY KEY (product_id, category_id)
);
CREATE INDEX ON product_categories (category_id);
"""
LINE_KEY = ("    id bigint PRIMARY KEY,\n    order_id", "    order_id")
NO_LINK = (LINK_TABLE, "")
NO_CATEGORIES = (
    "CREATE TABLE categories (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n    name text NOT NULL\n);\n",
    "",
)
STOCK = "    stock int NOT NULL"
LINE_PRODUCT = "product_id bigint NOT NULL REFERENCES products,\n    quantity"
LINE_ORDER = "order_id bigint NOT NULL REFERENCES orders ON DELETE CASCADE"
OWNER = "user_id bigint NOT NULL REFERENCES users"
STATUS = "status text NOT NULL CHECK (status IN ('open', 'paid'))"
LINES = BASE[BASE.index("CREATE TABLE order_items") :]
PAIR_TWICE = took("product_category.duplicate", "product_categories")
PRODUCT_GONE = deleted("product.delete", "products", "product_id", left=1, value=None)
LINES_LEFT = deleted("order.delete", "orders", "order_id", left=1)
USER_GONE = deleted("user.delete", "users", "user_id", left=0, value=None)
FREE_STATUS = took("order.status.unknown", "orders", "status_id", value="9999")
EMPTIED = (LINE_PRODUCT, "product_id bigint REFERENCES products ON DELETE SET NULL,\n    quantity")
NO_ORDER_KEY = (LINE_ORDER, "order_id bigint NOT NULL")
STATES = (
    STATUS,
    "status_id int NOT NULL",
)
STATES_TABLE = ("CREATE TABLE orders", "CREATE TABLE status (id int PRIMARY KEY, label text);\nCREATE TABLE orders")
TWO_CATEGORIES = (STOCK, f"    category1_id bigint REFERENCES categories,\n    category2_id bigint,\n{STOCK}")
ON_HEADER = ("    status text", "    product_id int,\n    product_price float,\n    status text")


def kept(*probes: Probe) -> tuple[Probe, ...]:
    """The probes, and a deletion that was refused where none was tried."""
    tried = {probe.id for probe in probes}
    others = (("user", "users", "user_id"), ("product", "products", "product_id"), ("order", "orders", "order_id"))
    refusals = (deleted(f"{concept}.delete", table, key, left=1, state="23503") for concept, table, key in others)
    return (*probes, *(probe for probe in refusals if probe.id not in tried))


def judged(evidence: SchemaFacts) -> dict[str, Judgement]:
    """The judgement of every check of the pack."""
    found = judge(PACK, {SchemaFacts: evidence}, Level.MID, CHECKS)
    return {judgement.use.id: judgement for row in found.values() for judgement in row}


def costing(evidence: SchemaFacts) -> set[str]:
    """What costs points: failed, and not counted elsewhere."""
    return {id_ for id_, judgement in judged(evidence).items() if judgement.finding.outcome is Outcome.FAIL}


def test_the_good_schema_costs_nothing() -> None:
    assert costing(facts(BASE, probes=kept())) == set()


@pytest.mark.parametrize(
    ("changes", "probes", "expected"),
    [
        pytest.param([LINK_KEY], [PAIR_TWICE], {"primary-keys"}, id="link table without a key"),
        pytest.param([EMPTIED], [PRODUCT_GONE], {"required-values"}, id="line emptied with its product"),
        pytest.param(
            [(LINE_ORDER, "order_id bigint REFERENCES orders ON DELETE SET NULL")],
            [LINES_LEFT],
            {"required-values"},
            id="line emptied with its order",
        ),
        pytest.param([(OWNER, "user_id bigint REFERENCES users")], [], {"required-values"}, id="order of nobody"),
        pytest.param([NO_ORDER_KEY], [LINES_LEFT], {"foreign-keys"}, id="line of no order"),
        pytest.param(
            [(LINE_PRODUCT, "product_id text NOT NULL,\n    quantity")], [], {"foreign-keys"}, id="key of another kind"
        ),
        pytest.param([STATES, STATES_TABLE], [FREE_STATUS], {"foreign-keys"}, id="state without a foreign key"),
        pytest.param(
            [NO_LINK, (STOCK, f"    category_ids bigint[],\n{STOCK}")], [], {"lists"}, id="list of categories"
        ),
        pytest.param(
            [NO_LINK, NO_CATEGORIES, (STOCK, f"    category text,\n{STOCK}")],
            [],
            {"category-as-text"},
            id="category as a word",
        ),
        pytest.param(
            [
                NO_LINK,
                (TWO_CATEGORIES[0], TWO_CATEGORIES[1].replace("2_id bigint", "2_id bigint REFERENCES categories")),
            ],
            [],
            {"several-categories", "reference-indexes"},
            id="two category columns",
        ),
        pytest.param([ON_HEADER], [], {"order-header"}, id="product on the order"),
        pytest.param(
            [(LINES, ""), ("    status text", "    product1_id bigint, product2_id bigint,\n    status text")],
            [],
            {"order-lines"},
            id="numbered products on the order",
        ),
        pytest.param(
            [
                (f"    {OWNER},\n", ""),
                (
                    "CREATE INDEX ON orders (user_id, placed_at);",
                    "ALTER TABLE users ADD order_id bigint REFERENCES orders;",
                ),
            ],
            [],
            {"orders-users"},
            id="reference turned round",
        ),
    ],
)
def test_one_fault_costs_once(changes: list[tuple[str, str]], probes: list[Probe], expected: set[str]) -> None:
    assert costing(facts(changed(*changes, sql=BASE), probes=kept(*probes))) == expected


@pytest.mark.parametrize(
    ("changes", "probes", "erd", "expected"),
    [
        pytest.param(
            [
                LINE_KEY,
                (LINK_KEY[0], ""),
                (
                    "    product_id bigint NOT NULL REFERENCES products,\n    category_id",
                    "    id bigint PRIMARY KEY,\n    product_id bigint NOT NULL REFERENCES products,\n    category_id",
                ),
            ],
            [PAIR_TWICE],
            ERD,
            {"primary-keys", "pair-unique"},
            id="lines without a primary key, pairs that may be twice",
        ),
        pytest.param(
            [EMPTIED, (OWNER, f"{OWNER} ON DELETE CASCADE")],
            [PRODUCT_GONE, USER_GONE],
            ERD,
            {"required-values", "deletions"},
            id="line emptied, orders that go with their user",
        ),
        pytest.param(
            [(OWNER, "user_id bigint REFERENCES users ON DELETE CASCADE")],
            [USER_GONE],
            ERD,
            {"required-values", "deletions"},
            id="orders of nobody that go with their user",
        ),
        pytest.param(
            [NO_ORDER_KEY, (OWNER, f"{OWNER} ON DELETE CASCADE")],
            [LINES_LEFT, USER_GONE],
            ERD,
            {"foreign-keys", "deletions"},
            id="line of no order, orders that go with their user",
        ),
        pytest.param(
            [NO_ORDER_KEY, EMPTIED],
            [LINES_LEFT, PRODUCT_GONE],
            ERD,
            {"foreign-keys", "required-values"},
            id="two causes of lost lines, each told elsewhere",
        ),
        pytest.param(
            [(LINE_PRODUCT, "product_id int NOT NULL,\n    quantity")],
            [],
            ERD,
            {"foreign-keys", "key-types"},
            id="no foreign key, and too narrow for one",
        ),
        pytest.param(
            [(LINE_PRODUCT, "product_id bigint NOT NULL,\n    quantity"), (STATUS, "status text NOT NULL")],
            [took("order.status.unknown", "orders", "status", value="x")],
            ERD,
            {"foreign-keys", "status-values"},
            id="no foreign key, any status",
        ),
        pytest.param(
            [EMPTIED],
            [],
            ERD.replace("users ||--o{ orders", "users ||--|| orders"),
            {"required-values", "erd-cardinality"},
            id="line emptied, orders drawn wrong",
        ),
        pytest.param(
            [NO_LINK, (STOCK, f"    image_ids bigint[],\n{STOCK}")],
            [],
            ERD,
            {"lists", "products-categories"},
            id="a list of something else, no category",
        ),
        pytest.param(
            [
                (LINES, ""),
                ("    status text", "    product1_id bigint, product2_id bigint,\n    status text"),
                (STOCK, f"    image1 text, image2 text,\n{STOCK}"),
            ],
            [],
            ERD,
            {"order-lines", "repeating-columns"},
            id="numbered products on the order, numbered images on the product",
        ),
        pytest.param(
            [ON_HEADER, NO_ORDER_KEY], [], ERD, {"order-header", "foreign-keys"}, id="product on the order, no key"
        ),
    ],
)
def test_another_fault_in_the_same_check_still_costs(
    changes: list[tuple[str, str]], probes: list[Probe], erd: str, expected: set[str]
) -> None:
    assert costing(facts(changed(*changes, sql=BASE), probes=kept(*probes), erd=erd)) == expected


def test_what_is_counted_elsewhere_is_still_shown_with_where() -> None:
    found = judged(facts(changed(LINK_KEY, sql=BASE), probes=(PAIR_TWICE,)))["pair-unique"].finding
    assert (found.outcome, found.counted_in) == (Outcome.NOT_APPLICABLE, ("primary-keys",))
    assert "takes the same product and category twice" in found.message
    assert found.exhibits
