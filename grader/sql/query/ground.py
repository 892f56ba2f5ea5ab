"""What an explanation is compared with: the plans of both queries, the tables, the indexes and the statements."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cached_property, lru_cache

import msgspec

from grader.sql.query.plan import Node

LEAST_GAIN = 1.25
LEAST_COUNT = 10


class Ground(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """`given` and `final` are the plans before and after; `others` are further plans of the 2×2.

    `bare` is the submitted query without its setup, where it was measured. `named` is the submission's own SQL, so
    that names in it are known, made or not.
    """

    given: Node
    final: Node
    others: tuple[Node, ...] = ()
    bare: Node | None = None
    tables: dict[str, tuple[str, ...]] = {}
    added: dict[str, tuple[str, ...]] = {}  # index: its table and key columns
    existing: tuple[str, ...] = ()
    table_blocks: dict[str, int] = {}
    definitions: dict[str, str] = {}  # of every index, added or not
    settings: dict[str, str] = {}
    named: str = ""
    asked: str = ""  # the given query as it is written
    gain: float = 1.0
    computes_less: bool = False  # the server clearly computed less, whatever it read

    @property
    def plans(self) -> tuple[Node, ...]:
        """Every plan that was measured."""
        return (self.given, self.final, *self.others)

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes of all plans."""
        return tuple(node for plan in self.plans for node in plan.walk())

    @cached_property
    def objects(self) -> frozenset[str]:
        """Names of tables, columns and indexes, in lower case."""
        columns = {column for table in self.tables.values() for column in table}
        return frozenset(name.lower() for name in (*self.tables, *columns, *self.added, *self.existing))

    @cached_property
    def ctes(self) -> frozenset[str]:
        """Names of WITH queries that a plan shows, in lower case; single letters are no names to look for."""
        return frozenset(node.cte.lower() for node in self.nodes if len(node.cte) > 1)

    @cached_property
    def names(self) -> frozenset[str]:
        """What a sentence about these plans names: tables, columns, indexes and WITH queries."""
        return self.objects | self.ctes

    @cached_property
    def used(self) -> frozenset[str]:
        """Names, in lower case, of the indexes that a plan reads."""
        return frozenset(used_indexes(*self.plans))

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of the statements, in lower case: what a text may name."""
        return self.objects | {word.lower() for word in re.findall(r"\w+", f"{self.asked}\n{self.named}")}

    @cached_property
    def numbers(self) -> tuple[float, ...]:
        """Every count of the plans, from ten up: smaller ones are near anything."""
        found: set[float] = set()
        for node in self.nodes:
            found |= {node.rows, node.removed, node.handled, float(node.loops), float(node.buffers), node.planned}
            found |= {node.rows + node.removed, float(node.temp)}
        return tuple(sorted(one for one in found if one >= LEAST_COUNT))


def holds(text: str, name: str) -> bool:
    """True when the text holds the name as a word of its own; letters of other scripts may follow at once."""
    return any_of(frozenset((name,))).search(text) is not None


def holds_any(text: str, names: Collection[str]) -> bool:
    """True when the text holds one of the names."""
    return bool(names) and any_of(frozenset(names)).search(text) is not None


@lru_cache(maxsize=1024)
def any_of(names: frozenset[str]) -> re.Pattern[str]:
    """A pattern for one of the names as a word of its own."""
    any_name = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<![A-Za-z0-9_])(?:{any_name})(?![A-Za-z0-9_])", re.IGNORECASE)


def used_indexes(*plans: Node) -> set[str]:
    """Names, in lower case, of the indexes that any of the plans reads."""
    return {node.index.lower() for plan in plans for node in plan.walk() if node.index and node.loops}


def subplan_loops(plan: Node, table: str) -> int:
    """How often the subplans that read a table ran, at most; 0 when there is none."""
    subplans = [node for node in plan.walk() if node.role == "SubPlan"]
    return max((s.loops for s in subplans if any(n.relation.lower() == table.lower() for n in s.walk())), default=0)


def scans(plan: Node, table: str) -> list[Node]:
    """The nodes that read a table from end to end."""
    return [node for node in plan.walk() if node.type == "Seq Scan" and node.relation.lower() == table.lower()]


def reads(plan: Node, table: str) -> list[Node]:
    """The nodes that read a table in any way, each once: the index below a bitmap scan is not counted."""
    return [node for node in plan.walk() if node.relation.lower() == table.lower()]


def rows_read(plan: Node, table: str) -> float:
    """Rows of a table that a plan reads, those thrown away by filters included."""
    return sum(node.handled for node in reads(plan, table))


def has_node(plan: Node, kind: str) -> bool:
    """True when a plan has a node of this type or role."""
    return any(kind in (node.type, node.role) for node in plan.walk())
