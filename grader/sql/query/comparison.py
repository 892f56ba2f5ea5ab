"""The candidate's own comparison of before and after, set beside what was counted here."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal

import msgspec

from grader.sql.query import figure_words as words
from grader.sql.query.claimed_numbers import number
from grader.sql.query.figures import Measured, measured
from grader.sql.query.plan import Work

Side = Literal["before", "after", ""]
FAR_IN_TIME = 30  # a row in memory may be thirty times cheaper than another; beyond that one of the two is wrong
FAR_IN_BLOCKS = 6
WINDOW = 300  # characters around a number in which a word may speak for it
APART = 60  # characters that a comma between a number and a word counts for
_UNITS = {
    **dict.fromkeys(("ms", "msec", "msecs", "мс", "毫秒", "ミリ秒", "밀리초"), 1.0),
    **dict.fromkeys(("s", "sec", "secs", "\u0441", "秒", "초"), 1_000.0),
    **dict.fromkeys(("\u00b5s", "\u03bcs", "us", "微秒"), 0.001),
    **dict.fromkeys(("min", "mins", "m", "мин", "分", "分钟"), 60_000.0),
}
_STEMS = (
    (re.compile(r"mil[li]|миллисек|millis", re.IGNORECASE), 1.0),
    (re.compile(r"mi[ck]ro", re.IGNORECASE), 0.001),
    (re.compile(r"se[ckg]|сек", re.IGNORECASE), 1_000.0),
    (re.compile(r"minut", re.IGNORECASE), 60_000.0),
)
_SCALES = (
    (re.compile(r"\d\s?(?:k|thousand|tausend|tsd|mil|mille|тыс|千)\b", re.IGNORECASE), 1e3),
    (re.compile(r"\d\s?(?:m|mio|million\w*|млн)\b", re.IGNORECASE), 1e6),
    (re.compile("万"), 1e4),
)


_TURNED = re.compile(r"instead|statt|lieu|vez\sde|invece|вместо", re.IGNORECASE)  # 2 ms instead of 400 ms


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A figure of the text: of which query it is when that is told, and its value in ms, blocks, rows or times."""

    text: str
    kind: str
    line: int
    side: Side = ""
    value: float | None = None
    temporary: bool = False


class Gain(msgspec.Struct, frozen=True, kw_only=True):
    """A gain that the text tells beside the one that was counted; `far` when they cannot both be right."""

    kind: str
    told: float
    counted: float
    far: bool


def told_figures(text: str) -> list[Told]:
    """The measurements of a text, each once, with the query it is about."""
    found: dict[tuple[str, str, Side], Told] = {}
    all_of_it = measured(text)
    sides = _by_arrows(all_of_it)
    for place, one in enumerate(all_of_it):
        side = sides.get(place) or _side(one)
        found.setdefault((one.figure.text, one.figure.kind, side), _told(one, side))
    return list(found.values())


def _told(one: Measured, side: Side) -> Told:
    text, kind = one.figure.text, str(one.figure.kind)
    value = _milliseconds(text, one.label) if kind == "time" else _scaled(text)
    temporary = re.search(r"\btemp", f"{text} {one.label}", re.IGNORECASE) is not None
    return Told(text=text, kind=kind, line=one.line, side=side, value=value, temporary=temporary)


def _scaled(text: str) -> float | None:
    if re.search(r"\d\s?[kmg]i?b\b", text, re.IGNORECASE):  # bytes are mostly the sizes of something else
        return None
    found = words.NUMBER.search(text)
    value = number(re.match(r"[\d.,'’_\s]*", found[0])[0].strip()) if found else None  # type: ignore[index] # matches ""
    scale = next((factor for pattern, factor in _SCALES if pattern.search(text)), 1.0)
    return value * scale if value is not None else None


def _milliseconds(text: str, label: str) -> float | None:
    found = re.search(r"[\d.,'’_\s]*\d", text.rpartition("..")[2])
    value = number(found[0].strip()) if found else None
    unit = _factor(text.rpartition("..")[2][found.end() :] if found else "") or _factor(label) or 1.0
    return value * unit if value is not None else None


def _factor(text: str) -> float | None:
    for word in re.findall(r"[^\W\d_]+", text):
        if word.lower() in _UNITS:
            return _UNITS[word.lower()]
        for stem, factor in _STEMS:
            if stem.match(word):
                return factor
    return None


def _by_arrows(found: list[Measured]) -> dict[int, Side]:
    """Figures of one kind with only an arrow, a slash or a "to" between them: the first is before, the second after."""
    out: dict[int, Side] = {}
    for place, (first, second) in enumerate(pairwise(found)):
        between = first.said[first.start + len(first.figure.text) : second.start]
        same = (first.line, first.said, first.figure.kind) == (second.line, second.said, second.figure.kind)
        if same and not first.label and words.PARTNERS.fullmatch(between):
            turned = _TURNED.search(between) is not None
            out[place], out[place + 1] = ("after", "before") if turned else ("before", "after")
    return out


def _side(one: Measured) -> Side:
    """Before or after: by what heads the column or row, else by the nearest word for one."""
    headed = _nearest(one.label, len(one.label)) if one.label else ""
    return headed or _nearest(one.said, one.start)


def _nearest(text: str, place: int) -> Side:
    text, place = text[max(0, place - WINDOW) : place + WINDOW], min(place, WINDOW)
    best: tuple[int, Side] = (1_000, "")
    sides: tuple[tuple[Side, re.Pattern[str]], ...] = (("before", words.GIVEN), ("after", words.SUBMITTED))
    for side, pattern in sides:
        for found in pattern.finditer(text):
            between = text[found.end() : place] if found.end() <= place else text[place : found.start()]
            apart = len(between) + APART * len(re.findall(r"[,;:.|，、]\s|[；]", between))  # noqa: RUF001 - of other scripts
            apart += 5 if found.start() >= place else 0  # a word before its number is more usual
            best = min(best, (apart, side))
    return best[1]


def told_gains(found: list[Told], given: Work, final: Work) -> list[Gain]:
    """The gains that the text tells, by time, by blocks and as a factor, each beside the counted one."""
    blocks = given.buffers / max(1, final.buffers)
    all_work = given.total / max(1, final.total)
    out = []
    for kind, counted, far in (("time", all_work, FAR_IN_TIME), ("buffers", blocks, FAR_IN_BLOCKS)):
        told = _quotient([one for one in found if one.kind == kind and not one.temporary])
        if told is not None:
            out.append(_gain(kind, told, counted, far))
    factors = [one.value for one in found if one.kind == "factor" and one.value]
    if factors:
        out.append(_gain("factor", max(factors), all_work, FAR_IN_TIME))
    return out


def _gain(kind: str, told: float, counted: float, far: int) -> Gain:
    return Gain(kind=kind, told=told, counted=counted, far=not 1 / far <= told / max(counted, 0.001) <= far)


def _quotient(found: list[Told]) -> float | None:
    before = [one.value for one in found if one.side == "before" and one.value]
    after = [one.value for one in found if one.side == "after" and one.value]
    return max(before) / min(after) if before and after else None
