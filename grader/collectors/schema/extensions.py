"""Stand-ins for extensions that answers often ask for and the pinned PostgreSQL does not carry.

They give the functions that schemas use for defaults and seeds, so that nobody loses a table over a packaging choice.
Nothing is kept secret with them: the database is thrown away.
"""

from __future__ import annotations

_UUID = "SELECT pg_catalog.gen_random_uuid()"
_SALT = "SELECT ''$2a$06$'' || pg_catalog.md5(''salt'')"
_BYTES = "SELECT pg_catalog.decode(pg_catalog.repeat(''a5'', $1), ''hex'')"
_DIGEST = "SELECT pg_catalog.sha256(pg_catalog.convert_to($1, ''UTF8''))"

# Name and arguments, result, body: each becomes a function in the schema where the extension would have put its own.
_FUNCTIONS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "uuid-ossp": (
        ("uuid_generate_v1()", "uuid", _UUID),
        ("uuid_generate_v1mc()", "uuid", _UUID),
        ("uuid_generate_v4()", "uuid", _UUID),
        ("uuid_nil()", "uuid", "SELECT ''00000000-0000-0000-0000-000000000000''::uuid"),
    ),
    "pgcrypto": (
        ("gen_salt(text)", "text", _SALT),
        ("gen_salt(text, int)", "text", _SALT),
        ("crypt(text, text)", "text", "SELECT $2 || pg_catalog.md5($1)"),
        ("digest(text, text)", "bytea", _DIGEST),
        ("gen_random_bytes(int)", "bytea", _BYTES),
    ),
}


def stand_in(name: str, schema: str) -> str:
    """Statements that make the functions of an extension in a (quoted) schema; empty when there is no stand-in."""
    return "".join(
        f"CREATE OR REPLACE FUNCTION {schema}.{head} RETURNS {result} LANGUAGE sql AS '{body}';\n"
        for head, result, body in _FUNCTIONS.get(name, ())
    )
