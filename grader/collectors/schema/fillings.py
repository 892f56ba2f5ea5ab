"""Which optional columns of a row have a value, where a rule makes them depend on each other.

`num_nonnulls(customer_id, guest_id) = 1` wants one of two references: each is tried alone, then all, then none.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from grader.evidence.catalog import Table

_SPEAKS_OF_NULL = re.compile(r"\bIS\s+(?:NOT\s+)?(?:NULL|DISTINCT)\b|\bnum_(?:non)?nulls\s*\(", re.IGNORECASE)
MOST_OPTIONAL = 6
BOTH = 2


def fillings(
    table: Table, constraint: str, given: Collection[str], wanted: Collection[str]
) -> tuple[frozenset[str], ...]:
    """Sets of columns to fill for this CHECK, the most plausible first; each holds what is wanted.

    Empty when the rule does not speak of missing values, or leaves no two columns to choose from.
    """
    rule = next((r for r in table.checks if r.name == constraint and _SPEAKS_OF_NULL.search(r.text)), None)
    named = rule.columns if rule else ()
    optional = [
        c.name
        for c in table.columns
        if c.name in named and c.nullable and not (c.default or c.generated or c.identity or c.name in given)
    ]
    if not BOTH <= len(optional) <= MOST_OPTIONAL:
        return ()
    sets = [*(frozenset({name}) for name in optional), frozenset(optional), frozenset[str]()]
    must = frozenset(wanted).intersection(optional)
    return tuple(dict.fromkeys(chosen for chosen in (*([must] if must else []), *sets) if must <= chosen))
