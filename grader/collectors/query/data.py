"""The databases an answer runs on: one large, one private, and one that is filled with small data again and again."""

from __future__ import annotations

import hashlib

from psycopg import sql

from grader.caches import cache_root
from grader.collectors.query.exercise import BigData, Exercise
from grader.database import Server, Template
from grader.errors import OurFault

OWNER = "author"
BIG, PRIVATE, SMALL = "big", "private", "small"
FILLED_BY = 2  # raise when the way a template is filled changes
PRIVATE_SEEDS_FROM = 100_000
PRIVATE_SEEDS = 10**14

# The second wall: what a query may not do even if a reader of its text was fooled. Memory is bounded by work_mem
# and the container, temporary files by the cluster, time by our watchdog and, five minutes later, by PostgreSQL.
_ROLES = """
CREATE ROLE author LOGIN;
CREATE ROLE candidate LOGIN CONNECTION LIMIT 8;
ALTER ROLE candidate SET default_transaction_read_only = on;
ALTER ROLE candidate SET statement_timeout = '5min';
ALTER ROLE candidate SET lock_timeout = '5s';
ALTER ROLE candidate SET synchronize_seqscans = off;
ALTER ROLE author SET statement_timeout = '10min';
"""
_DATABASE = """
REVOKE ALL ON DATABASE {name} FROM PUBLIC;
GRANT CONNECT ON DATABASE {name} TO candidate, author;
GRANT TEMPORARY ON DATABASE {name} TO author;
"""
_GRANTS = """
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO candidate;
GRANT USAGE, CREATE ON SCHEMA public TO author;
ALTER DEFAULT PRIVILEGES FOR ROLE author GRANT SELECT ON TABLES TO candidate;
DO $revoke$
DECLARE name regprocedure;
BEGIN
  FOR name IN SELECT oid FROM pg_proc
    WHERE pronamespace = 'pg_catalog'::regnamespace
      AND (proname IN ('set_config', 'pg_notify', 'lo_from_bytea', 'lo_get', 'lo_put', 'lo_create', 'lo_creat')
           OR proname ~ '^(pg_sleep|pg_advisory|pg_try_advisory|(query|table|cursor|schema|database)_to_)')
  LOOP EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', name); END LOOP;
END $revoke$;
"""


def template(exercise: Exercise, big: BigData) -> Template:
    """A cluster with the large data set, an empty `small` database, and the two roles."""
    key = f"query-{exercise.data_digest}-{big.seed}-{big.size}-{FILLED_BY}"

    def fill(server: Server) -> None:
        with server.connect() as admin:
            admin.execute(_ROLES.encode())
        make_database(server, SMALL, exercise, None)
        make_database(server, BIG, exercise, big)

    return Template(key, fill)


def private_data(exercise: Exercise, seed: int, digest: str) -> BigData:
    """The private data set of a grade: never a seed that a pack uses, so never one that a candidate has.

    It depends on the answer's own files (`digest`): whoever writes rows of it into the answer gets other data.
    """
    drawn = int.from_bytes(hashlib.sha256(f"{seed}\0{digest}".encode()).digest()[:8])
    return BigData(seed=PRIVATE_SEEDS_FROM + drawn % PRIVATE_SEEDS, size=exercise.about.private.size)


def make_database(server: Server, name: str, exercise: Exercise, data: BigData | None) -> None:
    """A database with the exercise's tables and settings, filled and with statistics when `data` are given."""
    with server.connect() as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        admin.execute(sql.SQL(_DATABASE).format(name=sql.Identifier(name)))
    with server.connect(name) as admin:
        admin.execute(_GRANTS.encode())
    # tables made and filled in one transaction need no log
    with server.connect(name, role=OWNER) as owner, owner.transaction():
        owner.execute(exercise.schema.encode())
        if data is not None:
            owner.execute(f"SET LOCAL data.seed = {data.seed:d}; SET LOCAL data.size = {data.size:d}".encode())
            owner.execute(exercise.data.encode())
    with server.connect(name) as admin:
        if data is not None:
            admin.execute("VACUUM (FREEZE, ANALYZE)")
        admin.execute(exercise.server.encode())  # last: filling is not to be slowed down by a small work_mem


def check_whole(server: Server) -> None:
    """Raise `OurFault` E222 when a file of the large data is not as long as when it was filled.

    A table that was cut short gives fewer rows and no error: the answer would seem to be wrong.
    """
    with server.connect(BIG) as admin:
        cut = [name for (name,) in admin.execute(_CUT_SHORT).fetchall()]
    if cut:
        raise OurFault(
            "E222",
            f"the cached data are damaged: {', '.join(cut)}",
            note="nothing was taken from the submission for it",
            help=f"remove {cache_root()}, which is made anew, and grade again",
        )


_CUT_SHORT = """
SELECT relname FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')
   AND pg_relation_size(oid) <> relpages * current_setting('block_size')::bigint
 ORDER BY relname
"""
