"""What the lint knows of the shop's tables in unit tests."""

from __future__ import annotations

from grader.sql.query.lint.names import Catalog, ColumnFacts, IndexFacts

_TABLES = {
    "categories": "category_id integer!, name text!",
    "products": "product_id integer!, category_id integer!, name text!, price numeric(10,2)!, code character(8)",
    "customers": "customer_id integer!, company_id integer!, email text!, newsletter boolean!, "
    "created_at timestamp without time zone!",
    "orders": "order_id integer!, customer_id integer, status text, placed_at timestamp without time zone!, "
    "ship_country text, bill_country text!",
    "order_items": "order_id integer!, line_no integer!, product_id integer!, quantity integer!, "
    "unit_price numeric(10,2)!",
    "blocked_customers": "block_id integer!, customer_id integer, reason text!, active boolean!",
}
_KEYS = {
    "categories": ("category_id",),
    "products": ("product_id",),
    "customers": ("customer_id",),
    "orders": ("order_id",),
    "order_items": ("order_id", "line_no"),
    "blocked_customers": ("block_id",),
}


def _columns(text: str) -> dict[str, ColumnFacts]:
    parts = [part.strip().partition(" ") for part in text.replace("(10,2)", "(10;2)").split(",")]
    return {
        name: ColumnFacts(type=kind.rstrip("!").replace(";", ","), nullable=not kind.endswith("!"))
        for name, _, kind in parts
    }


def index(table: str, *columns: str, kind: str = "INDEX", using: str = "btree") -> IndexFacts:
    """An index as the catalog tells it."""
    definition = f"CREATE {kind} x ON public.{table} USING {using} ({', '.join(columns)})"
    return IndexFacts(table=table, definition=definition, columns=columns)


def shop(*more: IndexFacts) -> Catalog:
    """The shop with its primary keys, and further indexes."""
    keys = [index(table, *columns, kind="UNIQUE INDEX") for table, columns in _KEYS.items()]
    return Catalog(tables={table: _columns(text) for table, text in _TABLES.items()}, indexes=(*keys, *more))
