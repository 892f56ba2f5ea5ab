"""What can stand out in a node of a plan: one rule each, which says in a sentence what the node does in vain."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from grader.sql.query.plan import Node

MANY_ROWS = 1_000
FAR_TOO_MANY = 10_000
SELECTIVE = 0.05
WASTE = 10
MISESTIMATE = 10
FAR_OFF = 100
MANY_LOOPS = 10_000
STOPPED_EARLY = 5
_NOT_IN = re.compile(r"\(NOT \((?:ANY \(|\(?SubPlan|\w[^()]*= ANY)|<> ALL \(", re.IGNORECASE)
_SUBPLAN = re.compile(r"\bhashed SubPlan (\d+)|\bSubPlan (\d+)")


class Place(msgspec.Struct, frozen=True):
    """A node, the one above it, and whether all its rows were asked for."""

    node: Node
    above: Node | None
    ended: bool
    origin: bool  # a wrong estimate begins here: none of its children is as wrong


Rule = Callable[[Place], str]


def off_by(node: Node) -> float:
    """How many times the estimate of a node was off, at least 1."""
    high, low = max(node.planned, node.rows, 1), max(min(node.planned, node.rows), 1)
    return high / low


def _seq_scan_selective(place: Place) -> str:
    node = place.node
    read = node.rows + node.removed
    if node.type != "Seq Scan" or read * node.loops < FAR_TOO_MANY or node.rows > SELECTIVE * read:
        return ""
    return f"reads {_all(place)}{read:,.0f} rows of {node.relation} to keep {_few(node.rows)}{_times(node)}"


def _seq_scan_repeated(place: Place) -> str:
    node = place.node
    read = node.rows + node.removed
    if node.type != "Seq Scan" or node.loops <= 1 or read * node.loops < FAR_TOO_MANY or _seq_scan_selective(place):
        return ""
    return f"reads {_all(place)}{read:,.0f} rows of {node.relation} again and again{_times(node)}"


def _index_filter_waste(place: Place) -> str:
    node = place.node
    thrown = node.removed - node.removed_by_recheck
    if not _by_index(node) or thrown * node.loops < MANY_ROWS or thrown < WASTE * max(node.rows, 1):
        return ""
    if node.type != "Bitmap Heap Scan" and "Index Cond" not in node.conditions:
        return ""  # the index is walked, not searched: told by index_walked
    found = f"the index {node.index} finds" if node.index else "the indexes find"
    kept = _few(node.rows)
    return f"{found} {node.rows + thrown:,.0f} rows of {node.relation}, the filter keeps {kept}{_times(node)}"


def _index_walked(place: Place) -> str:
    node = place.node
    read = node.rows + node.removed
    if node.type not in ("Index Scan", "Index Only Scan") or "Index Cond" in node.conditions:
        return ""
    if read * node.loops < FAR_TOO_MANY:
        return ""
    if node.type == "Index Only Scan" and node.removed < WASTE * max(node.rows, 1):
        return ""  # to read all of a narrow index instead of its table is a gain
    kept = f" to keep {_few(node.rows)}" if node.removed else ""
    return f"walks the index {node.index} from its end, without a condition: {read:,.0f} rows{kept}{_times(node)}"


def _misestimate(place: Place) -> str:
    node = place.node
    high = max(node.planned, node.rows)
    if not (place.ended and place.origin) or not node.loops or off_by(node) < MISESTIMATE:
        return ""
    if high * node.loops < (MANY_ROWS if off_by(node) < FAR_OFF else FAR_OFF):
        return ""
    each = " each time" if node.loops > 1 else ""
    expected = "1 row" if node.planned == 1 else f"{_few(node.planned)} rows"
    return f"{expected} expected, {_few(node.rows)} came{each}: {off_by(node):,.0f} times off"


def _correlated_subplan(place: Place) -> str:
    node = place.node
    if node.role != "SubPlan" or node.loops <= 1 or _is_not_in(place):
        return ""
    return f"the subquery runs again for every row{_times(node)}"


def _is_not_in(place: Place) -> bool:
    number = place.node.subplan.removeprefix("SubPlan ").strip()
    if place.above is None:
        return False
    return any(
        _NOT_IN.search(text) and number in {plain for _, plain in _SUBPLAN.findall(text) if plain}
        for text in place.above.conditions.values()
    )


def _unhashed_subplan(place: Place) -> str:
    node = place.node
    if node.role != "SubPlan" or node.loops <= 1 or not _is_not_in(place):
        return ""
    return (
        f"NOT IN looks through the list of {_few(node.rows)} rows again for every row{_times(node)}: it is not hashed"
    )


def _sort_spill(place: Place) -> str:
    return (
        f"the sort does not fit into work_mem and goes to disk{_times(place.node)}" if place.node.sort_on_disk else ""
    )


def _hash_spill(place: Place) -> str:
    node = place.node
    if node.batches <= 1 or node.type == "Aggregate":
        return ""
    return f"the hash table does not fit into work_mem: {node.batches} batches{_times(node)}"


def _aggregate_spill(place: Place) -> str:
    node = place.node
    if node.type != "Aggregate" or (node.batches <= 1 and not _own_temp(node)):
        return ""
    return f"the groups do not fit into work_mem: {node.batches} batches go to disk{_times(node)}"


def _own_temp(node: Node) -> int:
    return node.temp - sum(child.temp for child in node.children if child.role != "InitPlan")


def _materialize_spill(place: Place) -> str:
    node = place.node
    if node.type not in ("CTE Scan", "Materialize", "WindowAgg") or _own_temp(node) <= 0:
        return ""
    return f"the intermediate result of {node.object or node.type} goes to disk"


def _nested_loop_blowup(place: Place) -> str:
    inner = [child for child in place.node.children if child.role == "Inner"]
    if place.node.type != "Nested Loop" or not inner or inner[0].loops < MANY_LOOPS:
        return ""
    return f"the inner side is visited {inner[0].loops:,} times"


def _join_filter_waste(place: Place) -> str:
    node = place.node
    thrown = node.removed_by_join * node.loops
    if thrown < FAR_TOO_MANY or node.removed_by_join < WASTE * max(node.rows, 1):
        return ""
    return f"pairs of rows are made and thrown away: {thrown:,.0f} in all to keep {_few(node.rows * node.loops)}"


def _limit_discard(place: Place) -> str:
    node = place.node
    below = next((child.rows for child in node.children if child.role != "InitPlan"), 0.0)
    if node.type != "Limit" or below <= STOPPED_EARLY * max(node.rows, 1) + MANY_ROWS:
        return ""
    return f"{below:,.0f} rows are made to show {_few(node.rows)}"


def _heap_fetches(place: Place) -> str:
    node = place.node
    if node.type != "Index Only Scan" or node.heap_fetches < MANY_ROWS:
        return ""
    return f"the index {node.index} alone is not enough: {node.heap_fetches:,} rows are looked up in {node.relation}"


def _lossy_bitmap(place: Place) -> str:
    node = place.node
    again = node.removed_by_recheck * node.loops
    if node.type != "Bitmap Heap Scan" or not node.lossy_blocks or again < FAR_TOO_MANY:
        return ""
    return f"the bitmap does not fit into work_mem: {again:,.0f} rows of whole blocks are tested again and thrown away"


def _cte_scan_filter(place: Place) -> str:
    node = place.node
    thrown = node.removed * node.loops
    if node.type not in ("CTE Scan", "Subquery Scan") or thrown < FAR_TOO_MANY:
        return ""
    if node.removed < max(node.rows, 1):
        return ""
    what = f"the rows of {node.cte}" if node.cte else "the rows of a subquery"
    return f"{what} are made first and filtered afterwards: {thrown:,.0f} are thrown away{_times(node)}"


def _by_index(node: Node) -> bool:
    return node.type in ("Index Scan", "Index Only Scan", "Bitmap Heap Scan")


def _all(place: Place) -> str:
    return "all " if place.ended else ""


def _times(node: Node) -> str:
    return f", {node.loops:,} times" if node.loops > 1 else ""


def _few(rows: float) -> str:
    """A count of rows, with decimals where it is a small average."""
    return f"{rows:,.0f}" if rows >= WASTE else f"{rows:.2f}".rstrip("0").rstrip(".")


RULES: dict[str, Rule] = {
    "seq_scan_selective": _seq_scan_selective,
    "seq_scan_repeated": _seq_scan_repeated,
    "index_filter_waste": _index_filter_waste,
    "index_walked": _index_walked,
    "correlated_subplan": _correlated_subplan,
    "unhashed_subplan": _unhashed_subplan,
    "misestimate": _misestimate,
    "sort_spill": _sort_spill,
    "hash_spill": _hash_spill,
    "aggregate_spill": _aggregate_spill,
    "materialize_spill": _materialize_spill,
    "nested_loop_blowup": _nested_loop_blowup,
    "join_filter_waste": _join_filter_waste,
    "limit_discard": _limit_discard,
    "heap_fetches": _heap_fetches,
    "lossy_bitmap": _lossy_bitmap,
    "cte_scan_filter": _cte_scan_filter,
}
TITLES = {
    "seq_scan_selective": "A whole table is read for few rows",
    "seq_scan_repeated": "A whole table is read again and again",
    "index_filter_waste": "An index finds too many rows",
    "index_walked": "An index is walked from end to end",
    "correlated_subplan": "A subquery runs for every row",
    "unhashed_subplan": "NOT IN searches its list for every row",
    "misestimate": "The planner expected other numbers of rows",
    "sort_spill": "A sort goes to disk",
    "hash_spill": "A hash table goes to disk",
    "aggregate_spill": "Groups go to disk",
    "materialize_spill": "An intermediate result goes to disk",
    "nested_loop_blowup": "A nested loop visits its inner side very often",
    "join_filter_waste": "A join makes pairs and throws them away",
    "limit_discard": "Many rows are made to show few",
    "heap_fetches": "An index-only scan looks into the table",
    "lossy_bitmap": "A bitmap is too coarse",
    "cte_scan_filter": "Rows are made first and filtered afterwards",
    "repeated_subplans": "Several subqueries read the same table",
}
WITH_CHILDREN = {
    *("correlated_subplan", "unhashed_subplan", "nested_loop_blowup", "limit_discard", "join_filter_waste"),
    "repeated_subplans",
}
ALWAYS_TOLD = {"misestimate", "sort_spill", "hash_spill", "aggregate_spill", "materialize_spill", "lossy_bitmap"}
