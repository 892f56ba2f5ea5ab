"""What made the difference, told from the plans: for the rewrite, each index that counts, and each setting.

An effect has aspects, the ways in which it can be explained: "the subqueries on orders ran again for every row",
"orders is read less". Naming one of them explains the effect; which ones are named is shown to people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from grader.sql.query.ground import LEAST_GAIN, Ground, reads, rows_read, used_indexes
from grader.sql.query.plan import BUFFER_WEIGHT, TEMP_WEIGHT, Node, work

About = Literal["index", "rewrite", "setting", "statistics"]
Way = Literal["index", "repeated", "function", "fence", "spill", "not in", "or", "less", "setting", "statistics"]
LEAST_PART = 0.05  # of the work that was saved: an index that saves less is not asked for
LEAST_READ_LESS = 2.0
MANY_ROWS = 10_000
CTE_SHRANK = 4
TELLING_PART = 6  # letters: "the two country indexes" are those on ship_country and bill_country
_WRAPPED = re.compile(
    r"\b(?:date|to_char|date_trunc|date_part|EXTRACT|lower|upper|btrim|substr|substring|abs|coalesce|concat)\s?\(",
    re.IGNORECASE,
)
_CAST = re.compile(r"\((\w+)\)::(?:date|text|varchar|numeric|integer|bigint)\b")
_EITHER = re.compile(r"\((?:\w+\.)?(\w+) [^()]{1,60}\) OR \((?:\w+\.)?(\w+) ")


class Aspect(msgspec.Struct, frozen=True, kw_only=True):
    """One way in which an effect shows in the plans; `objects` are the names that it is about, in lower case."""

    way: Way
    what: str
    objects: frozenset[str]
    name: str = ""  # of the index, in lower case
    keys: frozenset[str] = frozenset()  # the index's table and the columns it is on
    weight: float = 0.0  # about how much work of the given query it stands for


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """Something that made the difference, and the ways in which it can be explained: one is enough."""

    about: About
    what: str
    aspects: tuple[Aspect, ...]


def decisive(ground: Ground, *, index_gain: float, rewrite_gain: float, setting_gain: float = 1.0) -> list[Effect]:
    """The effects that the 2×2 says made the difference.

    `index_gain` is how much less work the setup makes of the submitted query, `rewrite_gain` how much less the
    submitted query does than the given one under the same setup, `setting_gain` what the settings alone save.
    """
    out: list[Effect] = []
    if index_gain >= LEAST_GAIN:
        out += _indexes(ground)
    if rewrite_gain >= LEAST_GAIN:
        out.append(_rewrite(ground))
    by_setting = setting_gain >= LEAST_GAIN or (index_gain >= LEAST_GAIN and not out)
    if by_setting and ground.settings:
        out.append(_setting(ground))
    elif index_gain >= LEAST_GAIN and not out:
        objects = frozenset(name.lower() for name in ground.tables)
        aspect = Aspect(way="statistics", what="better estimates", objects=objects)
        out.append(Effect(about="statistics", what="the statistics of setup.sql", aspects=(aspect,)))
    return out


def _indexes(ground: Ground) -> list[Effect]:
    """The added indexes that the new plan uses, those left out that save next to nothing."""
    used = [name for name in ground.added if name.lower() in used_indexes(ground.final)]
    saved = {name: _saved(ground, ground.added[name][0]) for name in used}
    total = work(ground.bare).total - work(ground.final).total if ground.bare is not None else 0
    counts = [name for name in used if total <= 0 or saved[name] >= LEAST_PART * total] or used
    return [_index(name, counts, ground) for name in counts]


def _saved(ground: Ground, table: str) -> float:
    """How much less work reading a table is with the setup than without it; blocks are those of the reading nodes."""
    if ground.bare is None:
        return 0.0
    return _reading(ground.bare, table) - _reading(ground.final, table)


def _reading(plan: Node, table: str) -> float:
    return sum(node.handled + BUFFER_WEIGHT * node.buffers for node in reads(plan, table))


def _index(name: str, others: list[str], ground: Ground) -> Effect:
    """An index by its name, its own columns, or its table when no other of them is on it."""
    table, *columns = ground.added[name]
    what = f"the index {name} on {table} ({', '.join(columns)})"
    beside = [other for other in others if other != name and ground.added[other][0] == table]
    shared = {word for other in beside for word in _columns(other, ground)}
    own = _columns(name, ground)
    names = (own - shared) or own
    parts = {
        part for name in names if not name.endswith("_id") for part in name.split("_") if len(part) >= TELLING_PART
    }
    objects = frozenset(names | parts) | (frozenset() if beside else {table.lower()})
    inside = {word.lower() for column in columns for word in re.findall(r"[A-Za-z_]\w+", column)}
    keys = frozenset(inside & own | {table.lower()})
    aspect = Aspect(way="index", what=what, objects=objects, name=name.lower(), keys=keys)
    return Effect(about="index", what=what, aspects=(aspect,))


def _columns(name: str, ground: Ground) -> set[str]:
    """The columns of an index, also those inside an expression or its condition, in lower case."""
    text = " ".join(ground.added[name][1:]) + " " + ground.definitions.get(name, "").partition(" WHERE ")[2]
    return {word.lower() for word in re.findall(r"[A-Za-z_]\w+", text)} & {
        column.lower() for column in ground.tables.get(ground.added[name][0], ())
    }


def _setting(ground: Ground) -> Effect:
    names = ", ".join(f"{name} = {value}" for name, value in ground.settings.items())
    aspect = Aspect(way="setting", what=names, objects=frozenset(name.lower() for name in ground.settings))
    return Effect(about="setting", what=f"the setting {names}", aspects=(aspect,))


def _rewrite(ground: Ground) -> Effect:
    found = tuple(_aspects(ground))
    what = found[0].what if found else "the rewrite of the query"
    if not found:
        found = (Aspect(way="less", what=what, objects=frozenset(ground.objects)),)
    return Effect(
        about="rewrite", what=f"the rewrite: {what}" if what != "the rewrite of the query" else what, aspects=found
    )


def _aspects(ground: Ground) -> Iterator[Aspect]:
    """How the given plan and the new one differ: the specific ways first, by the work they stand for."""
    given, final = ground.given, ground.final
    ways = (_repeated, _fence, _function, _spill, _not_in, _either)
    specific = [aspect for way in ways for aspect in way(given, final, ground)]
    yield from sorted(specific, key=lambda aspect: -aspect.weight)
    yield from _read_less(given, final, ground)


def _weight(*nodes: Node) -> float:
    """Rows that the nodes and all below them handle, and the blocks that they touch."""
    handled = sum(below.handled for node in nodes for below in node.walk())
    return handled + sum(BUFFER_WEIGHT * node.buffers + TEMP_WEIGHT * node.temp for node in nodes)


def _repeated(given: Node, final: Node, _: Ground) -> Iterator[Aspect]:
    before, after = _again(given), _again(final)
    if before and sum(n.loops for n in after) * 2 <= sum(n.loops for n in before):
        tables = sorted({n.relation for node in before for n in node.walk() if n.relation})
        times = max(node.loops for node in before)
        many = f"{len(before)} subqueries" if len(before) > 1 else "a subquery"
        what = f"{many} of the given query ran again for every row ({times:,} times), on {', '.join(tables)}"
        names = frozenset(table.lower() for table in tables)
        yield Aspect(way="repeated", what=what, objects=names, weight=_weight(*before))


def _again(plan: Node) -> list[Node]:
    return [node for node in plan.walk() if node.role == "SubPlan" and node.loops > 1]


def _fence(given: Node, final: Node, ground: Ground) -> Iterator[Aspect]:
    """A CTE that is made in full, of which little is used, and which the new plan makes no more or much smaller."""
    for node in given.walk():
        name = node.cte_name
        if not name or node.rows < MANY_ROWS:
            continue
        after = max((n.rows for n in final.walk() if n.cte_name == name), default=0.0)
        if after * CTE_SHRANK > node.rows:
            continue
        tables = {n.relation.lower() for n in node.walk() if n.relation}
        what = f"the CTE {name} makes {node.rows:,.0f} rows before anything is filtered, now {after:,.0f}"
        yield Aspect(way="fence", what=what, objects=frozenset({name.lower(), *tables}), weight=_weight(node))
        del ground
        return


def _function(given: Node, final: Node, ground: Ground) -> Iterator[Aspect]:
    """A column inside a function in a filter that threw away many rows, and bare in a condition of the new plan."""
    wrapped: dict[str, list[Node]] = {}
    for node in given.walk():
        if node.removed * node.loops >= MANY_ROWS:
            for column in _wrapped(node, ground):
                wrapped.setdefault(column, []).append(node)
    for column, nodes in wrapped.items():
        if _is_bare(column, final) and not _is_bare(column, given):
            yield Aspect(
                way="function",
                what=f"{column} stood inside a function, so no index and no range could be used; now it is bare",
                objects=frozenset({column, *(node.relation.lower() for node in nodes if node.relation)}),
                weight=sum(node.handled for node in nodes),
            )


def _is_bare(column: str, plan: Node) -> bool:
    """Whether any condition of a plan compares the column itself."""
    conditions = " ".join(text for node in plan.walk() for text in node.conditions.values())
    return re.search(rf"\(?\b{column} (?:>=|<=|<|>|=) ", conditions) is not None


def _wrapped(node: Node, ground: Ground) -> list[str]:
    """Columns that a node's filter holds inside a function."""
    text = node.conditions.get("Filter", "")
    starts = [match.end() for match in _WRAPPED.finditer(text)]
    inside = [text[start : start + 60].partition(")")[0] for start in starts] + _CAST.findall(text)
    columns = {column.lower() for table in ground.tables.values() for column in table}
    return sorted({word.lower() for part in inside for word in re.findall(r"\w+", part)} & columns)


def _spill(given: Node, final: Node, _: Ground) -> Iterator[Aspect]:
    if given.temp and final.temp * 2 <= given.temp:
        names = {node.relation.lower() for node in given.walk() if node.relation}
        ctes = {node.cte.lower() for node in given.walk() if node.cte}
        what = f"{given.temp:,} temporary blocks are read and written, now {final.temp:,}"
        weight = float(TEMP_WEIGHT * (given.temp - final.temp))
        yield Aspect(way="spill", what=what, objects=frozenset(names | ctes), weight=weight)


def _not_in(given: Node, final: Node, _: Ground) -> Iterator[Aspect]:
    """A list of NOT IN that was searched through for every row, and is not any more."""
    for node in given.walk():
        lists = [child for child in node.children if child.role == "SubPlan"]
        text = node.conditions.get("Filter", "")
        if not lists or not re.search(r"NOT \((?:hashed )?SubPlan|NOT \((?:ANY|ALL)|<> ALL|NOT \(hashed", text):
            continue
        tables = {n.relation.lower() for child in lists for n in child.walk() if n.relation}
        still = any(
            re.search(r"NOT \((?:ANY|ALL|SubPlan)", t) and "hashed" not in t
            for n in final.walk()
            for t in n.conditions.values()
        )
        if tables and not still and "hashed" not in text:
            what = f"the list of NOT IN on {', '.join(sorted(tables))} was searched through for every row"
            objects = frozenset(tables | {table.replace("_", " ") for table in tables})
            yield Aspect(way="not in", what=what, objects=objects, weight=_weight(*lists))
            return


def _either(given: Node, final: Node, _: Ground) -> Iterator[Aspect]:
    """An OR of two columns that only a filter could answer, and two indexes can now."""
    by_index = {node.index for node in final.walk() if node.type == "Bitmap Index Scan" and node.index}
    apart = any(node.type in ("BitmapOr", "Append") for node in final.walk())
    if not apart or len(by_index) < 2:  # noqa: PLR2004 - an OR has two sides
        return
    for node in given.walk():
        for first, second in _EITHER.findall(node.conditions.get("Filter", "")):
            if first != second:
                what = f"the OR of {first} and {second} is answered by two indexes"
                names = frozenset({first.lower(), second.lower()})
                yield Aspect(way="or", what=what, objects=names, weight=node.handled)
                return


def _read_less(given: Node, final: Node, ground: Ground) -> Iterator[Aspect]:
    """Tables of which far fewer rows are read."""
    for table in ground.tables:
        before, after = rows_read(given, table), rows_read(final, table)
        if before >= MANY_ROWS and after * LEAST_READ_LESS <= before:
            what = f"{table} is read less: {before:,.0f} rows before, {after:,.0f} after"
            yield Aspect(way="less", what=what, objects=frozenset({table.lower()}))
