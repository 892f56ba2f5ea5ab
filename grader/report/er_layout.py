"""Where the tables and foreign keys of a diagram go: layers by reference, lanes for the lines between them.

Referenced tables stand on the left. A line over several layers gets a dummy node in each, so it runs between
boxes and not through them. Cycles and several keys between the same tables are drawn like everything else; a
key to a table that is not there has no line (the list beside the picture tells it).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from grader.exhibits import DiagramEdge, DiagramTable
from grader.report.er_box import HEAD, Box, box_of

MARGIN, GAP = 12, 26
LANE, SIDE = 12, 26  # width of a lane, and room beside the lanes for the line ends
SHELF = 1100
DUMMY = 8
SWEEPS = 8

Node = str | tuple[int, int]  # a table's name, or (index of the link, layer) of a dummy


@dataclass(frozen=True, slots=True)
class End:
    """Where a line meets a box; `outward` is 1 when it leaves to the right, -1 to the left."""

    x: float
    y: float
    outward: int


@dataclass(frozen=True, slots=True)
class Line:
    """A foreign key as an SVG path with its two ends."""

    edge: DiagramEdge
    path: str
    child: End
    parent: End


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything placed."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: float
    height: float


def layout(tables: Iterable[DiagramTable], edges: Iterable[DiagramEdge]) -> Layout:
    """Places for `tables` and for the `edges` between them."""
    boxes = {table.name: box_of(table) for table in tables}
    known = [edge for edge in edges if edge.child in boxes and edge.parent in boxes]
    links = [edge for edge in known if edge.child != edge.parent]
    linked = {name for edge in links for name in (edge.child, edge.parent)}
    graph = _Graph({name: box for name, box in boxes.items() if name in linked}, links)
    graph.arrange()
    placed, width, height = graph.boxes, graph.width, graph.height
    alone = [box for name, box in boxes.items() if name not in linked]
    shelved, width, height = _shelve(alone, width, height)
    placed = {**placed, **shelved}
    loops = [_loop(placed[edge.child], edge) for edge in known if edge.child == edge.parent]
    return Layout(
        boxes=tuple(placed[name] for name in boxes),
        lines=(*graph.lines(), *loops),
        width=width,
        height=height,
    )


class _Graph:
    """The linked tables on their way to a place."""

    def __init__(self, boxes: Mapping[str, Box], links: Sequence[DiagramEdge]) -> None:
        self.boxes = dict(boxes)
        self.links = links
        self.layer: dict[Node, int] = dict(_depths(self.boxes, links).items())
        self.routes = [self._route(i, edge) for i, edge in enumerate(links)]
        count = 1 + max(self.layer.values(), default=-1)
        self.layers: list[list[Node]] = [[n for n, at in self.layer.items() if at == i] for i in range(count)]
        self.top: dict[Node, float] = {}
        self.left: list[float] = []
        self.width = self.height = 0.0
        self.lanes: dict[int, list[str]] = {}

    def arrange(self) -> None:
        """Order the layers, then give every node a height and every layer a column."""
        neighbours = self._neighbours()
        _untangle(self.layers, neighbours)
        self._stack()
        for turn in range(SWEEPS):
            for nodes in self.layers if turn % 2 else reversed(self.layers):
                self._settle(nodes)
        lowest = min(self.top.values(), default=0.0)
        self.top = {node: top - lowest + MARGIN for node, top in self.top.items()}
        self.lanes = {gap: self._lanes(gap) for gap in range(len(self.layers))}
        self._columns()
        self.boxes = {name: self._placed(box) for name, box in self.boxes.items()}
        self.height = max((box.y + box.height + MARGIN for box in self.boxes.values()), default=0.0)

    def lines(self) -> list[Line]:
        """Every link as a line."""
        return [self._line(edge, route) for edge, route in zip(self.links, self.routes, strict=True)]

    def _route(self, index: int, edge: DiagramEdge) -> list[Node]:
        """Nodes of a link from its left end to its right end; adds the dummies between."""
        left, right = sorted((edge.parent, edge.child), key=lambda name: self.layer[name])
        dummies: list[Node] = [(index, at) for at in range(self.layer[left] + 1, self.layer[right])]
        self.layer.update({node: node[1] for node in dummies if isinstance(node, tuple)})
        return [left, *dummies, right]

    def _neighbours(self) -> dict[Node, list[Node]]:
        found: dict[Node, list[Node]] = defaultdict(list)
        for route in self.routes:
            for a, b in pairwise(route):
                found[a].append(b)
                found[b].append(a)
        return found

    def _tall(self, node: Node) -> float:
        return self.boxes[node].height if isinstance(node, str) else DUMMY

    def _port(self, node: Node, edge: DiagramEdge) -> float:
        if not isinstance(node, str):
            return DUMMY / 2
        box = self.boxes[node]
        return box.port(edge.column if node == edge.child else box.key())

    def _stack(self) -> None:
        for nodes in self.layers:
            at = -sum(self._tall(node) + GAP for node in nodes) / 2
            for node in nodes:
                self.top[node] = at
                at += self._tall(node) + GAP

    def _settle(self, nodes: Sequence[Node]) -> None:
        """Move a layer's nodes towards their neighbours, in order and without overlap."""
        wishes: dict[Node, list[float]] = defaultdict(list)
        for edge, route in zip(self.links, self.routes, strict=True):
            for a, b in pairwise(route):
                pa, pb = self._port(a, edge), self._port(b, edge)
                wishes[a].append(self.top[b] + pb - pa)
                wishes[b].append(self.top[a] + pa - pb)
        wanted = [sum(wishes[n]) / len(wishes[n]) if wishes[n] else self.top[n] for n in nodes]
        for node, top in zip(nodes, _spread(wanted, [self._tall(n) + GAP for n in nodes]), strict=True):
            self.top[node] = top

    def _lanes(self, gap: int) -> list[str]:
        """Parents whose lines run up or down left of layer `gap`, in an order with few crossings."""
        heights: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for edge, route in zip(self.links, self.routes, strict=True):
            for a, b in pairwise(route):
                if self.layer[b] == gap != self.layer[a]:
                    heights[edge.parent].append((self._height(a, edge), self._height(b, edge)))
        return sorted(heights, key=lambda parent: _lane_order(heights[parent]))

    def _height(self, node: Node, edge: DiagramEdge) -> float:
        return self.top[node] + self._port(node, edge)

    def _columns(self) -> None:
        at = float(MARGIN)
        for i, nodes in enumerate(self.layers):
            at += 2 * SIDE + LANE * len(self.lanes[i]) if i else 0
            self.left.append(at)
            at += max(self.boxes[node].width for node in nodes if isinstance(node, str))
        self.width = at + MARGIN + SIDE

    def _placed(self, box: Box) -> Box:
        at = self.layer[box.table.name]
        nodes = [self.boxes[node].width for node in self.layers[at] if isinstance(node, str)]
        return replace(box, x=self.left[at], y=self.top[box.table.name], width=max(nodes))

    def _line(self, edge: DiagramEdge, route: Sequence[Node]) -> Line:
        """From the right side of the route's first table to the left side of its last: a parent is never beside."""
        first, last = (self.boxes[name] for name in (route[0], route[-1]) if isinstance(name, str))
        start = End(x=first.x + first.width, y=self._height(route[0], edge), outward=1)
        end = End(x=last.x, y=self._height(route[-1], edge), outward=-1)
        path = f"M{start.x:.0f} {start.y:.0f}" + "".join(self._step(node, edge) for node in route[1:])
        child, parent = (start, end) if route[0] == edge.child else (end, start)
        return Line(edge=edge, path=path, child=child, parent=parent)

    def _step(self, node: Node, edge: DiagramEdge) -> str:
        """From the layer before into `node`: along, over to its lane's height, along."""
        gap = self.layer[node]
        lanes = self.lanes[gap]
        turn = self.left[gap] - SIDE - LANE * (len(lanes) - lanes.index(edge.parent) - 0.5)
        return f"H{turn:.0f}V{self._height(node, edge):.0f}H{self.left[gap]:.0f}"


def _depths(names: Iterable[str], links: Sequence[DiagramEdge]) -> dict[str, int]:
    """Layer of each table: one more than the deepest it references; a cycle is cut where it is met."""
    parents: dict[str, list[str]] = {name: [] for name in names}
    for edge in links:
        parents[edge.child].append(edge.parent)
    depth: dict[str, int] = {}

    def visit(name: str, trail: frozenset[str]) -> int:
        if name not in depth:
            above = [visit(parent, trail | {name}) for parent in parents[name] if parent not in trail | {name}]
            depth[name] = 1 + max(above, default=-1)
        return depth[name]

    for name in parents:
        visit(name, frozenset())
    for name in sorted(parents, key=lambda name: -depth[name]):
        children = [depth[edge.child] for edge in links if edge.parent == name]
        if not parents[name] and children:
            depth[name] = max(0, min(children) - 1)  # beside its nearest child, not far out on the left
    return _without_gaps(depth)


def _without_gaps(depth: Mapping[str, int]) -> dict[str, int]:
    used = {at: i for i, at in enumerate(sorted(set(depth.values())))}
    return {name: used[at] for name, at in depth.items()}


def _untangle(layers: list[list[Node]], neighbours: Mapping[Node, list[Node]]) -> None:
    """Sort each layer by the mean place of its neighbours, a few times over (Sugiyama's barycentre)."""
    place = {node: i / len(nodes) for nodes in layers for i, node in enumerate(nodes)}
    for _ in range(SWEEPS):
        for nodes in layers:
            near = {n: [place[other] for other in neighbours.get(n, [])] or [place[n]] for n in nodes}
            nodes.sort(key=lambda node, near=near: sum(near[node]) / len(near[node]))  # type: ignore[misc]
            place.update({node: i / len(nodes) for i, node in enumerate(nodes)})


def _spread(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Tops nearest to `wanted` (least squares) that keep the order and do not overlap: pooled neighbours."""
    before = [sum(sizes[:i]) for i in range(len(sizes))]
    pools: list[list[float]] = []
    for value in (want - offset for want, offset in zip(wanted, before, strict=True)):
        pools.append([value])
        while len(pools) > 1 and _mean(pools[-2]) > _mean(pools[-1]):
            pools[-2].extend(pools.pop())
    level = [_mean(pool) for pool in pools for _ in pool]
    return [at + offset for at, offset in zip(level, before, strict=True)]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _lane_order(heights: Sequence[tuple[float, float]]) -> tuple[bool, float]:
    left, right = _mean([a for a, _ in heights]), _mean([b for _, b in heights])
    return (right > left, -left if right > left else left)


def _shelve(alone: Sequence[Box], width: float, height: float) -> tuple[dict[str, Box], float, float]:
    """Tables without a key to or from them, in rows under the others."""
    placed: dict[str, Box] = {}
    x, y, tallest = float(MARGIN), max(height, MARGIN), 0.0
    for box in alone:
        if x > MARGIN and x + box.width + MARGIN > max(width, SHELF):
            x, y, tallest = float(MARGIN), y + tallest + GAP, 0.0
        placed[box.table.name] = replace(box, x=x, y=y)
        x, tallest = x + box.width + GAP + SIDE, max(tallest, box.height)
        width = max(width, x)
    return placed, width, y + tallest + MARGIN if alone else height


def _loop(box: Box, edge: DiagramEdge) -> Line:
    """A table that references itself, on its right side."""
    right = box.x + box.width
    start, end = box.y + box.port(edge.column), box.y + box.port(box.key())
    if start == end:
        end = box.y + HEAD / 2
    path = f"M{right:.0f} {start:.0f}h{SIDE - 4}V{end:.0f}h-{SIDE - 4}"
    return Line(edge=edge, path=path, child=End(x=right, y=start, outward=1), parent=End(x=right, y=end, outward=1))
