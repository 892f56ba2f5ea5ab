"""Does the schema hold what a shop needs, and does its script run?"""

from __future__ import annotations

from grader.checks.schema import normalization
from grader.checks.schema.footing import NAMES, ground, missing
from grader.checks.schema.shown import code, loaded, table_asked, tables_asked
from grader.evidence.catalog import DATED, NUMBERS, TEXT, Column, Place, Table
from grader.evidence.schema import LoadFailure, SchemaFacts
from grader.exhibits import AnyExhibit, SqlExhibit
from grader.model import Check, Finding, blocked, failed, for_review, passed
from grader.sql.schema import meanings
from grader.sql.schema.names import column_words, has
from grader.sql.schema.shop import Shop

HALF = 0.5
_FAMILIES = {
    "an e-mail or login name": TEXT,
    "a name": TEXT,
    "a price": NUMBERS,
    "how many of it are in stock": NUMBERS,
    "the time it was placed": TEXT,
    "a quantity": NUMBERS,
}
_STATES = frozenset(
    {
        *(
            "paid",
            "payment",
            "ship",
            "shipped",
            "shipment",
            "sent",
            "delivered",
            "cancelled",
            "canceled",
            "cancel",
            "open",
        ),
        *("closed", "complete", "completed", "done", "finished", "fulfilled", "returned", "refund", "refunded"),
        *("bezahlt", "versendet", "versandt", "verschickt", "geliefert", "storniert", "abgeschlossen", "offen"),
        *("pagado", "enviado", "entregado", "cancelado", "anulado", "abierto", "cerrado"),
    }
)
TITLES = {
    "user": "users",
    "product": "products",
    "category": "categories",
    "order": "orders",
    "order_line": "order lines",
}


def loads(facts: SchemaFacts) -> Finding:
    """At least half of the tables it defines are there."""
    if facts.dialect != "postgres":
        return ground(facts) or passed("")
    made, written = len(facts.schema.tables), len(facts.loading.tables_written)
    excused = sum(1 for failure in facts.loading.failures if failure.table and not failure.theirs)
    if made == 0:
        first = _first_failure(facts)
        what = f"none of its {written} tables could be created" if written else "the SQL defines no table"
        if written and first is None:
            what = f"none of the {written} tables that it creates is left when it has run"
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
        more = f" ({len(broken) - 1} more of {loading.structural})" if len(broken) > 1 else ""
        return failed(
            f"{first.place}: {first.message}{more}",
            expected="every statement runs from top to bottom in an empty database",
            where=str(first.place),
            exhibits=_failure_shown(facts, first),
        )
    if loading.late:
        late = loading.late[0]
        more = f" ({len(loading.late) - 1} more)" if len(loading.late) > 1 else ""
        return failed(
            f"{late.place}: {late.message}; it ran only after the statements below it{more}",
            expected="every statement runs from top to bottom in an empty database",
            where=str(late.place),
            score=HALF,
            exhibits=(*code(facts, late.place, late.message), _script_run(facts, late.statement, late.message)),
        )
    return passed(f"all {loading.ran} statements that make the schema ran{_aside(facts)}")


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
        title="The statement and PostgreSQL's answer",
        statement=statement,
        answer=f"ERROR:  {answer}",
        command=loaded(facts).replace("psql -q", "psql -q -v ON_ERROR_STOP=1"),
    )


def concept(facts: SchemaFacts, *, concept: str) -> Finding:
    """There is a table for a concept."""
    if early := ground(facts):
        return early
    table = facts.role(concept)
    if table is not None:
        role = facts.roles[concept]
        by = "named in submission.toml" if role.source == "submission.toml" else f"confidence {role.confidence:.2f}"
        return passed(f"`{table.name}` holds the {TITLES[concept]} ({by})", where=str(table.place or ""))
    if unsure := missing(facts, concept):
        return unsure
    message, where = f"there is no {NAMES[concept].removeprefix('a ')}", ""
    exhibits: tuple[AnyExhibit, ...] = ()
    order = facts.role("order")
    if concept == "order_line" and order is not None:
        message, where, exhibits = _no_lines(facts, order)
    return failed(
        message,
        expected=NAMES[concept],
        where=where,
        exhibits=(*exhibits, tables_asked(facts)),
        symptoms=(normalization.no_lines(order),) if concept == "order_line" and order is not None else (),
    )


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


def attributes(facts: SchemaFacts) -> Finding:
    """The attributes without which a shop cannot work."""
    if early := ground(facts, "user", "product", "order", "order_line"):
        return early
    shop = Shop(facts.schema, facts.roles)
    wanted = {
        ("user", "an e-mail or login name"): shop.login() is not None,
        ("product", "a name"): shop.name("product") is not None,
        ("product", "a price"): shop.price() is not None,
        ("product", "how many of it are in stock"): _knows_stock(shop),
        ("order", "the time it was placed"): _has_date(shop),
        ("order_line", "a quantity"): shop.of("order_line", meanings.is_quantity) is not None,
    }
    lacking = [key for key, there in wanted.items() if not there]
    if not lacking:
        return passed("login, product name, price and stock, order time and quantity are there")
    concept, what = lacking[0]
    table = shop.table(concept)
    if table is None:
        return blocked("a table is missing")
    if unclear := [c.name for c in meanings.unclear(table, _FAMILIES[what]) if not c.array]:
        names = ", ".join(f"`{name}`" for name in unclear[:4])
        return for_review(
            f"`{table.name}` may lack {what}, or it is one of {names}, whose names say nothing to the grader",
            exhibits=(*code(facts, table.place, what), table_asked(facts, table)),
        )
    more = "; also " + ", ".join(f"{TITLES[c]}: {w}" for c, w in lacking[1:]) if len(lacking) > 1 else ""
    return failed(
        f"`{table.name}` lacks {what}{more}",
        expected=what,
        where=str(table.place or ""),
        score=round(1 - len(lacking) / len(wanted), 2),
        exhibits=(*code(facts, table.place, f"lacks {what}"), table_asked(facts, table)),
    )


def _knows_stock(shop: Shop) -> bool:
    """A column, or a table of stock or of its movements, from which it follows."""
    return shop.stock() is not None or any(
        has(shop.links.words(table.name), ("stock", "warehouse")) for table in shop.schema.tables
    )


def _has_date(shop: Shop) -> bool:
    order = shop.table("order")
    if order is None:
        return False
    return any(column.family in DATED for column in order.columns) or bool(
        meanings.columns_of(order, meanings.is_date_named)
    )


def order_status(facts: SchemaFacts) -> Finding:
    """An order's state is kept somewhere: a column, or a history of states."""
    if early := ground(facts, "order"):
        return early
    shop = Shop(facts.schema, facts.roles)
    order = shop.table("order")
    if order is None:
        return blocked("a table is missing")
    if spot := shop.of("order", meanings.is_status):
        return passed(f"`{spot}` keeps it")
    tied = [*shop.links.sources(order.name), *shop.links.targets(order.name)]
    history = next((name for name in tied if {"status", "state", "history", "event"} & set(shop.links.words(name))), "")
    if history:
        return passed(f"`{history}` keeps it")
    moments = [c.name for c in order.columns if _tells_state(c, order)]
    if moments:
        return passed(f"the state of an order follows from {', '.join(moments[:4])}")
    return failed(
        f"nothing in `{order.name}` says whether an order is open, paid or sent",
        expected="a status column, or a table with the states an order went through",
        where=str(order.place or ""),
        exhibits=(*code(facts, order.place, "no status"), table_asked(facts, order)),
    )


def _tells_state(column: Column, order: Table) -> bool:
    """A moment that has not come yet (`shipped_at`), or a flag that says what has happened (`is_paid`)."""
    flag = column.family == "bool" and has(column_words(column.name, order), _STATES)
    return flag or (column.family in DATED and column.nullable)


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
    Check(
        name="schema.attributes",
        needs=SchemaFacts,
        ask=attributes,
        title="The essential attributes are there",
        why="A shop must know who buys, what for how much, how many and when",
        fix="Add the missing columns",
    ),
    Check(
        name="schema.order_status",
        needs=SchemaFacts,
        ask=order_status,
        title="An order has a state",
        why="Open orders cannot be found when nothing says which ones are open",
        fix="Add a status column, or a table of the states an order went through",
    ),
)
