"""Column types of MySQL and SQLite, in the families that PostgreSQL's catalog uses, and the type of the copy.

MySQL: https://dev.mysql.com/doc/refman/8.0/en/data-types.html; SQLite's affinities: https://sqlite.org/datatype3.html.
"""

from __future__ import annotations

import msgspec

from grader.sql.schema.dialects.tokens import Cursor

_MYSQL = {
    **dict.fromkeys(("TINYINT", "INT1"), "smallint"),
    **dict.fromkeys(("SMALLINT", "INT2"), "smallint"),
    **dict.fromkeys(("MEDIUMINT", "MIDDLEINT", "INT", "INTEGER", "INT3", "INT4"), "int"),
    **dict.fromkeys(("BIGINT", "INT8", "SERIAL"), "bigint"),
    **dict.fromkeys(("DECIMAL", "DEC", "NUMERIC", "FIXED"), "numeric"),
    **dict.fromkeys(("FLOAT", "DOUBLE", "REAL", "FLOAT4", "FLOAT8"), "float"),
    **dict.fromkeys(("BOOL", "BOOLEAN"), "bool"),
    **dict.fromkeys(("CHAR", "CHARACTER", "NCHAR"), "char"),
    **dict.fromkeys(("VARCHAR", "NVARCHAR", "VARCHARACTER"), "varchar"),
    **dict.fromkeys(("TINYTEXT", "TEXT", "MEDIUMTEXT", "LONGTEXT", "LONG"), "text"),
    **dict.fromkeys(("BINARY", "VARBINARY", "TINYBLOB", "BLOB", "MEDIUMBLOB", "LONGBLOB"), "bytes"),
    "BIT": "bit",
    "DATE": "date",
    "DATETIME": "timestamp",
    "TIMESTAMP": "timestamptz",
    "TIME": "time",
    "YEAR": "smallint",
    "JSON": "json",
    "ENUM": "enum",
    "SET": "text",
    "VECTOR": "text",
    **dict.fromkeys(
        (
            *("GEOMETRY", "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON"),
            *("GEOMETRYCOLLECTION", "GEOMCOLLECTION"),
        ),
        "text",
    ),
}
_MYSQL_SIZES = {"TINYINT": 1, "INT1": 1, "BOOL": 1, "BOOLEAN": 1, "SMALLINT": 2, "INT2": 2, "MEDIUMINT": 3, "INT3": 3}
_SQLITE_NAMED = {
    **dict.fromkeys(("BOOLEAN", "BOOL"), "bool"),
    **dict.fromkeys(("DATETIME", "TIMESTAMP", "TIMESTAMPTZ"), "timestamp"),
    **dict.fromkeys(("JSON", "JSONB"), "json"),
    "DATE": "date",
    "TIME": "time",
    "UUID": "text",
    "ANY": "text",
}
COPIES = {"int": "integer", "float": "double precision", "bytes": "bytea", "bool": "boolean", "json": "jsonb"}
_MOST_DIGITS = 65


class OtherType(msgspec.Struct, frozen=True, kw_only=True):
    """A type: `declared` is how it was written, `labels` those of ENUM and SET.

    `size` is the number of bytes of a whole number, with its sign, so that keys can be compared as MySQL does.
    """

    family: str
    declared: str
    args: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()
    array: bool = False
    unsigned: bool = False
    serial: bool = False
    flag: bool = False
    size: str = ""

    @property
    def copied(self) -> str:
        """The type of the column in the PostgreSQL copy; of an enum only `enum`, which has a type of its own."""
        args = f"({','.join(map(str, self.args))})" if self.args else ""
        return COPIES.get(self.family, self.family) + args + ("[]" if self.array else "")


def mysql_type(cursor: Cursor) -> OtherType:
    """The type that comes next; raises `NotUnderstood` for one that MySQL does not have."""
    begin = cursor.at
    cursor.take("NATIONAL")
    name = cursor.next().upper
    if name not in _MYSQL:
        cursor.at -= 1
        raise cursor.lost("MySQL has no such type")
    if (name == "DOUBLE" and cursor.take("PRECISION")) or cursor.take("VARYING"):
        name = "VARCHAR" if name != "DOUBLE" else name
    if name == "LONG":
        cursor.take_any("VARCHAR", "VARBINARY")
    sizes, labels = _arguments(cursor)
    flags = set()
    while flag := cursor.take_any("UNSIGNED", "SIGNED", "ZEROFILL"):
        flags.add(flag)
    family = _MYSQL[name]
    unsigned = bool(flags & {"UNSIGNED", "ZEROFILL"}) or name == "SERIAL"
    flag_like = family == "bool" or (name == "TINYINT" and sizes == (1,) and not unsigned)
    return OtherType(
        family=family,
        declared=" ".join(cursor.between(begin).lower().split()) if not labels else name.lower(),
        args=_mysql_args(family, name, sizes),
        labels=labels,
        array=name == "SET",
        unsigned=unsigned,
        serial=name == "SERIAL",
        flag=flag_like,
        size=_mysql_size(name, unsigned=unsigned),
    )


def _mysql_size(name: str, *, unsigned: bool) -> str:
    family = _MYSQL[name]
    if family not in ("smallint", "int", "bigint", "bool") or name == "YEAR":
        return ""
    size = _MYSQL_SIZES.get(name, {"int": 4, "bigint": 8}.get(family, 0))
    return f"{size}{' unsigned' if unsigned else ''}"


def _mysql_args(family: str, name: str, sizes: tuple[int, ...]) -> tuple[int, ...]:
    if name == "SET":
        return ()
    if family == "numeric":
        precision, scale = (*sizes, 10, 0)[:2] if not sizes else (*sizes, 0)[:2]
        return min(precision, _MOST_DIGITS), scale
    if family == "char":
        return sizes[:1] or (1,)
    return sizes[:1] if family in ("varchar", "bit") else ()


def sqlite_type(cursor: Cursor, ends: frozenset[str], *, strict: bool) -> OtherType:
    """The words up to the first constraint, and what they mean to SQLite; no type at all is one, too."""
    begin = cursor.at
    words = []
    while not cursor.done and not cursor.sees("(") and not cursor.sees_any(ends):
        token = cursor.peek()
        if token is None or token.kind in ("mark", "number"):
            break
        words.append(cursor.next().value.upper())
    sizes = _arguments(cursor)[0] if words and cursor.sees("(") else ()
    declared = " ".join(cursor.between(begin).lower().split())
    name = " ".join(words)
    family = _affinity(name)
    if strict and name == "INT":
        family = "bigint"
    args = (*sizes, 0)[:2] if family == "numeric" and sizes else ()
    return OtherType(
        family=family, declared=declared, args=args, size="8" if family == "bigint" else "", flag=family == "bool"
    )


def _affinity(name: str) -> str:
    """What a declared type lets a column hold; lengths of texts are not enforced, so they are not kept."""
    if not name:
        return "text"
    if name in _SQLITE_NAMED:
        return _SQLITE_NAMED[name]
    for parts, family in (
        (("INT",), "bigint"),
        (("CHAR", "CLOB", "TEXT"), "text"),
        (("BLOB",), "bytes"),
        (("REAL", "FLOA", "DOUB"), "float"),
    ):
        if any(part in name for part in parts):
            return family
    return "numeric"


def _arguments(cursor: Cursor) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Sizes and labels in the parentheses that may follow the name of a type."""
    if not cursor.sees("("):
        return (), ()
    inside = cursor.enclosed()
    sizes = tuple(int(token.value) for token in inside.tokens if token.kind == "number" and token.value.isdigit())
    return sizes, tuple(token.value for token in inside.tokens if token.kind == "text")
