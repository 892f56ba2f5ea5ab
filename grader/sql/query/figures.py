"""Measured figures of an explanation: numbers that carry their own unit, in any notation and many languages.

A number without a unit measures nothing, and neither does one that is only supposed ("should take 3 ms"). A pasted
plan is one measurement, however many numbers it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import msgspec
from msgspec import structs

from grader.sql.query import figure_words as words
from grader.sql.query.prose import lines_of

Kind = Literal["time", "rows", "buffers", "cost", "percent", "factor"]
LONGEST = 40_000
LONGEST_LINE = 2_000
_PRACTICE = re.compile(r"data\.(?:seed|size)\s*=\s*$", re.IGNORECASE)  # which data it was, as plan.txt says it


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A measurement as it is written, without what surrounds it."""

    text: str
    kind: Kind


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """A figure where it stands: `line` counts from 1, `said` is the sentence or table row, `start` its place there.

    `label` is what heads its column and its row in a table.
    """

    figure: Figure
    line: int
    said: str = ""
    start: int = 0
    label: str = ""


class _Number(msgspec.Struct, frozen=True, kw_only=True):
    start: int
    end: int
    text: str
    kind: Kind | None = None


def figures(text: str) -> list[Figure]:
    """Every different measurement of the text, pasted plans included, in the order they come."""
    return list(dict.fromkeys(one.figure for one in measured(text)))


def measured(text: str) -> list[Measured]:
    """Every measurement of the text where it stands; nothing when the text says that nothing was measured."""
    return [] if words.NOTHING_MEASURED.search(text) else list(_all(lines_of(text[:LONGEST])))


def _all(lines: list[str]) -> Iterator[Measured]:
    head: list[str] = []
    pasted: list[str] = []
    for number, line in enumerate(lines, 1):
        bare = line.strip()[:LONGEST_LINE]
        if pasted and bare and not bare.startswith(("```", "~~~")):
            pasted.append(bare)
            continue
        yield from (Measured(figure=one, line=number - len(pasted)) for one in _of_plans(pasted))
        pasted = [bare] if words.PLAN_ROOT.search(bare) else []
        if pasted:
            continue
        cells = _cells(bare)
        if not cells:
            head = []
            yield from _of_prose(bare, number)
        else:
            yield from _of_row(cells, head, number)
            head = head or cells
    yield from (Measured(figure=one, line=len(lines) - len(pasted) + 1) for one in _of_plans(pasted))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")] if line.count("|") > 1 else []


def _unit_of(cell: str) -> Kind | None:
    """The unit that the head of a column or a row gives to bare numbers; no head has numbers of its own."""
    if re.search(r"\d", cell):
        return None
    found = words.UNIT.search(cell)
    return _kind(found) if found else None


def _kind(found: re.Match[str]) -> Kind | None:
    return found.lastgroup  # type: ignore[return-value] # the groups are named after the kinds


def _of_row(cells: list[str], head: list[str], line: int) -> Iterator[Measured]:
    """The figures of a table row: a bare number has the unit of its column, else of its row."""
    row = _unit_of(cells[0])
    for place, cell in enumerate(cells):
        above = head[place] if place < len(head) else ""
        label = f"{above} {cells[0]}" if place else above
        own = [structs.replace(one, label=label) for one in _of_prose(cell, line)]
        unit = _unit_of(above) or (row if head else None)
        if own or unit is None:
            yield from own
            continue
        for number in _numbers(cell):
            figure = Figure(text=number.text, kind=unit)
            yield Measured(figure=figure, line=line, said=cell, start=number.start, label=label)


def _of_plans(lines: list[str]) -> Iterator[Figure]:
    """One figure for each pasted plan: its execution time, else what its first line tells."""
    told = ""
    for line in lines:
        total = words.EXECUTION_TIME.search(line)
        if total:
            told = ""
            yield Figure(text=f"{total[1]} ms", kind="time")
        elif words.PLAN_ROOT.search(line):
            yield from _of_root(told)
            told = line
    yield from _of_root(told)


def _of_root(line: str) -> Iterator[Figure]:
    found = words.ROOT_FIGURE.search(line)
    if found:
        yield Figure(text=found[0], kind="time" if "time" in found[0] else "cost")


def _of_prose(line: str, place: int) -> Iterator[Measured]:
    total = words.EXECUTION_TIME.search(line)
    if total:
        yield Measured(figure=Figure(text=f"{total[1]} ms", kind="time"), line=place, said=line, start=total.start(1))
        return
    for sentence in re.split(r"(?<=[.!?;])\s+|(?<=[。！？])", line):  # noqa: RUF001 - full stops of other scripts
        for number in _with_units(sentence):
            if number.kind is not None and not _supposed(sentence[: number.start]):
                figure = Figure(text=" ".join(number.text.split()), kind=number.kind)
                yield Measured(figure=figure, line=place, said=sentence, start=number.start)


def _supposed(before: str) -> bool:
    """True when the clause up to a number says that nobody measured it."""
    clause = words.CLAUSE_END.split(before)[-1]
    return words.SUPPOSED.search(clause) is not None


def _numbers(sentence: str) -> list[_Number]:
    plain = [_Number(start=m.start(), end=m.end(), text=m[0].strip()) for m in words.NUMBER.finditer(sentence)]
    return [n for n in plain if not words.NO_FIGURE.fullmatch(n.text)]


def _with_units(sentence: str) -> list[_Number]:
    """The numbers of a sentence, each with the unit behind it, of its partner (9 → 3 ms), or of a label before."""
    found = [
        _with_unit(sentence, m.start(), m.end())
        for m in words.NUMBER.finditer(sentence)
        if not _PRACTICE.search(sentence, max(0, m.start() - 20), m.start())
    ]
    for place in range(len(found) - 2, -1, -1):
        found[place] = _like(sentence, found[place], found[place + 1])
    for place in range(1, len(found)):
        found[place] = _like(sentence, found[place], found[place - 1])
    labels = [(m.end(), _kind(m)) for m in words.LABEL.finditer(sentence)]
    return [_labelled(number, labels) for number in found]


def _with_unit(sentence: str, start: int, end: int) -> _Number:
    unit = words.UNIT_BEHIND.match(sentence, end)
    if unit is None:
        return _Number(start=start, end=end, text=sentence[start:end].strip())
    return _Number(start=start, end=unit.end(), text=sentence[start : unit.end()].strip(), kind=_kind(unit))


def _like(sentence: str, number: _Number, other: _Number) -> _Number:
    """A bare number with the unit of its neighbour when only an arrow or a "to" stands between them."""
    first, second = sorted((number, other), key=lambda one: one.start)
    between = sentence[first.end : second.start]
    if number.kind is not None or other.kind is None or not words.PARTNERS.fullmatch(between):
        return number
    return _Number(start=number.start, end=number.end, text=number.text, kind=other.kind)


def _labelled(number: _Number, labels: list[tuple[int, Kind | None]]) -> _Number:
    if number.kind is not None or words.NO_FIGURE.fullmatch(number.text):
        return number
    kind = next((kind for end, kind in reversed(labels) if end <= number.start), None)
    return _Number(start=number.start, end=number.end, text=number.text, kind=kind)
