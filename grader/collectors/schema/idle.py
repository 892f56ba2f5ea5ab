"""Indexes that serve nothing the brief asks for, and how many more pages an insert touches because of them."""

# ruff: noqa: S608 - names are quoted and values are our own literals

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import psycopg

from grader.collectors.schema.bulk import Bulk
from grader.collectors.schema.volume import Sheet
from grader.evidence.catalog import Index, Table
from grader.evidence.workload import Idle

BATCH = 1_000
STEP = 10  # percent are told in tens
MOST = 12


def idle(bulk: Bulk, used: Collection[str]) -> tuple[Idle, ...]:
    """The idle indexes of the tables that were filled. What could not be measured is told without a figure."""
    found = [
        (sheet, index)
        for _, sheet in sorted(bulk.sheets.items())
        for index in sheet.table.indexes
        if index.name not in used and not _needed(index, sheet.table)
    ][:MOST]
    return tuple(
        Idle(table=sheet.table.name, index=index.name, percent=_written_more(bulk, sheet, index))
        for sheet, index in found
    )


def _needed(index: Index, table: Table) -> bool:
    """It holds a rule, searches texts, or begins with a reference: deleting what is referred to looks rows up by it."""
    if index.constraint or index.unique or index.method not in ("btree", "hash"):
        return True
    return any(set(index.keys[: len(key.columns)]) == set(key.columns) for key in table.foreign_keys)


def _written_more(bulk: Bulk, sheet: Sheet, index: Index) -> int:
    """By how many percent more pages are touched when rows are inserted, in tens; 0 when that cannot be measured."""
    bulk.run("SAVEPOINT idle")
    try:
        with_it = _written(bulk, sheet)
        space = sheet.table.name.rpartition(".")[0]
        bulk.run(f"DROP INDEX {bulk.maker.name(f'{space}.{index.name}' if space else index.name)}")
        without = _written(bulk, sheet)
    except psycopg.Error:
        return 0
    finally:
        bulk.run("ROLLBACK TO SAVEPOINT idle")
    if not with_it or not without:
        return 0
    return max(0, round((with_it / without - 1) * 100 / STEP) * STEP)


def _written(bulk: Bulk, sheet: Sheet) -> int:
    """Pages touched by inserting the last rows of a table again, after taking them out; 0 without a key."""
    name = bulk.maker.name(sheet.table.name)
    columns = ", ".join(bulk.maker.name(column) for column in sheet.columns())
    bulk.run("SAVEPOINT written")
    try:
        bulk.run(f"CREATE TEMP TABLE grader_batch AS SELECT {columns} FROM {name} ORDER BY ctid DESC LIMIT {BATCH}")
        condition = " AND ".join(
            f"t.{bulk.maker.name(key)} = b.{bulk.maker.name(key)}" for key in sheet.table.primary_key
        )
        if not condition:
            return 0
        bulk.run(f"DELETE FROM {name} t USING pg_temp.grader_batch b WHERE {condition}")
        row: Any = bulk.run(
            "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, SUMMARY OFF, FORMAT JSON) "
            f"INSERT INTO {name} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM pg_temp.grader_batch"
        ).fetchone()
        return int(row[0][0]["Plan"]["Shared Hit Blocks"])
    finally:
        bulk.run("ROLLBACK TO SAVEPOINT written")
