"""Load the PostgreSQL copy of a schema for MySQL or SQLite, and keep what of the original it could not take over."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from grader.collectors.schema.load import load
from grader.database import Server
from grader.evidence.catalog import CheckRule, Column, ForeignKey, Index, Schema, Table, Trigger
from grader.evidence.schema import Dialect, Late, LoadFailure, Loading, Probe, SetAside, SqlFile
from grader.sql.schema import shadow
from grader.sql.schema.dialects.splitter import split
from grader.sql.schema.shadow import Copied
from grader.sql.schema.splitter import MAX_STATEMENTS, Statement
from grader.sql.schema.written import Unread, Written
from grader.visible import one_line

NO_COLUMN, NOT_UNIQUE, NO_TABLE, OTHER_TYPE = "42703", "42830", "42P01", "42804"
MOST_SAID = 12
NAMES = {"postgres": "PostgreSQL", "mysql": "MySQL", "sqlite": "SQLite"}
_REFUSES = re.compile(r"\bsignal\b|\braise\s*\(\s*(?:abort|fail|rollback)\b", re.IGNORECASE)
_WHEN = re.compile(r"\b(?:before|after|instead\s+of)\s+(?P<event>insert|update|delete)\b", re.IGNORECASE)
_GOOD_ENDS = (".sum", ".long", ".other_case")  # what these probes store is no sign of a missing rule
_replace = msgspec.structs.replace


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the original that PostgreSQL could not be told, and why."""

    statement: Copied
    why: str


class Copy(msgspec.Struct, frozen=True, kw_only=True):
    """A loaded copy: how the original's statements fared, what must be said about it, and what it lacks."""

    dialect: Dialect
    written: Written
    sql: str
    loading: Loading
    left_out: tuple[LeftOut, ...] = ()

    def restored(self, catalog: Schema) -> Schema:
        """The catalog of the copy with what only the original knows: types as written, comments, triggers, indexes."""
        return Schema(tables=tuple(self._restored(table) for table in catalog.tables))

    def _restored(self, table: Table) -> Table:
        source = self.written.schema.table(table.name)
        if source is None:
            return table
        missing = [item.statement.item for item in self.left_out if item.statement.table == table.name]
        kept = [index for index in (*table.indexes, *missing) if isinstance(index, Index) and not _of_copy(index)]
        kept += [index for index in source.indexes if index.method != "btree"]
        return _replace(
            table,
            columns=tuple(_column(column, source.column(column.name)) for column in table.columns),
            foreign_keys=(*table.foreign_keys, *(key for key in missing if isinstance(key, ForeignKey))),
            indexes=tuple(kept),
            triggers=source.triggers,
            comment=source.comment,
        )

    def excused(self, probes: Iterable[Probe]) -> tuple[Probe, ...]:
        """The probes; where the copy took what a trigger or rule of the original may refuse, that is an obstacle."""
        return tuple(self._excused(probe) for probe in probes)

    def _excused(self, probe: Probe) -> Probe:
        if not probe.assessed or probe.bad is None or not probe.bad.stored or probe.id.endswith(_GOOD_ENDS):
            return probe
        reason = self._refused_there(probe)
        return _replace(probe, obstacle=reason) if reason else probe

    def _refused_there(self, probe: Probe) -> str:
        table = self.written.schema.table(probe.table)
        event = "delete" if probe.id.endswith(".delete") else "insert"
        names = [name.strip() for name in probe.column.split(",") if name.strip()]
        for trigger in table.triggers if table else ():
            if _may_refuse(trigger, event, names):
                return f"the trigger `{trigger.name}` may refuse it, and triggers do not run in the copy"
        for item in self.left_out:
            made = item.statement.item
            columns = _columns(made) if item.statement.table == probe.table else ()
            if event == "insert" and set(columns) & set(names):
                return f"a rule of {NAMES[self.dialect]} may refuse it that PostgreSQL could not be told: {item.why}"
        return ""

    def caveats(self) -> tuple[str, ...]:
        """What must be known when reading the findings."""
        said = [*_always(self.dialect, self.written), *self.written.caveats]
        for table in self.written.schema.tables:
            for trigger in table.triggers:
                does = "refuses rows" if _REFUSES.search(trigger.definition) else "changes rows"
                where = f"`{table.name}` ({trigger.place})"
                said.append(f"the trigger `{trigger.name}` of {where} {does}; it does not run in the copy")
        said += [f"{item.statement.origin}: not in the copy: {item.why}" for item in self.left_out]
        more = [f"{len(said) - MOST_SAID} more of this kind"] if len(said) > MOST_SAID else []
        return (*said[:MOST_SAID], *more)


def statements(files: Iterable[SqlFile], dialect: Dialect) -> tuple[Statement, ...]:
    """The statements of the files, as MySQL or SQLite would tell them apart; raises `SubmissionFault` E331."""
    found: list[Statement] = []
    for file in files:
        found += split(file.text, file.name, dialect, most=MAX_STATEMENTS - len(found))
    return tuple(found)


def copied(server: Server, written: Written, dialect: Dialect) -> Copy:
    """Run the copy's statements. A failure is told of the original, or is a caveat where the copy is to blame."""
    made = shadow.shadow(written, dialect)
    loading = load(server, made)
    by_place = {_told(one): one for one in made}
    sorted_out = _SortedOut(written, dialect)
    for failure in loading.failures:
        sorted_out.take(failure, by_place.get((failure.statement, str(failure.place))))
    problems = [_unread(problem, written) for problem in written.unread]
    failures = sorted([*problems, *sorted_out.failures], key=lambda one: (one.place.file, one.place.line))
    return Copy(
        dialect=dialect,
        written=written,
        sql=shadow.text(_in_order(made, loading)),
        left_out=tuple(sorted_out.left_out),
        loading=Loading(
            structural=written.statements,
            ran=max(0, written.statements - len({str(failure.place) for failure in failures})),
            tables_written=written.tables,
            late=tuple(_late(late) for late in loading.late),
            failures=tuple(failures),
            set_aside=tuple(SetAside(statement=a.text, reason=a.reason, place=a.place) for a in written.aside),
            stopped=loading.stopped,
        ),
    )


def _in_order(made: tuple[Copied, ...], loading: Loading) -> tuple[Copied, ...]:
    """What ran, in an order in which it runs again: what had come too early stands at the end."""
    failed = {(one.statement, str(one.place)) for one in loading.failures}
    late = {(one.statement, str(one.place)) for one in loading.late}
    ran = [one for one in made if _told(one) not in failed]
    return (*(one for one in ran if _told(one) not in late), *(one for one in ran if _told(one) in late))


def _told(one: Copied) -> tuple[str, str]:
    """How a failure names the statement."""
    return one_line(one.text, 160), str(one.origin)


def _of_copy(index: Index) -> bool:
    return index.name.startswith((shadow.ANY_CASE, shadow.UNSEEN))


class _SortedOut:
    """Tells what the original is to blame for from what PostgreSQL could not take over."""

    def __init__(self, written: Written, dialect: Dialect) -> None:
        self.written, self.dialect = written, dialect
        self.failures: list[LoadFailure] = []
        self.left_out: list[LeftOut] = []
        self.missing: set[str] = set()

    def take(self, failure: LoadFailure, statement: Copied | None) -> None:
        """A failure of the copy."""
        if statement is None:
            self.failures.append(failure)
            return
        item = statement.item
        if isinstance(item, Table):
            self.missing.add(item.name)
            kind = "error" if failure.sqlstate == NO_COLUMN else "unread"
            self._keep(failure, statement, kind, table=item.name)
        elif statement.table in self.missing:
            return  # told with its table
        elif statement.optional or self._ours(failure, item):
            self.left_out.append(LeftOut(statement=statement, why=f"{_called(item)} ({failure.message})"))
        elif isinstance(item, ForeignKey) and item.table in self.missing:
            self._keep(failure, statement, "unread")
        else:
            self._keep(failure, statement, "error")

    def _ours(self, failure: LoadFailure, item: shadow.Item) -> bool:
        """MySQL lets a key refer to any index, SQLite to a column of another type."""
        if not isinstance(item, ForeignKey):
            return failure.sqlstate != NO_COLUMN
        return failure.sqlstate == {"mysql": NOT_UNIQUE, "sqlite": OTHER_TYPE}.get(self.dialect)

    def _keep(self, failure: LoadFailure, statement: Copied, kind: str, *, table: str = "") -> None:
        message = f"{_called(statement.item)}: {_theirs(failure.message, statement.item)}"
        self.failures.append(
            _replace(failure, kind=kind, message=message, table=table.lower(), about=statement.table, structural=True)
        )


def _unread(problem: Unread, written: Written) -> LoadFailure:
    """What could not be read, as a failure: held against the answer only where its database surely refuses it."""
    lost = problem.table and written.schema.table(problem.table) is None
    return LoadFailure(
        statement=one_line(problem.text, 160),
        message=problem.why if problem.wrong else f"it could not be read: {problem.why}",
        place=problem.place,
        kind="error" if problem.wrong else "unread",
        table=problem.table.lower() if lost else "",
        about=problem.table,
    )


def _late(late: Late) -> Late:
    found = re.search(r'relation "(?P<name>[^"]+)" does not exist', late.message)
    message = f"the table `{found['name']}` that it refers to is not there yet" if found else late.message
    return _replace(late, message=message)


def _theirs(message: str, item: shadow.Item) -> str:
    """PostgreSQL's words, without the copy's vocabulary where the original's says it better."""
    if isinstance(item, ForeignKey) and message.startswith("relation "):
        return f"there is no table `{item.table}`"
    return message


def _called(item: shadow.Item) -> str:
    """What a statement of the copy makes, in a few words."""
    if isinstance(item, ForeignKey):
        return f"the foreign key from ({', '.join(item.columns)}) to `{item.table}`"
    if isinstance(item, CheckRule):
        return f"the rule CHECK ({one_line(item.text, 120)})"
    if isinstance(item, Index):
        return f"the index `{item.name}`"
    if isinstance(item, Column):
        return f"what `{item.name}` is made of"
    return "the table"


def _columns(item: shadow.Item) -> tuple[str, ...]:
    """The columns whose values a left-out part may bind."""
    if isinstance(item, CheckRule | ForeignKey):
        return item.columns
    if isinstance(item, Index) and item.unique:
        return tuple(word for key in item.keys for word in re.findall(r"\w+", key))
    return ()


def _may_refuse(trigger: Trigger, event: str, names: list[str]) -> bool:
    """It runs at such a statement, can refuse it, and speaks of the column in question."""
    when = _WHEN.search(trigger.definition)
    if not when or when["event"].lower() != event or not _REFUSES.search(trigger.definition):
        return False
    return event == "delete" or not names or any(_speaks(trigger.definition, name) for name in names)


def _speaks(definition: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", definition, re.IGNORECASE) is not None


def _column(column: Column, source: Column | None) -> Column:
    if source is None:
        return column
    return _replace(column, comment=source.comment, declared=source.declared, any_case=source.any_case)


def _always(dialect: Dialect, written: Written) -> list[str]:
    """What is true of every copy of the dialect, where the schema gives cause to say it."""
    tables = written.schema.tables
    if dialect == "sqlite":
        if not any(table.foreign_keys for table in tables):
            return []
        return [
            "SQLite enforces foreign keys only on connections that say PRAGMA foreign_keys = ON; the copy always does"
        ]
    said = [
        "CHECK is taken as enforced, as MySQL does from 8.0.16 on; tables are taken as InnoDB unless they say otherwise"
    ]
    if any(column.any_case for table in tables for column in table.columns):
        said.append(
            "texts are the same in any case by their collation, so unique keys of the copy refuse other cases, too"
        )
    if any(kind.startswith(("tinyint", "smallint", "mediumint")) for kind in _declared(written)):
        said.append("the ranges of small whole numbers are those of PostgreSQL")
    return said


def _declared(written: Written) -> Iterable[str]:
    return (column.declared for table in written.schema.tables for column in table.columns)
