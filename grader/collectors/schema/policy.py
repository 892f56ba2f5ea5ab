"""What to do with each statement of a submitted script before it may reach the server.

This keeps one script from being two findings and says things clearly; it is not what protects the server. That is the
role the script runs as: no superuser, no owner of anything outside its scratch database.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Literal

import msgspec

from grader.sql.schema.splitter import Statement, blanked

ALLOWED_EXTENSIONS = frozenset(
    {
        *(
            "btree_gin",
            "btree_gist",
            "citext",
            "cube",
            "fuzzystrmatch",
            "hstore",
            "intarray",
            "isn",
            "ltree",
            "pg_trgm",
        ),
        *("pgcrypto", "plpgsql", "tablefunc", "unaccent", "uuid-ossp"),
    }
)

MOST_READ = 20_000  # characters of a statement: enough to tell what it is
_DATABASE = "the grader gives every answer a scratch database of its own"
_RIGHTS = "roles and rights do not exist in the scratch database"
_TRANSACTION = "every statement runs by itself, so that one failure does not undo the others"
_NO_SCHEMA = "it does not change a schema"
_PSQL = "a command of psql, not SQL"
_TIME = "the grader sets its own limits of time"
_ENCODING = "the files are read as text, and PostgreSQL gets them in UTF-8"
_SERVER_FILE = "it reads or writes a file of the server"

_ASIDE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), reason)
    for pattern, reason in (
        (
            r"(begin|start\s+transaction|commit|end|rollback|abort|savepoint|release|prepare\s+transaction)\b",
            _TRANSACTION,
        ),
        (r"set\s+(session\s+)?(statement|lock|transaction|idle_session|idle_in_transaction_session)_timeout\b", _TIME),
        (r"set\s+(session\s+)?(client_encoding|names)\b", _ENCODING),
        (r"set\s+(local|transaction|constraints|session\s+characteristics)\b", _TRANSACTION),
        (r"(create|drop|alter)\s+database\b|use\s", _DATABASE),
        (r"(create|drop|alter)\s+(role|user|group|tablespace)\b|set\s+(session\s+authorization|role)\b", _RIGHTS),
        (r"(grant|revoke|reassign\s+owned|drop\s+owned|alter\s+default\s+privileges|reset\s+role)\b", _RIGHTS),
        (r"alter\s+(?!table\b).*\bowner\s+to\b|alter\s+table\s+[^,]*\bowner\s+to\s+\S+$", _RIGHTS),
        (r"alter\s+table\s+[^,(]*\brow\s+level\s+security$", _RIGHTS),
        (r"(comment\s+on\s+(database|role|extension))\b", _RIGHTS),
        (r"security\s+label\b|(create|drop|alter)\s+policy\b", _RIGHTS),
        (r"copy\b.*\bto\s+stdout\b", _NO_SCHEMA),
        (r"copy\b(?!.*\bprogram\b)(?!.*\bstdin\b)", _SERVER_FILE),
        (
            r"(listen|notify|unlisten|discard|checkpoint|vacuum|cluster|reindex|explain|lock|fetch|declare|close)\b",
            _NO_SCHEMA,
        ),
    )
)
_REFUSED: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), reason)
    for pattern, reason in (
        (r"alter\s+system\b", "ALTER SYSTEM changes the server, not a schema"),
        (r"copy\b.*\bprogram\b", "COPY … PROGRAM runs a program on the server"),
        (r"load\b", "LOAD brings a library into the server"),
        (r"(create|alter|drop)\s+(server|foreign\s+data|user\s+mapping|subscription|publication|event\s+trigger)\b",
         "it reaches outside of the schema"),
        (r"(create|alter|drop)\s+(trusted\s+)?(procedural\s+)?language\b", "languages belong to the server"),
    )
)  # fmt: skip
_STRUCTURE = re.compile(r"(create|alter|comment|do|drop)\b", re.IGNORECASE)
_EXTENSION = re.compile(r'create\s+extension\s+(?:if\s+not\s+exists\s+)?("[^"]+"|[\w-]+)', re.IGNORECASE)
_DROP = re.compile(r"drop\b", re.IGNORECASE)
_SESSION = re.compile(r"set\b|reset\b|select\s+(pg_catalog\.)?set_config\b", re.IGNORECASE)
# What may be said again in a new session: it calls no function but set_config, with texts.
_REPEATED = re.compile(
    r"set\s+(?:session\s+)?(?:schema\b|[\w.]+\s*(?:=|\bto\b))|"
    r"select\s+(?:pg_catalog\.)?set_config\s*\(\s*,\s*,\s*false\s*\)$",
    re.IGNORECASE,
)
_PATH = r"((?:\"[^\"]+\"|[\w$]+)(?:\s*\.\s*(?:\"[^\"]+\"|[\w$]+))?)"
_NO_TABLE_OF_ITS_OWN = re.compile(
    r"create\s+(?:unlogged\s+)?table\b[^(]*(?:\bpartition\s+of\b|\bpg_temp\s*\.)", re.IGNORECASE
)
_ATTACHED = re.compile(rf"alter\s+table\b.*\battach\s+partition\s+{_PATH}", re.IGNORECASE)
_CREATE_TABLE = re.compile(rf"create\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?{_PATH}", re.IGNORECASE)
_NEARLY_TABLE = re.compile(
    rf"(?P<make>[a-z]{{4,8}})\s+(?P<table>[a-z]{{3,8}})\s+(?:if\s+not\s+exists\s+)?{_PATH}\s*\(", re.IGNORECASE
)
_NEARLY = 0.75  # `CREATE TABEL`, `CRAETE TABLE`, `CREATE TABL`; not `CREATE TYPE`


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to do with a statement. `structural` ones make the schema; `session` ones change settings.

    `repeated` ones of those are said again in a new session. `table` is the table that it creates, `attached` the one
    that it makes a partition of another; `dropping` that it only removes something.
    """

    action: Literal["run", "aside", "refuse", "extension"] = "run"
    reason: str = ""
    structural: bool = False
    session: bool = False
    repeated: bool = False
    dropping: bool = False
    table: str = ""
    attached: str = ""
    extension: str = ""


def plan(statement: Statement) -> Plan:
    """The plan for one statement."""
    if statement.kind == "meta":
        return Plan(action="aside", reason=_PSQL)
    code = " ".join(blanked(statement.text[:MOST_READ])[:2000].split())
    for pattern, reason in _REFUSED:
        if pattern.match(code):
            return Plan(action="refuse", reason=reason, structural=True)
    for pattern, reason in _ASIDE:
        if pattern.match(code):
            return Plan(action="aside", reason=reason)
    if _SESSION.match(code) and "_timeout" in statement.text.lower():  # also as a text, for set_config
        return Plan(action="aside", reason=_TIME)
    if found := _EXTENSION.match(code):
        return _extension(found[1].strip('"').lower())
    created = None if _NO_TABLE_OF_ITS_OWN.match(code) else _CREATE_TABLE.match(code)
    attached = _ATTACHED.match(code)
    nearly = nearly_a_table(statement)
    return Plan(
        structural=bool(_STRUCTURE.match(code)) or bool(nearly),
        session=bool(_SESSION.match(code)),
        repeated=bool(_REPEATED.match(code)),
        dropping=bool(_DROP.match(code)),
        table=created[1] if created else nearly[3] if nearly else "",
        attached=attached[1] if attached else "",
    )


def nearly_a_table(statement: Statement) -> re.Match[str] | None:
    """The words `CREATE TABLE` misspelt and the name after them: no statement of SQL begins like that."""
    found = _NEARLY_TABLE.match(statement.text[:MOST_READ]) if statement.kind == "sql" else None
    if found is None or (found["make"].lower(), found["table"].lower()) == ("create", "table"):
        return None
    near = _alike(found["make"], "create") and _alike(found["table"], "table")
    return found if near else None


def _alike(word: str, meant: str) -> bool:
    return SequenceMatcher(None, word.lower(), meant).ratio() >= _NEARLY


def _extension(name: str) -> Plan:
    if name in ALLOWED_EXTENSIONS:
        return Plan(action="extension", structural=True, extension=name)
    reason = f"the extension `{name}` is not among those the brief allows: {', '.join(sorted(ALLOWED_EXTENSIONS))}"
    return Plan(action="refuse", reason=reason, structural=True)
