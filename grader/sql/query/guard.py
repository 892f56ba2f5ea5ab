"""What a submitted query and setup may hold: allow-lists over sqlglot's reading of the text.

Anything not on a list is refused with its place and the reason in the words of the brief. This is the first of
three walls; the roles the statements run as and the extended protocol are the others. What sqlglot cannot read
is no fault of the answer by itself: `unread` says so, unless a function that is not allowed stands in it. It is not
run then, and a person looks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

import msgspec
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from grader.evidence.query import Refusal
from grader.sql.query.guard_bounds import MOST_NESTED, bounded, spells_a_clock_word, too_nested
from grader.sql.query.guard_words import (
    CLOCK,
    CLOCK_WORD,
    COLUMN_TYPES,
    FUNCTIONS,
    NAMED_FUNCTIONS,
    NODES,
    REASONS,
    SYSTEM_COLUMNS,
    SYSTEM_NAMES,
    SYSTEM_WORDS,
)
from grader.sql.query.text import SqlText, Statement, read
from grader.visible import one_line

LONGEST = 100_000
MOST_NODES = 5_000
_UNDERLINE = re.compile(r"\x1b\[\d*m")  # sqlglot marks the place for a terminal
_LITERAL = r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\""
_UNKNOWN_FORMS = re.compile(
    rf"{_LITERAL}|(?<![\w.$])(?P<number>\d+(?:_\d+)+)(?!\w)"
    r"|(?P<using>\bUSING\s*\([^()'\"]*\))\s+AS\s+(?:[A-Za-z_]\w*|\"[^\"]+\")"
    r"|\bUSING\s*(?P<sort>[<>])(?![<>=~!@#%^&|?*+/-])"
    r"|(?<![<>=~!@#%^&|?*+/-])(?P<absolute>@)(?=\s*[\w(.'\"]|\s+[+-])",
    re.IGNORECASE,
)
_CALL = re.compile(rf"{_LITERAL}|(?<![\w$])(?P<name>[A-Za-z_]\w*)(?=\s*\()")
_NEVER = ("xml", "json", "pg_", "lo_", "dblink", "txid_", "query_to_", "table_to_", "database_to_", "schema_to_")
_NEVER_WHOLE = {
    *("set_config", "current_setting", "generate_series", "unnest", "repeat", "lpad", "rpad", "string_agg", "random"),
    *("now", "clock_timestamp", "statement_timestamp", "transaction_timestamp", "timeofday", "gen_random_uuid"),
    *("nextval", "setval", "cursor_to_xml"),
}
_NO_STATEMENT = "there is no query in the file: write one SELECT"
_TOO_DEEP = "the query is nested hundreds of levels deep: nobody can read that"
_TOO_NESTED = f"types or arrays are nested more than {MOST_NESTED} levels deep: nobody can read that"
_NO_SELECT = "this is no SELECT: a query may only read"
_TOP = (exp.Select, exp.SetOperation, exp.Subquery)
_FIRST = re.compile(r"[\s(]*(?:select|with|table|values|from)\b", re.IGNORECASE)


class GuardedQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A query as it may be run: `text` is the file with comments blanked, places kept."""

    text: str
    refusals: tuple[Refusal, ...] = ()
    unread: str = ""


def check_query(sql: str, tables: Collection[str], *, file: str = "query.sql") -> GuardedQuery:
    """The query of a file with all reasons against running it; `tables` are those of the exercise."""
    text = read(sql[: LONGEST + 1])
    whole = _whole_file(sql, text, file)
    if whole:
        return GuardedQuery(text=text.blanked, refusals=whole)
    statement = text.statements[0]
    place = Places(text, statement, file)
    start = " " * statement.offset + _plainer(statement.text)  # offsets of nodes are offsets in the file
    query = "".join("\n" if char == "\n" else " " for char in text.blanked[: statement.offset]) + statement.text
    unreadable = _against_reading(statement, text, file)
    if unreadable:
        return GuardedQuery(text=query, refusals=unreadable)
    try:
        trees = [tree for tree in sqlglot.parse(start, read="postgres") if tree is not None]
    except RecursionError:
        return GuardedQuery(text=query, refusals=(place.refusal(exp.Null(), _TOO_DEEP),))
    except SqlglotError as error:
        strange = tuple(_strange_calls(start, text, file))
        unread = "" if strange else one_line(_UNDERLINE.sub("", str(error)))
        return GuardedQuery(text=query, refusals=strange, unread=unread)
    return GuardedQuery(text=query, refusals=tuple(_walk(trees[0], place, {name.lower() for name in tables})))


def _against_reading(statement: Statement, text: SqlText, file: str) -> tuple[Refusal, ...]:
    """What no reader needs to look at: another kind of statement, and nesting that would keep a reader for hours."""
    if not _FIRST.match(statement.text):
        return (mark_refusal(text, _NO_SELECT, statement.offset, len(statement.text.split()[0]), file),)
    deep = too_nested(statement.text)
    return (mark_refusal(text, _TOO_NESTED, statement.offset + deep, 1, file),) if deep is not None else ()


def _plainer(statement: str) -> str:
    """The statement with forms that sqlglot does not know in ones of the same length that mean the same to a guard.

    `1_000` is read as 01000, the name of `USING (…) AS name` is left out: it only names columns anew, and
    `ORDER BY … USING >` is a descending order. `@ x` is a sign before a number, as `- x` is.
    """

    def plain(found: re.Match[str]) -> str:
        if found["number"]:
            return found["number"].replace("_", "").rjust(len(found[0]), "0")
        if found["sort"]:
            return ("DESC" if found["sort"] == ">" else "ASC").ljust(len(found[0]))
        if found["absolute"]:
            return "-"
        kept = found["using"] or found[0]
        return kept + re.sub(r"[^\n]", " ", found[0][len(kept) :])

    return _UNKNOWN_FORMS.sub(plain, statement)


def _strange_calls(statement: str, text: SqlText, file: str) -> Iterator[Refusal]:
    """Functions that are not allowed, found without a reader: nothing else can hide behind what it cannot read."""
    for found in _CALL.finditer(statement):
        name = (found["name"] or "").lower()
        if name.startswith(_NEVER) or name in _NEVER_WHOLE:
            what = f"the function `{one_line(name, 60)}` is not allowed"
            yield mark_refusal(text, what, found.start(), len(name), file)


def _whole_file(sql: str, text: SqlText, file: str) -> tuple[Refusal, ...]:
    if len(sql) > LONGEST:
        return (Refusal(file=file, what=f"the file is longer than {LONGEST:,} characters"),)
    marks = tuple(mark_refusal(text, mark.what, mark.offset, mark.length, file) for mark in text.marks)
    if marks:
        return marks
    if not text.statements:
        return (Refusal(file=file, what=_NO_STATEMENT),)
    if len(text.statements) > 1:
        second = text.statements[1]
        what = f"{len(text.statements)} statements in the file: only one SELECT is run"
        return (mark_refusal(text, what, second.offset, len(second.text.split()[0]), file),)
    return ()


def mark_refusal(text: SqlText, what: str, offset: int, length: int, file: str) -> Refusal:
    """A refusal at an offset of a file."""
    line, column = text.place(offset)
    return Refusal(file=file, what=what, line=line, column=column, length=length)


class Places:
    """Where a node stands in the file: sqlglot marks names, functions and literals only."""

    def __init__(self, text: SqlText, statement: Statement, file: str) -> None:
        self.text, self.statement, self.file = text, statement, file

    def refusal(self, node: exp.Expr, what: str) -> Refusal:
        """`what` at the first place known of `node` or what it holds; at the statement when there is none."""
        marks = [(n.meta["start"], n.meta["end"]) for n in node.walk() if "start" in n.meta]
        start, end = min(marks, default=(self.statement.offset, self.statement.offset))
        return mark_refusal(self.text, what, start, end - start + 1, self.file)


def _walk(tree: exp.Expr, place: Places, tables: set[str]) -> list[Refusal]:
    if not isinstance(tree, _TOP):
        return [place.refusal(tree, _NO_SELECT)]
    nodes = list(tree.walk())
    if len(nodes) > MOST_NODES:
        return [place.refusal(tree, f"the query has more than {MOST_NODES:,} parts")]
    found = [place.refusal(node, what) for node in nodes if (what := _against(node))]
    found += _against_tables(tree, place, tables)
    return found


def _against(node: exp.Expr) -> str:
    """The reason against a node, empty when it may be used."""
    if bounded(node):
        return ""
    if isinstance(node, exp.Func) and not isinstance(node, NODES):
        return against_function(node) or (_LETTERS if spells_a_clock_word(node) else "")
    if not isinstance(node, NODES):
        name = type(node).__name__
        return REASONS.get(name, f"`{name}` is not a form this exercise knows")
    return next((what for wrong, what in _EXCEPTIONS if wrong(node)), "")


def _endless(node: exp.Expr) -> bool:
    return isinstance(node, exp.With) and bool(node.args.get("recursive"))


def _catalog_like(node: exp.Expr) -> bool:
    return isinstance(node, exp.CTE) and node.alias_or_name.lower().startswith("pg_")


def _strange_type(node: exp.Expr) -> bool:
    # `HOUR TO MINUTE` is no type of its own, though sqlglot keeps it as one
    return isinstance(node, exp.DataType) and not isinstance(node, exp.IntervalSpan) and node.this not in COLUMN_TYPES


def _system_column(node: exp.Expr) -> bool:
    return isinstance(node, (exp.Column, exp.Dot)) and node.name.lower() in SYSTEM_COLUMNS


def _system_function(node: exp.Expr) -> bool:
    """`o.pg_column_size` is a call with the row `o`; so is `(o).pg_column_size`."""
    return isinstance(node, (exp.Column, exp.Dot)) and node.name.lower().startswith(SYSTEM_NAMES)


def _system_word(node: exp.Expr) -> bool:
    bare = isinstance(node, exp.Column) and isinstance(node.this, exp.Identifier) and not node.table
    return bare and not node.this.args.get("quoted") and node.name.lower() in SYSTEM_WORDS


def _foreign_call(node: exp.Expr) -> bool:
    """`schema.function(…)`; a field of a row value, `(row).field`, is none."""
    if not isinstance(node, exp.Dot):
        return False
    inner = node.this
    while isinstance(inner, exp.Dot):
        inner = inner.this
    return not isinstance(node.expression, exp.Identifier) or not isinstance(inner, (exp.Paren, exp.Bracket))


def clock_word(node: exp.Expr) -> bool:
    """A string that PostgreSQL reads as a moment by its clock wherever a date is meant: 'today', '[now,tomorrow)'."""
    return isinstance(node, exp.Literal) and bool(node.is_string) and CLOCK_WORD.match(node.name) is not None


CLOCK_SAID = f"this word stands for {CLOCK}"
_LETTERS = f"a moment spelled from pieces of text may stand for {CLOCK} (use make_date or to_date)"
_EXCEPTIONS: tuple[tuple[Callable[[exp.Expr], bool], str], ...] = (
    (_endless, "WITH RECURSIVE is not needed here and may never end"),
    (_catalog_like, "a WITH name must not look like a catalog table (pg_…)"),
    (_strange_type, "a type that the exercise does not need"),
    (clock_word, CLOCK_SAID),
    (_system_column, "a system column says where a row is stored, not what it means"),
    (_foreign_call, REASONS["Dot"]),
    (_system_function, "a function of the system, called like a column, is not allowed"),
    (_system_word, "this word tells who is connected, not what the tables hold"),
)


def against_function(node: exp.Func) -> str:
    """The reason against a function, empty when it only computes from its arguments."""
    if isinstance(node, exp.Anonymous):
        name = node.name.lower()
        quoted = isinstance(node.this, exp.Identifier)
        if name == "age" and len(node.expressions) == 1:
            return f"age() of one moment reads {CLOCK}"
        return "" if name in NAMED_FUNCTIONS and not quoted else f"the function `{one_line(name, 60)}` is not allowed"
    if isinstance(node, FUNCTIONS) or (isinstance(node, (exp.Pad, exp.Repeat)) and bounded(node)):
        return ""
    name = type(node).__name__
    if name.startswith(("JSON", "XML")):
        return "functions that make JSON or XML are not allowed"
    return REASONS.get(name, f"the function `{node.sql_name().lower()}` is not allowed")


def _against_tables(tree: exp.Expr, place: Places, tables: set[str]) -> list[Refusal]:
    """Only the exercise's tables and the query's own WITH names may be read, and at least one table must be."""
    named = {cte.alias_or_name.lower() for cte in tree.find_all(exp.CTE)}
    found, real = [], 0
    for table in tree.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier):
            continue  # a function in FROM: its own node was judged
        name = table.name if table.this.args.get("quoted") else table.name.lower()
        if table.args.get("catalog") or table.db.lower() not in ("", "public"):
            found.append(place.refusal(table, "only the exercise's own tables may be read, no catalog or other schema"))
        elif name in tables:
            real += 1
        elif name.lower() not in named:
            found.append(place.refusal(table, f"`{one_line(name, 60)}` is not a table of the exercise"))
    if not real and not found:
        found.append(place.refusal(tree, "the query reads none of the exercise's tables"))
    return found
