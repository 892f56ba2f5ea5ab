"""Which nodes of a plan ran to their end: an estimate is only wrong where all rows were asked for.

A LIMIT, an EXISTS or a semi join stops what is below it as soon as it has enough, a merge join when its other side
has ended. A node that must have all rows before it gives one (a sort, a hash, most aggregates) ends that: below it
everything was read.
"""

from __future__ import annotations

from grader.sql.query.plan import Node

_TAKES_ALL = ("Sort", "Hash", "SetOp", "Bitmap Index Scan")
_COUNTED_ELSEWHERE = ("BitmapAnd", "BitmapOr")  # PostgreSQL reports no rows for them


def ran_to_the_end(root: Node) -> list[bool]:
    """For each node, in the order of `walk`, whether all its rows were asked for."""
    reader = _Reader(root)
    return [node.type not in _COUNTED_ELSEWHERE and not reader.cut(number) for number, node in enumerate(reader.nodes)]


class _Reader:
    def __init__(self, root: Node) -> None:
        self.nodes = list(root.walk())
        self.parents = _parents(self.nodes)
        self.known: dict[int, bool] = {}

    def cut(self, number: int) -> bool:
        """True when a node may have been stopped early."""
        if number not in self.known:
            self.known[number] = True  # a CTE that reads itself
            self.known[number] = self._cut(number)
        return self.known[number]

    def _cut(self, number: int) -> bool:
        node, parent = self.nodes[number], self.parents[number]
        if node.cte_name:
            return all(self.cut(n) for n, other in enumerate(self.nodes) if other.cte == node.cte_name)
        if parent is None:
            return False
        if node.role == "InitPlan" or (node.role == "SubPlan" and node.rows <= 1):
            return True
        above = self.nodes[parent]
        if _takes_all(above):
            return above.loops == 0
        return self.cut(parent) or _stops(above, node)


def _parents(nodes: list[Node]) -> list[int | None]:
    out: list[int | None] = []
    path: list[int] = []
    for number, node in enumerate(nodes):
        del path[node.depth - nodes[0].depth :]
        out.append(path[-1] if path else None)
        path.append(number)
    return out


def _takes_all(node: Node) -> bool:
    return node.type in _TAKES_ALL or (node.type == "Aggregate" and node.strategy in ("Plain", "Hashed"))


def _stops(above: Node, node: Node) -> bool:
    """Whether a node stops this child of its own accord."""
    if above.type == "Nested Loop":
        return node.role == "Inner" and (above.unique or above.join in ("Semi", "Anti"))
    if above.type == "Hash Join":
        inner = next((child for child in above.children if child.role == "Inner"), None)
        return node.role == "Outer" and inner is not None and not inner.rows
    return above.type in ("Limit", "Merge Join", "Memoize")
