"""A submitted script meets a real PostgreSQL: all that runs is there, all that fails is told, and nothing is harmed."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.collectors.schema import load as schema_load
from grader.collectors.schema.catalog import read_catalog
from grader.collectors.schema.extent import tables_in
from grader.collectors.schema.load import load
from grader.collectors.schema.session import Session
from grader.database import Server
from grader.evidence.schema import Loading
from grader.sql.schema.splitter import split

pytestmark = pytest.mark.postgres
SCHEMAS = Path(__file__).parent.parent / "schemas"


def loaded(server: Server, sql: str) -> Loading:
    return load(server, split(sql, "schema.sql"))


def test_a_script_that_runs_leaves_its_tables(server: Server) -> None:
    found = loaded(server, "CREATE TABLE a (id int); CREATE TABLE b (id int); INSERT INTO a VALUES (1);")
    assert (found.structural, found.ran, found.failures) == (2, 2, ())
    assert found.tables_written == ("a", "b")
    assert tables_in(server) == 2


def test_one_failure_does_not_void_the_rest_and_is_told_in_postgresqls_words(server: Server) -> None:
    found = loaded(
        server, "CREATE TABLE a (id int);\nCREATE TABLE b (\n  id int,\n  x nosuchtype\n);\nCREATE TABLE c (id int);"
    )
    (failure,) = found.failures
    assert failure.message == 'type "nosuchtype" does not exist'
    assert (failure.sqlstate, str(failure.place), failure.place.length) == ("42704", "schema.sql:4:5", 10)
    assert failure.table == "b"
    assert [table.name for table in read_catalog(server).tables] == ["a", "c"]


def test_what_came_too_early_runs_in_the_end_and_is_said(server: Server) -> None:
    found = loaded(server, "CREATE TABLE b (a int REFERENCES a);\nCREATE TABLE a (id int PRIMARY KEY);")
    assert found.failures == ()
    assert [late.message for late in found.late] == ['relation "a" does not exist']
    assert found.ran == 2


def test_a_failed_statement_inside_begin_does_not_undo_the_others(server: Server) -> None:
    found = loaded(server, "BEGIN; CREATE TABLE a (id int); CREATE TABLE a (id int); CREATE TABLE b (id int); COMMIT;")
    assert tables_in(server) == 2
    assert [failure.sqlstate for failure in found.failures] == ["42P07"]
    assert len(found.set_aside) == 2


def test_dropping_what_is_not_there_costs_nothing(server: Server) -> None:
    found = loaded(server, "DROP TABLE a; DROP TYPE t; CREATE TABLE a (id int);")
    assert (found.failures, found.structural, found.ran) == ((), 1, 1)


def test_a_dump_loads_whole(server: Server) -> None:
    found = loaded(server, (SCHEMAS / "dumped.sql").read_text(encoding="utf-8"))
    assert (found.failures, found.late) == ((), ())
    with server.connect() as boss:
        assert boss.execute("SELECT string_agg(name, ',' ORDER BY id) FROM shop.departments").fetchone() == (
            "Books; and more,Toys",
        )


def test_stand_ins_serve_for_extensions_the_server_lacks(server: Server) -> None:
    found = loaded(
        server,
        """
        CREATE SCHEMA shop; SET search_path TO shop;
        CREATE EXTENSION "uuid-ossp"; CREATE EXTENSION pgcrypto; CREATE EXTENSION citext;
        CREATE TABLE a (id uuid PRIMARY KEY DEFAULT uuid_generate_v4(), email citext, secret text);
        INSERT INTO a (secret) VALUES (crypt('x', gen_salt('bf')));
        """,
    )
    assert found.failures == ()


def test_dangerous_statements_are_refused_or_fail_and_nothing_happens(server: Server, tmp_path: Path) -> None:
    mark = tmp_path / "owned"
    found = loaded(
        server,
        f"""
        DROP DATABASE postgres;
        COPY (SELECT 1) TO PROGRAM 'touch {mark}';
        ALTER SYSTEM SET work_mem = '1MB';
        CREATE EXTENSION dblink;
        CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'libc', 'system';
        DO $$ BEGIN EXECUTE 'COPY (SELECT 1) TO PROGRAM ''touch {mark}'''; END $$;
        DO $$ BEGIN EXECUTE 'DROP DATABASE postgres'; END $$;
        DO $$ BEGIN EXECUTE 'ALTER DATABASE postgres CONNECTION LIMIT 0'; END $$;
        DO $$ BEGIN EXECUTE 'ALTER ROLE candidate SUPERUSER'; END $$;
        SELECT pg_read_file('/etc/passwd');
        CREATE TABLE a (id int);
        """,
    )
    kinds = [failure.kind for failure in found.failures]
    assert kinds.count("refused") == 3
    assert kinds.count("error") == 6
    assert not mark.exists()
    assert tables_in(server) == 1
    assert [item.reason for item in found.set_aside] == ["the grader gives every answer a scratch database of its own"]


ENDLESS = """
DO $$
BEGIN
    PERFORM set_config('statement_timeout', '0', false);
    LOOP
        BEGIN
            PERFORM pg_sleep(0.05);
        EXCEPTION WHEN query_canceled THEN
            NULL;
        END;
    END LOOP;
END $$;
"""


def test_a_loop_that_refuses_to_end_is_ended_and_the_session_goes_on(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema_load, "STATEMENT_SECONDS", 0.3)
    found = loaded(server, f"CREATE SCHEMA shop; SET search_path = shop; {ENDLESS} CREATE TABLE a (id int);")
    assert [failure.kind for failure in found.failures] == ["timeout"]
    assert [table.name for table in read_catalog(server).tables] == ["shop.a"]


def test_a_script_full_of_endless_loops_is_stopped_as_a_whole(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema_load, "STATEMENT_SECONDS", 0.1)
    found = loaded(server, "SELECT pg_sleep(60);" * 20)
    assert found.stopped.startswith("not run: 3 statements before")
    assert len(found.failures) == 20


def test_what_the_script_does_to_its_role_does_not_lock_us_out(server: Server) -> None:
    loaded(
        server,
        """
        CREATE TABLE a (id int);
        DO $$ BEGIN EXECUTE 'ALTER ROLE candidate SET default_transaction_read_only = on'; END $$;
        DO $$ BEGIN EXECUTE 'ALTER ROLE candidate SET search_path = nowhere'; END $$;
        DO $$ BEGIN EXECUTE 'ALTER ROLE candidate SET statement_timeout = 1'; END $$;
        """,
    )
    assert [table.name for table in read_catalog(server).tables] == ["a"]


def test_functions_with_the_names_of_the_servers_own_are_never_called(server: Server) -> None:
    loaded(
        server,
        """
        CREATE TABLE a (id int, price float);
        CREATE FUNCTION format_type(oid, int) RETURNS text LANGUAGE sql AS $$ SELECT 'numeric(12,2)' $$;
        CREATE FUNCTION pg_get_expr(pg_node_tree, oid) RETURNS text LANGUAGE sql AS $$ SELECT 'x' $$;
        CREATE TABLE pg_class (oid oid, relname text);
        """,
    )
    found = read_catalog(server).table("a")
    assert found is not None
    assert [column.type for column in found.columns] == ["integer", "double precision"]


def test_notices_and_results_leave_no_trace(server: Server) -> None:
    found = loaded(
        server, "DO $$ BEGIN RAISE NOTICE 'score: 100'; END $$; SELECT 'PASS', 100; CREATE TABLE a (id int);"
    )
    assert "100" not in repr((found.failures, found.late, found.set_aside))


def test_triggers_find_their_tables_in_the_schema_that_the_script_chose(server: Server) -> None:
    loaded(
        server,
        """
        CREATE SCHEMA shop; SET search_path TO shop;
        CREATE TABLE stock (n int); CREATE TABLE sold (n int);
        CREATE FUNCTION take() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN INSERT INTO stock VALUES (NEW.n); RETURN NEW; END $$;
        CREATE TRIGGER t AFTER INSERT ON sold FOR EACH ROW EXECUTE FUNCTION take();
        """,
    )
    with Session(server, 5.0) as session:
        session.run("INSERT INTO shop.sold VALUES (1)")
        assert session.run("SELECT count(*) FROM shop.stock").fetchone() == (1,)


def test_operators_of_a_script_never_stand_in_for_ours_where_we_have_all_rights(server: Server) -> None:
    found = loaded(
        server,
        """
        CREATE FUNCTION evil(name, name) RETURNS bool LANGUAGE plpgsql AS
            $$ BEGIN EXECUTE 'ALTER ROLE candidate SUPERUSER'; RETURN true; END $$;
        CREATE OPERATOR public.!~ (LEFTARG = name, RIGHTARG = name, FUNCTION = evil);
        CREATE TABLE a (id int);
        """,
    )
    assert found.failures == ()
    assert tables_in(server) == 1
    with server.connect() as boss:
        asked = "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = 'candidate'"
        assert boss.execute(asked).fetchone() == (False,)


def test_what_cannot_be_in_a_transaction_is_a_failure_and_is_there_all_the_same(server: Server) -> None:
    found = loaded(
        server,
        "CREATE TABLE a (id int);\nBEGIN;\nALTER TABLE a ADD COLUMN x int;\n"
        "CREATE INDEX CONCURRENTLY i ON a (x);\nVACUUM a;\nCOMMIT;\nCREATE INDEX CONCURRENTLY j ON a (id);",
    )
    assert [(one.message, one.sqlstate, one.place.line) for one in found.failures] == [
        ("CREATE INDEX CONCURRENTLY cannot run inside a transaction block", "25001", 4),
        ("VACUUM cannot run inside a transaction block", "25001", 5),
    ]
    assert all(one.structural and one.block and one.block.line == 2 for one in found.failures)
    (table,) = read_catalog(server).tables
    assert {index.name for index in table.indexes} == {"i", "j"}


def test_a_new_value_of_an_enum_is_refused_only_where_it_is_used_before_it_is_committed(server: Server) -> None:
    found = loaded(
        server,
        "CREATE TYPE s AS ENUM ('open');\nCREATE TABLE a (s s, note text);\nBEGIN;\n"
        "ALTER TYPE s ADD VALUE 'paid';\nALTER TABLE a ALTER COLUMN note SET DEFAULT 'paid';\n"
        "ALTER TABLE a ALTER COLUMN s SET DEFAULT 'paid';\nCOMMIT;\n"
        "BEGIN;\nALTER TYPE s ADD VALUE 'sent';\nCOMMIT;\nALTER TABLE a ALTER COLUMN s SET DEFAULT 'sent';",
    )
    (failure,) = found.failures
    assert (failure.sqlstate, failure.place.line) == ("55P04", 6)
    assert failure.message == 'unsafe use of new value "paid" of enum type s'
    assert "'sent'" in (read_catalog(server).tables[0].columns[0].default)


def test_what_a_script_rolls_back_is_not_there_and_said(server: Server) -> None:
    found = loaded(
        server,
        "CREATE TABLE a (id int);\nBEGIN;\nCREATE TABLE b (id int);\nINSERT INTO a VALUES (1);\nROLLBACK;\n"
        "CREATE TABLE c (id int);",
    )
    assert (found.structural, found.ran, found.failures, found.tables_written) == (2, 2, (), ("a", "c"))
    assert found.undone is not None
    assert found.undone.line == 5
    assert "taken back by ROLLBACK (schema.sql:5:1)" in found.set_aside[1].reason
    assert [table.name for table in read_catalog(server).tables] == ["a", "c"]
