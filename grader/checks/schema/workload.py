"""Do the questions of the brief find their rows by an index when the tables are large? The planner says, not names."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from grader.checks.schema.footing import ground
from grader.checks.schema.indexes import not_indexed, unindexed
from grader.checks.schema.shown import Fault, code, shared
from grader.evidence.schema import SchemaFacts
from grader.evidence.workload import Asked, Scan, Step, Workload
from grader.exhibits import AnyExhibit, SqlExhibit
from grader.model import Check, Finding, Outcome, not_applicable, passed
from grader.sql.schema.shop import Shop


def workload(facts: SchemaFacts, *, questions: tuple[str, ...]) -> Finding:
    """X04: no question reads a large table for a few of its rows where an index would spare nine tenths of the cost.

    `questions` names those that this check is about. A reference without an index is told by `reference_indexes`, an
    address that two users may share by `login_unique`.
    """
    if early := ground(facts, "order", "order_line"):
        return early
    work = facts.workload
    if work is None or work.obstacle:
        why = work.obstacle if work else "no rows were made"
        return not_applicable(f"the tables could not be filled with rows, so the questions were not put: {why}")
    put = [asked for id_ in questions if (asked := work.question(id_)) and not _told_elsewhere(facts, asked)]
    answered = [asked for asked in put if not asked.obstacle]
    if not answered:
        reasons = "; ".join(f"{asked.text}: {asked.obstacle}" for asked in put)
        return not_applicable(f"none of the questions could be put{f' ({reasons})' if reasons else ''}")
    faults = [fault for asked in answered for fault in _faults(facts, asked)]
    return _advised(
        answered,
        shared(
            faults,
            len(answered),
            good=f"questions put to up to {max(work.rows.values(), default=0)} rows find theirs without reading all",
            expected="an index by which the question finds its rows",
        ),
    )


def _advised(answered: list[Asked], finding: Finding) -> Finding:
    """With the statements that make the indexes, where some are missing."""
    if finding.outcome is not Outcome.FAIL:
        return finding
    made = dict.fromkeys(scan.statement for asked in answered for scan in asked.costly)
    return msgspec.structs.replace(finding, fix=f"{' '.join(made)} Or make one that serves the same question better")


def _told_elsewhere(facts: SchemaFacts, asked: Asked) -> bool:
    """Two users may share an address: what makes that impossible is the index that is missing here."""
    probe = facts.probe("user.login.duplicate") if asked.id == "email" else None
    return probe is not None and probe.bad is not None and probe.bad.stored


def _faults(facts: SchemaFacts, asked: Asked) -> Iterator[Fault]:
    """One fault for a question, about the first table that it reads whole; one that is told elsewhere goes last."""
    told = unindexed(facts)
    scans = sorted(asked.costly, key=lambda scan: (scan.table, scan.columns[0]) in told)
    for scan in scans[:1]:
        table = facts.schema.table(scan.table)
        column = table.column(scan.columns[0]) if table else None
        place = column.place if column else None
        known = (scan.table, scan.columns[0]) in told
        yield Fault(
            table=scan.table,
            column=scan.columns[0],
            what=f"is found by no index: to find {asked.text}, all {scan.rows} rows are read and {scan.returned} of "
            f"them are wanted; with an index the planner expects 1/{scan.times} of the cost or less",
            place=place,
            exhibits=(*code(facts, place, "no index finds it"), *shown(asked, scan)),
            cause=not_indexed(scan.table, scan.columns[0]) if known else "",
            told=known,
        )


def shown(asked: Asked, scan: Scan) -> tuple[AnyExhibit, ...]:
    """The plan as it is, and as it would be with the index."""
    return (
        SqlExhibit(
            title=f"With {scan.rows} rows in {scan.table}, as it is",
            statement=f"EXPLAIN {asked.statement};",
            answer=drawn(asked.plan),
        ),
        SqlExhibit(
            title="With an index that finds them",
            statement=f"{scan.statement}\nEXPLAIN {asked.statement};",
            answer=drawn(scan.after),
        ),
    )


def drawn(plan: tuple[Step, ...]) -> str:
    """A plan as indented text; costs are left out, because they are no measure of anything outside one planner."""
    return "\n".join(_line(step) for step in plan)


def _line(step: Step) -> str:
    on = f" on {step.table}" if step.table else ""
    using = f" using {step.index}" if step.index else ""
    arrow = "  " * (step.depth - 1) + "->  " if step.depth else ""
    condition = f"  [{step.condition}]" if step.condition else ""
    return f"{arrow}{step.node}{using}{on}  (rows={step.rows}){condition}"


def index_use(facts: SchemaFacts) -> Finding:
    """X02, X03: indexes that serve none of the questions, and what they cost; advice, never a point."""
    if early := ground(facts, "order"):
        return early
    said = [*_idle(facts.workload), *_alone(facts)]
    if not said:
        return passed("every index of the core tables serves a question, a key or a reference")
    return passed("worth a look: " + "; ".join(said))


def _idle(work: Workload | None) -> Iterator[str]:
    for idle in work.idle if work else ():
        cost = f" (an insert touches about {idle.percent} % more pages because of it)" if idle.percent > 0 else ""
        yield f"`{idle.index}` on {idle.table} serves none of the eight questions, no key and no reference{cost}"


def _alone(facts: SchemaFacts) -> Iterator[str]:
    """Indexes that another one makes needless, and those on a single column of yes and no."""
    for table in Shop(facts.schema, facts.roles).core().values():
        plain = [index for index in table.indexes if index.method == "btree" and not index.where]
        for index in plain:
            column = table.column(index.keys[0]) if len(index.keys) == 1 else None
            if column is not None and column.family == "bool":
                yield f"`{index.name}` is on a single column of yes and no, which PostgreSQL will hardly use"
            longer = [o for o in plain if len(o.keys) > len(index.keys) and o.keys[: len(index.keys)] == index.keys]
            if longer and not index.unique and not index.include and "DESC" not in index.shape:
                yield f"`{index.name}` is the beginning of `{longer[0].name}`, which serves the same questions"


CHECKS: tuple[Check[SchemaFacts], ...] = (
    Check(
        name="schema.workload",
        needs=SchemaFacts,
        ask=workload,
        title="Questions find their rows by an index",
        why="A question that is asked all day must not read a whole table for a few of its rows",
        fix="Make the index that is shown, or one that serves the same question better",
        costly=True,
    ),
    Check(
        name="schema.index_use",
        needs=SchemaFacts,
        ask=index_use,
        title="What the indexes are for",
        why="Every index is written with every row; one that serves nothing only costs",
        fix="Drop it, or say in the notes what it is for",
        costly=True,
    ),
)
