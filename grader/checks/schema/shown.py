"""What findings about a schema show: lines of the script with a caret, and statements with PostgreSQL's answers."""

# ruff: noqa: S608 - statements are shown, not run; names in them are quoted for whoever runs them

from __future__ import annotations

import shlex
from collections.abc import Sequence

import msgspec

from grader.checks.schema.dialects import where_asked
from grader.evidence.catalog import Column, Place, Table
from grader.evidence.schema import Attempt, Probe, SchemaFacts
from grader.exhibits import AnyExhibit, CodeExhibit, SqlExhibit
from grader.model import Finding, failed, passed
from grader.visible import one_line

AROUND = 2
MOST_EXHIBITS = 4
MOST_NAMED = 4
LONGEST_LINE = 200
IN_THE_REPORT = "the PostgreSQL copy of your schema, shown under “How the schema was read”"


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong. `kept` is the share of the points that it leaves.

    `cause` names what is wrong in the schema where several checks see it. The check that says it first gives its fault
    the same name; the others mark theirs as `told`.
    """

    table: str
    column: str = ""
    what: str
    place: Place | None = None
    kept: float = 0.0
    exhibits: tuple[AnyExhibit, ...] = ()
    cause: str = ""
    told: bool = False

    @property
    def spot(self) -> str:
        """`table.column`."""
        return f"{self.table}.{self.column}" if self.column else self.table


def counted(faults: Sequence[Fault]) -> list[Fault]:
    """The faults that only this check sees; where there are none, those that one other check has told.

    The judge takes the latter out of the sum when that check failed for the same causes.
    """
    own = [fault for fault in faults if not fault.told]
    return own or [fault for fault in faults if _kind(fault) == _kind(faults[0])]


def _kind(fault: Fault) -> str:
    return fault.cause.partition(":")[0]


def verdict(
    faults: Sequence[Fault],
    *,
    good: str,
    expected: str,
    share: float | None = None,
    exhibits: tuple[AnyExhibit, ...] = (),
) -> Finding:
    """One finding for all faults of a kind: the first is told in full, the others are named.

    `share` is the part of the points that is kept, where a check counts; otherwise the worst fault decides.
    """
    if not faults:
        return passed(good, exhibits=exhibits)
    ordered = sorted(faults, key=lambda fault: fault.kept)
    first = ordered[0]
    message = f"{first.spot} {first.what}"
    others = list(dict.fromkeys(fault.spot for fault in ordered[1:] if fault.spot != first.spot))
    if others:
        more = f" and {len(others) - MOST_NAMED} more" if len(others) > MOST_NAMED else ""
        message += f" (also {', '.join(others[:MOST_NAMED])}{more})"
    return failed(
        message,
        expected=expected,
        where=str(first.place) if first.place else "",
        score=min(fault.kept for fault in ordered) if share is None else round(share, 2),
        exhibits=tuple(exhibit for fault in ordered for exhibit in fault.exhibits)[:MOST_EXHIBITS],
        symptoms=tuple(fault.cause or f"{fault.spot} {fault.what}" for fault in ordered),
    )


def shared(faults: Sequence[Fault], asked: int, *, good: str, expected: str, weight: int = 1) -> Finding:
    """One finding where each of `asked` things has its share; one that another check tells leaves the sum.

    `weight` is how many shares a fault takes. When nothing else was asked, the told ones are all there is to say.
    """
    own = [fault for fault in faults if not fault.told]
    rest = asked - (len(faults) - len(own))
    if not rest:
        return verdict(counted(faults), good="", expected=expected)
    return verdict(own, good=f"all {rest} {good}", expected=expected, share=max(0.0, 1 - weight * len(own) / rest))


def code(facts: SchemaFacts, place: Place | None, label: str) -> tuple[AnyExhibit, ...]:
    """The lines around a place, when it is known."""
    text = next((file.text for file in facts.files if place is not None and file.name == place.file), None)
    if place is None or text is None:
        return ()
    lines = text.split("\n")
    first = max(1, place.line - AROUND)
    shown = [line.expandtabs(4)[:LONGEST_LINE] for line in lines[first - 1 : place.line + AROUND]]
    at = lines[place.line - 1][: place.column - 1].expandtabs(4) if place.line <= len(lines) else ""
    return (
        CodeExhibit(
            file=place.file,
            line=place.line,
            lines=tuple(shown),
            first_line=first,
            column=len(at) + 1,
            length=place.length,
            label=label,
        ),
    )


def probed(facts: SchemaFacts, probe: Probe, title: str) -> tuple[AnyExhibit, ...]:
    """The faulty statement with its answer and a command that shows it again; before it the good one."""
    shown = []
    if probe.good is not None and not probe.id.endswith(".sum"):
        shown.append(_sql(where_asked(facts, "The same without the fault, which must be taken"), probe.good))
    if probe.bad is not None:
        statements = [*probe.setup, probe.bad.statement, *([probe.count] if probe.count else [])]
        answer = probe.bad.answer + (f"\n{probe.count}\n{probe.left}" if probe.count else "")
        shown.append(
            SqlExhibit(
                title=where_asked(facts, title),
                statement=probe.bad.statement,
                answer=answer,
                command=repeated(facts, tuple(statements)),
            )
        )
    return tuple(shown)


def _sql(title: str, attempt: Attempt) -> SqlExhibit:
    return SqlExhibit(title=title, statement=attempt.statement, answer=attempt.answer)


def repeated(facts: SchemaFacts, statements: tuple[str, ...]) -> str:
    """Shell commands that load the answer into a scratch database and run statements on it without a trace."""
    return _piped(facts, ("BEGIN;", *statements, "ROLLBACK;"))


def _piped(facts: SchemaFacts, lines: tuple[str, ...]) -> str:
    """The lines given to psql; none when a name could end the document early and become a command of the shell."""
    if any(not line.isprintable() for line in lines):
        return ""
    return "\n".join((loaded(facts), "psql -d scratch <<'SQL'", *lines, "SQL"))


def loaded(facts: SchemaFacts) -> str:
    """The commands that load the answer, or its PostgreSQL copy, into a scratch database."""
    if facts.shadow:
        return f"# copy.sql is {IN_THE_REPORT}\ncreatedb scratch && psql -q -d scratch -f copy.sql"
    files = " ".join(f"-f {shlex.quote(file.name)}" for file in facts.files)
    return f"createdb scratch && psql -q -d scratch {files}"


def asked(facts: SchemaFacts, title: str, statement: str, answer: str) -> SqlExhibit:
    """A question to the catalog with its answer."""
    command = _piped(facts, (r"\pset format unaligned", r"\pset tuples_only on", statement))
    return SqlExhibit(title=where_asked(facts, title), statement=statement, answer=answer, command=command)


def column_asked(facts: SchemaFacts, table: Table, column: Column) -> SqlExhibit:
    """What the catalog says of a column: its type, and whether it must be given."""
    return asked(
        facts,
        "What the catalog says",
        "SELECT format_type(atttypid, atttypmod), attnotnull FROM pg_attribute "
        f"JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace "
        f"WHERE {_named(table)} AND attname = {_text(column.name)};",
        f"{column.type}|{'f' if column.nullable else 't'}",
    )


def table_asked(facts: SchemaFacts, table: Table) -> SqlExhibit:
    """What the catalog says of a table's columns."""
    return asked(
        facts,
        "What the catalog says",
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
        f"JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace "
        f"WHERE {_named(table)} AND attnum > 0 AND NOT attisdropped ORDER BY attnum;",
        "\n".join(f"{column.name}|{column.type}" for column in table.columns),
    )


def tables_asked(facts: SchemaFacts) -> SqlExhibit:
    """The names of all tables."""
    return asked(
        facts,
        "All tables there are",
        "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('r', 'p') "
        "AND NOT relispartition AND nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY nspname, relname;",
        "\n".join(table.name.rpartition(".")[2] for table in facts.schema.tables),
    )


def keys_asked(facts: SchemaFacts, table: Table) -> SqlExhibit:
    """The keys of a table by name: primary, unique and foreign."""
    kinds = {"primary": "p", "unique": "u"}
    keys = [f"{kinds[index.constraint]}|{index.name}" for index in table.indexes if index.constraint in kinds]
    keys += [f"f|{key.name}" for key in table.foreign_keys]
    return asked(
        facts,
        f"Keys of {table.name} (f: foreign, p: primary, u: unique)",
        "SELECT contype, conname FROM pg_constraint JOIN pg_class c ON c.oid = conrelid "
        f"JOIN pg_namespace n ON n.oid = relnamespace WHERE {_named(table)} AND contype IN ('p', 'u', 'f') "
        'ORDER BY contype, conname COLLATE "C";',
        "\n".join(sorted(keys)),
    )


def indexes_asked(facts: SchemaFacts, table: Table) -> SqlExhibit:
    """The indexes of a table; of a copy without those that only keep a rule of the original."""
    own = " AND indexname NOT LIKE 'any case: %' AND indexname NOT LIKE 'no look-up: %'" if facts.shadow else ""
    return asked(
        facts,
        f"Indexes of {table.name}",
        f"SELECT indexname FROM pg_indexes WHERE tablename = {_text(_last(table.name))} "
        f"AND schemaname = {_text(_space(table.name))}{own} "
        'ORDER BY indexname COLLATE "C";',
        "\n".join(sorted(index.name for index in table.indexes if not facts.shadow or index.shape.startswith("USING"))),
    )


def _named(table: Table) -> str:
    return f"relname = {_text(_last(table.name))} AND nspname = {_text(_space(table.name))}"


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _space(name: str) -> str:
    return name.rpartition(".")[0] or "public"


def _text(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


def refused_for(attempt: Attempt, states: frozenset[str]) -> bool:
    """It was refused, and for one of these reasons (or by a trigger)."""
    return attempt.sqlstate in states or attempt.sqlstate == "P0001"


def said(attempt: Attempt) -> str:
    """PostgreSQL's answer on one line."""
    return one_line(attempt.answer, 160)
