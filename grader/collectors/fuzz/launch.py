"""The program of one run: schemathesis, loaded while the service under test is still starting.

A program of its own (`python -P launch.py`), never imported by the grader. It waits for one line of JSON that says
where the service listens, and ends without it. What the tool would otherwise take from the service under test, from
this machine or from our own code is switched off here as far as no setting does: the version is pinned, and contract
tests hold that unlike services get the same requests.
"""

from __future__ import annotations

import json
import os
import sys

import hypothesis
import schemathesis.cli
import schemathesis.cli.commands.run.executor
import schemathesis.engine.run.stateful._executor
import schemathesis.engine.run.unit
import schemathesis.openapi.loaders
import schemathesis.specs.openapi.schemas
import urllib3.response
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from schemathesis.engine.run import probes
from schemathesis.engine.supervisor import SchedulingDirective, Supervisor, Verdict
from schemathesis.specs.openapi import stateful
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

KEEP = HTTPConnectionPool._put_conn  # noqa: SLF001 - no setting
RUNS = Verdict(directive=SchedulingDirective.RUN)


def _not_probed(probe: probes.Probe, ctx: object) -> probes.ProbeRun:  # noqa: ARG001 - called with both
    """Its own probes would adapt the exam to the service, and their header names the tool."""
    return probes.ProbeRun(probe, probes.ProbeOutcome.SKIP, None, None, None)


def _not_favoured(observation: float, *, label: str = "") -> float:  # noqa: ARG001 - called with both
    """Values that were accepted would be favoured in what is sent next."""
    return observation


def _never_skipped(supervisor: Supervisor, operation_label: str) -> Verdict:  # noqa: ARG001 - called with both
    """An operation that answers 405 ten times would be asked no more."""
    return RUNS


def _nothing_local() -> Constants:
    """Words found in the text of our own modules would be sent: they name the grader, and change when it does."""
    return Constants()


def _never_kept(pool: HTTPConnectionPool, conn: HTTPConnection | None) -> None:
    """A server may close without saying so: on a connection kept all the same the next request would be lost."""
    if conn is not None:
        conn.close()
    KEEP(pool, conn)


def deafen() -> None:
    """Nothing but contract, settings and seed decides what is sent."""
    probes.send = _not_probed
    hypothesis.target = _not_favoured
    Supervisor.verdict = _never_skipped  # type: ignore[assignment, method-assign]
    providers._get_local_constants = _nothing_local  # noqa: SLF001 - there is no setting
    # A request that follows another one is always about the item that one made, never about a guessed one.
    stateful.BASE_EXPLORATION_RATE = 0.0  # type: ignore[attr-defined]
    # A body is judged as it came over the wire: nothing a stranger sends is decompressed here.
    urllib3.response.HTTPResponse.CONTENT_DECODERS = []
    HTTPConnectionPool._put_conn = _never_kept  # type: ignore[assignment, method-assign] # noqa: SLF001 - there is no setting


def main() -> None:
    """Wait for the service, then run the command line."""
    line = sys.stdin.readline()
    if not line:
        return
    asked = json.loads(line)
    os.environ["GRADER_FUZZ_PATHS"] = json.dumps(asked["paths"])
    deafen()
    mode = "negative" if asked["mode"] == "negative" else "positive"
    schemathesis.cli.schemathesis(
        [
            *("--config-file", "schemathesis.toml", "--no-color"),
            *("run", "contract.json", "--url", asked["url"]),
            *("--mode", mode),  # the setting of that name in the file is ignored by this version
        ]
    )


if __name__ == "__main__":
    main()
