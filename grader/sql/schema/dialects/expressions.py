"""Carry an expression of MySQL or SQLite over to PostgreSQL: conditions, index keys, generated values, defaults."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

import msgspec
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from grader.evidence.catalog import NUMBERS, Column
from grader.evidence.schema import Dialect

LONGEST = 5_000
_TYPE_TESTS = ("typeof", "json_valid")
_NOW = re.compile(
    r"\(*\s*(?:current_timestamp|now|localtime|localtimestamp|sysdate|utc_timestamp|current_date|curdate|"
    r"datetime|date|strftime|unixepoch|unix_timestamp|julianday)\b",
    re.IGNORECASE,
)
_UUID = re.compile(r"\(*\s*uuid(?:_v4)?\s*\(\s*\)\s*\)*$", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-(?!00)\d\d-(?!00)\d\d")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_PLAIN = {"bool": {"0": "false", "1": "true"}, "json": {"{}": "'{}'", "[]": "'[]'"}}
_NOWS = {
    "date": "CURRENT_DATE",
    "time": "LOCALTIME",
    "timestamp": "LOCALTIMESTAMP",
    "timestamptz": "now()",
    "bigint": "extract(epoch FROM now())::bigint",
    "int": "extract(epoch FROM now())::integer",
    **dict.fromkeys(("text", "varchar", "char"), "to_char(now(), 'YYYY-MM-DD HH24:MI:SS')"),
}


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """An expression in PostgreSQL's words, and the columns it uses; `exact` is False when only the old text is left."""

    text: str
    columns: tuple[str, ...]
    exact: bool = True


def carried(text: str, dialect: Dialect, columns: Mapping[str, Column]) -> Carried:
    """The expression for PostgreSQL. `columns` are found by their names in lower case."""
    tree = _parsed(text, dialect)
    try:
        if tree is not None:
            return _carried(tree, dialect, columns)
    except (SqlglotError, ValueError, RecursionError):
        pass  # it is kept as text
    named = (word.lower() for word in re.findall(r"\w+", text))
    known = dict.fromkeys(columns[word].name for word in named if word in columns)
    return Carried(text=text, columns=tuple(known), exact=False)


def index_key(text: str, dialect: Dialect, columns: Mapping[str, Column]) -> str:
    """A key of an index for PostgreSQL, an expression in parentheses.

    One with a collation that knows no case is kept in lower case, unless that is how its column is compared anyway.
    """
    tree = _parsed(text, dialect)
    while isinstance(tree, exp.Paren):
        tree = tree.this
    if not isinstance(tree, exp.Collate):
        return f"({carried(text, dialect, columns).text})"
    inner, name = tree.this.unnest(), tree.expression.name.lower()
    column = columns.get(inner.name.lower()) if isinstance(inner, exp.Column) else None
    any_case = name == "nocase" if dialect == "sqlite" else not name.endswith(("_bin", "_cs", "binary"))
    if column is not None and column.any_case == any_case:
        return column.name
    plain = carried(inner.sql(dialect), dialect, columns).text
    if any_case:
        return f"({plain})" if isinstance(inner, exp.Lower | exp.Upper) else f"(lower({plain}))"
    return f'({plain} COLLATE "C")'


def _carried(tree: exp.Expression, dialect: Dialect, columns: Mapping[str, Column]) -> Carried:
    moved = tree.transform(lambda node: _moved(node, dialect, columns))  # the children of a new node are passed over,
    moved = moved.transform(lambda node: _column(node, dialect, columns))  # so columns come in a second round
    used = dict.fromkeys(node.name for node in moved.find_all(exp.Column))
    return Carried(text=moved.sql("postgres"), columns=tuple(used))


def _parsed(text: str, dialect: Dialect) -> exp.Expression | None:
    """The tree of an expression; None when it is too long or not understood."""
    if len(text) > LONGEST:
        return None
    try:
        tree = sqlglot.parse_one(text, dialect=dialect)
    except (SqlglotError, ValueError, RecursionError):
        return None
    return tree if isinstance(tree, exp.Expression) else None


def _moved(node: exp.Expression, dialect: Dialect, columns: Mapping[str, Column]) -> exp.Expression:
    """One node of the tree as PostgreSQL says it."""
    compared = isinstance(node, exp.EQ | exp.NEQ | exp.In | exp.Is)
    if _type_test(node.this if compared else node):
        return exp.true()
    if compared:
        return _flags(node, columns)
    if isinstance(node, exp.Introducer) and isinstance(node.expression, exp.Expression):
        return node.expression
    return _matched(node, dialect)


def _matched(node: exp.Expression, dialect: Dialect) -> exp.Expression:
    """Comparisons with a pattern: LIKE knows no case in both, REGEXP in MySQL only."""
    if isinstance(node, exp.Like):
        return exp.ILike(**node.args)
    if isinstance(node, exp.RegexpLike) and dialect == "mysql":
        return exp.RegexpILike(this=node.this, expression=node.expression)
    if isinstance(node, exp.Glob) and isinstance(node.expression, exp.Literal):
        return exp.RegexpLike(this=node.this, expression=exp.Literal.string(_regex(node.expression.name)))
    return node


def _column(node: exp.Expression, dialect: Dialect, columns: Mapping[str, Column]) -> exp.Expression:
    if not isinstance(node, exp.Column):
        return node
    known = columns.get(node.name.lower())
    if known is not None:
        return exp.column(exp.to_identifier(known.name, quoted=True))
    if dialect == "sqlite" and isinstance(node.this, exp.Identifier) and node.this.args.get("quoted"):
        return exp.Literal.string(node.name)  # a text in double quotes
    return node


def _type_test(node: object) -> bool:
    """A question for the type of a value, which PostgreSQL's types have answered already."""
    if not isinstance(node, exp.Func):
        return False
    name = node.name if isinstance(node, exp.Anonymous) else node.sql_name()
    return name.lower() in _TYPE_TESTS


def _flags(node: exp.Expression, columns: Mapping[str, Column]) -> exp.Expression:
    """0 and 1 as false and true where they stand beside a column for them."""
    sides = [node.this, node.args.get("expression"), *(node.args.get("expressions") or ())]
    named = [side.name.lower() for side in sides if isinstance(side, exp.Column)]
    if not any((column := columns.get(name)) is not None and column.family == "bool" for name in named):
        return node
    copy = node.copy()
    for literal in list(copy.find_all(exp.Literal)):
        if not literal.is_string and literal.name in ("0", "1"):
            literal.replace(exp.true() if literal.name == "1" else exp.false())
    return copy


def _regex(glob: str) -> str:
    """A pattern of GLOB as a regular expression."""
    out, at = "", 0
    while at < len(glob):
        closing = glob.find("]", at + 1) if glob[at] == "[" else -1
        if closing > 0:
            out, at = out + glob[at : closing + 1], closing + 1
            continue
        out += {"*": ".*", "?": "."}.get(glob[at], re.escape(glob[at]))
        at += 1
    return f"^{out}$"


def numbers_beside(text: str, dialect: Dialect) -> dict[str, set[str]]:
    """The numbers with which a condition compares each column, by its name in lower case: a flag knows 0 and 1 only."""
    tree = _parsed(text, dialect)
    found: dict[str, set[str]] = defaultdict(set)
    for node in tree.find_all(exp.Binary, exp.In, exp.Between) if tree else ():
        if isinstance(node, exp.Connector):
            continue
        numbers = {literal.name for literal in node.find_all(exp.Literal) if not literal.is_string}
        for used in node.find_all(exp.Column):
            found[used.name.lower()] |= numbers
    return found


def default(text: str, column: Column) -> str:
    """A DEFAULT for the copy; empty when there is none that PostgreSQL could take."""
    plain = text.strip()
    while plain.startswith("(") and plain.endswith(")") and plain.count("(") == 1:
        plain = plain[1:-1].strip()
    if plain.upper() == "NULL":
        return ""
    if _NOW.match(plain):
        return _NOWS.get(column.family, "")
    if _UUID.match(plain):
        return "gen_random_uuid()::text" if column.family in ("text", "varchar", "char") else ""
    return _literal(_unquoted(plain), column)


def _unquoted(plain: str) -> str | None:
    """The value of a literal; None when it is something else."""
    if plain.upper() in ("TRUE", "FALSE"):
        return str(int(plain.upper() == "TRUE"))
    if found := re.fullmatch(r"[bB]'([01]*)'", plain):
        return found[1]
    if re.fullmatch(r"'(?:[^'\\]|'')*'", plain) or re.fullmatch(r'"[^"\\]*"', plain):
        return plain[1:-1].replace("''", "'")
    return plain if _NUMBER.fullmatch(plain) else None


def _literal(value: str | None, column: Column) -> str:
    """A value as the column's type in the copy takes it; empty when it would not."""
    if value is None or column.family == "bytes":
        return ""
    plain = _PLAIN.get(column.family)
    if plain is not None:
        return plain.get(value, "")
    if column.family == "bit":
        return f"B'{value}'" if set(value) <= {"0", "1"} else ""
    if column.family in NUMBERS:
        return value if _NUMBER.fullmatch(value) else ""
    if column.array:
        value = "{" + value + "}" if re.fullmatch(r"[\w ,-]*", value) else "{}"
    return "'" + value.replace("'", "''") + "'" if _fitting(value, column) else ""


def _fitting(value: str, column: Column) -> bool:
    if column.family in ("date", "timestamp", "timestamptz"):
        return _DAY.match(value) is not None
    return column.family != "enum" or value in column.enum
