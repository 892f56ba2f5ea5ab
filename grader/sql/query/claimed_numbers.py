"""What a sentence says of spills, of the gain, and in numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from grader.sql.query import claim_words as words
from grader.sql.query import effect_words
from grader.sql.query.ground import LEAST_GAIN, Ground, holds
from grader.sql.query.plan import Node
from grader.sql.query.prose import Sentence
from grader.sql.query.verdicts import Found, times

NEAR = 0.2
LEAST_TELLING = 100  # a smaller number is near some number of any plan
LEAST_COUNTED = 10  # unless it says what it counts
_OTHER_MEASURE = re.compile(
    r"\s?(?:ms|msec|s|secs?|seconds?|milli\w*|min\w*|µs|us|%|percent|[kmg]i?b|st|nd|rd|th|sek\w*|seg\w*|мс|сек\w*|秒|毫秒|ミリ秒"
    r"|x|×|-?fold|-?fach)(?![\w])|\.\s?\w+\s(?:20|19)\d\d",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\s?(?:rows?|loops?|times|blocks?|buffers?|people|customers?|zeilen|mal|-mal|lignes|fois|filas|veces|linhas|vezes"
    r"|righe|volte|wierszy|razy|строк\w*|раз|行|次|回|人)",
    re.IGNORECASE,
)
_NO_MORE = re.compile(r"\bany\s?more\b|\bno\slonger\b|\bnicht\smehr\b|\bkeine?\b[^.]{0,30}\bmehr\b", re.IGNORECASE)
NEAR_FACTOR = 5
MOST_NUMBERS = 12
FITS = 10_000  # rows that fit into 4 MB whatever they hold: with fewer nothing can spill, on any data like ours
_KEEPS_ROWS = {"Sort", "Incremental Sort", "Hash", "Aggregate", "Materialize", "CTE Scan", "WindowAgg", "Memoize"}


def spills(sentence: Sentence, ground: Ground) -> Iterable[Found]:
    """Temporary files: whether a plan has them, or could have."""
    text = sentence.text
    strictly = words.SPILL.search(text) is not None
    if not strictly and not effect_words.SPILL.search(text):
        return
    had, has = bool(ground.given.temp), bool(ground.final.temp)
    if words.DOUBTFUL.search(text) or words.GONE.search(text):
        if had and not has:
            yield "confirmed", "temporary files: yes before, no after"
        elif strictly and not (had or has) and _credits_a_setting(text, ground) and not _could_spill(ground.given):
            yield "contradicted", "the given query's plan uses no temporary files"
        return
    if had or has or any(_spilled(plan) for plan in ground.others):
        yield "confirmed", f"temporary blocks: {ground.given.temp:,} before, {ground.final.temp:,} after"
    elif strictly and times(sentence) == (True, False) and not _could_spill(ground.given):
        yield "contradicted", "no plan uses temporary files"
    elif strictly:
        yield "not checkable", "no plan uses temporary files"


def _credits_a_setting(text: str, ground: Ground) -> bool:
    """True when a setting of the setup is said to have ended what went on before it."""
    return (
        _NO_MORE.search(text) is not None
        and words.HYPOTHETICAL.search(text) is None
        and any(holds(text, name) for name in ground.settings)
    )


def _spilled(plan: Node) -> bool:
    return any(node.temp or node.sort_on_disk for node in plan.walk())


def _could_spill(plan: Node) -> bool:
    """True where more data, or less memory, might make a plan write temporary files."""
    return any(node.type in _KEEPS_ROWS and node.rows >= FITS for node in plan.walk())


def gains(sentence: Sentence, ground: Ground) -> Iterable[Found]:
    """That it became faster, and how much."""
    text = sentence.text
    if not words.FASTER.search(text) or words.DOUBTFUL.search(text):
        return
    told = f"the work became {ground.gain:,.1f} times less"
    if ground.gain < LEAST_GAIN and ground.computes_less:
        yield "confirmed in part", "as many rows and blocks as before, and far less computing"
    elif ground.gain < LEAST_GAIN:
        if words.FASTER_IN_WORDS.search(text):  # "44x" alone may be loops
            yield "contradicted", "the work did not become less"
    elif not re.search(r"\d", text):
        yield "confirmed", told
    else:
        factors = [value for found in words.FACTOR.findall(text) if (value := number(found)) is not None]
        near = [value for value in factors if ground.gain / NEAR_FACTOR <= value <= ground.gain * NEAR_FACTOR]
        shown = "; the factor told is of this size" if near else ("; the factor told is another" if factors else "")
        yield "confirmed in part", f"{told}; time was not compared{shown}"


def numbers(sentence: Sentence, ground: Ground) -> Iterable[Found]:
    """Numbers that are near one of the plans, and those that are not: other data, or another measure."""
    for found in list(words.NUMBER.finditer(sentence.text))[:MOST_NUMBERS]:
        value, behind = number(found[0]), sentence.text[found.end() :]
        if value is None or 1900 <= value <= 2100 or _OTHER_MEASURE.match(behind):  # noqa: PLR2004 - years
            continue
        if value < LEAST_TELLING and not (value >= LEAST_COUNTED and _COUNTED.match(behind)):
            continue
        if any(abs(value - one) <= NEAR * one for one in ground.numbers):
            yield "confirmed in part", f"{found[0].strip()} is near a number of the plans"
        else:
            yield "not checkable", f"{found[0].strip()} is in none of the plans: other data, or another measure"


def number(text: str) -> float | None:
    """A number in any notation: 1,234.5 and 1.234,5 and 1 234,5."""
    plain = re.sub(r"[\s_'\u2019]", "", text)
    plain = re.sub(r",(?=\d{3}\b)", "", plain).replace(",", ".")
    if plain.count(".") > 1 or re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", plain):
        plain = plain.replace(".", "")
    try:
        return float(plain)
    except ValueError:
        return None
