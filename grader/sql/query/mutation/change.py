"""One edit of a query's tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from sqlglot import exp

Make = Callable[[exp.Expr], None]


class Change(NamedTuple):
    """What is done to one node: `kind` names it in a few letters, `fault` says it, `make` does it on a copy.

    `about` is the expression on which it depends whether any row changes, where it is not the node's own.
    """

    kind: str
    fault: str
    make: Make
    about: exp.Expr | None = None


Mutator = Callable[[exp.Expr], Iterator[Change]]


def built(kind: type[exp.Expr], **parts: object) -> exp.Expr:
    """A node of copies: a part that is put into two nodes would forget the one it stands in."""
    return kind(**{name: _copied(part) for name, part in parts.items()})


def _copied(part: object) -> object:
    if isinstance(part, list):
        return [_copied(one) for one in part]
    return part.copy() if isinstance(part, exp.Expr) else part


def becomes(new: exp.Expr) -> Make:
    """Puts another expression in the place of the node."""
    return lambda node: (node.replace(new.copy()), None)[1]


def written(node: exp.Expr | None, most: int = 70) -> str:
    """The node as SQL, cut when it is long."""
    text = "" if node is None else " ".join(node.sql(dialect="postgres").split())
    return text if len(text) <= most else text[: most - 1] + "…"


def sets(name: str, value: object) -> Make:
    """Sets one argument of the node."""
    return lambda node: node.set(name, value.copy() if isinstance(value, exp.Expr) else value)
