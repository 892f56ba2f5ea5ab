"""An execution plan as an indented tree: what each node did, what was expected, its share of the work, what stands out.

Plain lists, no picture: the text wraps on a narrow screen, prints, and is read aloud in order.
"""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from grader.exhibits import PlanExhibit, PlanNode
from grader.report.charts import bar
from grader.report.svg import element, joined
from grader.report.wording import cut, folded

LARGE = 0.2
DEEP, DEEPEST = 5, 20  # from here on the indent is small, and deeper than that there is none
MOST_NODES = 60
LONGEST = 300  # characters of a condition or a reason


def plan_tree(plan: PlanExhibit) -> Markup:
    """The plan as nested lists; a table with the same content stands beside it."""
    nodes = plan.nodes[:MOST_NODES]
    children: dict[int | None, list[int]] = {}
    for number, parent in enumerate(_parents(nodes)):
        children.setdefault(parent, []).append(number)
    return element("div", _list(nodes, children, None, 0), class_="plan")


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


def _list(nodes: tuple[PlanNode, ...], children: dict[int | None, list[int]], of: int | None, level: int) -> Markup:
    """The nodes below one, each with what is below it."""
    mine = children.get(of, [])
    if not mine:
        return Markup("")
    boxes = [_node(nodes[i], _own_temp(nodes, i, children)) for i in mine]
    below = [_list(nodes, children, i, level + 1) for i in mine]
    items = [element("li", *pair) for pair in zip(boxes, below, strict=True)]
    return element("ul", *items, class_="flat" if level > DEEPEST else "deep" if level > DEEP else "")


def _own_temp(nodes: tuple[PlanNode, ...], i: int, children: dict[int | None, list[int]]) -> int:
    """Temporary blocks of a node without those of the nodes below it."""
    return max(0, nodes[i].temp_blocks - sum(nodes[child].temp_blocks for child in children.get(i, [])))


def _node(node: PlanNode, temp: int) -> Markup:
    return element("div", _head(node), *_lines(node, temp), class_="plan-node hot" if node.flags else "plan-node")


def _head(node: PlanNode) -> Markup:
    part = element("span", node.part, class_="plan-part") if node.part else Markup("")
    name = [element("b", node.name), *([" on ", element("b", node.object)] if node.object else [])]
    index = [" using ", element("span", node.index, class_="mono")] if node.index else []
    said = element("span", part, *name, *index, class_="plan-name")
    kind = "plan-share large" if node.share >= LARGE else "plan-share"
    own = element("span", bar(100 * node.share), element("span", share(node)), class_=kind)
    return element("p", said, own, class_="plan-head")


def _lines(node: PlanNode, temp: int) -> Iterator[Markup]:
    yield element("p", joined(" · ".join(_facts(node, temp))), class_="plan-facts")
    if node.condition:
        yield element("p", cut(folded(node.condition), LONGEST), class_="plan-condition mono")
    for flag in node.flags:
        yield element("p", element("b", "⚠ ", aria_hidden="true"), cut(folded(flag), LONGEST), class_="plan-flag")


def _facts(node: PlanNode, temp: int) -> Iterator[str]:
    """What the node did: rows for each time it ran, set beside what the planner expected."""
    if not node.loops:
        yield "never ran"
        return
    times = f" × {node.loops:,}" if node.loops > 1 else ""
    yield f"{quantity(node.rows)} {'row' if node.rows == 1 else 'rows'}{times}"
    yield f"planned {quantity(node.planned)}"
    if node.removed:
        yield f"{quantity(node.removed)} thrown away{' each time' if node.loops > 1 else ''}"
    if temp:
        yield f"{temp:,} temporary blocks"
