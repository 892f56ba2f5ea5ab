"""What the text of the query gives away: forms that cost more than the question needs, with their places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from grader.checks.query.exhibits import code_at
from grader.evidence.query import QueryAnswer, Refusal
from grader.exhibits import CodeExhibit, RowsExhibit
from grader.model import Check, Finding, blocked, failed, not_applicable, passed
from grader.sql.query.lint.names import Catalog, ColumnFacts, IndexFacts
from grader.sql.query.lint.run import RULES, Remark, lint

MOST_SHOWN = 3
ASKED_FOR = "offset-paging"  # where the given query pages with OFFSET, the same rows cannot be had otherwise
QUERY, GIVEN = "query.sql", "original.sql"


def ask_lint(evidence: QueryAnswer) -> Finding:
    """Forms in the submitted query that are known to cost, beside those of the given query; it only advises."""
    if not evidence.columns:
        return not_applicable("Nothing is known of the columns")
    if any(refusal.file == QUERY for refusal in evidence.refusals):
        return blocked("The query holds what the brief does not allow")
    catalog = catalog_of(evidence)
    original = "\n" * (evidence.given_line - 1) + evidence.given
    given, own = lint(original, catalog), lint(evidence.query, catalog)
    if own.unread and not own.remarks:
        return not_applicable(f"The query was not looked through: {own.unread}")
    asked = {remark.rule for remark in given.remarks} & {ASKED_FOR}
    mine = [remark for remark in own.remarks if remark.rule not in asked]
    table = _table(given.remarks, own.remarks, asked)
    if not mine:
        gone = _gone(given.remarks, own.remarks)
        shown = [_code(remark, original, GIVEN) for remark in gone[:MOST_SHOWN]]
        return passed(_praise(given.remarks, asked), exhibits=(*table, *shown))
    worst = _worst(mine)
    named = [f"{_small(RULES[rule].title)} ({_lines(mine, rule)})" for rule in dict.fromkeys(r.rule for r in worst)]
    more = [f"{len(named) - MOST_SHOWN} more"] if len(named) > MOST_SHOWN else []
    return failed(
        f"Forms that often cost: {', '.join([*named[:MOST_SHOWN], *more])}. Look whether they do in your plan",
        expected="none of these forms, or a reason for each",
        where=f"{QUERY}:{worst[0].line}:{worst[0].column}",
        exhibits=(*table, *(_code(remark, evidence.query, QUERY) for remark in worst[:MOST_SHOWN])),
    )


def catalog_of(evidence: QueryAnswer) -> Catalog:
    """What the lint may know: columns, and indexes there were and were added."""
    return Catalog(
        tables={
            table.lower(): {c.name.lower(): ColumnFacts(type=c.type, nullable=c.nullable) for c in columns}
            for table, columns in evidence.columns.items()
        },
        indexes=tuple(
            IndexFacts(table=index.table.lower(), definition=index.definition, columns=index.columns)
            for index in (*evidence.existing, *evidence.added)
        ),
    )


def _worst(remarks: list[Remark]) -> list[Remark]:
    """One remark of every rule first, in the order of the rules, then the others."""
    order = list(RULES)
    firsts: dict[str, Remark] = {}
    for remark in remarks:
        firsts.setdefault(remark.rule, remark)
    rest = [remark for remark in remarks if remark is not firsts[remark.rule]]
    return [*sorted(firsts.values(), key=lambda remark: order.index(remark.rule)), *rest]


def _gone(given: tuple[Remark, ...], own: tuple[Remark, ...]) -> list[Remark]:
    left = {remark.rule for remark in own}
    return _worst([remark for remark in given if remark.rule not in left])


def _code(remark: Remark, text: str, file: str) -> CodeExhibit:
    place = Refusal(file=file, what=remark.label, line=remark.line, column=remark.column, length=remark.length)
    return msgspec.structs.replace(code_at(place, text), title=RULES[remark.rule].title)


def _praise(given: tuple[Remark, ...], asked: set[str]) -> str:
    gone = Counter(remark.rule for remark in given if remark.rule not in asked)
    if not gone:
        return "None of the forms that often cost"
    named = ", ".join(f"{RULES[rule].title} ({count})" for rule, count in gone.items())
    return f"None of the forms that often cost; gone since the given query: {named}"


def _table(given: tuple[Remark, ...], own: tuple[Remark, ...], asked: set[str]) -> tuple[RowsExhibit, ...]:
    before, after = ({remark.rule for remark in remarks} for remarks in (given, own))
    rows = []
    for name, rule in RULES.items():
        if name in before | after:
            fate = "gone" if name not in after else "new" if name not in before else "stays"
            fate = "the task asks for it" if name in asked & after else fate
            rows.append((fate, rule.title, _lines(given, name), _lines(own, name), f"{rule.why}. {rule.how}."))
    if not rows:
        return ()
    return (
        RowsExhibit(
            title="Forms that often cost: before → after",
            head=("", "what", GIVEN, QUERY, "why, and how else"),
            rows=tuple(rows),
            note="Read from the text of the queries; it never scores. Whether a form costs here, the plans say.",
        ),
    )


def _lines(remarks: Sequence[Remark], rule: str) -> str:
    lines = list(dict.fromkeys(str(remark.line) for remark in remarks if remark.rule == rule))
    return f"line{'s' if len(lines) > 1 else ''} {', '.join(lines)}" if lines else "–"


def _small(title: str) -> str:
    """A title inside of a sentence: words in capitals stay so."""
    first = title.split(" ", maxsplit=1)[0]
    return title if len(first) > 1 and first.isupper() else title[:1].lower() + title[1:]


CHECKS: tuple[Check[Any], ...] = (
    Check(
        name="query.lint",
        needs=QueryAnswer,
        ask=ask_lint,
        title="The query avoids forms that often cost",
        why="Some ways to write a condition or a join keep the planner from the cheap plan, whatever the indexes are",
        fix="Rewrite each marked place, or say in EXPLANATION.md why it is right here, and compare both plans",
    ),
)
