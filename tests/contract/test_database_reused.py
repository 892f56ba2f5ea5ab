"""A server that is used again is as good as a new one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from grader import pipeline
from grader.database import Databases, Server
from grader.database.process import ProcessDatabases
from grader.database.reused import ReusedDatabases
from grader.model import Level
from grader.packs import find_pack
from grader.pipeline import Request, World
from grader.result import Result
from grader.sandbox.process import ProcessSandbox
from grader.stages import Stages
from grader.validation.proof import comparable

pytestmark = pytest.mark.postgres

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def databases() -> Iterator[ReusedDatabases]:
    with ReusedDatabases(ProcessDatabases()) as reused:
        yield reused


def everything(server: Server) -> list[object]:
    with server.connect() as connection:
        return [
            connection.execute(query).fetchall()
            for query in (
                "SELECT datname FROM pg_database ORDER BY 1",
                "SELECT rolname FROM pg_roles ORDER BY 1",
                "SELECT nspname FROM pg_namespace ORDER BY 1",
                "SELECT extname FROM pg_extension ORDER BY 1",
                "SELECT count(*) FROM pg_class",
                "SELECT current_setting('work_mem')",
            )
        ]


def test_nothing_is_left_for_the_next_use(databases: ReusedDatabases) -> None:
    with databases.start() as server, server.connect() as connection:
        first, before = server, everything(server)
        connection.execute("CREATE ROLE somebody SUPERUSER")
        connection.execute("CREATE DATABASE other OWNER somebody")
        connection.execute("CREATE EXTENSION citext")
        connection.execute("CREATE TABLE things (id int)")
        connection.execute("ALTER SYSTEM SET work_mem = '5MB'")
    with databases.start() as server:
        assert server is first
        assert everything(server) == before


def test_a_server_that_does_not_answer_is_replaced(databases: ReusedDatabases) -> None:
    with databases.start() as server:
        first = server
        with server.connect() as connection:
            connection.execute("CREATE ROLE somebody")
            connection.execute("GRANT CREATE ON TABLESPACE pg_default TO somebody")  # it cannot be dropped
    with databases.start() as server:
        assert server is not first
        with server.connect() as connection:
            assert connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'somebody'").fetchone() is None


def test_a_server_of_a_failed_use_is_not_used_again(databases: ReusedDatabases) -> None:
    with databases.start() as server:
        first = server
    with pytest.raises(psycopg.errors.UndefinedTable):
        fail(databases)
    with databases.start() as server:
        assert server is not first


def fail(databases: Databases) -> None:
    with databases.start() as server, server.connect() as connection:
        connection.execute("SELECT * FROM nothing")


def test_a_schema_gets_the_grade_on_a_used_server_that_it_gets_on_a_new_one(databases: ReusedDatabases) -> None:
    graded("good-uuid", databases)
    assert graded("good-minimal", databases) == graded("good-minimal", ProcessDatabases())


def graded(name: str, databases: Databases) -> Result:
    whole = pipeline.load(find_pack("ecommerce-schema", ROOT / "challenges"))
    challenge = pipeline.scoring_part(whole, expecting=())
    stages = Stages()
    world = World(sandbox=ProcessSandbox(stages), databases=databases, stages=stages)
    request = Request(level=Level.MID, seed=1, confirm=False)
    saved = pipeline.grade(challenge, str(ROOT / "reference" / "ecommerce-schema" / name), request, world)
    return comparable(pipeline.judge_saved(challenge, saved))


def test_what_the_users_environment_says_about_postgres_is_not_about_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("PGPORT", "5433"), ("PGSERVICE", "mine"), ("PGOPTIONS", "-c statement_timeout=1")):
        monkeypatch.setenv(name, value)
    with ProcessDatabases().start() as server, server.connect() as connection:
        assert connection.execute("SHOW statement_timeout").fetchone() == ("0",)
        assert connection.execute("SHOW port").fetchone() == ("5432",)
