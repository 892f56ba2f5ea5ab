"""Does the rewritten query give the same rows?"""

from __future__ import annotations

from typing import Any

from grader.checks.query.exhibits import MOST_ROWS_SHOWN, RUN_IT, short, small_tables
from grader.checks.query.facts import mostly_different, not_run
from grader.evidence.query import Answer, Difference, QueryAnswer, ResultColumn
from grader.exhibits import AnyExhibit, RowsExhibit, SqlExhibit, TextExhibit
from grader.model import Check, Finding, blocked, failed, passed
from grader.sql.query.ground import holds
from grader.sql.query.rows import differing_columns, first_difference, type_family
from grader.visible import one_line

MOST_ROWS_ANSWERED = 5
MOST_COLUMNS_NAMED = 3


def ask_columns(evidence: QueryAnswer) -> Finding:
    """Names, order and types of the result's columns."""
    missing = not_run(evidence)
    if missing is not None:
        return missing
    given, submitted = evidence.given_columns, evidence.submitted_columns
    if not given or not submitted:
        return blocked("The query was not run on the large data")
    wrong = [number for number in range(max(len(given), len(submitted))) if not _same_column(given, submitted, number)]
    if not wrong:
        return passed(f"The same {len(given)} columns: {', '.join(one_line(c.name, 60) for c in given)}")
    first = wrong[0]
    table = RowsExhibit(
        title="Columns of both results",
        head=("column", "given query", "your query", ""),
        rows=tuple(
            (str(n + 1), _column(given, n), _column(submitted, n), "≠" if n in wrong else "")
            for n in range(max(len(given), len(submitted)))
        ),
    )
    return failed(
        f"Column {first + 1} is {_column(submitted, first)}, not {_column(given, first)}",
        expected="the same column names in the same order, and types that read the same",
        where="query.sql",
        exhibits=(table, _columns_command(evidence)),
    )


def _columns_command(evidence: QueryAnswer) -> SqlExhibit:
    head = " | ".join(one_line(column.name, 60) for column in evidence.submitted_columns)
    return SqlExhibit(title="See it again", statement=short(evidence.query), answer=f"{head}\n…", command=RUN_IT)


def _same_column(given: tuple[ResultColumn, ...], submitted: tuple[ResultColumn, ...], number: int) -> bool:
    if number >= min(len(given), len(submitted)):
        return False
    a, b = given[number], submitted[number]
    return a.name == b.name and type_family(a.type) == type_family(b.type)


def _column(columns: tuple[ResultColumn, ...], number: int) -> str:
    if number >= len(columns):
        return "missing"
    return f"{one_line(columns[number].name, 60)} {columns[number].type}"


def ask_same_rows(evidence: QueryAnswer) -> Finding:
    """The same rows in the same order on the large, the private, the author's and many made data sets."""
    missing = not_run(evidence)
    if missing is not None:
        return missing
    if not any(comparison.data == "big" for comparison in evidence.comparisons):
        return blocked("The query was not run on the large data")
    wrong = [comparison for comparison in evidence.comparisons if not comparison.same]
    if not wrong:
        filled = sum(comparison.given > 0 for comparison in evidence.comparisons)
        return passed(
            f"The same rows on all {len(evidence.comparisons)} data sets: the large one, a private one and small ones "
            f"with edge cases ({filled} of them give rows)"
        )
    if any(c.data == "big" for c in wrong):
        seen = "the large data as well"
    else:
        seen = "not the large data" if mostly_different(evidence) else "not the large data: an edge case"
    difference = evidence.difference
    failing = sum(comparison.failed for comparison in wrong)
    if failing == len(wrong):
        return blocked(
            f"The same rows on {len(evidence.comparisons) - failing} of {len(evidence.comparisons)} data sets; on the "
            "others the query raises an error"
        )
    return failed(
        f"Other rows than the given query on {len(wrong)} of {len(evidence.comparisons)} data sets ({seen})"
        + (f". {_told(difference)}" if difference else ""),
        expected="exactly the rows of the given query" + (", in its order" if evidence.ordered else ""),
        where="query.sql",
        exhibits=_shown(difference, evidence.given) if difference else (),
    )


def _told(difference: Difference) -> str:
    """The first row that differs, in a sentence."""
    number = first_difference(difference.given, difference.submitted)
    given, yours = _row(difference.given, number), _row(difference.submitted, number)
    count = sum(len(table.rows) for table in difference.tables)
    where = f"With {count} row{'s' if count > 1 else ''} in the tables" if count else f"On {difference.name}"
    return f"{where}, row {number + 1} should be {given}, yours is {yours}"


def _row(answer: Answer, number: int) -> str:
    if number >= len(answer.rows):
        return "missing"
    return one_line("(" + ", ".join("NULL" if v is None else v for v in answer.rows[number]) + ")", 160)


def _shown(difference: Difference, given: str) -> tuple[AnyExhibit, ...]:
    """Both answers, all rows as a script, then the tables: those that the given query names come first."""
    answers = _answers(difference)
    told = [*_psql("original.sql", difference.given), "", *_psql("query.sql", difference.submitted)]
    tables = small_tables(difference.tables, "\n".join(told))
    if not tables:
        return answers, _large(difference)
    *rows, script = tables
    named = [holds(given, table.name) for table in difference.tables]
    ranked = sorted(zip(named, rows, strict=True), key=lambda pair: not pair[0])
    return (answers, script, *(table for _, table in ranked))


def _psql(file: str, answer: Answer) -> list[str]:
    """The first rows that a file gave, as psql writes them."""
    head = " | ".join(one_line(column.name, 40) for column in answer.columns)
    rows = [" | ".join("" if v is None else one_line(v, 60) for v in row) for row in answer.rows[:MOST_ROWS_ANSWERED]]
    count = len(answer.rows)
    more = ["…"] if count > len(rows) else []
    return [f"-- {file}", head, *rows, *more, f"({count} row{'' if count == 1 else 's'})"]


def _answers(difference: Difference) -> RowsExhibit:
    count = min(MOST_ROWS_SHOWN, max(len(difference.given.rows), len(difference.submitted.rows)))
    first = first_difference(difference.given, difference.submitted)
    rows = []
    for number in range(count):
        given, yours = _row(difference.given, number), _row(difference.submitted, number)
        rows.append((str(number + 1), given, yours, _mark(difference, number, first=first)))
    names = ", ".join(one_line(column.name, 40) for column in difference.given.columns)
    return RowsExhibit(
        title="Both answers, row by row",
        head=("row", "given query", "your query", ""),
        rows=tuple(rows),
        note=f"({names}) on {difference.name}",
    )


def _mark(difference: Difference, number: int, *, first: int) -> str:
    """What differs in two rows: the names of the columns when some values are the same, else only that they do."""
    given, yours = difference.given, difference.submitted
    if _row(given, number) == _row(yours, number) and number != first:
        return ""
    if number >= min(len(given.rows), len(yours.rows)):
        return "≠"
    names = [one_line(column.name, 40) for column in differing_columns(given, yours, number)]
    return f"≠ {', '.join(names)}" if 0 < len(names) <= MOST_COLUMNS_NAMED else "≠"


def _large(difference: Difference) -> TextExhibit:
    text = (
        f"Load data of another seed (see the brief) and compare: {RUN_IT}\n"
        "No small database made it visible: the difference needs many rows."
    )
    return TextExhibit(title=f"Seen on {difference.name}", text=text)


CHECKS: tuple[Check[Any], ...] = (
    Check(
        name="query.columns",
        needs=QueryAnswer,
        ask=ask_columns,
        title="Same columns: names, order and types",
        why="The program that reads the result finds columns by name or place and expects their types",
        fix="Give the columns the names and types of the given query; cast where an aggregate changed a type",
    ),
    Check(
        name="query.same_rows",
        needs=QueryAnswer,
        ask=ask_same_rows,
        title="Same rows on every data set",
        why="A fast query that gives other rows is a bug that nobody notices until money is wrong",
        fix="Compare both queries on small tables: NULLs, rows on the edge of a range, ties, parents without children",
    ),
)
