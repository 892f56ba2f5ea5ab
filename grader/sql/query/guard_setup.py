"""What a submitted setup.sql may hold: indexes, extended statistics, ANALYZE, and bounded planner settings."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Literal

import msgspec
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from grader.evidence.query import Refusal, Setting
from grader.sql.query.guard import CLOCK_SAID, LONGEST, against_function, clock_word, mark_refusal
from grader.sql.query.guard_bounds import spells_a_clock_word, too_nested
from grader.sql.query.guard_words import COLUMN_TYPES
from grader.sql.query.text import Statement, read
from grader.visible import one_line

MOST_STATEMENTS = 16
METHODS = ("btree", "hash", "brin", "gin", "gist", "spgist")
_FORBIDS = "UNIQUE forbids rows that the tables allow: data of a shop that has them could not be written any more"
_NAME = r'(?:[a-z_][a-z0-9_$]*|"[^"]+")'
_TABLE = rf"(?:public\s*\.\s*)?{_NAME}"
_STATISTICS = re.compile(
    rf"create\s+statistics\s+(?:if\s+not\s+exists\s+)?(?:{_TABLE}\s+)?(?:\(\s*[a-z, \s]+\)\s*)?"
    rf"on\s+(?P<columns>.+)\sfrom\s+(?P<table>{_TABLE})",
    re.IGNORECASE | re.DOTALL,
)
_ANALYZE = re.compile(
    r"analy[sz]e(?:\s+verbose|\s*\(\s*(?:verbose|skip_locked)(?:\s*,\s*(?:verbose|skip_locked))*\s*\))?"
    rf"(?P<tables>(?:\s+{_TABLE}(?:\s*\([^()]*\))?)(?:\s*,\s*{_TABLE}(?:\s*\([^()]*\))?)*)?",
    re.IGNORECASE,
)
_SET = re.compile(
    r"set\s+(?:session\s+|local\s+)?(?P<name>[a-z_.]+)\s*(?:=|\s+to\s+)\s*(?P<value>'[^']*'|-?[\w.]+)", re.IGNORECASE
)
_SIZES = {"": 1.0, "b": 1 / 1024, "kb": 1.0, "mb": 1024.0, "gb": 1024.0**2, "tb": 1024.0**3}
_INDEX_NODES: tuple[type[exp.Expr], ...] = (
    *(exp.Create, exp.Index, exp.IndexParameters, exp.Table, exp.Identifier, exp.Column, exp.Ordered, exp.Var),
    *(exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Where, exp.And, exp.Or, exp.Not, exp.Neg, exp.Tuple),
    *(exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In, exp.Is, exp.Like, exp.Add, exp.Sub),
    *(exp.Mul, exp.Div, exp.Mod, exp.DPipe, exp.Collate, exp.Opclass, exp.DataType, exp.DataTypeParam, exp.Interval),
    *(exp.NullSafeEQ, exp.NullSafeNEQ, exp.Property, exp.Any, exp.AtTimeZone),
)


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """Smallest and largest value of a setting; sizes in kB."""

    min: float
    max: float


class SetupStep(msgspec.Struct, frozen=True, kw_only=True):
    """A statement of setup.sql that may be run. `tables` are those it is about."""

    kind: Literal["index", "statistics", "analyze"]
    text: str  # with blanks for all that stands before it, so that places are those of the file
    tables: tuple[str, ...] = ()


class GuardedSetup(msgspec.Struct, frozen=True, kw_only=True):
    """A setup as it may be run: steps as the table owner, settings in the session of the query.

    What is refused is left out; the rest may still run.
    """

    steps: tuple[SetupStep, ...] = ()
    settings: tuple[Setting, ...] = ()
    refusals: tuple[Refusal, ...] = ()


def check_setup(
    sql: str,
    tables: Collection[str],
    settings: Mapping[str, Bound],
    *,
    keys: Mapping[str, Collection[str]] | None = None,
    file: str = "setup.sql",
) -> GuardedSetup:
    """The steps of a setup file with all reasons against running them.

    `keys` are the columns of each table's primary key: where they are known, a unique index that forbids rows which
    the tables allow is refused.
    """
    text = read(sql[: LONGEST + 1])
    marks = [mark_refusal(text, mark.what, mark.offset, mark.length, file) for mark in text.marks]
    if len(text.statements) > MOST_STATEMENTS:
        offset = text.statements[MOST_STATEMENTS].offset
        marks.append(mark_refusal(text, f"more than {MOST_STATEMENTS} statements", offset, 1, file))
    if len(sql) > LONGEST:
        marks.append(Refusal(file=file, what=f"the file is longer than {LONGEST:,} characters"))
    if marks:
        return GuardedSetup(refusals=tuple(marks))
    reader = _Reader(text.blanked, {name.lower() for name in tables}, settings, keys)
    refusals = []
    for statement in text.statements:
        what = reader.take(statement)
        if what:
            refusals.append(mark_refusal(text, what, statement.offset, len(statement.text.split()[0]), file))
    return GuardedSetup(steps=tuple(reader.steps), settings=tuple(reader.settings), refusals=tuple(refusals))


class _Reader:
    """Takes statements one by one; `take` answers why not, or nothing."""

    def __init__(
        self,
        blanked: str,
        tables: set[str],
        bounds: Mapping[str, Bound],
        keys: Mapping[str, Collection[str]] | None,
    ) -> None:
        self.blanked, self.tables, self.bounds, self.keys = blanked, tables, bounds, keys
        self.steps: list[SetupStep] = []
        self.settings: list[Setting] = []

    def take(self, statement: Statement) -> str:
        first = statement.text.split(None, 1)[0].lower()
        if first == "set":
            return self._set(statement)
        if first in ("analyze", "analyse"):
            return self._analyze(statement)
        if re.match(r"create\s+statistics\b", statement.text, re.IGNORECASE):
            return self._statistics(statement)
        if re.match(r"create\s+(unique\s+)?index\b", statement.text, re.IGNORECASE):
            return self._index(statement)
        shown = one_line(" ".join(statement.text.split()[:2]).upper(), 40)
        return f"`{shown}` is not allowed: only CREATE INDEX, CREATE STATISTICS, ANALYZE and listed settings are"

    def _set(self, statement: Statement) -> str:
        found = _SET.fullmatch(statement.text)
        if found is None:
            return "write a setting as: SET name = value"
        name, value = found["name"].lower(), found["value"].strip("'").strip()
        if name not in self.bounds:
            return f"the setting `{one_line(name, 60)}` may not be changed; allowed: {', '.join(sorted(self.bounds))}"
        number = _number(value)
        bound = self.bounds[name]
        if number is None or not bound.min <= number <= bound.max:
            return f"`{name}` must lie between {bound.min:g} and {bound.max:g} (sizes in kB)"
        self.settings.append(Setting(name=name, value=value))
        return ""

    def _analyze(self, statement: Statement) -> str:
        found = _ANALYZE.fullmatch(statement.text)
        if found is None:
            return "write it as: ANALYZE table"
        listed = re.sub(r"\([^()]*\)", "", found["tables"] or "")
        named = [part.strip() for part in listed.split(",") if part.strip()]
        tables = tuple(_plain(name) for name in named) or tuple(sorted(self.tables))
        return self._add("analyze", statement, tables)

    def _statistics(self, statement: Statement) -> str:
        found = _STATISTICS.fullmatch(statement.text)
        if found is None:
            return "write it as: CREATE STATISTICS name (kinds) ON columns FROM table"
        # What may stand in an index may stand in statistics: columns, and expressions of allowed functions.
        tree = _read_index(f"CREATE INDEX ON {found['table']} ({found['columns']})")
        if tree is None:
            return "the columns of this CREATE STATISTICS cannot be read: use a plain form of them"
        return _against_index(tree) or self._add("statistics", statement, (_plain(found["table"]),))

    def _add(
        self, kind: Literal["index", "statistics", "analyze"], statement: Statement, tables: tuple[str, ...]
    ) -> str:
        unknown = next((name for name in tables if name not in self.tables), None)
        if unknown is not None:
            return f"`{one_line(unknown, 60)}` is not a table of the exercise"
        before = re.sub(r"[^\n]", " ", self.blanked[: statement.offset])
        self.steps.append(SetupStep(kind=kind, text=before + statement.text, tables=tables))
        return ""

    def _index(self, statement: Statement) -> str:
        tree = _read_index(statement.text)
        if tree is None:
            return "this CREATE INDEX cannot be read: use a plain form of it"
        return _against_index(tree) or self._against_unique(tree) or self._add("index", statement, (_table(tree.this),))

    def _against_unique(self, tree: exp.Create) -> str:
        """A unique index is a constraint: without the primary key among its columns it forbids rows of other data."""
        key = (self.keys or {}).get(_table(tree.this))
        parameters = tree.this.args.get("params")
        if not tree.args.get("unique") or self.keys is None or parameters is None:
            return ""
        columns = {_column(part) for part in parameters.args.get("columns") or ()}
        return "" if key and columns.issuperset(key) else _FORBIDS


def _column(part: exp.Expr) -> str:
    """The name of an index's column in lower case, empty for an expression."""
    inner = part.this if isinstance(part, exp.Ordered) else part
    inner = inner.this if isinstance(inner, (exp.Opclass, exp.Collate)) else inner
    return inner.name.lower() if isinstance(inner, exp.Column) else ""


def _read_index(text: str) -> exp.Create | None:
    """A CREATE INDEX as sqlglot reads it, `None` when it does not."""
    if too_nested(text) is not None:
        return None
    try:
        tree = sqlglot.parse_one(text, read="postgres")
    except (SqlglotError, RecursionError):
        return None
    return tree if isinstance(tree, exp.Create) and isinstance(tree.this, exp.Index) else None


def _against_index(tree: exp.Create) -> str:
    if tree.args.get("concurrently"):
        return "CONCURRENTLY is for a live system: leave it out here"
    parameters = tree.this.args.get("params") or exp.IndexParameters()
    if parameters.args.get("tablespace"):
        return "TABLESPACE is not allowed"
    using = parameters.args.get("using")
    if using is not None and using.name.lower() not in METHODS:
        return f"the index method `{one_line(using.name, 40)}` is not allowed"
    return next((what for node in tree.walk() if (what := _against_index_node(node))), "")


def _against_index_node(node: exp.Expr) -> str:
    if isinstance(node, exp.DataType) and node.this not in COLUMN_TYPES:
        return f"the type {one_line(node.sql('postgres'), 40)} is not needed in an index"
    if clock_word(node) or spells_a_clock_word(node):
        return CLOCK_SAID
    if isinstance(node, _INDEX_NODES):
        return ""
    return against_function(node) if isinstance(node, exp.Func) else _not_in_index(node)


def _not_in_index(node: exp.Expr) -> str:
    return f"`{one_line(type(node).__name__, 40)}` is not allowed in an index"


def _table(index: exp.Index) -> str:
    table = index.args.get("table")
    if not isinstance(table, exp.Table) or table.db.lower() not in ("", "public"):
        return table.sql() if isinstance(table, exp.Table) else ""
    return str(table.name).lower()


def _plain(name: str) -> str:
    return re.sub(r"^public\s*\.\s*", "", name, flags=re.IGNORECASE).strip('"').lower()


def _number(value: str) -> float | None:
    """A plain number, or a size in kB."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?b)?", value, re.IGNORECASE)
    if found is None:
        return None
    return float(found[1]) * (_SIZES[found[2].lower()] if found[2] else 1.0)
