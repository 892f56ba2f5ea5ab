"""Execution plans as PostgreSQL tells them (EXPLAIN ANALYZE, BUFFERS, FORMAT JSON), read once and without times.

The work of a query is counted, not timed: rows that any node handed on or threw away, plus 8 for every 8 kB
block touched, plus 30 for every block of temporary files. The same data and the same plan give the same number
on a busy machine and an idle one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

BUFFER_WEIGHT = 8
TEMP_WEIGHT = 30
MOST_LINES_AS_TEXT = 16
_CONDITIONS = (
    *("Index Cond", "Recheck Cond", "Hash Cond", "Merge Cond", "Join Filter", "Filter", "One-Time Filter"),
    *("Sort Key", "Group Key", "Presorted Key"),
)


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """What a query did: rows handed on or thrown away, blocks touched, blocks of temporary files."""

    rows: int
    buffers: int
    temp: int

    @property
    def total(self) -> int:
        """The number that is compared."""
        return self.rows + BUFFER_WEIGHT * self.buffers + TEMP_WEIGHT * self.temp


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A node of a plan. `rows`, `planned` and `removed` are per loop; `buffers` and `temp` include its children's."""

    type: str
    depth: int = 0
    role: str = ""  # how it serves its parent: Outer, Inner, SubPlan, InitPlan …
    subplan: str = ""
    relation: str = ""
    alias: str = ""
    index: str = ""
    cte: str = ""
    planned: float = 0
    rows: float = 0
    loops: int = 0
    removed: float = 0
    removed_by_recheck: float = 0
    buffers: int = 0
    temp: int = 0
    sort_on_disk: bool = False
    batches: int = 1
    join: str = ""  # Inner, Left, Semi, Anti …
    unique: bool = False  # at most one row of the inner side is looked for
    strategy: str = ""
    removed_by_join: float = 0
    heap_fetches: int = 0
    lossy_blocks: int = 0
    conditions: dict[str, str] = {}
    children: tuple[Node, ...] = ()

    @property
    def object(self) -> str:
        """The table, CTE or subplan it is about, as the reader knows it."""
        return self.relation or self.cte or self.subplan

    @property
    def cte_name(self) -> str:
        """The name of the CTE that this node is the top of, empty when it is none."""
        return self.subplan.removeprefix("CTE ") if self.subplan.startswith("CTE ") else ""

    @property
    def handled(self) -> float:
        """Rows handed on or thrown away in all loops."""
        return (self.rows + self.removed) * self.loops

    def walk(self) -> Iterator[Node]:
        """The node and everything below it, depth first."""
        yield self
        for child in self.children:
            yield from child.walk()


def read_plan(plan: dict[str, Any]) -> Node:
    """The root of a plan from PostgreSQL's JSON (the object under `Plan`)."""
    return _node(plan, 0)


def _node(raw: dict[str, Any], depth: int) -> Node:
    return Node(
        type=str(raw.get("Node Type", "?")),
        depth=depth,
        role=str(raw.get("Parent Relationship", "")),
        subplan=str(raw.get("Subplan Name", "")),
        relation=str(raw.get("Relation Name", "")),
        alias=str(raw.get("Alias", "")),
        index=str(raw.get("Index Name", "")),
        cte=str(raw.get("CTE Name", "")),
        planned=float(raw.get("Plan Rows", 0)),
        rows=float(raw.get("Actual Rows", 0)),
        loops=int(raw.get("Actual Loops", 0)),
        removed=sum(float(value) for key, value in raw.items() if key.startswith("Rows Removed by")),
        removed_by_recheck=float(raw.get("Rows Removed by Index Recheck", 0)),
        buffers=int(raw.get("Shared Hit Blocks", 0)) + int(raw.get("Shared Read Blocks", 0)),
        temp=int(raw.get("Temp Read Blocks", 0)) + int(raw.get("Temp Written Blocks", 0)),
        sort_on_disk=raw.get("Sort Space Type") == "Disk",
        batches=max(int(raw.get("Hash Batches", 1)), int(raw.get("HashAgg Batches", 1))),
        join=str(raw.get("Join Type", "")),
        unique=bool(raw.get("Inner Unique", False)),
        strategy=str(raw.get("Strategy", "")),
        removed_by_join=float(raw.get("Rows Removed by Join Filter", 0)),
        heap_fetches=int(raw.get("Heap Fetches", 0)),
        lossy_blocks=int(raw.get("Lossy Heap Blocks", 0)),
        conditions={key: _text(raw[key]) for key in _CONDITIONS if key in raw},
        children=tuple(_node(child, depth + 1) for child in raw.get("Plans", ())),
    )


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def without_times(plan: dict[str, Any]) -> dict[str, Any]:
    """PostgreSQL's JSON with everything left out that two runs of one query do not share."""
    kept = {key: value for key, value in plan.items() if "Time" not in key and key not in _UNSTABLE}
    if "Plans" in plan:
        kept["Plans"] = [without_times(child) for child in plan["Plans"]]
    return kept


# Which blocks were in memory differs from run to run; their sum does not. Workers and memory are not counted.
_UNSTABLE = {"Plans", "Workers", "Workers Planned", "Workers Launched", "Peak Memory Usage", "Sort Space Used"}


def work(root: Node) -> Work:
    """The work of a whole plan. Blocks are the root's: it includes everything that ran below it."""
    return Work(rows=round(sum(node.handled for node in root.walk())), buffers=root.buffers, temp=root.temp)


def own_work(root: Node) -> list[float]:
    """Each node's own part of the work, in the order of `walk`; nothing is counted twice.

    A CTE or another InitPlan runs below the node that first asks for it, but stands elsewhere in the tree: its
    blocks are taken off the nodes that ran it, never off the node it is listed under.
    """
    nodes = list(root.walk())
    own = [_own_blocks(node) for node in nodes]
    for plan in (node for node in nodes if node.role == "InitPlan"):
        _take(plan, nodes, own)
    return [
        node.handled + BUFFER_WEIGHT * buffers + TEMP_WEIGHT * temp
        for node, (buffers, temp) in zip(nodes, own, strict=True)
    ]


def _own_blocks(node: Node) -> tuple[int, int]:
    below = [child for child in node.children if child.role != "InitPlan"]
    buffers = max(0, node.buffers - sum(child.buffers for child in below))
    return buffers, max(0, node.temp - sum(child.temp for child in below))


def _take(plan: Node, nodes: list[Node], own: list[tuple[int, int]]) -> None:
    """Take the blocks of an InitPlan off those that ran it: readers of the CTE, else who names it, else any above."""
    inside = {id(node) for node in plan.walk()}
    left = [plan.buffers, plan.temp]
    candidates = [number for number, node in enumerate(nodes) if id(node) not in inside]
    for number in sorted(candidates, key=lambda n: not _runs(plan, nodes[n])):
        if not any(left) or (plan.cte_name and not _runs(plan, nodes[number])):
            break
        buffers, temp = own[number]
        paid = min(buffers, left[0]), min(temp, left[1])
        own[number] = buffers - paid[0], temp - paid[1]
        left = [left[0] - paid[0], left[1] - paid[1]]


def _runs(plan: Node, node: Node) -> bool:
    """Whether a node asks for what an InitPlan makes."""
    if plan.cte_name:
        return node.type == "CTE Scan" and node.cte == plan.cte_name
    return any(f"({plan.subplan})" in condition for condition in node.conditions.values())


def shares(root: Node) -> list[float]:
    """Each node's own part of the work, 0 to 1, in the order of `walk`."""
    own = own_work(root)
    total = sum(own) or 1.0
    return [part / total for part in own]


def as_text(root: Node) -> str:
    """The counts of a plan as PostgreSQL words them, without estimates and times; cut when it is long."""
    lines = []
    for node in root.walk():
        lead = "  " * node.depth + ("->  " if node.depth else "")
        name = node.type + (f" using {node.index}" if node.index else "")
        about = f" on {node.relation or node.cte}" if node.relation or node.cte else ""
        lines.append(f"{lead}{name}{about} (actual rows={node.rows:g} loops={node.loops})")
        if not node.depth:
            lines.append(f"  Buffers: shared hit and read={node.buffers}, temp={node.temp}")
    left = len(lines) - MOST_LINES_AS_TEXT
    return "\n".join([*lines[:MOST_LINES_AS_TEXT], *([f"… {left} more lines"] if left > 0 else [])])
