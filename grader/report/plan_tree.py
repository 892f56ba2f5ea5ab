"""An execution plan as an indented tree: what each node did, how far off the estimate was, its share of the work."""

from __future__ import annotations

from markupsafe import Markup

from grader.exhibits import PlanExhibit, PlanNode
from grader.report.svg import clipped, drawing, element, path, rect, text

WIDTH = 600
ROW, BOX = 46, 36
INDENT = 20
BAR, BAR_LEFT = 80, WIDTH - 150
HOT = 0.2
WRONG = 10  # an estimate this many times off is shown
DEEPEST = 14  # deeper nodes are drawn at this indent
MOST_NODES = 60


def plan_tree(plan: PlanExhibit) -> Markup:
    """The plan as a picture; a table with the same content stands beside it."""
    nodes = plan.nodes[:MOST_NODES]
    parents = _parents(nodes)
    edges = [_edge(nodes, parent, i) for i, parent in enumerate(parents) if parent is not None]
    boxes = [_node(node, i) for i, node in enumerate(nodes)]
    said = "; ".join(f"{node_name(node)}, {share(node)} of the work" for node in nodes)
    return drawing("plan", WIDTH, 8 + len(nodes) * ROW, plan.title or "Execution plan", said, *edges, *boxes)


def node_name(node: PlanNode) -> str:
    """`Seq Scan on orders`."""
    return f"{node.name} on {node.object}" if node.object else node.name


def share(node: PlanNode) -> str:
    """The node's own part of the work, as a percentage."""
    percent = 100 * node.share
    return f"{percent:.1f} %" if 0 < percent < 1 else f"{percent:.0f} %"


def quantity(value: float) -> str:
    """A count for people: `1,234`, and decimals only for averages below ten."""
    if value < 10 and value != int(value):  # noqa: PLR2004 - below ten an average needs its decimals
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return f"{value:,.0f}"


def off_by(node: PlanNode) -> float:
    """How many times the planner's row estimate was off, always at least 1."""
    planned, rows = max(node.planned, 1), max(node.rows, 1)
    return max(planned / rows, rows / planned)


def is_hot(node: PlanNode) -> bool:
    """True for a node that stands out: much of the work, or a reason of its own."""
    return node.share >= HOT or bool(node.flags)


def _parents(nodes: tuple[PlanNode, ...]) -> list[int | None]:
    """Index of each node's parent: the nearest earlier node that is less deep."""
    parents: list[int | None] = []
    path_down: list[int] = []
    for i, node in enumerate(nodes):
        while path_down and nodes[path_down[-1]].depth >= node.depth:
            path_down.pop()
        parents.append(path_down[-1] if path_down else None)
        path_down.append(i)
    return parents


def _left(node: PlanNode) -> int:
    return 4 + INDENT * max(0, min(node.depth, DEEPEST))


def _top(index: int) -> int:
    return 4 + index * ROW


def _edge(nodes: tuple[PlanNode, ...], parent: int, child: int) -> Markup:
    x = _left(nodes[parent]) + 9
    return path(f"M{x} {_top(parent) + BOX}V{_top(child) + BOX // 2}H{max(x, _left(nodes[child]))}", "plan-edge")


def _node(node: PlanNode, index: int) -> Markup:
    x, y = _left(node), _top(index)
    width = BAR_LEFT - 14 - x
    hot = " hot" if is_hot(node) else ""
    return element(
        "g",
        element("title", _tooltip(node)),
        rect(f"plan-node{hot}", x, y, width, BOX, radius=5),
        text(clipped(node_name(node), width - 16, 13), x + 10, y + 15, "plan-name"),
        text(clipped(_facts(node), width - 16, 11), x + 10, y + 29, "plan-facts"),
        rect("track", BAR_LEFT, y + 12, BAR, 12, radius=2),
        rect(f"plan-share{hot}", BAR_LEFT, y + 12, max(0.8, BAR * min(1.0, node.share)), 12, radius=2),
        text(share(node), WIDTH - 4, y + 23, "plan-value", anchor="end"),
    )


def _facts(node: PlanNode) -> str:
    rows = f"{quantity(node.rows)} {'row' if node.rows == 1 else 'rows'}" + (
        f" × {node.loops:,}" if node.loops > 1 else ""
    )
    planned = f"planned {quantity(node.planned)}" if off_by(node) >= WRONG else ""
    return " · ".join(part for part in (rows, planned, *node.flags, node.index) if part)


def _tooltip(node: PlanNode) -> str:
    said = [node_name(node), f"{share(node)} of the work", f"{node.buffers:,} buffers", node.condition, *node.flags]
    return "; ".join(part for part in said if part)
