"""What reading a script gives: the schema as it was written, and what of it could not be read."""

from __future__ import annotations

import msgspec

from grader.evidence.catalog import Place, Schema


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """A statement, or a part of one, that could not be read.

    `table` is the one it concerns, where that is known. `why` is said for dialects that no server of ours speaks.
    `wrong` marks what the database it was written for surely refuses, such as a change of a table that is not there.
    """

    text: str
    place: Place
    table: str = ""
    why: str = ""
    wrong: bool = False


class Aside(msgspec.Struct, frozen=True, kw_only=True):
    """A statement that makes no part of a schema, and why it was passed over."""

    text: str
    reason: str
    place: Place


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A schema as written, and what of it could not be read.

    The rest is filled for MySQL and SQLite only: `caveats` are what the database ignores of it, `tables` the names of
    all tables that it makes, read or not, and `statements` how many statements make or change tables.
    `forward` says that references to tables further down are fine.
    """

    schema: Schema
    unread: tuple[Unread, ...]
    aside: tuple[Aside, ...] = ()
    caveats: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    statements: int = 0
    forward: bool = False
