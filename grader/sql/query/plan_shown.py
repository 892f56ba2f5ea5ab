"""A plan for a report: its nodes with their part of the work, and PostgreSQL's own JSON for a plan viewer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from grader.exhibits import PlanExhibit, PlanNode
from grader.sql.query.plan import BUFFER_WEIGHT, TEMP_WEIGHT, Node, read_plan, shares, work

MOST_NODES_SHOWN = 60
LONGEST_CONDITION = 160
LONGEST_JSON = 40_000
LONGEST_TEXT_IN_JSON = 300
_CAST = re.compile(r"::(?:timestamp without time zone|timestamp with time zone|character varying|text|date)\b")


def exhibit(raw: Mapping[str, Any], title: str, flags: Mapping[int, tuple[str, ...]]) -> PlanExhibit:
    """The plan for a report. `flags` are reasons to look at a node, by its number in the order of `walk`."""
    root = read_plan(dict(raw))
    parts = shares(root)
    nodes = [_node(node, parts[number], flags.get(number, ())) for number, node in enumerate(root.walk())]
    hidden = len(nodes) - MOST_NODES_SHOWN
    done = work(root)
    note = (
        f"{done.total:,} work: {done.rows:,} rows + {BUFFER_WEIGHT} × {done.buffers:,} blocks"
        f" + {TEMP_WEIGHT} × {done.temp:,} temporary blocks"
    )
    return PlanExhibit(
        title=title,
        nodes=tuple(nodes[:MOST_NODES_SHOWN]),
        note=f"{note}; {hidden} more nodes not shown" if hidden > 0 else note,
        json=as_json(raw),
    )


def _node(node: Node, share: float, flags: tuple[str, ...]) -> PlanNode:
    return PlanNode(
        depth=node.depth,
        name=_name(node),
        object=node.relation or node.cte,
        part=node.subplan,
        index=node.index,
        planned=node.planned,
        rows=node.rows,
        loops=node.loops,
        removed=node.removed,
        buffers=node.buffers,
        temp_blocks=node.temp,
        share=round(share, 3),
        condition=_condition(node),
        flags=flags,
    )


def _name(node: Node) -> str:
    """The node as EXPLAIN's text names it: `Nested Loop Anti Join`, `HashAggregate`."""
    if node.type == "Aggregate":
        return {"Hashed": "HashAggregate", "Sorted": "GroupAggregate", "Mixed": "MixedAggregate"}.get(
            node.strategy, node.type
        )
    if node.join in ("", "Inner"):
        return node.type
    return f"{node.type.removesuffix(' Join')} {node.join} Join"


def _condition(node: Node) -> str:
    text = _CAST.sub("", "; ".join(f"{key}: {value}" for key, value in node.conditions.items()))
    return text if len(text) <= LONGEST_CONDITION else text[: LONGEST_CONDITION - 1] + "…"


def as_json(raw: Mapping[str, Any]) -> str:
    """What EXPLAIN (FORMAT JSON) printed, without what varies; long texts are cut, a whole too long is left out."""
    document = [{"Plan": _bounded(raw)}]
    for indent in (1, None):
        text = json.dumps(document, ensure_ascii=False, indent=indent)
        if len(text) <= LONGEST_JSON:
            return text
    return ""


def _bounded(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _bounded(item) for key, item in _settled(value).items()}
    if isinstance(value, list):
        return [_bounded(item) for item in value]
    if isinstance(value, str) and len(value) > LONGEST_TEXT_IN_JSON:
        return value[: LONGEST_TEXT_IN_JSON - 1] + "…"
    return value


def _settled(node: Mapping[str, Any]) -> dict[str, Any]:
    """A node without what depends on which blocks were in memory: blocks that were read count as found there."""
    kept = {key: value for key, value in node.items() if key not in _BY_CHANCE and "Time" not in key}
    if "Shared Hit Blocks" in kept:
        kept["Shared Hit Blocks"] += node.get("Shared Read Blocks", 0)
    return kept


_BY_CHANCE = {
    *("Shared Read Blocks", "Shared Dirtied Blocks", "Shared Written Blocks", "Peak Memory Usage", "Workers"),
    *("Local Hit Blocks", "Local Read Blocks", "Local Dirtied Blocks", "Local Written Blocks", "Sort Space Used"),
}
