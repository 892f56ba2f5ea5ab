"""Kinds of small databases: how large, how tied, how near the edges, how empty."""

from __future__ import annotations

import msgspec


class Profile(msgspec.Struct, frozen=True):
    """A kind of small database.

    `size` says how many rows the driving tables get beside a full page, `children` how many rows there are per
    parent; `nulls` is a chance. Most rows pass all comparisons; `odd` is the chance of one that fails in one column,
    `free` of one whose columns are drawn one by one, with the chances `exact` and `near`. With `repeat` a column
    takes at most so many values, with the chance `common` its first one. `parents` says how children are spread: by
    chance, evenly, or most to one.
    """

    name: str
    size: str
    children: float
    nulls: float = 0.1
    odd: float = 0.4
    free: float = 0.2
    exact: float = 0.5
    near: float = 0.35
    repeat: int = 0
    common: float = 0.0
    parents: str = "any"
    empty: bool = False


PROFILES = (
    Profile("empty", "none", 0),
    Profile("one of each", "one", 1, odd=0, free=0),
    Profile("few", "few", 2),
    Profile("few, near misses", "few", 2, odd=0.7),
    Profile("page", "page", 1.5),
    Profile("page, all inside", "page", 2, nulls=0.05, odd=0.05, free=0.05),
    Profile("page, edges", "page", 2, free=0.8, near=0.55),
    Profile("page, ties", "page", 1.5, odd=0.1, free=0.05, repeat=1),
    Profile("page, deep ties", "page", 1, nulls=0.3, odd=0.05, free=0, repeat=1, parents="even"),
    Profile("page, near ties", "page", 1, odd=0.15, free=0.05, repeat=2, parents="even"),
    Profile("page, NULLs", "page", 1.5, nulls=0.5),
    Profile("page, no NULLs", "page", 2.5, nulls=0.0),
    Profile("page, childless", "page", 0.4),
    Profile("page, a table empty", "page", 1.5, empty=True),
    Profile("page, near misses", "page", 2, nulls=0.05, odd=0.8),
    Profile("page, most to one", "page", 2, parents="one"),
    Profile("page, most alike", "page", 2, odd=0.15, free=0.05, common=0.8),
    Profile("two pages, one group", "double", 1, nulls=0.05, odd=0.1, free=0, common=0.9, parents="even"),
    Profile("two pages", "double", 1.5, nulls=0.05, odd=0.15, repeat=3),
    Profile("two pages, all tied", "double", 1.3, nulls=0.2, odd=0, free=0, repeat=1, parents="even"),
    Profile("two pages, spread", "double", 1.2, parents="even"),
    Profile("two pages, ties", "double", 1, nulls=0.2, odd=0.1, free=0, repeat=2, parents="even"),
)
