"""Read diagrams written in DBML (https://dbml.dbdiagram.io/docs), also inside Markdown.

DBML says with `>` and `<` which end is many; whether the one end may be missing follows from `null` and `not null` of
the column that refers. What is not a table or a reference (enums, groups, notes, projects) is passed over.
"""

from __future__ import annotations

import re

import msgspec

from grader.evidence.drawing import Cardinality
from grader.sql.schema.diagrams.dbml_words import Word, cut
from grader.sql.schema.diagrams.fences import inside
from grader.sql.schema.diagrams.sheet import Sheet

MARK = re.compile(
    r"(?im)^[ \t]{0,40}table[ \t]{1,20}(?:\"[^\"\n]{1,200}\"|[\w.]{1,200})(?:\.\"[^\"\n]{1,200}\")?"
    r"(?:[ \t]{1,20}as[ \t]{1,20}[\w\"]{1,100})?[ \t]{0,20}(?:\[[^\]]{0,500}\])?\s{0,20}\{"
)
_ENDS: dict[str, tuple[Cardinality, Cardinality]] = {
    ">": ("many", "one"),
    "<": ("one", "many"),
    "-": ("one", "one"),
    "<>": ("many", "many"),
}


class _End(msgspec.Struct, frozen=True):
    """One end of a reference: a table as it is called there, and its columns."""

    table: str
    columns: tuple[str, ...]


class _Reference(msgspec.Struct, frozen=True):
    left: _End
    sign: str
    right: _End
    label: str
    line: int


class _Column(msgspec.Struct):
    """A column as it was written: what its settings say of it."""

    name: str
    type: str
    line: int
    pk: bool = False
    unique: bool = False
    required: bool | None = None


def read(text: str) -> Sheet:
    """Tables and references of a text; in Markdown those of its fenced blocks."""
    reader = _Reader(cut(inside(text, MARK)))
    reader.document()
    return reader.sheet()


class _Reader:
    def __init__(self, words: list[Word]) -> None:
        self.words = words
        self.at = 0
        self.tables: dict[str, dict[str, _Column]] = {}
        self.lines: dict[str, int] = {}
        self.aliases: dict[str, str] = {}
        self.partials: dict[str, dict[str, _Column]] = {}
        self.references: list[_Reference] = []
        self.missed: list[str] = []

    # words

    def peek(self) -> Word:
        """The next word; the last one again at the end."""
        return self.words[min(self.at, len(self.words) - 1)]

    def take(self) -> Word:
        """The next word, and go on."""
        word = self.peek()
        self.at += 1
        return word

    def over(self) -> bool:
        """Nothing is left."""
        return self.at >= len(self.words)

    def sign(self, text: str) -> bool:
        """True when the next word is that sign, which is then taken."""
        if self.peek().kind == "sign" and self.peek().text == text:
            self.at += 1
            return True
        return False

    def blank(self) -> None:
        """Pass over ends of lines."""
        while not self.over() and self.peek().kind == "end":
            self.at += 1

    def rest(self) -> list[Word]:
        """The words up to the end of the line, which is taken too."""
        begin = self.at
        while not self.over() and self.peek().kind != "end":
            self.at += 1
        return self.words[begin : self.at]

    # document

    def document(self) -> None:
        """Every table and reference; everything else is passed over with its block."""
        while not self.over():
            word = self.take()
            kind = word.text.lower() if word.kind == "name" else ""
            if kind in ("table", "tablepartial"):
                self._table(word.line, partial=kind == "tablepartial")
            elif kind == "ref":
                self._ref()
            elif word.kind == "sign" and word.text == "{":
                self._skip()

    def _skip(self) -> None:
        """Pass over a block whose bracket was taken."""
        depth = 1
        while depth and not self.over():
            word = self.take()
            depth += (word.text == "{") - (word.text == "}") if word.kind == "sign" else 0

    def _names(self) -> tuple[str, ...]:
        """A name with what stands before its dots: `shop.users`."""
        if self.peek().kind != "name":
            return ()
        found = [self.take().text]
        while self.peek().text == "." and self.peek().kind == "sign":
            if self.words[min(self.at + 1, len(self.words) - 1)].kind != "name":
                break
            self.at += 1
            found.append(self.take().text)
        return tuple(found)

    def _table(self, line: int, *, partial: bool) -> None:
        name = ".".join(self._names())
        alias = ""
        if name and self.peek().text.lower() == "as" and self.peek().kind == "name":
            self.at += 1
            alias = ".".join(self._names())
        if self.sign("["):
            self._settings()
        self.blank()
        if not name or not self.sign("{"):
            return
        columns: dict[str, _Column] = {}
        if partial:
            self.partials[name] = columns
        else:
            columns = self.tables.setdefault(name, columns)
            self.lines.setdefault(name, line)
            self.aliases.update({alias: name} if alias else {})
        self._body(name, columns)

    def _body(self, table: str, columns: dict[str, _Column]) -> None:
        while not self.over():
            self.blank()
            if self.over() or self.sign("}"):
                return
            word = self.take()
            kind = word.text.lower() if word.kind == "name" else ""
            follows = self.peek()
            if kind in ("indexes", "note", "checks", "records") and follows.kind == "sign" and follows.text in "{:":
                self._aside(kind, columns)
            elif word.kind == "name" and word.text.startswith("~"):
                columns.update(self.partials.get(word.text[1:], {}))
            elif word.kind == "name":
                self._column(word, table, columns)
            elif word.kind == "sign" and word.text == "{":
                self._skip()
            else:
                self.rest()

    def _aside(self, kind: str, columns: dict[str, _Column]) -> None:
        """A block or line in a table that is no column; of indexes the keys are noted."""
        if not self.sign("{"):
            self.rest()
        elif kind != "indexes":
            self._skip()
        else:
            self._indexes(columns)

    def _indexes(self, columns: dict[str, _Column]) -> None:
        while not self.over():
            self.blank()
            if self.over() or self.sign("}"):
                return
            named = self._listed() if self.sign("(") else tuple(self._names())
            if not named:
                self.take()
            settings = self._settings() if self.sign("[") else []
            said = {" ".join(word.text.lower() for word in setting) for setting in settings}
            for column in (columns[name] for name in named if name in columns):
                column.pk = column.pk or not said.isdisjoint({"pk", "primary key"})
                column.unique = column.unique or ("unique" in said and len(named) == 1)

    def _listed(self) -> tuple[str, ...]:
        """Names in round brackets; the opening one was taken."""
        found = []
        while not self.over() and not self.sign(")"):
            word = self.take()
            if word.kind == "name":
                found.append(word.text)
            elif word.kind == "end":
                break
        return tuple(found)

    def _column(self, name: Word, table: str, columns: dict[str, _Column]) -> None:
        kind = []
        while self.peek().kind != "end" and not (self.peek().kind == "sign" and self.peek().text in "[}"):
            kind.append(self.take().text)
        if self.peek().text == "[" and self.words[min(self.at + 1, len(self.words) - 1)].text == "]":
            self.at += 2  # an array: `text[]`
            kind.append("[]")
        column = columns[name.text] = _Column(name.text, "".join(kind), name.line)
        if self.sign("["):
            for setting in self._settings():
                self._setting(setting, column, table)
        if not (self.peek().kind == "sign" and self.peek().text == "}"):
            self.rest()

    def _settings(self) -> list[list[Word]]:
        """Settings in square brackets, each as its words; the opening bracket was taken."""
        found: list[list[Word]] = [[]]
        depth = 1
        while not self.over():
            word = self.take()
            opened = (word.text in "[(") - (word.text in "])") if word.kind == "sign" else 0
            depth += opened
            if not depth:
                break
            if word.kind == "sign" and word.text == "," and depth == 1:
                found.append([])
            elif word.kind != "end":
                found[-1].append(word)
        return [setting for setting in found if setting]

    def _setting(self, words: list[Word], column: _Column, table: str) -> None:
        said = " ".join(word.text.lower() for word in words)
        if said in ("pk", "primary key"):
            column.pk, column.required = True, True
        elif said == "unique":
            column.unique = True
        elif said in ("not null", "null"):
            column.required = said == "not null"
        elif said.startswith("ref :"):
            inner = _Reader([*words[2:], Word("end", "", column.line)])
            sign = inner.take().text
            right = inner.end()
            if right is None or sign not in _ENDS:
                self.missed.append(f"{table}.{column.name} [{said}]")
            else:
                self.references.append(_Reference(_End(table, (column.name,)), sign, right, "", column.line))

    # references

    def _ref(self) -> None:
        """`Ref name: a.x > b.y`, or a block of several."""
        label = ".".join(self._names())
        self.blank()
        if self.sign("{"):
            while not self.over():
                self.blank()
                if self.over() or self.sign("}"):
                    return
                self._reference(label)
        elif self.sign(":"):
            self._reference(label)

    def _reference(self, label: str) -> None:
        line, begin = self.peek().line, self.at
        left = self.end()
        sign = self.take().text if left else ""
        right = self.end() if sign in _ENDS else None
        if left and right:
            self.references.append(_Reference(left, sign, right, label, line))
            if self.sign("["):
                self._settings()
        else:
            self.rest()
            self.missed.append("Ref: " + "".join(word.text for word in self.words[begin : self.at]))

    def end(self) -> _End | None:
        """One end of a reference: `users.id`, `shop.users.(a, b)`."""
        names = self._names()
        if names and self.sign("."):
            return _End(".".join(names), self._listed()) if self.sign("(") else None
        return _End(".".join(names[:-1]), (names[-1],)) if len(names) > 1 else None

    # result

    def sheet(self) -> Sheet:
        """What was read, with every alias put back."""
        sheet = Sheet()
        for table, columns in self.tables.items():
            sheet.entity(table, self.lines[table])
            for column in columns.values():
                marks = (("PK", column.pk), ("UK", column.unique))  # which column refers, the references say
                keys = tuple(mark for mark, so in marks if so)
                sheet.column(table, column.name, type=column.type, keys=keys, line=column.line)
        for one in self.references:
            self._drawn(sheet, one)
        for text in self.missed:
            sheet.missed(text)
        return sheet

    def _drawn(self, sheet: Sheet, one: _Reference) -> None:
        left, right = self._named(one.left.table), self._named(one.right.table)
        left_many, right_many = _ENDS[one.sign]
        if one.sign == ">":
            right_many = self._required(left, one.left.columns)
        elif one.sign == "<":
            left_many = self._required(right, one.right.columns)
        sheet.line(left, right, left_many=left_many, right_many=right_many, label=one.label, line=one.line)

    def _required(self, table: str, columns: tuple[str, ...]) -> Cardinality:
        """How many a reference leads to: one, and none at times when a column of it may be null."""
        said = [self.tables.get(table, {}).get(name) for name in columns]
        if any(column is not None and column.required is False for column in said):
            return "0..1"
        return "1" if said and all(column is not None and column.required for column in said) else "one"

    def _named(self, table: str) -> str:
        """The table that an end means: by alias, or without the schema that everything else goes without."""
        told = self.aliases.get(table, table)
        if told in self.tables:
            return told
        folded = {name.lower(): name for name in self.tables}
        last = {name.rpartition(".")[2].lower(): name for name in self.tables}
        return folded.get(told.lower()) or last.get(told.rpartition(".")[2].lower(), told)
