"""Read a schema from a script for MySQL or SQLite, statement by statement.

Nothing is lost silently: what is not understood is handed back with its place, and so is what these databases ignore.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from grader.evidence.catalog import Place, Trigger
from grader.evidence.schema import Dialect
from grader.sql.schema.dialects.alter import Alter
from grader.sql.schema.dialects.draft import OtherDraft
from grader.sql.schema.dialects.elements import Elements
from grader.sql.schema.dialects.finish import Finish
from grader.sql.schema.dialects.tokens import Cursor, NotUnderstood, Token, tokens
from grader.sql.schema.splitter import Statement
from grader.sql.schema.written import Aside, Unread, Written

LONGEST_STATEMENT = 100_000
LONGEST_SCRIPT = 1_000_000
MOST_PROBLEMS = 200

_ASIDE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), reason)
    for pattern, reason in (
        (r"(insert|replace|update|delete|load\s+data|truncate|select|with|values|call)\b", "data are not judged"),
        (r"(create|drop|alter)\s+(database|schema)\b|use\b|attach\b|detach\b", "the copy is a database of its own"),
        (r"(set|pragma|lock|unlock|analyze|optimize|vacuum|reindex|show|explain|flush)\b", "it does not make a schema"),
        (r"(begin|start|commit|rollback|savepoint|release|end)\b", "it does not make a schema"),
        (r"(grant|revoke)\b|(create|drop|alter)\s+(user|role)\b", "roles and rights do not exist in the copy"),
        (
            r"(create|drop|alter)\s+(?!table\b)(?:[^;(]*?\s)?(view|procedure|function|event|tablespace|server)\b",
            "views and programs are not part of the copy",
        ),
        (r"create\s+virtual\s+table\b", "virtual tables are not part of the copy"),
        (r"drop\s+trigger\b", "triggers are not part of the copy"),
        (r"delimiter\b", "a command of the client"),
    )
)
_TABLE = re.compile(
    r"(?:create|alter|drop)\s+(?:\w+\s+)*?(?:table|on)\s+(?:if\s+(?:not\s+)?exists\s+)?(?P<name>[`\"\[]?[\w.$`\"\]]+)"
    r"|create\s[^(]*?\son\s+(?P<on>[`\"\[]?[\w.$`\"\]]+)",
    re.IGNORECASE,
)
_KEY_CHECKS = re.compile(r"set\s.*\bforeign_key_checks\s*=\s*(?P<off>(?:0|off)\b)?", re.IGNORECASE)
_COLLATE = re.compile(
    r"(?:create|alter)\s+(?:database|schema)\b.*\b(?:collate|charset|character\s+set)\s*=?\s*(\w+)\s*;?$",
    re.IGNORECASE | re.DOTALL,
)
_TRIGGER = re.compile(
    r"""create\s+(?:definer\s*=\s*\S+\s+)?(?:temp(?:orary)?\s+)?trigger\s+(?:if\s+not\s+exists\s+)?(?P<name>\S+)\s
        .*?\bon\s+(?P<table>[`"\[]?[\w.$`"\]]+)""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)


def read(statements: Iterable[Statement], dialect: Dialect) -> Written:
    """The schema that a script for MySQL or SQLite describes."""
    reader = _Script(dialect)
    size = 0
    for statement in statements:
        size += len(statement.text)
        reader.take(statement, readable=len(statement.text) <= LONGEST_STATEMENT and size <= LONGEST_SCRIPT)
    return reader.written()


class _TooEarly(Exception):
    """The statement is about a table that is not there."""

    def __init__(self, table: str) -> None:
        super().__init__(table)
        self.table = table


class _Script:
    """Follows a script; every statement changes the drafts. Tables are found whatever the case of their names."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.drafts: dict[str, OtherDraft] = {}
        self.unread: list[Unread] = []
        self.aside: list[Aside] = []
        self.tables: list[str] = []
        self.lost: set[str] = set()
        self.waiting: list[Statement] = []
        self.statements = 0
        self.forward = dialect == "sqlite"
        self.collation = ""
        self.statement = Statement(text="", file="", line=1, column=1)
        self.elements = Elements(dialect, self._place)
        self.alter = Alter(self.elements)

    def take(self, statement: Statement, *, readable: bool) -> None:
        """Read one statement, or keep it with the reason why not."""
        self.statement = statement
        if found := _KEY_CHECKS.match(statement.text[:500]):
            self.elements.checked = not found["off"]
            self.forward |= bool(found["off"])
        if found := _COLLATE.match(statement.text[:1000]):
            self.collation = found[1].lower()
        reason = self._passed_over(statement)
        if reason:
            self._keep_aside(reason)
            return
        self.statements += 1
        if readable:
            self._read(statement)
        else:
            self._unread("it is too long to be read")

    def _passed_over(self, statement: Statement) -> str:
        if statement.kind == "meta":
            return (
                "" if re.match(r"\\\.|source\b|\.read\b", statement.text, re.IGNORECASE) else "a command of the client"
            )
        head = statement.text[:400]
        return next((reason for pattern, reason in _ASIDE if pattern.match(head)), "")

    def _keep_aside(self, reason: str) -> None:
        """Once for each reason and kind of statement, since a dump has thousands."""
        word = self.statement.text.split(None, 1)[0].upper()
        text = " ".join(self.statement.text[:120].split())
        if not any(item.reason == reason and item.text.upper().startswith(word) for item in self.aside):
            self.aside.append(Aside(text=text, reason=reason, place=self.statement.place()))

    def _read(self, statement: Statement, *, again: bool = False) -> None:
        self.statement = statement
        cursor = Cursor(statement.text, tokens(statement.text, self.dialect))
        try:
            self._statement(cursor)
        except NotUnderstood as error:
            self._unread(str(error), at=error.at)
        except _TooEarly as early:
            if not again and early.table.lower() not in self.lost:
                self.waiting.append(statement)
                return
            wrong = early.table.lower() not in self.lost
            self._unread(f"there is no table `{early.table}`", wrong=wrong, table=early.table)

    def _statement(self, cursor: Cursor) -> None:
        if cursor.take("CREATE"):
            self._create(cursor)
        elif cursor.take("ALTER", "TABLE"):
            draft = self._draft(cursor)
            for problem in self.alter.run(draft, cursor):
                self._unread(str(problem), at=problem.at, table=draft.name)
            self._renamed(draft)
        elif cursor.take("DROP"):
            self._drop(cursor)
        elif cursor.take("RENAME", "TABLE"):
            for part in cursor.parts():
                draft = self._draft(part)
                part.expect("TO")
                draft.name = part.path().value
                self._renamed(draft)
        else:
            raise cursor.lost("this statement is not known")

    # CREATE

    def _create(self, cursor: Cursor) -> None:
        if _TRIGGER.match(self.statement.text):
            self._trigger()
            return
        temporary = bool(cursor.take_any("TEMPORARY", "TEMP"))
        if cursor.take("TABLE"):
            self._table(cursor, temporary=temporary)
            return
        unique = cursor.take("UNIQUE")
        method = cursor.take_any("FULLTEXT", "SPATIAL").lower() or "btree"
        cursor.expect("INDEX")
        cursor.take("IF", "NOT", "EXISTS")
        token = cursor.path()
        if cursor.take("USING"):
            cursor.next()
        cursor.expect("ON")
        draft = self._draft(cursor)
        self.elements.index(draft, cursor, token.value, self._place(token), unique=unique, method=method)
        if not cursor.done:
            raise cursor.lost("this clause is not known")

    def _table(self, cursor: Cursor, *, temporary: bool) -> None:
        quietly = cursor.take("IF", "NOT", "EXISTS")
        token = cursor.path()
        name = token.value
        if temporary:
            return
        if name.lower() in self.drafts:
            if not quietly:
                self._unread(f"the table `{name}` is there already", wrong=True)
            return
        self.tables.append(name)
        draft = OtherDraft(name, self._place(token) or self.statement.place())
        if cursor.take("LIKE"):
            draft.copy_of(self._draft(cursor))
        else:
            try:
                self._elements(draft, cursor)
            except NotUnderstood:
                self.lost.add(name.lower())
                raise
        self.drafts[name.lower()] = draft

    def _elements(self, draft: OtherDraft, cursor: Cursor) -> None:
        inside = cursor.enclosed()
        self._table_options(draft, cursor)
        for part in inside.parts():
            try:
                self.elements.element(draft, part)
            except NotUnderstood as error:
                self._unread(str(error), at=error.at, table=draft.name, text=part.source())

    def _table_options(self, draft: OtherDraft, cursor: Cursor) -> None:
        while not cursor.done:
            if cursor.take("PARTITION", "BY"):
                return
            if cursor.sees_any(frozenset({"AS", "SELECT"})):
                raise cursor.lost("a table made from a query is not read")
            if cursor.take("WITHOUT", "ROWID"):
                draft.without_rowid = True
            elif cursor.take("STRICT"):
                draft.strict = True
            elif not cursor.take(","):
                self.alter.option(draft, cursor)

    def _trigger(self) -> None:
        found = _TRIGGER.match(self.statement.text)
        draft = self.drafts.get(_bare(found["table"]).lower()) if found else None
        if found is None or draft is None:
            raise _TooEarly(_bare(found["table"]) if found else "")
        draft.triggers.append(
            Trigger(
                name=_bare(found["name"]),
                definition=self.statement.text[:2000],
                place=self.statement.place(found.start("name"), len(found["name"])),
            )
        )

    def _drop(self, cursor: Cursor) -> None:
        cursor.take("TEMPORARY")
        if cursor.take("TABLE"):
            cursor.take("IF", "EXISTS")
            for part in cursor.parts():
                self.drafts.pop(part.path().value.lower(), None)
            return
        cursor.expect("INDEX")
        cursor.take("IF", "EXISTS")
        name = cursor.path().value
        for draft in [self._draft(cursor)] if cursor.take("ON") else self.drafts.values():
            draft.drop_index(name)

    # names and places

    def _draft(self, cursor: Cursor) -> OtherDraft:
        cursor.take("IF", "EXISTS")
        name = cursor.path().value
        if name.lower() not in self.drafts:
            raise _TooEarly(name)
        return self.drafts[name.lower()]

    def _renamed(self, draft: OtherDraft) -> None:
        key = next(key for key, known in self.drafts.items() if known is draft)
        if key != draft.name.lower():
            del self.drafts[key]
            self.drafts[draft.name.lower()] = draft
            for other in self.drafts.values():
                other.foreign_keys = [
                    msgspec.structs.replace(k, table=draft.name) if k.table.lower() == key else k
                    for k in other.foreign_keys
                ]

    def _place(self, token: Token | None) -> Place | None:
        if token is None:
            return None
        return self.statement.place(token.begin, token.end - token.begin)

    def _unread(self, why: str, *, at: int = 0, wrong: bool = False, table: str = "", text: str = "") -> None:
        if len(self.unread) >= MOST_PROBLEMS:
            return
        named = _TABLE.match(self.statement.text)
        found = _bare(named["name"] or named["on"]) if named else ""
        self.unread.append(
            Unread(
                text=" ".join((text or self.statement.text)[:200].split()),
                place=self.statement.place(at),
                table=table or found,
                why=why,
                wrong=wrong,
            )
        )

    # the result

    def written(self) -> Written:
        """All tables, names and references completed."""
        for statement in self.waiting:
            self._read(statement, again=True)
        finish = Finish(self.dialect, self.drafts, self.collation)
        return Written(
            schema=finish.schema(),
            unread=(*self.unread, *finish.unread),
            aside=tuple(self.aside),
            caveats=finish.caveats(),
            tables=tuple(dict.fromkeys(self.tables)),
            statements=self.statements,
            forward=self.forward,
        )


def _bare(name: str) -> str:
    """The last part of a name as written, without quotes."""
    return re.sub(r"[`\"\[\]]", "", name).rpartition(".")[2]
