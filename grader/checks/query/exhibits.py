"""How places in submitted SQL and PostgreSQL's refusals are shown."""

from __future__ import annotations

from grader.evidence.query import Failure, Refusal, SqlError
from grader.exhibits import AnyExhibit, CodeExhibit, SqlExhibit
from grader.model import Finding, failed
from grader.visible import visible

RUN_IT = "psql -d practice -f query.sql"
MOST_SHOWN = 5
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
    return failed(
        f"{place}: PostgreSQL refused it{where}: {error.message} (SQLSTATE {error.sqlstate})",
        expected="a statement that runs without an error",
        where=place,
        exhibits=tuple(exhibits),
    )


def short(text: str) -> str:
    """A statement for an exhibit, cut when it is very long."""
    shown = visible(text[:LONGEST_STATEMENT])
    return shown if len(text) <= len(shown) else shown + "\n…"
