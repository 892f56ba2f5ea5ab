"""Columns that are named like a reference to a table and have no foreign key."""

from __future__ import annotations

from collections.abc import Iterator

from grader.evidence.catalog import TEXT, WHOLE, Column, Table
from grader.sql.schema.links import polymorphic
from grader.sql.schema.normal_forms import on_header
from grader.sql.schema.shop import Shop, Spot


def loose_references(shop: Shop) -> Iterator[tuple[Spot, Table]]:
    """Such columns of core tables, the references between core tables left out; `x_id` beside `x_type` is none."""
    told = {(link.table, link.columns[-1]) for link in shop.core_links()} | on_header(shop)
    for table in shop.core().values():
        for link in shop.links.all:
            column, target = table.column(link.columns[-1]), shop.schema.table(link.target)
            if link.table != table.name or link.declared or column is None or target is None:
                continue
            if (table.name, column.name) in told or polymorphic(column, table):
                continue
            if column.name.lower().endswith("id") and _same_kind(column, target):
                yield Spot(table=table, column=column), target


def _same_kind(column: Column, target: Table) -> bool:
    key = target.column(target.primary_key[0]) if len(target.primary_key) == 1 else None
    if key is None:
        return False
    return (
        key.family == column.family
        or {key.family, column.family} <= set(WHOLE)
        or {key.family, column.family} <= set(TEXT)
    )


def probe_id(spot: Spot) -> str:
    """How the probe is called that puts a value into such a column which no row has."""
    return f"loose.{spot}.unknown"
