"""Whether a sentence reads a plan: it says something about a node, it does not only name it."""

from __future__ import annotations

import re
from collections.abc import Collection

from grader.sql.query import claim_words as words
from grader.sql.query.ground import any_of

LEAST_WORDS = 2
_WORD = re.compile(r"[^\W_]+")
_KINDS = (
    ("indexonly", "Index Only Scan"),
    ("index", "Index Scan"),
    ("bitmapor", "BitmapOr"),
    ("bitmapand", "BitmapAnd"),
    ("bitmapindex", "Bitmap Index Scan"),
    ("bitmap", "Bitmap Heap Scan"),
    ("nested", "Nested Loop"),
    ("hashagg", "Aggregate"),
    ("groupagg", "Aggregate"),
    ("aggregate", "Aggregate"),
    ("hash", "Hash Join"),
    ("merge", "Merge Join"),
    ("subplan", "SubPlan"),
    ("hashedsub", "SubPlan"),
    ("initplan", "InitPlan"),
    ("windowagg", "WindowAgg"),
    ("memoize", "Memoize"),
    ("cte", "CTE Scan"),
    ("incremental", "Incremental Sort"),
    ("seq", "Seq Scan"),
)


def reads_a_plan(sentence: str, names: Collection[str]) -> bool:
    """True when a sentence names a node together with one of `names` (in lower case) or with a cause or an effect.

    A list of names says nothing about any of them.
    """
    if not words.NODE_TYPES.search(sentence):
        return False
    rest = words.NODE_TYPES.sub(" ", sentence)
    left = _without(rest, names)
    about = left != rest or words.CAUSE.search(rest) is not None or words.REPEATED.search(sentence) is not None
    says = words.ARROW.search(rest) or words.OTHER_SCRIPT.search(rest)
    told = [word for word in _WORD.findall(left) if word.lower() not in words.NODE_PARTS]
    return about and (says is not None or len(told) >= LEAST_WORDS)


def _without(text: str, names: Collection[str]) -> str:
    return any_of(frozenset(names)).sub(" ", text) if names else text


def node_types(sentence: str) -> set[str]:
    """The nodes that a sentence names, as PostgreSQL names them, as far as plans tell them apart."""
    found = {re.sub(r"[\s_-]+", "", name.lower()) for name in words.NODE_TYPES.findall(sentence)}
    return {kind for name in found for start, kind in _KINDS if name.startswith(start) and _longest(name) == start}


def _longest(name: str) -> str:
    return max((start for start, _ in _KINDS if name.startswith(start)), key=len)
