"""Scripts that mean harm: each is refused or bounded and told once, what follows it still runs, and so does the next."""

from __future__ import annotations

import psycopg
import pytest

from grader.collectors.schema import catalog as schema_catalog
from grader.collectors.schema import extent as schema_extent
from grader.collectors.schema import guard as schema_guard
from grader.collectors.schema import load as schema_load
from grader.collectors.schema import session as schema_session
from grader.collectors.schema.catalog import read_catalog
from grader.collectors.schema.extent import bounded
from grader.collectors.schema.load import load
from grader.collectors.schema.session import ROLE, Session
from grader.database import Server
from grader.errors import SubmissionFault
from grader.evidence.schema import Loading
from grader.sql.schema.splitter import split

pytestmark = pytest.mark.postgres
AFTER = "\nCREATE TABLE afterwards (id int PRIMARY KEY);\n"
DENIED = "error:42501"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same limits, smaller."""
    monkeypatch.setattr(schema_load, "STATEMENT_SECONDS", 0.8)
    monkeypatch.setattr(schema_session, "GRACE_SECONDS", 0.2)
    monkeypatch.setattr(schema_session, "MOST_ANSWER", 1 << 20)


def loaded(server: Server, sql: str) -> Loading:
    return load(server, split(sql, "schema.sql"))


def told(found: Loading) -> list[str]:
    """What was said about a script: kind and SQLSTATE of failures, and what was set aside."""
    failures = [f"{failure.kind}:{failure.sqlstate}".removesuffix(":") for failure in found.failures]
    return sorted([*failures, *("aside" for _ in found.set_aside)])


def alive(server: Server) -> None:
    """The server is as it was: its databases, roles and defaults, and nobody is at work on it."""
    with server.connect() as boss:
        ask = "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database"
        assert boss.execute(ask).fetchone() == ("postgres template0 template1",)
        ask = "SELECT rolsuper, rolcreatedb, rolcreaterole, rolcanlogin, rolbypassrls FROM pg_roles WHERE rolname = %s"
        assert boss.execute(ask, [ROLE]).fetchone() == (False, False, False, True, False)
        ask = "SELECT string_agg(extname, ' ') FROM pg_extension WHERE extname NOT IN ('plpgsql', 'citext', 'pg_trgm')"
        assert boss.execute(ask).fetchone() == (None,)
        assert boss.execute(
            "SELECT count(*) FROM pg_language WHERE lanname !~ '^(c|internal|sql|plpgsql)$'"
        ).fetchone() == (0,)
        assert boss.execute("SELECT count(*) FROM pg_event_trigger").fetchone() == (0,)


LOOP = "DO $$ BEGIN LOOP BEGIN PERFORM pg_sleep(0.01); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END $$;"
NO_LIMIT = "DO $$ BEGIN PERFORM set_config('statement_timeout', '0', false); END $$;"

# ruff: noqa: E501, ISC004 - a table of scripts, one or two lines each
ATTACKS: dict[str, tuple[str, list[str]]] = {
    "drops the database": ("DROP DATABASE postgres;", ["aside"]),
    "drops the database from a block": ("DO $$ BEGIN EXECUTE 'DROP DATABASE template1'; END $$;", ["error:25001"]),
    "runs a program": ("COPY (SELECT 1) TO PROGRAM 'touch /tmp/owned';", ["refused"]),
    "runs a program from a block": (
        "DO $$ BEGIN EXECUTE 'COPY (SELECT 1) TO PROGRAM ''id'''; END $$;",
        [DENIED],
    ),
    "copies out": ("COPY (SELECT 1) TO stdout; COPY (SELECT 1) TO '/tmp/owned';", ["aside", "aside"]),
    "reads files": (
        "SELECT pg_read_file('/etc/passwd'); SELECT lo_import('/etc/passwd'); SELECT pg_ls_dir('.'); "
        "SELECT lo_export(1, '/tmp/owned');",
        [DENIED] * 4,
    ),
    "loads a library": ("LOAD 'auto_explain';", ["refused"]),
    "writes in C": ("CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'libc', 'abort';", [DENIED]),
    "writes in an untrusted language": (
        "CREATE EXTENSION plpython3u; CREATE LANGUAGE plperlu; "
        "CREATE FUNCTION g() RETURNS int LANGUAGE plpython3u AS 'return 1';",
        ["error:42704", "refused", "refused"],
    ),
    "wants forbidden extensions": (
        "CREATE EXTENSION dblink; CREATE EXTENSION postgres_fdw; CREATE EXTENSION pg_cron; CREATE EXTENSION no_such;",
        ["refused"] * 4,
    ),
    "wants them from a block": ("DO $$ BEGIN CREATE EXTENSION dblink; END $$;", [DENIED]),
    "reaches out": (
        "CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p; "
        "CREATE PUBLICATION p FOR ALL TABLES; CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION f();",
        ["refused"] * 4,
    ),
    "raises itself": ("ALTER ROLE candidate SUPERUSER; SET ROLE postgres;", ["aside", "aside"]),
    "raises itself from a block": (
        "DO $$ BEGIN ALTER ROLE candidate SUPERUSER; END $$; DO $$ BEGIN SET ROLE postgres; END $$; "
        "DO $$ BEGIN SET SESSION AUTHORIZATION postgres; END $$;",
        [DENIED] * 3,
    ),
    "locks itself out": (
        "DO $$ BEGIN EXECUTE 'ALTER ROLE candidate SET default_transaction_read_only = on'; END $$; "
        "DO $$ BEGIN EXECUTE 'ALTER ROLE candidate PASSWORD ''x'''; END $$; "
        "DO $$ BEGIN EXECUTE 'ALTER ROLE candidate SET transaction_timeout = 1'; END $$;",
        [],
    ),
    "drops all it owns": ("DROP OWNED BY candidate CASCADE; REASSIGN OWNED BY candidate TO postgres;", ["aside"] * 2),
    "drops the schema": ("DROP SCHEMA public CASCADE; CREATE SCHEMA public;", []),
    "writes into the catalog": (
        "CREATE TABLE pg_catalog.evil (id int); CREATE FUNCTION pg_catalog.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; "
        "UPDATE pg_class SET relname = 'x'; CREATE CAST (int AS text) WITH INOUT AS IMPLICIT;",
        [DENIED] * 4,
    ),
    "changes the server": ("ALTER SYSTEM SET fsync = on; SELECT pg_reload_conf();", [DENIED, "refused"]),
    "ends its connection": ("SELECT pg_terminate_backend(pg_backend_pid());", ["error:57P01"]),
    "never ends": (LOOP, ["timeout:57014"]),
    "sleeps": ("SELECT pg_sleep(3600);", ["timeout:57014"]),
    "lifts the limit and sleeps": (NO_LIMIT + "SELECT pg_sleep(3600);", ["timeout:57014"]),
    "sets limits": ("SET statement_timeout = 0; SET transaction_timeout = 1; SET idle_session_timeout = 1;", ["aside"] * 3),
    "sets limits by function": ("SELECT set_config('idle_session_timeout', '1', false); SELECT pg_sleep(0.1);", ["aside"]),
    "changes the encoding": ("SET client_encoding = 'SJIS'; SET NAMES 'latin1';", ["aside"] * 2),
    "takes all locks": ("DO $$ BEGIN PERFORM pg_advisory_lock(generate_series(1, 200000)); END $$;", ["error:53200"]),
    "recurses": (
        "CREATE FUNCTION f(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN f($1 + 1); END'; SELECT f(1);",
        ["error:54001"],
    ),
    "nests deeply": (f"SELECT {'(' * 50_000}1{')' * 50_000}; SELECT 1{'+1' * 100_000};", ["error:42601", "error:54001"]),
    "prepares a transaction": ("PREPARE TRANSACTION 'x'; DO $$ BEGIN EXECUTE 'PREPARE TRANSACTION ''x'''; END $$;",
                               ["aside", "error:0A000"]),
    "listens": ("LISTEN x; NOTIFY x; SELECT pg_notify('x', repeat('y', 7000)) FROM generate_series(1, 100);", ["aside"] * 2),
    "answers too much": ("SELECT repeat('x', 1000) FROM generate_series(1, 100000);", ["refused"]),
    "answers one row that is too much": ("SELECT repeat('x', 50000000);", ["refused"]),
    "shouts": ("DO $$ BEGIN RAISE EXCEPTION '%', repeat('x', 50000000); END $$;", ["refused"]),
    "shouts in notices": (
        "DO $$ BEGIN PERFORM set_config('client_min_messages', 'notice', false); "
        "LOOP RAISE NOTICE '%', repeat('x', 10000); END LOOP; END $$;",
        ["refused"],
    ),
    "spills to disk": ("SELECT count(*) FROM (SELECT repeat('x', 50000) || i FROM generate_series(1, 90000) i ORDER BY 1);",
                       ["timeout:57014"]),
    "makes wide tables": (f"CREATE TABLE wide ({', '.join(f'c{n} int' for n in range(1_601))});", ["error:54011"]),
    "goes on in a temporary schema": ("CREATE TEMP TABLE t (id int); CREATE TABLE pg_temp.u (id int);", []),
    "hides rows": (
        "CREATE TABLE t (id int); DO $$ BEGIN EXECUTE 'ALTER TABLE t FORCE ROW LEVEL SECURITY'; "
        "EXECUTE 'ALTER TABLE t ENABLE ROW LEVEL SECURITY'; END $$; CREATE POLICY p ON t USING (false);",
        ["aside"],
    ),
    "is no SQL": ("hello world; <html></html>; 42; {'a': 1};", ["error:42601"] * 4),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_told_once_and_what_follows_it_runs(server: Server, name: str) -> None:
    script, expected = ATTACKS[name]
    found = loaded(server, script + AFTER)
    alive(server)
    assert told(found) == expected
    assert read_catalog(server).table("afterwards") is not None


def test_a_server_that_was_attacked_grades_the_next_answer(server: Server) -> None:
    found = loaded(server, "CREATE TABLE users (id int PRIMARY KEY); INSERT INTO users VALUES (1);")
    assert (found.ran, told(found)) == (1, [])


def test_rows_that_fill_the_disk_are_stopped_and_given_back(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema_guard, "SOFT_DISK", 192 << 20)
    monkeypatch.setattr(schema_guard, "HARD_DISK", 256 << 20)
    monkeypatch.setattr(schema_guard, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(schema_load, "STATEMENT_SECONDS", 20.0)
    endless = (
        "DO $$ BEGIN LOOP INSERT INTO t SELECT repeat('x', 2000) FROM generate_series(1, 10000); END LOOP; END $$;"
    )
    found = loaded(server, f"CREATE TABLE t (x text); {endless} {AFTER}")
    assert told(found) == ["refused"]
    assert "had grown" in found.failures[0].message
    with server.connect() as boss:
        assert boss.execute("SELECT pg_relation_size('public.t') < 10000000").fetchone() == (True,)


def test_tables_by_the_thousand_are_one_clear_fault(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema_extent, "MAX_COLUMNS", 3_000)
    columns = ", ".join(f"c{n} int" for n in range(1_500))
    loaded(server, "".join(f"CREATE TABLE t{n} ({columns});" for n in range(3)))
    with pytest.raises(SubmissionFault) as caught:
        bounded(server)
    assert caught.value.code == "E334"


def test_definitions_larger_than_memory_are_one_clear_fault(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema_catalog, "MOST_BYTES", 1 << 20)
    long = "x" * 200_000
    loaded(server, "".join(f"CREATE TABLE t{n} (c text CHECK (c <> '{long}{n}'));" for n in range(8)))
    with pytest.raises(SubmissionFault) as caught:
        read_catalog(server)
    assert caught.value.code == "E334"


def test_a_statement_that_eats_memory_ends_alone(server: Server) -> None:
    found = loaded(server, f"SELECT array_agg(repeat('x', 100000000) || i) FROM generate_series(1, 99) i; {AFTER}")
    assert [f.sqlstate for f in found.failures] in (["53200"], ["57014"])  # there was no more, or time was up before
    assert found.ran == 1


def test_a_session_survives_a_crash_of_the_server(server: Server) -> None:
    with Session(server, 5.0) as session, server.connect() as boss:
        pid = session.connection.info.backend_pid
        boss.execute("SELECT pg_terminate_backend(%s)", [pid])
        with pytest.raises(psycopg.OperationalError):
            session.run("SELECT 1")
        session.reconnect()
        assert session.run("SELECT 1").fetchone() == (1,)
        assert session.ended == ""


def test_a_script_upside_down_loads_whole(server: Server) -> None:
    tables = "".join(f"CREATE TABLE t{n} (id int PRIMARY KEY, up int REFERENCES t{n + 1});\n" for n in range(30))
    found = loaded(server, f"CREATE VIEW v AS SELECT * FROM w; CREATE VIEW w AS SELECT * FROM t0;\n{tables}"
                           "CREATE TABLE t30 (id int PRIMARY KEY);")  # fmt: skip
    assert (told(found), len(found.late), found.ran) == ([], 32, 33)


def test_partitions_are_no_tables_that_went_missing(server: Server) -> None:
    found = loaded(
        server,
        """
        CREATE TABLE o (id bigint, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
        CREATE TABLE o1 PARTITION OF o FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
        CREATE TABLE o2 (id bigint NOT NULL, at date NOT NULL);
        ALTER TABLE ONLY o ATTACH PARTITION o2 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
        """,
    )
    assert found.tables_written == ("o",)
    assert [table.name for table in read_catalog(server).tables] == ["o"]
