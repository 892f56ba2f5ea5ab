"""Plans as PostgreSQL explains them, and what in them reads a whole table."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec

from grader.evidence.workload import Step
from grader.visible import one_line

CONDITIONS = ("Index Cond", "Recheck Cond", "Hash Cond", "Merge Cond", "Filter", "Join Filter")
FULL = ("Seq Scan", "Index Scan", "Index Only Scan")
MOST_STEPS = 40


class Relation(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan calls a relation: the table it belongs to, which for a partition is the whole, and its rows."""

    table: str
    rows: int


class Whole(msgspec.Struct, kw_only=True):
    """A table that a plan reads from end to end: rows read, and rows expected to be wanted."""

    table: str
    rows: int = 0
    returned: int = 0


class Plan:
    """One plan. `relations` maps schema and name as in the plan; `partial` names indexes that hold some rows only."""

    def __init__(
        self,
        explained: Any,  # noqa: ANN401 - decoded JSON
        relations: Mapping[tuple[str, str], Relation],
        partial: Collection[str],
    ) -> None:
        self.root = explained[0]["Plan"]
        self.relations, self.partial = relations, partial
        self.cost = float(self.root["Total Cost"])

    def nodes(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Every node with its depth, the parents first."""
        waiting = [(0, self.root)]
        while waiting:
            depth, node = waiting.pop()
            yield depth, node
            waiting += [(depth + 1, child) for child in reversed(node.get("Plans", []))]

    def indexes(self) -> set[str]:
        """The names of the indexes that it uses."""
        return {str(node["Index Name"]) for _, node in self.nodes() if "Index Name" in node}

    def steps(self) -> tuple[Step, ...]:
        """The plan for people, without costs."""
        return tuple(
            Step(
                depth=depth,
                node=str(node["Node Type"]),
                table=self._table(node),
                index=str(node.get("Index Name", "")),
                rows=int(node["Plan Rows"]),
                condition=one_line("; ".join(str(node[c]) for c in CONDITIONS if c in node), 160),
            )
            for depth, node in list(self.nodes())[:MOST_STEPS]
        )

    def wholes(self) -> list[Whole]:
        """Tables read from end to end, partitions taken together."""
        found: dict[str, Whole] = {}
        for _, node in self.nodes():
            relation = self.relations.get((str(node.get("Schema", "")), str(node.get("Relation Name", ""))))
            if relation is None or node["Node Type"] not in FULL:
                continue
            if "Index Cond" in node or node.get("Index Name") in self.partial:
                continue
            whole = found.setdefault(relation.table, Whole(table=relation.table))
            whole.rows += relation.rows
            whole.returned += int(node["Plan Rows"])
        return list(found.values())

    def _table(self, node: Mapping[str, Any]) -> str:
        relation = self.relations.get((str(node.get("Schema", "")), str(node.get("Relation Name", ""))))
        return relation.table if relation else str(node.get("Relation Name", ""))
