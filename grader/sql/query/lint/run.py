"""Run all rules over a query."""

from __future__ import annotations

import msgspec

from grader.excerpt import position
from grader.sql.query.lint import predicates, shapes, subqueries
from grader.sql.query.lint.names import Catalog, Names
from grader.sql.query.lint.reader import Reader, Rule
from grader.sql.query.lint.source import Source, Unread

RULES: dict[str, Rule] = {rule.name: rule for rule in (*predicates.RULES, *subqueries.RULES, *shapes.RULES)}
MOST_OF_A_RULE = 8


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule says at a place of the file, counted from 1."""

    rule: str
    line: int
    column: int
    length: int
    label: str


class Linted(msgspec.Struct, frozen=True, kw_only=True):
    """Remarks in the order of the text. `unread` says why some or all of the query was not looked at."""

    remarks: tuple[Remark, ...] = ()
    unread: str = ""


def lint(sql: str, catalog: Catalog) -> Linted:
    """What can be said about a query; nothing where it cannot be read."""
    try:
        source = Source(sql)
    except Unread as reason:
        return Linted(unread=str(reason))
    reader = Reader(source, Names(catalog))
    remarks, unread = [], []
    for rule in RULES.values():
        try:
            remarks += _remarks(rule, reader)
        except Exception as error:  # noqa: BLE001 - advice on a stranger's query: a form nobody thought of is told, no more
            unread.append(f"{rule.name}: {type(error).__name__}")
    return Linted(remarks=tuple(sorted(remarks, key=lambda r: (r.line, r.column, r.rule))), unread=", ".join(unread))


def _remarks(rule: Rule, reader: Reader) -> list[Remark]:
    found = dict.fromkeys(rule.find(reader))
    out = []
    for mark in list(found)[:MOST_OF_A_RULE]:
        start, length = reader.source.offsets(mark.first, mark.last)
        line, column = position(reader.source.text, start)
        out.append(Remark(rule=rule.name, line=line, column=column, length=max(1, length), label=mark.label))
    return out
