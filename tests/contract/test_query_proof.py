"""The proof of an exercise on little data: a share of its mutants, its correct and its wrong rewrites."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from query_samples import REFERENCE, little_exercise

from grader.collectors.query.catalog import table_rules
from grader.collectors.query.data import SMALL, template
from grader.collectors.query.trials import Trials
from grader.database import Server
from grader.database.process import ProcessDatabases
from grader.sql.query.mutation.made import mutants, unchanged

pytestmark = pytest.mark.postgres

EXERCISE = little_exercise()
REWRITES = REFERENCE / "rewrites" / EXERCISE.name
EVERY = 9


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with ProcessDatabases().start(template(EXERCISE, EXERCISE.about.grading)) as server:
        yield server


def tried(server: Server, queries: dict[str, str], *, databases: int) -> Trials:
    small = msgspec.structs.replace(EXERCISE.about.small, databases=databases)
    exercise = msgspec.structs.replace(EXERCISE, about=msgspec.structs.replace(EXERCISE.about, small=small))
    trials = Trials(server, exercise, queries, seed=1)
    assert not {name: why for name, why in trials.unreadable().items() if name.endswith(".sql")}
    trials.small()
    trials.conclude()
    return trials


def test_faults_are_found_and_what_is_proven_equal_never_differs(server: Server) -> None:
    with server.connect(SMALL) as admin:
        made = mutants(EXERCISE.given, table_rules(admin, EXERCISE.about.small.domains))
    share = {mutant.name: mutant for number, mutant in enumerate(made) if number % EVERY == 0}
    trials = tried(server, {name: mutant.query for name, mutant in share.items()}, databases=44)
    assert [name for name, mutant in share.items() if mutant.equal and name in trials.seen] == []
    survivors = [name for name in trials.left if not share[name].equal]
    assert len(survivors) <= 1, survivors


def test_correct_rewrites_never_differ_and_wrong_ones_do(server: Server) -> None:
    files = {
        file.name: file.read_text(encoding="utf-8").rstrip().rstrip(";") for file in sorted(REWRITES.glob("*.sql"))
    }
    files["unchanged.sql"] = unchanged(EXERCISE.given)
    assert len(files) > 20
    trials = tried(server, files, databases=44)
    assert {name for name in trials.seen if not name.startswith("wrong-")} == set()
    assert [name for name in trials.left if name.startswith("wrong-")] == []
