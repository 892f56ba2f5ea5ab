"""How places in submitted SQL and PostgreSQL's refusals are shown."""

from __future__ import annotations

from grader.evidence.query import Failure, Refusal, SmallTable, SqlError
from grader.exhibits import AnyExhibit, CodeExhibit, RowsExhibit, SqlExhibit
from grader.model import Finding, failed
from grader.visible import one_line, visible

RUN_IT = "psql -d practice -f query.sql"
MOST_SHOWN = 5
MOST_ROWS_SHOWN = 30
LONGEST_STATEMENT = 4_000


def refused(found: list[Refusal], text: str, *, expected: str) -> Finding:
    """A failure that points at every refused place."""
    first = found[0]
    more = f" ({len(found) - 1} more)" if len(found) > 1 else ""
    return failed(
        f"{first.file}:{first.line}: {first.what}{more}",
        expected=expected,
        where=f"{first.file}:{first.line}:{first.column}",
        exhibits=tuple(code_at(refusal, text) for refusal in found[:MOST_SHOWN]),
    )


def code_at(refusal: Refusal, text: str) -> CodeExhibit:
    """The refused place with its neighbours."""
    rows = text.splitlines() or [""]
    line = min(max(refusal.line, 1), len(rows))
    first = max(1, line - 2)
    return CodeExhibit(
        file=refusal.file,
        line=line,
        lines=tuple(visible(row, keep="\t")[:200] for row in rows[first - 1 : line + 2]),
        first_line=first,
        column=max(1, refusal.column),
        length=max(1, min(refusal.length, len(rows[line - 1]) - refusal.column + 1)),
        label=refusal.what,
    )


def failed_statement(failure: Failure, text: str, file: str, command: str) -> Finding:
    """A failure in PostgreSQL's words, with a caret where it points."""
    error = failure.error or SqlError(sqlstate="", message="no reason was given")
    where = f" on {failure.data}" if failure.data and failure.data != file else ""
    place = f"{file}:{error.line}:{error.column}" if error.line else file
    exhibits: list[AnyExhibit] = []
    if error.line:
        exhibits.append(code_at(Refusal(file=file, what=error.message, line=error.line, column=error.column), text))
    answer = f"ERROR: {error.sqlstate}: {error.message}" + (f"\nHINT: {error.hint}" if error.hint else "")
    exhibits.append(SqlExhibit(title="What PostgreSQL answered", statement=short(text), answer=answer, command=command))
    exhibits += small_tables(failure.tables, answer)
    return failed(
        f"{place}: PostgreSQL refused it{where}: {error.message} (SQLSTATE {error.sqlstate})",
        expected="a statement that runs without an error",
        where=place,
        exhibits=tuple(exhibits),
    )


def small_tables(tables: tuple[SmallTable, ...], answer: str) -> tuple[AnyExhibit, ...]:
    """The rows of a small database and a script that shows again what happens on it; nothing when there are none."""
    if not tables:
        return ()
    inserts = [
        f"INSERT INTO {table.name} VALUES\n  " + ",\n  ".join(_literals(row) for row in table.rows) + ";"
        for table in tables
    ]
    empty = f"TRUNCATE {', '.join(table.name for table in tables)} CASCADE;"
    script = SqlExhibit(
        title="See it again: save this as difference.sql beside both queries",
        statement="\n".join(["BEGIN;", empty, *inserts, "\\i original.sql", "\\i query.sql", "ROLLBACK;"]),
        answer=answer,
        command="psql -d practice -f difference.sql",
    )
    return (*(_table(table) for table in tables), script)


def _table(table: SmallTable) -> RowsExhibit:
    return RowsExhibit(
        title=f"Rows of {table.name}",
        head=table.columns,
        rows=tuple(tuple(_cell(value) for value in row) for row in table.rows[:MOST_ROWS_SHOWN]),
        note=f"{len(table.rows)} rows" if len(table.rows) > MOST_ROWS_SHOWN else "",
    )


def _cell(value: str | None) -> str:
    return "NULL" if value is None else one_line(value, 80)


def _literals(row: tuple[str | None, ...]) -> str:
    return "(" + ", ".join("NULL" if v is None else "'" + v.replace("'", "''") + "'" for v in row) + ")"


def short(text: str) -> str:
    """A statement for an exhibit, cut when it is very long."""
    shown = visible(text[:LONGEST_STATEMENT])
    return shown if len(text) <= len(shown) else shown + "\n…"
