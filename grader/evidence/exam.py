"""An exam that was run against a service: every request by the name of its step, and every answer."""

from __future__ import annotations

from typing import Any

import msgspec

from grader.evidence.http import Exchange
from grader.evidence.own_contract import OwnContract


class Capture(msgspec.Struct, frozen=True, kw_only=True):
    """A value taken from an answer for later steps. `source` says where it stood, `variable` is its shell name."""

    name: str
    value: str | int
    source: str
    variable: str


class StepRun(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request of a step. `step` is `scenario.step`; `variant`, `number` and `round` tell the runs of a step apart.

    `exchange` is None when the request was not sent; `skipped` then says why. `sent_json` is the body when it is
    JSON of ours. `together` says that all runs of the step were sent at the same time. A step that lets time pass has
    the seconds in `waits`. `rule` names what the request breaks, as other requests to other routes may, too.
    """

    step: str
    variant: str = ""
    number: int = 0
    round: int = 1
    together: bool = False
    exchange: Exchange | None = None
    skipped: str = ""
    sent_json: Any = None
    waits: float = 0.0
    captured: tuple[Capture, ...] = ()
    rule: str = ""


class HttpExam(msgspec.Struct, frozen=True, kw_only=True):
    """All runs in the order they were started.

    `left_out` holds the scenarios that are not part of this run (by level or in a self-check) with the reason.
    `died_at` names the step after which the service was gone, `stopped` why the rest was not sent. `values` are the
    values drawn from the seed. `own_contract` is what the candidate's own OpenAPI documents promise.
    """

    runs: tuple[StepRun, ...] = ()
    left_out: dict[str, str] = {}
    died_at: str = ""
    stopped: str = ""
    token: bool = False
    values: dict[str, Any] = {}
    own_contract: OwnContract | None = None
