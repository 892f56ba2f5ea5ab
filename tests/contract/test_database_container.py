"""PostgreSQL in a container: the same behaviour as the process, with less around it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from sandboxes import index_reached, served, server, started_by, submitted

from grader.database import Server, Template
from grader.database.container import ContainerDatabases, base_images
from grader.errors import OurFault
from grader.sandbox.container import DockerSandbox
from grader.sandbox.engine import Engine
from grader.stages import Stages

pytestmark = [pytest.mark.engine, pytest.mark.postgres]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine.connect() as engine:
        base_images(engine).build()
        yield engine
        assert started_by(engine) == ([], [])


@pytest.fixture(scope="module")
def databases(engine: Engine) -> ContainerDatabases:
    return ContainerDatabases(engine)


def fill(server: Server) -> None:
    with server.connect() as connection:
        connection.execute("CREATE TABLE things AS SELECT generate_series(1, 1000) AS id")


def count(server: Server) -> int:
    with server.connect() as connection:
        row = connection.execute("SELECT count(*) FROM things").fetchone()
    assert row
    return int(row[0])


def test_a_server_answers_over_its_socket_and_knows_its_version(databases: ContainerDatabases) -> None:
    with databases.start() as server, server.connect() as connection:
        assert connection.execute("SHOW server_version").fetchone() == (server.version,)
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert databases.isolation == "docker"
        assert databases.images()["postgres"].startswith("sha256:")


def test_every_start_is_a_fresh_copy_of_the_template(databases: ContainerDatabases) -> None:
    template = Template(key="container-contract-1", fill=fill)
    with databases.start(template) as first, databases.start(template) as second:
        with first.connect() as connection:
            connection.execute("DELETE FROM things")
        assert (count(first), count(second)) == (0, 1000)
    with databases.start(template) as third:
        assert count(third) == 1000


def test_a_statement_can_be_cancelled_from_outside(databases: ContainerDatabases) -> None:
    with databases.start() as server, server.connect() as connection, server.connect() as other:
        other.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")


def test_a_superuser_in_there_reaches_neither_network_nor_machine(databases: ContainerDatabases) -> None:
    script = (
        "cat /proc/net/route | wc -l; grep -c . /proc/net/dev; id -u; "
        "(echo > /usr/x) 2>&1 | grep -o 'Read-only' ; grep CapEff /proc/self/status | tr '\\t' ' '"
    )
    with databases.start() as server, server.connect() as connection:
        connection.execute("CREATE TABLE seen (line text)")
        connection.execute(f"COPY seen FROM PROGRAM $${script}$$")
        lines = [row[0] for row in connection.execute("SELECT line FROM seen").fetchall()]
    assert lines[0] == "1", "a table of routes with nothing but its heading"
    assert lines[1] == "3", "no interface but loopback"
    assert lines[2] != "0"
    assert lines[-1].split()[1] == "0" * 16


def test_a_server_that_is_gone_is_our_fault(databases: ContainerDatabases) -> None:
    with databases.start() as server:
        pass
    with pytest.raises(OurFault) as fault:
        server.connect()
    assert fault.value.code == "E221"


def test_folders_are_removed_at_the_end(databases: ContainerDatabases, tmp_path: Path) -> None:
    with databases.start() as server, server.connect() as connection:
        path = Path(connection.info.host)
        assert path.exists()
    assert not path.exists()
    assert tmp_path.exists()


LOOK = """
def look():
    import psycopg
    with psycopg.connect(os.environ["DATABASE_URL"]) as base:
        base.execute("CREATE TABLE IF NOT EXISTS visits (id serial)")
        base.execute("INSERT INTO visits DEFAULT VALUES")
        return base.execute("SELECT count(*) FROM visits").fetchone()[0]
"""
INTRUDE = """
def look():
    import psycopg
    try:
        psycopg.connect("postgresql://postgres@127.0.0.1:5432/postgres")
    except psycopg.OperationalError as error:
        with psycopg.connect(os.environ["DATABASE_URL"]) as base:
            pools = [psycopg.connect(os.environ["DATABASE_URL"]) for _ in range(60)]
            return [str(error), base.execute("SELECT rolsuper FROM pg_roles WHERE rolname = 'app'").fetchone()[0]]
    return "in"
"""


def test_a_submission_gets_a_postgresql_that_outlives_its_restart(
    engine: Engine, databases: ContainerDatabases, tmp_path: Path
) -> None:
    files = {
        "server.py": server(LOOK),
        "requirements.txt": "psycopg[binary]\n",
        "submission.toml": '[run]\nstart = "python server.py"\n[services]\npostgres = true\n',
    }
    sandbox = DockerSandbox(engine, Stages(), postgres=databases.beside)
    with (
        index_reached(),
        submitted(tmp_path, files) as submission,
        sandbox.serve(submission, environment={}) as service,
    ):
        counts = []
        for _ in range(2):
            counts.append(httpx.get(f"{service.base_url}/look", timeout=20, trust_env=False).json())
            assert service.state().listening == ("0.0.0.0:8000",)
            service.restart()
    assert counts == [1, 2]


def test_a_submission_is_no_superuser_of_its_postgresql_and_may_have_many_connections(
    engine: Engine, databases: ContainerDatabases, tmp_path: Path
) -> None:
    files = {
        "server.py": server(INTRUDE),
        "requirements.txt": "psycopg[binary]\n",
        "submission.toml": '[run]\nstart = "python server.py"\n[services]\npostgres = true\n',
    }
    sandbox = DockerSandbox(engine, Stages(), postgres=databases.beside)
    with submitted(tmp_path, files) as submission, sandbox.serve(submission, environment={}) as service:
        refusal, superuser = httpx.get(f"{service.base_url}/look", timeout=20, trust_env=False).json()
    assert "no pg_hba.conf entry" in refusal
    assert superuser is False


def test_a_submission_that_asks_for_postgresql_where_there_is_none_is_not_blamed(
    engine: Engine, tmp_path: Path
) -> None:
    files = {"server.py": server(), "submission.toml": "[services]\npostgres = true\n"}
    with pytest.raises(OurFault) as fault, served(engine, tmp_path, files):
        pass
    assert fault.value.code == "E216"


def test_one_process_may_use_as_much_memory_as_outside_a_container_and_no_more(databases: ContainerDatabases) -> None:
    with databases.start() as server:
        with server.connect() as connection, pytest.raises(psycopg.errors.OutOfMemory):
            connection.execute(
                "SELECT cardinality(array_agg(repeat(md5(a::text), 40))) FROM generate_series(1, 9000000) AS a"
            )
        with server.connect() as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_process_of_the_server_that_heeds_nothing_can_be_killed(databases: ContainerDatabases) -> None:
    with databases.start() as server:
        connection = server.connect()
        server.kill(connection.info.backend_pid)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
        connection.close()
