"""Rules about conditions: what keeps an index from being used, and what NOT IN does with NULL."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from grader.sql.query.lint.comparisons import all_comparisons, bare, branches, comparisons, entries, open_pattern
from grader.sql.query.lint.names import Place, conditions, conjuncts, has_query, own_columns
from grader.sql.query.lint.reader import Mark, Reader, Rule

_HIDES = (exp.Func, exp.Binary, exp.Neg, exp.AtTimeZone, exp.Bracket)
_TEXTS = {"text", "varchar", "character varying"}
_WHOLE = {"integer", "bigint", "smallint"}
MOST_STEPS = 8


def _function_on_column(reader: Reader) -> Iterator[Mark]:
    for select in reader.selects():
        searchable = _searchable(select, reader)
        for test in all_comparisons(select):
            column = _hidden(test.side, reader)
            if column is None or not test.against_constants(reader.names):
                continue
            place = reader.names.place(column)
            if place is None or place.outer or place.alias in searchable:
                continue
            origin = reader.names.origin(column)
            if origin is not None and origin.table:
                label = f"hides {origin.table}.{origin.column} from an ordinary index"
                yield reader.mark(test.side, label)


def _searchable(select: exp.Expr, reader: Reader, steps: int = 0) -> set[str]:
    """Aliases whose rows an index can find: other conditions on them only sort out what was found.

    They have a condition of their own that an index can serve, or are joined with one that has, or are queries inside
    of which there is one.
    """
    found = {alias for condition in conditions(select) for alias, _ in entries(condition, reader.names)}
    found |= {alias for test in all_comparisons(select) if (alias := _by_expression(test.side, reader))}
    for alias, node in reader.names.sources(select).items():
        query = reader.names.query(node)
        if isinstance(query, exp.Select) and steps < MOST_STEPS and _searchable(query, reader, steps + 1):
            found.add(alias)
    links = [{alias for alias, _ in _pairs(condition, reader)} for condition in conditions(select)]
    links += _used(select, reader)
    for _ in links:
        found |= {alias for link in links if link & found for alias in link}
    return found


def _used(select: exp.Expr, reader: Reader) -> list[set[str]]:
    """What USING joins: a table with those before it."""
    read = list(reader.names.sources(select))
    joins = [join for join in select.args.get("joins") or () if join.args.get("using")]
    return [set(read[: read.index(alias) + 1]) for join in joins if (alias := join.this.alias_or_name.lower()) in read]


def _by_expression(side: exp.Expr, reader: Reader) -> str:
    """The alias of a table with an index on just this expression."""
    plain = side.unnest() if isinstance(side, exp.Paren) else side
    columns = own_columns(plain) if isinstance(plain, _HIDES) and not has_query(plain) else []
    place = reader.names.place(columns[0]) if columns else None
    if place is None or place.outer or not place.table:
        return ""
    return place.alias if reader.names.catalog.has_expression(place.table, plain) else ""


def _hidden(side: exp.Expr, reader: Reader) -> exp.Column | None:
    """The one column inside of a function, a cast or a calculation; `None` when an index holds just that."""
    plain = side.unnest() if isinstance(side, exp.Paren) else side
    if not isinstance(plain, _HIDES) or isinstance(plain, exp.Connector | exp.Case | exp.Predicate | exp.Dot):
        return None
    if has_query(plain) or plain.find(exp.AggFunc, exp.Window, exp.Case) is not None:
        return None
    columns = own_columns(plain)
    if len({column.sql() for column in columns}) != 1:
        return None
    origin = reader.names.origin(columns[0])
    if origin is None or not origin.table or reader.names.catalog.has_expression(origin.table, plain):
        return None
    return None if _changes_nothing(plain, reader, origin) else columns[0]


def _changes_nothing(side: exp.Expr, reader: Reader, origin: Place) -> bool:
    """A cast to the type that the column has."""
    if not isinstance(side, exp.Cast) or not isinstance(side.this.unnest(), exp.Column):
        return False
    facts = reader.names.catalog.tables[origin.table].get(origin.column)
    return facts is not None and _kind(facts.type) == _kind(side.to.sql(dialect="postgres"))


def _kind(name: str) -> str:
    """A type without its modifier; the kinds of text that compare alike are one."""
    plain = name.lower().partition("(")[0].strip().removesuffix(" without time zone")
    if plain in _TEXTS:
        return "text"
    return {"int": "integer", "int4": "integer", "int8": "bigint", "int2": "smallint", "decimal": "numeric"}.get(
        plain, plain
    )


def _functions_on_both_sides(reader: Reader) -> Iterator[Mark]:
    for select in reader.selects():
        for condition in conditions(select):
            if not isinstance(condition, exp.EQ):
                continue
            sides = [_hidden(side, reader) for side in (condition.left, condition.right)]
            places = [reader.names.place(column) for column in sides if column is not None]
            aliases = {place.alias for place in places if place is not None and not place.outer}
            if len(aliases) == len(sides):
                yield reader.mark(condition, "neither side is a bare column: no ordinary index serves this join")


def _leading_wildcard(reader: Reader) -> Iterator[Mark]:
    for select in reader.selects():
        for test in all_comparisons(select):
            if not isinstance(test.how, exp.Like | exp.ILike) or not open_pattern(test.others[0]):
                continue
            columns = own_columns(test.side)
            origin = reader.names.origin(columns[0]) if len(columns) == 1 else None
            if origin is None or not origin.table or origin.outer:
                continue
            if not reader.names.catalog.has_trigrams(origin.table, origin.column):
                yield reader.mark(test.others[0], "an index is searched from the beginning, and this has none")


def _or_across_columns(reader: Reader) -> Iterator[Mark]:
    for select in reader.selects():
        searchable = _searchable(select, reader)
        for condition in conditions(select):
            sides = branches(condition)
            if len(sides) < 2 or any(map(has_query, sides)):  # noqa: PLR2004 - an OR has two sides
                continue
            found = [entries(side, reader.names) for side in sides]
            joined = [_pairs(side, reader) for side in sides]
            if all(found) and not set.intersection(*found):
                aliases = {alias for side in found for alias, _ in side}
                if len(aliases) > 1:
                    label = "this OR is about two tables: neither can be searched before they are joined"
                    yield _or(reader, condition, label)
                elif not aliases & searchable and all(len(side) == 1 for side in found):
                    yield _or(reader, condition, "one index cannot serve both columns")
            elif all(joined) and not set.intersection(*joined):
                yield _or(reader, condition, "an OR between join conditions leaves only a nested loop over all pairs")


def _pairs(side: exp.Expr, reader: Reader) -> set[tuple[str, str]]:
    """Columns of two sources that a side of an OR holds equal."""
    found = set()
    for part in conjuncts(side):
        for test in comparisons(part) if isinstance(part, exp.EQ) else ():
            mine, other = bare(test.side, reader.names), bare(test.others[0], reader.names)
            if mine is None or other is None or mine.outer or other.outer or mine.alias == other.alias:
                continue
            found.add((mine.alias, mine.column))
    return found


def _or(reader: Reader, condition: exp.Expr, label: str) -> Mark:
    plain = condition.unnest() if isinstance(condition, exp.Paren) else condition
    sides = [reader.source.span(side) for side in (plain.left, plain.right)] if isinstance(plain, exp.Or) else []
    left, right = sides if len(sides) == 2 else (None, None)  # noqa: PLR2004 - an OR has two sides
    word = reader.source.word_between(left[1], right[0], "OR") if left and right else None
    return reader.word(word, condition, label)


def _implicit_cast(reader: Reader) -> Iterator[Mark]:
    for select in reader.selects():
        for test in all_comparisons(select):
            place = bare(test.side, reader.names)
            if place is None or place.outer or isinstance(test.how, exp.Like | exp.ILike):
                continue
            facts = reader.names.facts(test.side.unnest())
            if facts is None:
                continue
            other = next((kind for kind in (_converts(facts.type, o, reader) for o in test.others) if kind), "")
            if other:
                yield reader.mark(test.side, f"{place.column} is {facts.type}: every row is converted to {other} first")


def _converts(kind: str, other: exp.Expr, reader: Reader) -> str:
    """The type that a column of type `kind` is converted to when it is compared with `other`; empty when it is not."""
    plain = other.unnest() if isinstance(other, exp.Paren) else other
    plain = plain.this if isinstance(plain, exp.Neg) else plain
    against = ""
    if isinstance(plain, exp.Literal) and not plain.is_string:
        against = "numeric" if "." in plain.name or "e" in plain.name.lower() else "integer"
    elif isinstance(plain, exp.Cast):
        against = _kind(plain.to.sql(dialect="postgres"))
    elif isinstance(plain, exp.Column):
        facts = reader.names.facts(plain)
        against = _kind(facts.type) if facts is not None else ""
    mine = _kind(kind)
    if mine in _WHOLE and against in ("numeric", "double precision", "real"):
        return against
    return "text" if mine in ("character", "char", "bpchar") and against == "text" else ""


def _not_in_nullable(reader: Reader) -> Iterator[Mark]:
    for node in reader.source.all(exp.Not, exp.NEQ):
        compared, query = _not_in(node)
        if compared is None or query is None:
            continue
        select = query.unnest() if isinstance(query, exp.Subquery) else query
        column = _may_be_null(select, reader)
        if column:
            mark = reader.mark(compared, f"{column} may be NULL, and with one NULL this is never true")
            word = reader.source.select_word(select)
            last = reader.source.word_before(word, "IN") if word is not None else None
            yield Mark(mark.first, max(last or mark.last, mark.last), mark.label)


def _not_in(node: exp.Expr) -> tuple[exp.Expr | None, exp.Expr | None]:
    """What `x NOT IN (query)` or `x <> ALL (query)` compares with which query."""
    inner = node.this.unnest() if isinstance(node, exp.Not) else None
    if isinstance(inner, exp.In):
        return inner.this, inner.args.get("query")
    if isinstance(node, exp.NEQ) and isinstance(node.expression, exp.All):
        return node.this, node.expression.this
    return None, None


def _may_be_null(select: exp.Expr, reader: Reader) -> str:
    """The column a query gives, as `table.column`, when it may be NULL; empty otherwise."""
    if not isinstance(select, exp.Select) or len(select.selects) != 1:
        return ""
    plain = select.selects[0].unalias()
    facts = reader.names.facts(plain) if isinstance(plain, exp.Column) else None
    place = reader.names.place(plain) if isinstance(plain, exp.Column) else None
    if facts is None or place is None or not facts.nullable or _excluded(select, place, reader):
        return ""
    origin = reader.names.origin(plain)
    return f"{origin.table}.{origin.column}" if origin is not None else ""


def _excluded(select: exp.Select, place: Place, reader: Reader) -> bool:
    """Whether a condition that must hold leaves rows out in which the column is NULL."""
    mine = (place.alias, place.column)
    for condition in conditions(select):
        named = [reader.names.place(column) for column in own_columns(condition)]
        about = any(other is not None and (other.alias, other.column) == mine for other in named)
        if about and (isinstance(condition, _STRICT) or _says_not_null(condition)):
            return True
    return False


def _says_not_null(condition: exp.Expr) -> bool:
    """`x IS NOT NULL`, in whichever of two ways sqlglot reads it."""
    negated = isinstance(condition, exp.Not)
    plain = condition.this if isinstance(condition, exp.Not) else condition
    return isinstance(plain, exp.Is) and negated != bool(plain.args.get("negate"))


_STRICT = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In, exp.Like)

RULES = (
    Rule(
        name="function-on-column",
        title="A function hides a column",
        why="An index holds the column's values, not what a function makes of them: every row is computed and tested",
        how="Compare the bare column with a range of values; if the function is needed, index the expression",
        find=_function_on_column,
    ),
    Rule(
        name="functions-on-both-sides",
        title="A join compares functions of both columns",
        why="Both sides are computed for every row, and no ordinary index can find the other side",
        how="Join on the bare columns; if the values must be made alike first, index that expression on one side",
        find=_functions_on_both_sides,
    ),
    Rule(
        name="leading-wildcard",
        title="A pattern begins with a wildcard",
        why="A B-tree index finds the beginning of a text; without a beginning every row is read",
        how="Search for the beginning, or use a trigram index where any part must be found",
        find=_leading_wildcard,
    ),
    Rule(
        name="or-across-columns",
        title="OR across columns",
        why="No single index finds the rows of both sides; without one for each, the whole table is read",
        how="Give each column an index (they are combined), or write two branches with UNION and mind rows in both",
        find=_or_across_columns,
    ),
    Rule(
        name="implicit-cast",
        title="A column is converted to another type",
        why="PostgreSQL converts the column of every row, and the column's index does not serve that",
        how="Write the value in the column's own type",
        find=_implicit_cast,
    ),
    Rule(
        name="not-in-nullable",
        title="NOT IN over a column that may be NULL",
        why="A single NULL in the list makes the whole condition unknown for every row; and no anti join is possible",
        how="NOT EXISTS asks what is mostly meant; where NULLs matter to the answer, write that case out beside it",
        find=_not_in_nullable,
    ),
)
