"""A query's text, its tree and its words, with the places of both in the file as it was handed in."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

import msgspec
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from grader.sql.query.text import read

LONGEST = 60_000
MOST_NODES = 6_000


class Unread(Exception):
    """The query is not one that the lint can read: nothing is said about it."""


class Word(msgspec.Struct, frozen=True):
    """A word of the query in capitals, strings with their quotes. `start` and `end` are offsets, both included."""

    text: str
    start: int
    end: int


class Source:
    """One query. Raises `Unread` when it cannot be read."""

    def __init__(self, sql: str) -> None:
        text = read(sql[:LONGEST])
        if len(sql) > LONGEST or text.marks or len(text.statements) != 1:
            raise Unread("this is no single plain statement of ordinary length")
        statement = text.statements[0]
        self.text = text.blanked
        padded = " " * statement.offset + statement.text  # offsets of nodes are offsets in the file
        try:
            trees = [tree for tree in sqlglot.parse(padded, read="postgres") if tree is not None]
            words = [
                Word(" ".join(padded[token.start : token.end + 1].upper().split()), token.start, token.end)
                for token in sqlglot.tokenize(padded, read="postgres")
            ]
        except (SqlglotError, RecursionError) as error:
            raise Unread("sqlglot cannot read it") from error
        if len(trees) != 1 or not isinstance(trees[0], exp.Query):
            raise Unread("this is no query")
        self.tree: exp.Query = trees[0]
        self.nodes = list(self.tree.walk())
        if len(self.nodes) > MOST_NODES:
            raise Unread("the query is too long")
        self.words = words
        self._starts = [word.start for word in words]
        self._selects = self._keywords()

    def all(self, *kinds: type[exp.Expr]) -> Iterator[exp.Expr]:
        """All nodes of some kinds."""
        return (node for node in self.nodes if isinstance(node, kinds))

    def select_word(self, select: exp.Expr) -> int | None:
        """The number of the word `SELECT` that a query begins with."""
        return self._selects.get(id(select))

    def span(self, node: exp.Expr) -> tuple[int, int] | None:
        """The numbers of the first and last word of a node, brackets and the name of its function included."""
        marks = _marks(node)
        if not marks:
            return None
        first = self._number(min(start for start, _ in marks))
        last = self._number(max(end for _, end in marks))
        if isinstance(node, exp.Cast) and self._is(last + 1, "::"):
            last = min(last + 2, len(self.words) - 1)
        elif isinstance(node, exp.Func) and "start" not in node.meta and not isinstance(node, exp.Connector):
            first = max(0, self._open_before(first) - 1)
        if self._is(last + 1, "+") or self._is(last + 1, "-"):
            last += 3 if node.find(exp.Interval) is not None and self._is(last + 2, "INTERVAL") else 0
        return self._balanced(first, min(last, len(self.words) - 1))

    def word_before(self, number: int, text: str) -> int | None:
        """The nearest word with a text to the left."""
        return next((n for n in range(number, -1, -1) if self._is(n, text)), None)

    def word_between(self, first: int, last: int, text: str) -> int | None:
        """The first word with a text between two words."""
        return next((n for n in range(first, min(last + 1, len(self.words))) if self._is(n, text)), None)

    def offsets(self, first: int, last: int) -> tuple[int, int]:
        """Offset and length of words, at most to the end of the first one's line."""
        start, end = self.words[first].start, self.words[last].end + 1
        line = self.text.find("\n", start)
        return start, min(end, line if line >= 0 else end) - start

    def _is(self, number: int, text: str) -> bool:
        return 0 <= number < len(self.words) and self.words[number].text == text

    def _calls(self, number: int) -> bool:
        """Whether a bracket follows a name at once: `trim(`."""
        before = self.words[number - 1] if number else None
        return before is not None and before.end + 1 == self.words[number].start and before.text.isidentifier()

    def _number(self, offset: int) -> int:
        number = bisect_left(self._starts, offset)
        inside = number == len(self._starts) or self._starts[number] > offset
        return max(0, number - 1 if inside else number)

    def _open_before(self, number: int) -> int:
        depth = 0
        for n in range(number - 1, -1, -1):
            depth += self._is(n, ")") - self._is(n, "(")
            if depth < 0:
                return n
        return number

    def _balanced(self, first: int, last: int) -> tuple[int, int]:
        depth = lowest = 0
        for n in range(first, last + 1):
            depth += self._is(n, "(") - self._is(n, ")")
            lowest = min(lowest, depth)
        for _ in range(-lowest):
            first = self._open_before(first)
            first -= self._calls(first)
        opened = depth - lowest
        while opened > 0 and last + 1 < len(self.words):
            last += 1
            opened += self._is(last, "(") - self._is(last, ")")
        return first, last

    def _keywords(self) -> dict[int, int]:
        """The word SELECT of each query, found by their order in the text; none when they do not match."""
        words = [n for n in range(len(self.words)) if self._is(n, "SELECT")]
        selects = [node for node in self.nodes if isinstance(node, exp.Select)]
        if len(words) != len(selects):
            return {}
        order = sorted(selects, key=lambda select: (_begins(select), select.depth))
        return {id(select): word for select, word in zip(order, words, strict=True)}


def _marks(node: exp.Expr) -> list[tuple[int, int]]:
    return [(n.meta["start"], n.meta["end"]) for n in node.walk() if "start" in n.meta]


def _begins(select: exp.Select) -> int:
    """Where the first name or value of a query stands, its WITH left out."""
    with_ = select.args.get("with_")
    inside = {id(node) for node in with_.walk()} if isinstance(with_, exp.Expr) else set()
    return min((n.meta["start"] for n in select.walk() if "start" in n.meta and id(n) not in inside), default=0)
