"""What submission.toml says that tables are for: [concepts]."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Mapping

from grader.sql.schema.matcher import ASIDE, CONCEPTS, Match
from grader.sql.schema.names import words

_SAME = {
    "customer": "user",
    "account": "user",
    "item": "product",
    "order item": "order_line",
    "line item": "order_line",
    "product categories": "product_category",
    "wishlist": "wish list",
}
LONGEST_SHOWN = 80
SHOWN = 8


def concepts(given: Mapping[str, str], tables: set[str], notes: list[str]) -> dict[str, str]:
    """The table of each concept; plural keys and older names are taken, what cannot be taken is noted.

    Tables may be written as in SQL: quoted, with or without their schema, in any case where that leaves no doubt.
    """
    found: dict[str, str] = {}
    for key, written in given.items():
        concept, table = _concept(key), _table(written, tables)
        shown = f"submission.toml [concepts] {key[:LONGEST_SHOWN]} = {written[:LONGEST_SHOWN]!r}"
        if not concept:
            notes.append(f"{shown}: no such concept{_nearest(key)}; known are {', '.join((*CONCEPTS, *ASIDE))}")
        elif not table:
            notes.append(f"{shown}: no such table was loaded; there are {_some(tables)}")
        elif concept in found and found[concept] != table:
            notes.append(f"{shown}: the {_plain(concept)} is already `{found[concept]}`, so this was passed over")
        else:
            found[concept] = table
    return _without_doubles(found, notes)


def disbelieved(named: Mapping[str, str], found: Match, notes: list[str]) -> None:
    """Note every table that was named for a concept and cannot be it."""
    for concept, table in named.items():
        if concept in CONCEPTS and (concept not in found.roles or found.roles[concept].table != table):
            taken = f"; `{found.roles[concept].table}` was taken instead" if concept in found.roles else ""
            said = f"submission.toml [concepts] {concept} = {table!r}"
            notes.append(f"{said}: its name, columns and references say otherwise{taken}")


def _without_doubles(found: dict[str, str], notes: list[str]) -> dict[str, str]:
    """A table plays one part: one that is named for two is believed for neither."""
    often = Counter(found.values())
    for table, times in often.items():
        if times > 1:
            named = " and as ".join(_plain(concept) for concept, name in found.items() if name == table)
            notes.append(f"submission.toml names `{table}` as {named}: a table is one of them, so neither was believed")
    return {concept: table for concept, table in found.items() if often[table] == 1}


def _plain(concept: str) -> str:
    return concept.replace("_", " ")


def _some(tables: set[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in sorted(tables)[:SHOWN]) or "none"
    return shown + (f" and {len(tables) - SHOWN} more" if len(tables) > SHOWN else "")


def _concept(key: str) -> str:
    found = words(key)
    known = {words(concept): concept for concept in (*CONCEPTS, *ASIDE)}
    others = {words(same): concept for same, concept in _SAME.items()}
    return {**others, **known}.get(found, "") or _together(key)


def _together(key: str) -> str:
    """A concept written in one word, such as `orderline` and `orderlines`."""
    for concept in (*CONCEPTS, *ASIDE):
        if _squeezed(key) in (_squeezed(concept), f"{_squeezed(concept)}s"):
            return concept
    return next((concept for same, concept in _SAME.items() if _squeezed(key) == _squeezed(same)), "")


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()


def _nearest(key: str) -> str:
    known = {_squeezed(concept): concept for concept in (*CONCEPTS, *ASIDE)}
    close = difflib.get_close_matches(_squeezed(key[:LONGEST_SHOWN]), known, n=1)
    return f" (is {known[close[0]]} meant?)" if close else ""


def _table(written: str, tables: set[str]) -> str:
    """The table somebody means: exactly, else without quotes, schema or case when only one can be meant."""
    bare = written.replace('"', "").replace("`", "").strip()
    if bare in tables:
        return bare
    short = bare.removeprefix("public.").lower()
    for meant in (
        {name for name in tables if name == short},
        {name for name in tables if name.lower() == short},
        {name for name in tables if name.rpartition(".")[2].lower() == short},
    ):
        if len(meant) == 1:
            return meant.pop()
    return ""
