"""A shop among many other tables: `python bench/large_schema.py 180 > schema.sql`, to see how grading grows with size.

With 180 tables it has about 1 100 columns and 230 foreign keys, as the largest real shops that were looked at.
"""

from __future__ import annotations

import sys
from itertools import product

SHOP = """
CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE, name text NOT NULL);
CREATE UNIQUE INDEX ON users (lower(email));
CREATE TABLE categories (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
CREATE TABLE products (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    category_id bigint NOT NULL REFERENCES categories,
    name text NOT NULL,
    price numeric(12, 2) NOT NULL CHECK (price >= 0),
    stock int NOT NULL CHECK (stock >= 0)
);
CREATE INDEX ON products (category_id, price);
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users,
    status text NOT NULL CHECK (status IN ('new', 'paid', 'shipped')),
    placed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON orders (user_id, placed_at);
CREATE TABLE order_items (
    order_id bigint NOT NULL REFERENCES orders ON DELETE CASCADE,
    product_id bigint NOT NULL REFERENCES products,
    quantity int NOT NULL CHECK (quantity > 0),
    unit_price numeric(12, 2) NOT NULL CHECK (unit_price >= 0),
    PRIMARY KEY (order_id, product_id)
);
CREATE INDEX ON order_items (product_id);
"""
OF = ("audit", "batch", "branch", "campaign", "carrier", "claim", "contract", "coupon", "device", "document", "event")
THINGS = (
    "channel",
    "fee",
    "label",
    "language",
    "log",
    "media",
    "message",
    "note",
    "option",
    "rule",
    "segment",
    "setting",
)
TYPES = ("text NOT NULL", "varchar(100)", "int NOT NULL DEFAULT 0", "boolean NOT NULL DEFAULT false", "timestamptz")
SHOP_TABLES = 5


def script(tables: int) -> str:
    """A script that makes so many tables; the same for the same number."""
    made = ["users", "products", "orders", "categories"]
    parts = [SHOP]
    names = [f"{of}_{thing}" for of, thing in product(OF, THINGS)]
    for number in range(tables - SHOP_TABLES):
        name = f"{names[number % len(names)]}_{number}"
        parents = list(dict.fromkeys(made[(number * step) % len(made)] for step in (7, 11)[: number % 3 or 1]))
        columns = ["id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"]
        columns += [f"{parent}_id bigint REFERENCES {parent}" for parent in parents]
        columns += [f"{THINGS[at]}_{at} {TYPES[(number + at) % len(TYPES)]}" for at in range(3 + number % 3)]
        parts += [f"CREATE TABLE {name} (\n    " + ",\n    ".join(columns) + "\n);"]
        parts += [f"CREATE INDEX ON {name} ({parent}_id);" for parent in parents]
        made.append(name)
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.stdout.write(script(int(sys.argv[1])))
