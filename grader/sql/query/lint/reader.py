"""What the rules of the lint work with, and what they find."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
from sqlglot import exp

from grader.sql.query.lint.names import Names
from grader.sql.query.lint.source import Source


class Mark(msgspec.Struct, frozen=True):
    """A place that a rule found: words from `first` to `last`, and what is said beside the caret."""

    first: int
    last: int
    label: str


class Reader:
    """A query with everything rules ask of it."""

    def __init__(self, source: Source, names: Names) -> None:
        self.source, self.names = source, names

    def selects(self) -> Iterator[exp.Select]:
        """Every SELECT of the query."""
        return (node for node in self.source.nodes if isinstance(node, exp.Select))

    def mark(self, node: exp.Expr, label: str) -> Mark:
        """A mark on a node."""
        span = self.source.span(node) or (0, 0)
        return Mark(span[0], span[1], label)

    def word(self, number: int | None, node: exp.Expr, label: str) -> Mark:
        """A mark on a word, or on the node when the word was not found."""
        return Mark(number, number, label) if number is not None else self.mark(node, label)

    def before(self, node: exp.Expr | None, text: str) -> int | None:
        """The nearest word with a text to the left of a node."""
        span = self.source.span(node) if node is not None else None
        return self.source.word_before(span[0], text) if span is not None else None


Find = Callable[[Reader], Iterator[Mark]]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule: what it is about, why it costs, how else it can be written."""

    name: str
    title: str
    why: str
    how: str
    find: Find
