"""Column types as sqlglot reads them, in the families that the catalog uses."""

from __future__ import annotations

import msgspec
from sqlglot import exp
from sqlglot.errors import SqlglotError

FAMILIES = {
    **dict.fromkeys(("INT", "INTEGER", "SERIAL", "MEDIUMINT", "INT4"), "int"),
    **dict.fromkeys(("BIGINT", "BIGSERIAL", "INT8", "SERIAL8"), "bigint"),
    **dict.fromkeys(("SMALLINT", "SMALLSERIAL", "INT2", "SERIAL2", "TINYINT"), "smallint"),
    **dict.fromkeys(("DECIMAL", "NUMERIC"), "numeric"),
    **dict.fromkeys(("FLOAT", "DOUBLE", "REAL"), "float"),
    **dict.fromkeys(("TEXT", "CITEXT"), "text"),
    **dict.fromkeys(("VARCHAR", "NVARCHAR"), "varchar"),
    **dict.fromkeys(("CHAR", "NCHAR", "BPCHAR"), "char"),
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMPNTZ", "DATETIME"), "timestamp"),
    **dict.fromkeys(("TIMESTAMPTZ", "TIMESTAMPLTZ"), "timestamptz"),
    **dict.fromkeys(("TIME", "TIMETZ"), "time"),
    **dict.fromkeys(("JSON", "JSONB"), "json"),
    **dict.fromkeys(("VARBINARY", "BINARY", "BLOB"), "bytes"),
    "BOOLEAN": "bool",
    "DATE": "date",
    "MONEY": "money",
    "UUID": "uuid",
    "XML": "xml",
    "INET": "inet",
    "HSTORE": "hstore",
    "INTERVAL": "interval",
    "BIT": "bit",
}
SERIALS = ("SERIAL", "BIGSERIAL", "SMALLSERIAL", "SERIAL8", "SERIAL4", "SERIAL2")
_SIZED = ("numeric", "varchar", "char")


class ReadType(msgspec.Struct, frozen=True, kw_only=True):
    """A type: `named` is the name of a type that the script itself defines, or of an extension."""

    family: str
    text: str
    args: tuple[int, ...] = ()
    array: bool = False
    serial: bool = False
    named: str = ""


def read_type(kind: exp.Expression | None) -> ReadType:
    """The type of a column definition; family `none` when it has none."""
    if not isinstance(kind, exp.DataType):
        name = kind.sql("postgres").lower() if kind is not None else "none"
        return ReadType(family=name, text=name)
    text = kind.sql("postgres").lower()
    if kind.this == exp.DataType.Type.ARRAY:
        inner = read_type(kind.expressions[0] if kind.expressions else None)
        return ReadType(family=inner.family, text=text, args=inner.args, array=True, named=inner.named)
    name = _name(kind)
    if name.upper() not in FAMILIES:
        return ReadType(family=name.lower(), text=text, named=name)
    family = FAMILIES[name.upper()]
    return ReadType(family=family, text=text, args=_args(kind, family), serial=name.upper() in SERIALS, named="")


def type_from_text(text: str) -> ReadType:
    """A type given as text, such as the base of a domain."""
    try:
        return read_type(exp.DataType.build(text, dialect="postgres", udt=True))
    except (SqlglotError, ValueError):
        return ReadType(family=text.lower(), text=text.lower(), named=text)


def _name(kind: exp.DataType) -> str:
    if kind.this != exp.DataType.Type.USERDEFINED:
        return str(kind.this.value) if isinstance(kind.this, exp.DataType.Type) else str(kind.this)
    own = kind.args.get("kind")
    last = own.expression if isinstance(own, exp.Dot) else own
    if isinstance(last, exp.Identifier):
        return last.name if last.args.get("quoted") else last.name.lower()
    return str(last or "").rpartition(".")[2].lower()


def _args(kind: exp.DataType, family: str) -> tuple[int, ...]:
    if family not in _SIZED:
        return ()
    args = tuple(int(size.name) for size in kind.expressions if size.name.lstrip("-").isdigit())
    if family == "numeric" and len(args) == 1:
        return (*args, 0)
    if family == "char" and not args and kind.this != exp.DataType.Type.BPCHAR:
        return (1,)
    return args
