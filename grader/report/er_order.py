"""Order for a diagram: which layer a table stands in, what stands above what, and how far apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from grader.exhibits import DiagramEdge

SWEEPS = 8

Node = str | tuple[int, int]  # a table's name, or (index of the link, layer) of a dummy


def depths(names: Iterable[str], links: Sequence[DiagramEdge]) -> dict[str, int]:
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


def untangle(layers: list[list[Node]], neighbours: Mapping[Node, list[Node]]) -> None:
    """Sort each layer by the mean place of its neighbours, a few times over (Sugiyama's barycentre)."""
    place = {node: i / len(nodes) for nodes in layers for i, node in enumerate(nodes)}
    for _ in range(SWEEPS):
        for nodes in layers:
            near = {n: [place[other] for other in neighbours.get(n, [])] or [place[n]] for n in nodes}
            nodes.sort(key=lambda node, near=near: sum(near[node]) / len(near[node]))  # type: ignore[misc]
            place.update({node: i / len(nodes) for i, node in enumerate(nodes)})


def spread(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
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
