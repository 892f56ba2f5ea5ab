"""Rules about the shape of a query: what it selects, joins, removes again or skips."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from grader.sql.query.lint.comparisons import equalities
from grader.sql.query.lint.names import conditions, conjuncts, has_query, own_columns
from grader.sql.query.lint.reader import Mark, Reader, Rule

TWO = 2


def _distinct(reader: Reader) -> Iterator[Mark]:
    for select in reader.selects():
        distinct = select.args.get("distinct")
        joins = [join for join in select.args.get("joins") or () if isinstance(join.this, exp.Table)]
        if distinct is None or distinct.args.get("on") is not None or not joins or select.args.get("group"):
            continue
        places = [reader.names.place(c) for item in select.selects for c in item.find_all(exp.Column)]
        if any(place is None for place in places) or any(item.is_star for item in select.selects):
            continue
        shown = {place.alias for place in places if place is not None}
        for join in joins:
            alias = join.this.alias_or_name.lower()
            table = reader.names.table(join.this)
            if alias not in shown and table and not _one_row(select, alias, table, reader):
                word = reader.source.select_word(select)
                found = reader.source.word_between(word, word + 1, "DISTINCT") if word is not None else None
                yield reader.word(found, select.selects[0], f"removes the copies that the join with {table} makes")
                break


def _one_row(select: exp.Select, alias: str, table: str, reader: Reader) -> bool:
    """Whether a joined table gives at most one row: all columns of a key of it are held equal to something."""
    equal = {column for mine, column in equalities(select, reader.names) if mine == alias}
    for join in select.args.get("joins") or ():
        if join.this.alias_or_name.lower() == alias:
            equal |= {name.name.lower() for name in join.args.get("using") or ()}
    return any(key <= equal for key in reader.names.catalog.keys(table))


def _offset(reader: Reader) -> Iterator[Mark]:
    for offset in reader.source.all(exp.Offset):
        if offset.expression is not None and offset.expression.name == "0":
            continue
        word = reader.before(offset, "OFFSET")
        yield reader.word(word, offset, "the rows before this page are made and thrown away")


def _select_star(reader: Reader) -> Iterator[Mark]:
    for select in reader.selects():
        for item in select.selects if _keeps_its_columns(select, reader) else ():
            if not item.is_star or isinstance(item, exp.Count):
                continue
            of = getattr(item, "table", "").lower()
            tables = [reader.names.table(node) for a, node in reader.names.sources(select).items() if of in ("", a)]
            if any(tables):
                yield reader.mark(item, f"every column of {next(t for t in tables if t)}, needed or not")


def _keeps_its_columns(select: exp.Select, reader: Reader) -> bool:
    """Whether columns that nobody asks for are made: in the result, and in a WITH query that is made apart."""
    above = select.parent
    if not isinstance(above, exp.CTE):
        return select is reader.source.tree
    readers = [node for node in reader.source.all(exp.Table) if reader.names.query(node) is select]
    return above.args.get("materialized") is True or (len(readers) > 1 and above.args.get("materialized") is None)


def _union(reader: Reader) -> Iterator[Mark]:
    for union in reader.source.all(exp.Union):
        if not union.args.get("distinct") or isinstance(union.parent, exp.SetOperation):
            continue
        left, right = union.this, union.expression
        if not isinstance(left, exp.Select) or not isinstance(right, exp.Select):
            continue
        if _only_membership(union):
            label = "removes copies that do not matter: what is asked is only whether a row is there"
        elif _told_apart(left, right) and _unique(left, reader) and _unique(right, reader):
            label = "sorts or hashes all rows to remove copies, and there can be none"
        else:
            continue
        span, word = reader.source.span(left), reader.source.select_word(right)
        found = reader.source.word_between(span[1], word, "UNION") if span is not None and word is not None else None
        yield reader.word(found, right, label)


def _only_membership(union: exp.Expr) -> bool:
    above = union.parent
    while isinstance(above, exp.Subquery | exp.Paren):
        above = above.parent
    return isinstance(above, exp.Exists) or (isinstance(above, exp.In) and not union.args.get("limit"))


def _told_apart(left: exp.Select, right: exp.Select) -> bool:
    """Whether both give different values in one column."""
    for a, b in zip(left.selects, right.selects, strict=False):
        mine, other = a.unalias(), b.unalias()
        if isinstance(mine, exp.Literal) and isinstance(other, exp.Literal) and mine.name != other.name:
            return True
    return False


def _unique(select: exp.Select, reader: Reader) -> bool:
    """Whether a query cannot give a row twice: it groups, or shows a key of its only table."""
    places = [reader.names.place(i.unalias()) for i in select.selects if isinstance(i.unalias(), exp.Column)]
    shown = {place.column for place in places if place is not None}
    group = select.args.get("group")
    if group is not None:
        names = {column.name.lower() for item in group.expressions for column in item.find_all(exp.Column)}
        return bool(names) and names <= shown
    read = list(reader.names.sources(select).values())
    return len(read) == 1 and any(key <= shown for key in reader.names.catalog.keys(reader.names.table(read[0])))


def _cross_join(reader: Reader) -> Iterator[Mark]:
    for select in reader.selects():
        read = reader.names.sources(select)
        if len(read) < TWO or any(_depends(node) for node in read.values()):
            continue
        groups = {alias: {alias} for alias in read}
        for linked in _links(select, reader):
            whole: set[str] = set().union(*(groups[alias] for alias in linked if alias in groups))
            for alias in whole:
                groups[alias] = whole
        fixed = equalities(select, reader.names, constants=True)
        single = {alias for alias, node in read.items() if _single(alias, node, fixed, reader)}
        apart = {frozenset(group) for alias, group in groups.items() if not group & single}
        if len(apart) > 1:
            last = max(apart, key=lambda group: max(list(read).index(alias) for alias in group))
            alias = next(a for a in read if a in last)
            yield reader.mark(read[alias], f"nothing joins {alias} with the rest: every row meets every other")


def _depends(node: exp.Expr) -> bool:
    """A LATERAL, a function or anything else whose rows depend on what stands before it."""
    return isinstance(node, exp.Lateral | exp.Unnest | exp.Values) or not isinstance(node, exp.Table | exp.Subquery)


def _links(select: exp.Select, reader: Reader) -> Iterator[set[str]]:
    """Aliases that one condition names together."""
    read = list(reader.names.sources(select))
    for condition in conditions(select):
        columns = list(condition.find_all(exp.Column))
        places = [place for place in map(reader.names.place, columns) if place is not None]
        unclear = len(places) < len(columns)
        yield set(read) if unclear else {place.alias for place in places if place.select is select}
    for join in select.args.get("joins") or ():
        if join.args.get("using") or join.args.get("method"):
            yield set(read)  # USING and NATURAL: which of those before it is meant is not looked up


def _single(alias: str, node: exp.Expr, fixed: set[tuple[str, str]], reader: Reader) -> bool:
    """Whether a source gives one row at most; `fixed` are the columns that must equal a constant."""
    table = reader.names.table(node)
    if table:
        return any(
            key <= {column for mine, column in fixed if mine == alias} for key in reader.names.catalog.keys(table)
        )
    query = reader.names.query(node)
    if not isinstance(query, exp.Select):
        return False
    limit = query.args.get("limit")
    if isinstance(limit, exp.Limit) and limit.expression is not None and limit.expression.name == "1":
        return True
    items = query.selects
    outside = any(item.find(exp.Window) is not None for item in items)
    return not query.args.get("group") and not outside and any(item.find(exp.AggFunc) is not None for item in items)


def _having(reader: Reader) -> Iterator[Mark]:
    for select in reader.selects():
        having, group = select.args.get("having"), select.args.get("group")
        if having is None or group is None or not group.expressions:
            continue
        for condition in conjuncts(having.this):
            plain = condition.find(exp.AggFunc) is None and not has_query(condition)
            if plain and own_columns(condition):
                yield reader.mark(condition, "needs no group: it can be asked of the rows before they are grouped")


RULES = (
    Rule(
        name="distinct-over-join",
        title="DISTINCT removes what a join has made",
        why="The join makes copies of rows, and then all are sorted or hashed to remove them again",
        how="Ask with EXISTS whether there is a match; then there is nothing to remove",
        find=_distinct,
    ),
    Rule(
        name="offset-paging",
        title="Paging with OFFSET",
        why="All pages before this one are computed again for every page, and rows move between pages in the meantime",
        how="Where the contract allows it, start behind the last row of the page before: WHERE (a, b) > (…, …)",
        find=_offset,
    ),
    Rule(
        name="select-star",
        title="SELECT *",
        why="Columns that nobody needs are read, sorted and kept in memory, and keep index-only scans away",
        how="Name the columns that are needed",
        find=_select_star,
    ),
    Rule(
        name="union-removes-nothing",
        title="UNION where UNION ALL does",
        why="UNION compares all rows with each other to remove copies",
        how="Write UNION ALL where there are no copies or they do not matter",
        find=_union,
    ),
    Rule(
        name="cross-join",
        title="A join without a condition",
        why="Every row of one side is paired with every row of the other",
        how="Name what belongs together in ON or WHERE",
        find=_cross_join,
    ),
    Rule(
        name="having-without-group",
        title="HAVING that could be WHERE",
        why="It is about rows, not about groups; PostgreSQL often moves it itself, a reader has to find that out",
        how="Put it into WHERE",
        find=_having,
    ),
)
