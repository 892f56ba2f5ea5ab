"""What the submitted indexes cost: those nothing reads, their size, and what every new row pays for them."""

from __future__ import annotations

from typing import Any

from grader.checks.query.facts import explain_it, final_cell, not_same, plan_of
from grader.evidence.query import Index, QueryAnswer, WriteCost
from grader.exhibits import RowsExhibit, SqlExhibit
from grader.model import Check, Finding, blocked, failed, not_applicable, passed
from grader.sql.query.ground import used_indexes
from grader.visible import one_line

MEGABYTE = 1024 * 1024
MOST_NAMED = 5
_SIZES = (
    "SELECT relname, pg_relation_size(oid) / 8192 AS blocks FROM pg_class "
    "WHERE relkind = 'i' AND relnamespace = 'public'::regnamespace ORDER BY relname"
)
_INSERT = """BEGIN;
SET LOCAL session_replication_role = replica;
CREATE TEMPORARY TABLE taken ON COMMIT DROP AS
SELECT ctid AS place, t.* FROM {table} AS t ORDER BY random() LIMIT {rows};
DELETE FROM {table} AS t USING taken WHERE t.ctid = taken.place;
ALTER TABLE taken DROP COLUMN place;
EXPLAIN (ANALYZE, BUFFERS, WAL) INSERT INTO {table} SELECT * FROM taken;
ROLLBACK;"""


def ask_indexes_used(evidence: QueryAnswer) -> Finding:
    """Every index that setup.sql adds is read by the new plan."""
    missing = not_same(evidence)
    if missing is not None:
        return missing
    if _setup_left_out(evidence):
        return blocked("Nothing of setup.sql could be run")
    final = final_cell(evidence)
    if not evidence.added or final is None:
        return not_applicable("No index was added")
    used = used_indexes(plan_of(final))
    unused = [index for index in evidence.added if index.name.lower() not in used]
    table = _index_table(evidence, used)
    spare = [index for index in evidence.added if index not in unused and covered_by(index, evidence)]
    told = "".join(f"; {one_line(i.name, 60)} could go{_said(covered_by(i, evidence))}" for i in spare[:MOST_NAMED])
    if not unused:
        return passed(f"The new plan reads every added index ({len(evidence.added)}){told}", exhibits=(table,))
    names = ", ".join(one_line(index.name, 60) + _said(covered_by(index, evidence)) for index in unused)
    return failed(
        f"The new plan does not read {len(unused)} of {len(evidence.added)} added indexes: {names}{told}",
        expected="only indexes that the new plan reads",
        where="setup.sql",
        score=1 - len(unused) / len(evidence.added),
        exhibits=(table, explain_it(evidence)),
    )


def covered_by(index: Index, evidence: QueryAnswer) -> str:
    """The index that begins with the same columns, so that this one adds nothing but its cost; empty when none does.

    Of two alike the later one is named. Only plain B-trees are compared: a condition, further columns or uniqueness
    may be what an index is for.
    """
    if not _plain(index):
        return ""
    earlier = [other for other in evidence.added if other.name < index.name]
    for other in (*evidence.existing, *evidence.added):
        if other.table != index.table or other.name == index.name or not _is_btree_of_all(other):
            continue
        begins = other.columns[: len(index.columns)] == index.columns
        if begins and (len(other.columns) > len(index.columns) or other in evidence.existing or other in earlier):
            return other.name
    return ""


def _plain(index: Index) -> bool:
    unique = index.definition.startswith("CREATE UNIQUE")
    return _is_btree_of_all(index) and not unique and " INCLUDE (" not in index.definition


def _is_btree_of_all(index: Index) -> bool:
    return " USING btree (" in index.definition and " WHERE " not in index.definition


def _said(other: str) -> str:
    return f" ({one_line(other, 60)} begins with the same columns)" if other else ""


def _setup_left_out(evidence: QueryAnswer) -> bool:
    """True when setup.sql was meant to add something and nothing of it ran; another check tells why."""
    faulty = evidence.setup_failure is not None or any(r.file == "setup.sql" for r in evidence.refusals)
    return faulty and not evidence.added


def _index_table(evidence: QueryAnswer, used: set[str]) -> RowsExhibit:
    rows = [
        (
            one_line(index.name, 60),
            one_line(index.definition.partition(" USING ")[2], 120),
            f"{index.blocks:,}",
            "yes" if index.name.lower() in used else "no",
        )
        for index in evidence.added
    ]
    return RowsExhibit(
        title="Added indexes",
        head=("index", "definition", "blocks of 8 kB", "read by the new plan"),
        rows=tuple(rows),
    )


def ask_index_size(evidence: QueryAnswer, *, most: float = 0.75) -> Finding:
    """The added indexes together are at most `most` times as large as the tables."""
    missing = not_same(evidence)
    if missing is not None:
        return missing
    if _setup_left_out(evidence):
        return blocked("Nothing of setup.sql could be run")
    tables = sum(evidence.table_blocks.values())
    if not evidence.added or not tables:
        return not_applicable("No index was added")
    size = sum(index.blocks for index in evidence.added)
    told = f"The added indexes take {size:,} blocks, {100 * size / tables:.0f} % of the tables' {tables:,}"
    final = final_cell(evidence)
    table = _index_table(evidence, used_indexes(plan_of(final)) if final is not None else set())
    shown = (
        table,
        _sizes(evidence),
    )
    if size <= most * tables:
        return passed(told, exhibits=shown)
    return failed(told, expected=f"at most {most * tables:,.0f} blocks", where="setup.sql", exhibits=shown)


def ask_write_cost(evidence: QueryAnswer, *, most: float = 3.5, nothing: float = 6.5) -> Finding:
    """The added indexes make no table write more than `most` further index entries for every new row.

    Counted are records in PostgreSQL's log of changes, which two runs share to the last one: one for every entry, and a
    few where a page is split. A partial index counts for the rows that it holds. From `most` to `nothing` entries the
    points fall to none.
    """
    missing = not_same(evidence)
    if missing is not None:
        return missing
    if _setup_left_out(evidence):
        return blocked("Nothing of setup.sql could be run")
    if not evidence.added or not evidence.writes:
        return not_applicable("No index was added" if not evidence.added else "New rows were not measured")
    worst = max(evidence.writes, key=_entries)
    entries = _entries(worst)
    sizes = f"{worst.before.bytes / MEGABYTE:.1f} → {worst.after.bytes / MEGABYTE:.1f} MB of log"
    table = one_line(worst.table, 60)
    told = f"Each of {worst.rows:,} new rows of {table} writes {entries:.1f} further index entries ({sizes})"
    shown = (_writes(evidence), _touched(evidence))
    if entries <= most:
        return passed(told, exhibits=shown)
    return failed(
        told,
        expected=f"at most {most:g} further index entries for each new row of a table",
        where="setup.sql",
        score=max(0.0, (nothing - entries) / (nothing - most)),
        exhibits=(*shown, _insert_again(worst)),
    )


def _entries(cost: WriteCost) -> float:
    """Entries that the added indexes write for each new row."""
    return max(0, cost.after.records - cost.before.records) / max(1, cost.rows)


def _writes(evidence: QueryAnswer) -> RowsExhibit:
    """What new rows cost every table that got an index."""
    rows = []
    for cost in evidence.writes:
        for name, done in (("without", cost.before), ("with", cost.after)):
            about = (one_line(cost.table, 60), f"{cost.rows:,}") if name == "without" else ("", "")
            more = f"{_entries(cost):.2f}" if name == "with" else ""
            rows.append((*about, name, f"{done.records:,}", more, f"{done.bytes:,}", f"{done.blocks:,}"))
    return RowsExhibit(
        title="What new rows cost",
        head=("table", "new rows", "your indexes", "records of log", "more per row", "bytes of log", "blocks touched"),
        rows=tuple(rows),
        note="Rows of the table, spread over all of it, are taken out and put in again, and all is rolled back",
    )


def _touched(evidence: QueryAnswer) -> RowsExhibit:
    """What each index has to do with it."""
    touched = {name: (cost, blocks) for cost in evidence.writes for name, blocks in cost.touched.items()}
    rows = []
    for index in evidence.added:
        if index.name in touched:
            cost, blocks = touched[index.name]
            spare = covered_by(index, evidence)
            each = f"{blocks / max(1, cost.rows):.1f}"
            rows.append((one_line(index.name, 60), one_line(index.table, 60), f"{blocks:,}", each, one_line(spare, 60)))
    return RowsExhibit(
        title="What each index costs new rows",
        head=("index", "table", "blocks touched", "for each row", "begins like"),
        rows=tuple(rows),
    )


def _insert_again(cost: WriteCost) -> SqlExhibit:
    """How to see the cost of new rows of a table."""
    done = cost.after
    table = one_line(cost.table, 60)
    return SqlExhibit(
        title="See it again, once before setup.sql and once after it: save this as insert.sql",
        statement=_INSERT.format(table=table, rows=cost.rows),
        answer=f"Insert on {table}\n  Buffers: shared={done.blocks}\n  WAL: records={done.records} bytes={done.bytes}",
        command="psql -d practice -f insert.sql",
    )


def _sizes(evidence: QueryAnswer) -> SqlExhibit:
    """Where the sizes of the added indexes come from, as psql shows them."""
    lines = [f"{one_line(index.name, 60)} | {index.blocks}" for index in sorted(evidence.added, key=lambda i: i.name)]
    return SqlExhibit(
        title="See it again: how large the added indexes are",
        statement=_SIZES,
        answer="\n".join(["relname | blocks", *lines, "…"]),
        command=f'psql -d practice -f setup.sql && psql -d practice -c "{_SIZES}"',
    )


CHECKS: tuple[Check[Any], ...] = (
    Check(
        name="query.indexes_used",
        needs=QueryAnswer,
        ask=ask_indexes_used,
        title="Every added index is used",
        why="Every index is paid for on every INSERT and UPDATE; one that no query reads is only cost",
        fix="Leave out the indexes that the plan does not read",
    ),
    Check(
        name="query.index_size",
        needs=QueryAnswer,
        ask=ask_index_size,
        title="The added indexes are small beside the tables",
        why="Indexes that copy the tables take their memory and make every write slower",
        fix="Index the columns that find the rows; include further columns only where the plan gains by it",
    ),
    Check(
        name="query.write_cost",
        needs=QueryAnswer,
        ask=ask_write_cost,
        title="New rows stay affordable",
        why="A shop takes orders all day: every index makes each of them slower, also while nobody asks for the report",
        fix="One index with the right order of columns often does what three do; leave out what begins like another",
    ),
)
