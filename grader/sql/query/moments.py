"""Moments that queries name: in dates, in parts of dates (`extract`, `to_char`), in units (`date_trunc`)."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from sqlglot import exp

MICRO = dt.timedelta(microseconds=1)
DAY = dt.timedelta(days=1)
YEAR = 366 * DAY
ANY_YEAR = 2024
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def moments(literals: Iterable[str]) -> list[dt.datetime]:
    """Moments that literals name; a bare year or month names both its ends, a day its own and the next."""
    found: set[dt.datetime] = set()
    for text in literals:
        try:
            if re.fullmatch(r"(19|20)\d\d", text):
                found |= {_first(int(text) + more, 1) for more in (0, 1)}
            elif month := re.fullmatch(r"((?:19|20)\d\d)-(\d\d)", text):
                found |= {_first(int(month[1]), int(month[2]) + more) for more in (0, 1)}
            elif re.match(r"\d{4}-\d\d-\d\d", text):
                found.add(dt.datetime.fromisoformat(text).replace(tzinfo=None))
        except ValueError:
            continue
    return sorted(found)


def _first(year: int, month: int) -> dt.datetime:
    """The first moment of a month; month 13 is that of the next year."""
    return dt.datetime(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)  # noqa: DTZ001 - like the columns


def around(found: list[dt.datetime]) -> list[dt.datetime]:
    """The moments, what lies well between two of them, and what lies just beside each."""
    inside = [
        (low + (high - low) * part / 4).replace(microsecond=0)
        for low, high in itertools.pairwise(found)
        for part in (1, 2, 3)
    ]
    beside = [moment + step for moment in found for step in (-MICRO, MICRO, -DAY, DAY, DAY - MICRO, DAY / 3, -DAY / 3)]
    further = [moment + step for moment in (*found[-1:], *inside[-3:]) for step in (-YEAR, 40 * DAY, YEAR)]
    return [*found, *inside, *beside, *further]


def on_the_edge(found: list[dt.datetime]) -> list[str]:
    """The moments and what lies a microsecond beside them, as PostgreSQL writes them."""
    return [str(moment + step) for moment in found for step in (dt.timedelta(), -MICRO, MICRO)]


def parts_named(node: exp.Expr) -> dict[str, set[int]]:
    """Fields of `extract` and the numbers they are compared with."""
    out: dict[str, set[int]] = {}
    numbers = {int(one.this) for one in node.find_all(exp.Literal) if one.this.isdigit()}
    for extract in node.find_all(exp.Extract):
        out.setdefault(extract.this.name.lower(), set()).update(numbers)
    return out


def of_parts(parts: Mapping[str, AbstractSet[int]]) -> set[str]:
    """Days on which a named part begins, and on which what follows it begins."""
    years = _between(parts, "year", 1900, 2100) or {ANY_YEAR}
    months = _between(parts, "month", 1, 12)
    months |= {3 * quarter - 2 + more for quarter in _between(parts, "quarter", 1, 4) for more in (0, 2)}
    days = _between(parts, "day", 1, 28)  # every month has them
    out: set[dt.datetime] = set()
    for year in years:
        out |= {_first(year, 1), _first(year + 1, 1)}
        out |= {_first(year, month + more) for month in months for more in (0, 1)}
        named = [_first(year, month) + (day - 1) * DAY for month in months or {1} for day in days]
        out |= {day + more * DAY for day in named for more in (0, 1)}
    return {str(moment.date()) for moment in out}


def _between(parts: Mapping[str, AbstractSet[int]], name: str, low: int, high: int) -> set[int]:
    return {number for number in parts.get(name, ()) if low <= number <= high}


def of_unit(unit: str, found: list[dt.datetime]) -> set[str]:
    """Where units such as months begin between the moments: the second and the last."""
    step = _MONTHS.get(unit)
    if step is None or len(found) < 2:  # noqa: PLR2004 - a range has two ends
        return set()
    low, high = found[0], found[-1]
    starts = [_first(low.year, month) for month in range(1, 12 * (high.year - low.year + 1) + 1, step)][:240]
    inside = [start for start in starts if low < start < high]
    return {str(one.date()) for one in (*inside[:1], *inside[-1:])}
