"""What to do about a statement that did not run, by what PostgreSQL said: the code of its error tells the kind.

The codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

from __future__ import annotations

from grader.evidence.catalog import Place
from grader.evidence.schema import LoadFailure

EMPTY = "and try the script in an empty database"
BY_STATE = {
    "42601": f"Mend the spelling: the mistake is at the place shown or just before it, {EMPTY}",
    "25001": "Take the statement out of BEGIN … COMMIT; in migrations it stands in a file without a transaction",
    "55P04": "End the transaction after ALTER TYPE … ADD VALUE; what uses the new value comes after it",
    "42703": f"Name a column that the table has, or add it before it is used, {EMPTY}",
    "42P07": f"Make it once: take the second one out, or give it another name, {EMPTY}",
    "42710": f"Make it once: take the second one out, or give it another name, {EMPTY}",
    "42701": f"Name the column once in its table, {EMPTY}",
    "42P16": f"Give the table one primary key; further ones are UNIQUE, {EMPTY}",
    "42830": "Give the columns that are referred to a primary key or UNIQUE before a foreign key leads there",
    "42804": f"Give both sides the same type, {EMPTY}",
}
MISSING = ("42P01", "42704", "42883", "3F000")
BY_KIND = {
    "refused": "Leave the statement out: a schema does not need it",
    "timeout": "Make what the statement does smaller: it must end within seconds in an empty database",
}
OTHERS = f"Mend what PostgreSQL names, {EMPTY} (`psql -v ON_ERROR_STOP=1`)"


def repair(failure: LoadFailure) -> str:
    """What to do; empty for what is missing, about which the check's own advice is right."""
    if failure.sqlstate in MISSING:
        return ""
    return BY_STATE.get(failure.sqlstate) or BY_KIND.get(failure.kind) or OTHERS


def undoing(block: Place | None) -> str:
    """What else a failure does inside a transaction of the script's own; empty outside of one."""
    return f"; psql would undo the whole transaction that begins in line {block.line}" if block else ""


def others(count: int, statements: int) -> str:
    """How many more of a script's statements fail; empty when none does."""
    if not count:
        return ""
    return f" ({count} more of the {statements} statements that make the schema fail{'s' * (count == 1)})"
