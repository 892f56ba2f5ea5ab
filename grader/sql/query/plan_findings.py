"""What stands out in a plan: rules over its nodes, each with the part of the work that the node is to blame for."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from grader.sql.query.plan import Node, shares

LEAST_SHARE = 0.03
MANY_ROWS = 1_000
SELECTIVE = 0.05
WASTE = 10
MISESTIMATE = 10
MANY_LOOPS = 10_000
STOPPED_EARLY = 5


class PlanFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One rule that fired. `node` is its number in the order of `walk`, `text` the sentence for the reader."""

    rule: str
    node: int
    object: str
    share: float
    text: str


class _Context(msgspec.Struct, frozen=True):
    """A node with the part of the work it and all below it do, and whether something above stops it early."""

    node: Node
    cut_short: bool


Rule = Callable[[_Context], str]


def plan_findings(root: Node) -> tuple[PlanFinding, ...]:
    """Findings by falling share of the work; parts below three percent are left out."""
    own = shares(root)
    found = []
    for number, context in enumerate(_contexts(root, cut_short=False)):
        below = sum(1 for _ in context.node.walk())
        for name, rule in RULES.items():
            text = rule(context)
            share = sum(own[number : number + below]) if name in _WITH_CHILDREN else own[number]
            if text and share >= LEAST_SHARE:
                found.append(
                    PlanFinding(rule=name, node=number, object=context.node.object, share=round(share, 3), text=text)
                )
    return tuple(sorted(found, key=lambda finding: (-finding.share, finding.node, finding.rule)))


def _contexts(node: Node, *, cut_short: bool) -> list[_Context]:
    """Estimates below a LIMIT, an EXISTS or an InitPlan are of rows that were never asked for: not judged."""
    here = cut_short or node.role == "InitPlan" or (node.role == "SubPlan" and node.rows <= 1)
    out = [_Context(node, here)]
    stops = here or node.type == "Limit" or "Semi" in node.type or "Anti" in node.type
    for child in node.children:
        out += _contexts(child, cut_short=stops)
    return out


def _seq_scan_selective(context: _Context) -> str:
    node = context.node
    read = node.rows + node.removed
    if node.type != "Seq Scan" or read * node.loops < MANY_ROWS * WASTE or node.rows > SELECTIVE * read:
        return ""
    times = f", {node.loops:,} times" if node.loops > 1 else ""
    return f"reads all {read:,.0f} rows of {node.relation} to keep {node.rows:,.0f}{times}"


def _index_filter_waste(context: _Context) -> str:
    node = context.node
    if "Index" not in node.type or node.removed * node.loops < MANY_ROWS or node.removed < WASTE * max(node.rows, 1):
        return ""
    return f"the index {node.index} finds {node.rows + node.removed:,.0f} rows, the filter keeps {node.rows:,.0f}"


def _misestimate(context: _Context) -> str:
    node = context.node
    high, low = max(node.planned, node.rows, 1), max(min(node.planned, node.rows), 1)
    if context.cut_short or not node.loops or high / low < MISESTIMATE or high * node.loops < MANY_ROWS:
        return ""
    return f"{node.planned:,.0f} rows were expected, {node.rows:,.0f} came: {high / low:,.0f} times off"


def _correlated_subplan(context: _Context) -> str:
    node = context.node
    if node.role != "SubPlan" or node.loops <= 1:
        return ""
    return f"the subquery runs again for every row: {node.loops:,} times"


def _sort_spill(context: _Context) -> str:
    return "the sort does not fit into work_mem and goes to disk" if context.node.sort_on_disk else ""


def _hash_spill(context: _Context) -> str:
    node = context.node
    return f"the hash table does not fit into work_mem: {node.batches} batches" if node.batches > 1 else ""


def _materialize_spill(context: _Context) -> str:
    node = context.node
    if not node.temp or node.type not in ("CTE Scan", "Materialize"):
        return ""
    return f"the intermediate result of {node.object or node.type} goes to disk"


def _nested_loop_blowup(context: _Context) -> str:
    inner = [child for child in context.node.children if child.role == "Inner"]
    if context.node.type != "Nested Loop" or not inner or inner[0].loops < MANY_LOOPS:
        return ""
    return f"the inner side is visited {inner[0].loops:,} times"


def _limit_discard(context: _Context) -> str:
    node = context.node
    below = node.children[0].rows if node.children else 0.0
    if node.type != "Limit" or below <= STOPPED_EARLY * max(node.rows, 1) + MANY_ROWS:
        return ""
    return f"{below:,.0f} rows are made to show {node.rows:,.0f}"


RULES: dict[str, Rule] = {
    "seq_scan_selective": _seq_scan_selective,
    "index_filter_waste": _index_filter_waste,
    "correlated_subplan": _correlated_subplan,
    "misestimate": _misestimate,
    "sort_spill": _sort_spill,
    "hash_spill": _hash_spill,
    "materialize_spill": _materialize_spill,
    "nested_loop_blowup": _nested_loop_blowup,
    "limit_discard": _limit_discard,
}
_WITH_CHILDREN = {"correlated_subplan", "nested_loop_blowup", "limit_discard"}
