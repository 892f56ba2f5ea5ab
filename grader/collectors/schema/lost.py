"""Tables that a script means to make and that are not there: which part of a shop each would have played.

What would have been asked of them is blocked by the statement that failed: a table that is misspelt is not left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from grader.collectors.schema.policy import nearly_a_table
from grader.evidence.catalog import Schema
from grader.evidence.schema import LoadFailure, Role
from grader.sql.schema.matcher import concept_of, match
from grader.sql.schema.splitter import Statement


def as_meant(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """The statements with a misspelt `CREATE TABLE` put right, to read what the table would have been."""
    return tuple(_meant(statement) for statement in statements)


def _meant(statement: Statement) -> Statement:
    found = nearly_a_table(statement)
    if found is None:
        return statement
    return msgspec.structs.replace(statement, text=f"CREATE TABLE {statement.text[found.start(3) :]}")


def unloaded(
    written: Schema,
    loaded: Schema,
    named: Mapping[str, str],
    found: Mapping[str, Role],
    failures: Iterable[LoadFailure],
) -> dict[str, str]:
    """The concept that each table of the script, but not of the database, would have played.

    Of a table that could not even be read only the name tells, where nothing else plays that part.
    """
    before = {role.table: concept for concept, role in match(written, named).roles.items()}
    lost = {table.name: before.get(table.name, "") for table in written.tables if loaded.table(table.name) is None}
    for failure in failures:
        name = failure.table.removeprefix("public.").replace('"', "")
        concept = concept_of(name) if name and name not in lost and loaded.table(name) is None else ""
        if concept and concept not in found and concept not in lost.values():
            lost[name] = concept
    return lost
