"""Where the tables and foreign keys of a diagram go: layers by reference, lanes for the lines between them.

Referenced tables stand on the left. Every line has a lane and two ends of its own: what is drawn at an end belongs to
one reference. A line over several layers gets a dummy node in each, so it runs between
boxes and not through them. Cycles and several keys between the same tables are drawn like everything else; a
key to a table that is not there has no line (the list beside the picture tells it).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from grader.exhibits import DiagramEdge, DiagramTable
from grader.report.er_box import HEAD, Box, box_of
from grader.report.er_order import SWEEPS, Node, depths, spread, untangle

MARGIN, GAP = 12, 26
APART = 14  # between two ends at the same side of a box
INSET = 8  # from the corner of a box to an end
LANE, SIDE = 10, 26  # width of a lane, and room beside the lanes for the line ends
SHELF = 1100
DUMMY = 8


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
    loops = [edge for edge in known if edge.child == edge.parent]
    graph = _Graph({name: box for name, box in boxes.items() if name in linked}, links, loops)
    graph.arrange()
    placed, width, height = graph.boxes, graph.width, graph.height
    alone = [box for name, box in boxes.items() if name not in linked]
    shelved, width, height = _shelve(alone, width, height)
    placed = {**placed, **shelved}
    return Layout(
        boxes=tuple(placed[name] for name in boxes),
        lines=(*graph.lines(), *_loops(placed, loops, graph.ends)),
        width=width,
        height=height,
    )


class _Graph:
    """The linked tables on their way to a place."""

    def __init__(
        self, boxes: Mapping[str, Box], links: Sequence[DiagramEdge], loops: Sequence[DiagramEdge] = ()
    ) -> None:
        self.boxes = dict(boxes)
        self.links = links
        self.looped = Counter(edge.parent for edge in loops)
        self.ends: dict[str, list[float]] = {}  # heights, from the top of the box, that loops may end at
        self.slots: dict[int, float] = {}  # of each link: the height of its end at the parent
        self.layer: dict[Node, int] = dict(depths(self.boxes, links).items())
        self.routes = [self._route(i, edge) for i, edge in enumerate(links)]
        count = 1 + max(self.layer.values(), default=-1)
        self.layers: list[list[Node]] = [[n for n, at in self.layer.items() if at == i] for i in range(count)]
        self.top: dict[Node, float] = {}
        self.left: list[float] = []
        self.width = self.height = 0.0
        self.lanes: dict[int, list[int]] = {}

    def arrange(self) -> None:
        """Order the layers, then give every node a height and every layer a column."""
        neighbours = self._neighbours()
        untangle(self.layers, neighbours)
        self._stack()
        for turn in range(SWEEPS):
            for nodes in self.layers if turn % 2 else reversed(self.layers):
                self._settle(nodes)
        lowest = min(self.top.values(), default=0.0)
        self.top = {node: top - lowest + MARGIN for node, top in self.top.items()}
        self._part_ends()
        self.lanes = {gap: self._lanes(gap) for gap in range(len(self.layers))}
        self._columns()
        self.boxes = {name: self._placed(box) for name, box in self.boxes.items()}
        self.height = max((self.top[node] + self._tall(node) + MARGIN for node in self.top), default=0.0)

    def lines(self) -> list[Line]:
        """Every link as a line."""
        return [self._line(index) for index in range(len(self.links))]

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

    def _port(self, node: Node, link: int) -> float:
        if not isinstance(node, str):
            return DUMMY / 2
        box, edge = self.boxes[node], self.links[link]
        return box.port(edge.column) if node == edge.child else self.slots.get(link, box.port(box.key()))

    def _part_ends(self) -> None:
        """Give every reference to a table its own end there: around the key, in the order of where they come from."""
        sides: dict[tuple[str, bool], list[int]] = defaultdict(list)
        for link, route in enumerate(self.routes):
            parent = self.links[link].parent
            sides[parent, route[0] == parent].append(link)
        for (parent, right), links in sides.items():
            links.sort(key=lambda link: self._height(self._beside(link), link))
            own = self.looped[parent] if right else 0
            heights = _slots(self.boxes[parent], len(links) + own)
            self.slots.update(zip(links, heights, strict=False))
            self.ends.update({parent: heights[len(links) :]} if own else {})

    def _beside(self, link: int) -> Node:
        """The node next to the parent on a link's route."""
        route = self.routes[link]
        return route[1] if route[0] == self.links[link].parent else route[-2]

    def _stack(self) -> None:
        for nodes in self.layers:
            at = -sum(self._tall(node) + GAP for node in nodes) / 2
            for node in nodes:
                self.top[node] = at
                at += self._tall(node) + GAP

    def _settle(self, nodes: Sequence[Node]) -> None:
        """Move a layer's nodes towards their neighbours, in order and without overlap."""
        wishes: dict[Node, list[float]] = defaultdict(list)
        for link, route in enumerate(self.routes):
            for a, b in pairwise(route):
                pa, pb = self._port(a, link), self._port(b, link)
                wishes[a].append(self.top[b] + pb - pa)
                wishes[b].append(self.top[a] + pa - pb)
        wanted = [sum(wishes[n]) / len(wishes[n]) if wishes[n] else self.top[n] for n in nodes]
        for node, top in zip(nodes, spread(wanted, [self._tall(n) + GAP for n in nodes]), strict=True):
            self.top[node] = top

    def _lanes(self, gap: int) -> list[int]:
        """Links whose lines run up or down left of layer `gap`, in an order with few crossings."""
        heights = {
            link: (self._height(a, link), self._height(b, link))
            for link, route in enumerate(self.routes)
            for a, b in pairwise(route)
            if self.layer[b] == gap != self.layer[a]
        }
        return sorted(heights, key=lambda link: _lane_order(*heights[link]))

    def _height(self, node: Node, link: int) -> float:
        return self.top[node] + self._port(node, link)

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

    def _line(self, link: int) -> Line:
        """From the right side of the route's first table to the left side of its last: a parent is never beside."""
        edge, route = self.links[link], self.routes[link]
        first, last = (self.boxes[name] for name in (route[0], route[-1]) if isinstance(name, str))
        start = End(x=first.x + first.width, y=self._height(route[0], link), outward=1)
        end = End(x=last.x, y=self._height(route[-1], link), outward=-1)
        path = f"M{start.x:.0f} {start.y:.0f}" + "".join(self._step(node, link) for node in route[1:])
        child, parent = (start, end) if route[0] == edge.child else (end, start)
        return Line(edge=edge, path=path, child=child, parent=parent)

    def _step(self, node: Node, link: int) -> str:
        """From the layer before into `node`: along, over to its lane's height, along."""
        gap = self.layer[node]
        lanes = self.lanes[gap]
        turn = self.left[gap] - SIDE - LANE * (len(lanes) - lanes.index(link) - 0.5)
        return f"H{turn:.0f}V{self._height(node, link):.0f}H{self.left[gap]:.0f}"


def _slots(box: Box, amount: int) -> list[float]:
    """Heights of so many ends around the key of a box, inside it."""
    room = box.height - 2 * INSET
    apart = min(APART, room / max(1, amount - 1))
    tall = apart * (amount - 1)
    first = min(max(box.port(box.key()) - tall / 2, INSET), INSET + room - tall)
    return [first + apart * i for i in range(amount)]


def _lane_order(left: float, right: float) -> tuple[bool, float]:
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


def _loops(
    boxes: Mapping[str, Box], loops: Iterable[DiagramEdge], free: Mapping[str, Sequence[float]]
) -> Iterable[Line]:
    """Tables that reference themselves, on their right side; `free` are heights that no other line ends at."""
    drawn: Counter[str] = Counter()
    for edge in loops:
        box, nth = boxes[edge.child], drawn[edge.child]
        heights = free.get(edge.child) or [box.port(box.key())]
        yield _loop(box, edge, heights[min(nth, len(heights) - 1)], out=max(8, SIDE - 4 - 6 * nth))
        drawn[edge.child] += 1


def _loop(box: Box, edge: DiagramEdge, height: float, out: float) -> Line:
    right = box.x + box.width
    start, end = box.y + box.port(edge.column), box.y + height
    if abs(start - end) < APART / 2:
        end = box.y + HEAD / 2
    path = f"M{right:.0f} {start:.0f}h{out:.0f}V{end:.0f}h-{out:.0f}"
    return Line(edge=edge, path=path, child=End(x=right, y=start, outward=1), parent=End(x=right, y=end, outward=1))
