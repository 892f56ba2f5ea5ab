"""Does the schema hold what a shop needs, and does its script run?"""

from __future__ import annotations

from grader.checks.schema import normalization
from grader.checks.schema.dialects import NAMES as DIALECTS
from grader.checks.schema.footing import NAMES, absent, ground, missing
from grader.checks.schema.refused_keys import causes
from grader.checks.schema.repairs import others, repair, undoing
from grader.checks.schema.shown import code, loaded, tables_asked
from grader.evidence.catalog import Place, Table
from grader.evidence.schema import LoadFailure, Role, SchemaFacts
from grader.exhibits import AnyExhibit, SqlExhibit
from grader.model import Check, Finding, blocked, failed, for_review, passed
from grader.sql.schema.shop import Shop

HALF = 0.5
TITLES = {
    "user": "users",
    "product": "products",
    "category": "categories",
    "order": "orders",
    "order_line": "order lines",
}


def loads(facts: SchemaFacts) -> Finding:
    """At least half of the tables it defines are there."""
    made, written = len(facts.schema.tables), len(facts.loading.tables_written)
    excused = sum(1 for failure in facts.loading.failures if failure.table and not failure.theirs)
    if made == 0:
        first = _first_failure(facts)
        what = f"none of its {written} tables could be created" if written else "the SQL defines no table"
        if written and first is None:
            what = f"none of the {written} tables that it creates is left when it has run"
        what += _taken_back(facts)
        return failed(
            what + (f": {first.place}: {first.message}" if first else ""),
            expected="tables for users, products, categories, orders and order lines",
            where=str(first.place) if first else "",
            exhibits=_failure_shown(facts, first) if first else (tables_asked(facts),),
        )
    if made < HALF * (written - excused):
        return failed(
            f"only {made} of {written} tables could be created",
            expected="every table of the script is created",
            exhibits=_failure_shown(facts, _first_failure(facts)) or (tables_asked(facts),),
        )
    return passed(f"{made} tables were created from {', '.join(file.name for file in facts.files[:4])}")


def runs(facts: SchemaFacts) -> Finding:
    """Every statement runs, in the order given."""
    if early := ground(facts):
        return early
    if not facts.roles and not facts.doubtful:
        return blocked("nothing that it makes belongs to a shop")
    loading = facts.loading
    broken = [failure for failure in loading.failures if failure.structural and failure.theirs]
    if broken:
        first = broken[0]
        more = others(len(broken) - 1, loading.structural)
        return failed(
            f"{first.place}: {first.message}{undoing(first.block)}{more}",
            expected="every statement runs from top to bottom in an empty database",
            fix=f"Mend it, and try the script in an empty {DIALECTS[facts.dialect]} database"
            if facts.shadow
            else repair(first),
            where=str(first.place),
            exhibits=_failure_shown(facts, first),
            symptoms=causes(broken),
        )
    if loading.late:
        late = loading.late[0]
        more = f" ({len(loading.late) - 1} more)" if len(loading.late) > 1 else ""
        return failed(
            f"{late.place}: {late.message}; it ran only after the statements below it{undoing(late.block)}{more}",
            expected="every statement runs from top to bottom in an empty database",
            where=str(late.place),
            score=HALF,
            exhibits=(*code(facts, late.place, late.message), _script_run(facts, late.statement, late.message)),
        )
    unread = next((failure for failure in loading.failures if failure.kind == "unread"), None)
    if unread is not None:
        return for_review(
            f"{unread.place}: {unread.message}. Whether {DIALECTS[facts.dialect]} takes it, a person must say",
            exhibits=code(facts, unread.place, unread.message),
        )
    how = "" if facts.dialect == "postgres" else f", read as {DIALECTS[facts.dialect]} and run as a PostgreSQL copy"
    return passed(f"all {loading.ran} statements that make the schema ran{how}{_aside(facts)}")


def _taken_back(facts: SchemaFacts) -> str:
    """That a ROLLBACK of the script takes a part of it back, for whoever wonders where a table is."""
    place = facts.loading.undone
    return f"; what stands in the transaction before {place} is taken back by its ROLLBACK" if place else ""


def _aside(facts: SchemaFacts) -> str:
    unassessed = [failure for failure in facts.loading.failures if not failure.theirs]
    return f"; not assessed: {unassessed[0].message}" if unassessed else ""


def _first_failure(facts: SchemaFacts) -> LoadFailure | None:
    return next((failure for failure in facts.loading.failures if failure.structural), None)


def _failure_shown(facts: SchemaFacts, failure: LoadFailure | None) -> tuple[AnyExhibit, ...]:
    if failure is None:
        return ()
    state = f" ({failure.sqlstate})" if failure.sqlstate else ""
    shown = code(facts, failure.place, failure.message)
    return (*shown, _script_run(facts, failure.statement, f"{failure.message}{state}"))


def _script_run(facts: SchemaFacts, statement: str, answer: str) -> SqlExhibit:
    return SqlExhibit(
        title="The statement and " + ("what is wrong with it" if facts.shadow else "PostgreSQL's answer"),
        statement=statement,
        answer=f"ERROR:  {answer}",
        command="" if facts.shadow else loaded(facts).replace("psql -q", "psql -q -v ON_ERROR_STOP=1"),
    )


def concept(facts: SchemaFacts, *, concept: str) -> Finding:
    """There is a table for a concept."""
    if early := ground(facts):
        return early
    table = facts.role(concept)
    if table is not None:
        role = facts.roles[concept]
        by = "as submission.toml says" if role.source == "submission.toml" else _recognised(role)
        return passed(f"`{table.name}` holds the {TITLES[concept]} ({by})", where=str(table.place or ""))
    if unsure := missing(facts, concept):
        return unsure
    message, where = absent(facts, concept), ""
    exhibits: tuple[AnyExhibit, ...] = ()
    order = facts.role("order")
    if concept == "order_line" and order is not None:
        message, where, exhibits = _no_lines(facts, order)
    return failed(
        message + _taken_back(facts),
        expected=NAMES[concept],
        where=where,
        exhibits=(*exhibits, tables_asked(facts)),
        symptoms=(normalization.no_lines(order),) if concept == "order_line" and order is not None else (),
    )


def _recognised(role: Role) -> str:
    """How sure the reading of a table is, in words."""
    sure = role.confidence >= HALF
    return "recognised by its name, columns and references" if sure else "assumed from little: a person should look"


def _no_lines(facts: SchemaFacts, order: Table) -> tuple[str, str, tuple[AnyExhibit, ...]]:
    """How an order without lines says what was bought, if it does."""
    shop = Shop(facts.schema, facts.roles)
    link = shop.link("order", "product")
    column = order.column(link.columns[0]) if link else None
    column = column or next((c for c in order.columns if c.array or c.family == "json"), None)
    if column is None:
        return f"nothing says which products an order holds: `{order.name}` has no lines", str(order.place or ""), ()
    message = f"an order holds its products in `{order.name}.{column.name}`: there is no table of order lines"
    place: Place | None = column.place
    return (
        message,
        str(place or ""),
        code(facts, place, "several products, quantities and prices need rows of their own"),
    )


CHECKS: tuple[Check[SchemaFacts], ...] = (
    Check(
        name="schema.loads",
        needs=SchemaFacts,
        ask=loads,
        title="The schema can be created",
        why="A design that cannot be created cannot be used, and nothing in it can be tried",
        fix="Run it in an empty database with `psql -v ON_ERROR_STOP=1 -f schema.sql` and repair what that reports",
    ),
    Check(
        name="schema.runs",
        needs=SchemaFacts,
        ask=runs,
        title="The script runs from top to bottom",
        why="Whoever sets the shop up runs it once; a statement that fails leaves a half-made database behind",
        fix="Create what is referred to before what refers to it, and try the script in an empty database",
    ),
    Check(
        name="schema.concept",
        needs=SchemaFacts,
        ask=concept,
        title="The entity has a table",
        why="What has no table cannot be stored",
        fix="Add the table with a key of its own",
    ),
)
