"""How a schema answers the questions of its brief when its tables are large: plans before and after an index."""

from __future__ import annotations

import msgspec

from grader.evidence.catalog import Fact

LARGE = 50_000
FEW = 0.01
WORTH = 10


class Step(Fact, frozen=True, kw_only=True):
    """A node of a plan. `rows` is what the planner expects of it; costs are left out: only their ratio tells."""

    depth: int
    node: str
    table: str = ""
    index: str = ""
    rows: int = 0
    condition: str = ""


class Scan(Fact, frozen=True, kw_only=True):
    """A table that a question reads whole although it wants few of its rows, and what an index changes.

    `rows` were read and `returned` of them wanted. `statement` makes the obvious index on `columns`; with it, and with
    those for the question's other scans, the plan is `after` and costs a `times`-th, in one significant digit.
    """

    table: str
    columns: tuple[str, ...]
    rows: int
    returned: int
    statement: str
    times: int = 1
    gone: bool = False
    after: tuple[Step, ...] = ()

    @property
    def costly(self) -> bool:
        """The rule: a large table, few rows of it wanted, and an index makes the question ten times as cheap."""
        return self.gone and self.rows >= LARGE and self.returned < FEW * self.rows and self.times >= WORTH


class Asked(Fact, frozen=True, kw_only=True):
    """A question of the brief as a statement, with its plan. `obstacle` says why it could not be asked."""

    id: str
    text: str
    statement: str = ""
    plan: tuple[Step, ...] = ()
    scans: tuple[Scan, ...] = ()
    obstacle: str = ""

    @property
    def costly(self) -> tuple[Scan, ...]:
        """The scans that break the rule."""
        return tuple(scan for scan in self.scans if scan.costly)


class Idle(Fact, frozen=True, kw_only=True):
    """An index that no question, key or reference uses. Because of it an insert touches `percent` more pages."""

    table: str
    index: str
    percent: int = 0


class Workload(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The questions put to generated rows. `rows` says how many by table; `obstacle`, why no table could be filled."""

    rows: dict[str, int] = {}
    asked: tuple[Asked, ...] = ()
    idle: tuple[Idle, ...] = ()
    obstacle: str = ""

    def question(self, id: str) -> Asked | None:
        """The question of that id, if it was put."""
        return next((asked for asked in self.asked if asked.id == id), None)
