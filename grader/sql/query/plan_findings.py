"""What stands out in a plan, each with the part of the work it is to blame for, and what of it a rewrite removed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from grader.sql.query.plan import Node, shares
from grader.sql.query.plan_ends import ran_to_the_end
from grader.sql.query.plan_rules import ALWAYS_TOLD, MISESTIMATE, RULES, TITLES, WITH_CHILDREN, Place, off_by

LEAST_SHARE = 0.03
MOST_TABLES = 3
Fate = Literal["new", "stays", "gone"]
_FATES: tuple[Fate, ...] = ("new", "stays", "gone")


class PlanFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One rule that fired. `node` is its number in the order of `walk`, `text` the sentence for the reader.

    `planned`, `rows` and `removed` are per loop as in the plan, `temp` is in blocks.
    """

    rule: str
    node: int
    object: str
    share: float
    text: str
    planned: float = 0
    rows: float = 0
    removed: float = 0
    loops: int = 0
    temp: int = 0

    @property
    def title(self) -> str:
        """What stands out, in general words."""
        return TITLES[self.rule]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What stands out on the same tables before and after; `share` is the part of the work, 0 to 1."""

    rule: str
    object: str
    fate: Fate
    before: tuple[PlanFinding, ...]
    after: tuple[PlanFinding, ...]
    share_before: float
    share_after: float

    @property
    def title(self) -> str:
        """What stands out, in general words."""
        return TITLES[self.rule]


def plan_findings(root: Node) -> tuple[PlanFinding, ...]:
    """Findings by falling share of the work; parts below three percent are left out, spills and estimates are not."""
    reader = _Reader(root)
    found = [*reader.by_rules(), *reader.repeated_subplans()]
    return tuple(sorted(found, key=lambda finding: (-finding.share, finding.node, finding.rule)))


def changes(before: Node, after: Node) -> tuple[Change, ...]:
    """What a rewrite did to what stood out: what is new first, then what stays, then what is gone."""
    old, new = _by_key(plan_findings(before)), _by_key(plan_findings(after))
    found = [_change(key, (before, old.get(key, [])), (after, new.get(key, []))) for key in dict.fromkeys([*old, *new])]
    return tuple(sorted(found, key=lambda c: (_FATES.index(c.fate), -max(c.share_before, c.share_after), c.rule)))


def _change(
    key: tuple[str, str], before: tuple[Node, list[PlanFinding]], after: tuple[Node, list[PlanFinding]]
) -> Change:
    fate: Fate = "stays" if before[1] and after[1] else "gone" if before[1] else "new"
    return Change(
        rule=key[0],
        object=key[1],
        fate=fate,
        before=tuple(before[1]),
        after=tuple(after[1]),
        share_before=_together(*before),
        share_after=_together(*after),
    )


def _by_key(found: Sequence[PlanFinding]) -> dict[tuple[str, str], list[PlanFinding]]:
    out: dict[tuple[str, str], list[PlanFinding]] = {}
    for finding in found:
        out.setdefault((finding.rule, finding.object), []).append(finding)
    return out


def _together(root: Node, found: Sequence[PlanFinding]) -> float:
    """The part of the work of several findings of one rule: what lies below two of them counts once."""
    if len(found) == 1:
        return found[0].share
    own, nodes = shares(root), list(root.walk())
    numbers: set[int] = set()
    for finding in found:
        below = _size(nodes[finding.node]) if finding.rule in WITH_CHILDREN else 1
        numbers |= set(range(finding.node, finding.node + below))
    return round(sum(own[number] for number in numbers), 3)


class _Reader:
    """A plan with what its rules ask for."""

    def __init__(self, root: Node) -> None:
        self.nodes = list(root.walk())
        self.own = shares(root)
        self.ended = ran_to_the_end(root)
        self.numbers = {id(node): number for number, node in enumerate(self.nodes)}
        self.above = {id(child): node for node in self.nodes for child in node.children}

    def by_rules(self) -> Iterator[PlanFinding]:
        """What the rules about one node say."""
        for number, node in enumerate(self.nodes):
            place = Place(node, self.above.get(id(node)), self.ended[number], self._origin(node))
            for rule, speaks in RULES.items():
                text = speaks(place) if node.loops else ""
                finding = self._finding(rule, number, text)
                if text and (finding.share >= LEAST_SHARE or _matters(finding)):
                    yield finding

    def repeated_subplans(self) -> Iterator[PlanFinding]:
        """Subqueries that read the same tables, told once, at the first."""
        tops = [number for number, node in enumerate(self.nodes) if node.role == "SubPlan" and node.loops > 1]
        reads = {number: Counter(n.relation for n in self.nodes[number].walk() if n.relation) for number in tops}
        tables = dict.fromkeys(table for counted in reads.values() for table in counted)
        for table in tables:
            mine = [number for number in tops if reads[number][table]]
            share = sum(self._share("repeated_subplans", number) for number in mine)
            if len(mine) > 1 and share >= LEAST_SHARE:
                text = f"{len(mine)} subqueries read {table}, each for itself and for every row"
                made = self._finding("repeated_subplans", mine[0], text)
                yield msgspec.structs.replace(made, object=table, share=round(min(1.0, share), 3))

    def _finding(self, rule: str, number: int, text: str) -> PlanFinding:
        node = self.nodes[number]
        return PlanFinding(
            rule=rule,
            node=number,
            object=_about(node),
            share=round(self._share(rule, number), 3),
            text=text,
            planned=node.planned,
            rows=node.rows,
            removed=node.removed,
            loops=node.loops,
            temp=node.temp,
        )

    def _share(self, rule: str, number: int) -> float:
        below = _size(self.nodes[number]) if rule in WITH_CHILDREN else 1
        return sum(self.own[number : number + below])

    def _origin(self, node: Node) -> bool:
        """False where a child is as wrong as the node: the error only came up from there."""
        for child in node.children:
            serves = child.role not in ("InitPlan", "SubPlan")
            wrong = serves and self.ended[self.numbers[id(child)]] and off_by(child) >= MISESTIMATE
            if wrong:
                return False
        return True


def _matters(finding: PlanFinding) -> bool:
    """Whether it is told however small its share is: it may be the cause of what is above it."""
    return finding.rule in ALWAYS_TOLD and (finding.rule != "misestimate" or finding.rows > finding.planned)


def _size(node: Node) -> int:
    return sum(1 for _ in node.walk())


def _about(node: Node) -> str:
    """The table or CTE a node is about; of one that joins or groups, the tables below it."""
    if node.relation or node.cte:
        return node.relation or node.cte
    below = dict.fromkeys(n.relation or n.cte for n in node.walk() if n.relation or n.cte)
    names = sorted(below)
    more = len(names) - MOST_TABLES
    return ", ".join([*names[:MOST_TABLES], *([f"{more} more"] if more > 0 else [])]) or node.type
