"""The work on the private data, which nobody can know: a query that only knows the large data shows it there.

A query may ask how many rows there are and, where it meets the large data, write down rows that its author computed
before. On data of another seed it must do the work after all.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from grader.collectors.query.data import OWNER, PRIVATE
from grader.collectors.query.exercise import Exercise
from grader.collectors.query.session import EXPLAIN, Session, StatementFailed, StatementStopped
from grader.database import Server
from grader.evidence.query import Elsewhere, Setting
from grader.sql.query.guard_setup import SetupStep
from grader.sql.query.plan import read_plan, work


def work_elsewhere(
    server: Server, exercise: Exercise, query: str, steps: Iterable[SetupStep], settings: Iterable[Setting]
) -> Elsewhere | None:
    """What the given query, the submitted one with its setup, and the reference do on the private data.

    `None` when the submitted query does not run there.
    """
    limits = exercise.about.limits
    reference = _reference(server, exercise)
    try:
        given = _work(server, exercise.given, (), limits.private)
        with contextlib.closing(Session(server, PRIVATE, role=OWNER, file="setup.sql")) as owner:
            for step in steps:
                with contextlib.suppress(StatementFailed, StatementStopped):  # told where it ran on the large data
                    owner.run(step.text, seconds=limits.setup)
        with server.connect(PRIVATE, role=OWNER) as owning:
            owning.execute("ANALYZE")
        submitted = _work(server, query, settings, limits.private)
    except (StatementFailed, StatementStopped):
        return None
    return Elsewhere(given=given, submitted=submitted, reference=reference)


def _reference(server: Server, exercise: Exercise) -> int:
    """The reference's work with its own setup, of which nothing stays."""
    with server.connect(PRIVATE, role=OWNER) as owner, owner.transaction(force_rollback=True):
        owner.execute(exercise.reference_setup.encode())
        owner.execute("ANALYZE")
        owner.execute((EXPLAIN + exercise.reference).encode())
        answer = owner.execute((EXPLAIN + exercise.reference).encode()).fetchone()
    return work(read_plan(answer[0][0]["Plan"])).total if answer is not None else 0


def _work(server: Server, query: str, settings: Iterable[Setting], seconds: float) -> int:
    """The counted work of the second run: the first also looks up the catalog."""
    with contextlib.closing(Session(server, PRIVATE, settings=settings)) as session:
        session.explain(query, seconds=seconds)
        plan, _ = session.explain(query, seconds=seconds)
    return work(read_plan(plan)).total
