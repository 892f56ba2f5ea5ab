"""Claims of an explanation compared with the plans: confirmed, contradicted, or not checkable.

A claim is contradicted only where no honest reader could see it otherwise: an index that does not exist or that
no plan uses, a scan that the plans have or have not, a gain where there is none. Numbers are never held against
anybody: they were measured on other data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

import msgspec

from grader.sql.query import claim_words as words
from grader.sql.query.plan import Node

Verdict = Literal["confirmed", "contradicted", "not checkable"]
NEAR = 0.2
LONGEST_SENTENCE = 1_000
LONGEST_PARAGRAPH = 4_000
MOST_SENTENCES = 400
LEAST_GAIN = 1.25


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence, what was found in it, and how the plans see it."""

    text: str
    verdict: Verdict
    because: str


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What claims are compared with. `given` and `final` are plans; `others` are further plans of the 2×2.

    `named` are index names that the submission's own SQL holds, made or not.
    """

    given: Node
    final: Node
    others: tuple[Node, ...] = ()
    tables: dict[str, tuple[str, ...]] = {}
    added: dict[str, tuple[str, ...]] = {}  # index: its table and key columns
    existing: tuple[str, ...] = ()
    named: str = ""
    gain: float = 1.0

    def objects(self) -> set[str]:
        """Names of tables, columns and indexes, in lower case."""
        columns = {column for table in self.tables.values() for column in table}
        return {name.lower() for name in (*self.tables, *columns, *self.added, *self.existing)}


def prose(text: str) -> str:
    """The text without fenced code: a pasted plan is evidence, not an explanation."""
    return re.sub(r"(?ms)^[ \t]*(```|~~~).*?(?:^[ \t]*\1[^\n]*$|\Z)", "\n", text)


def paragraphs(text: str) -> list[str]:
    """Paragraphs, list items, headings and table rows, each on one line and of bounded length."""
    out: list[str] = []
    joins = False
    for line in prose(text).splitlines():
        stripped = line.strip()
        starts = not stripped or re.match(r"([-*+]|\d+[.)]|#+|\||>)\s*", stripped) is not None
        if stripped and joins and not starts:
            out[-1] = f"{out[-1][:LONGEST_PARAGRAPH]} {stripped}"
        elif stripped:
            out.append(stripped)
        joins = bool(stripped) and not stripped.startswith(("#", "|"))
    return [one[:LONGEST_PARAGRAPH] for one in out[:MOST_SENTENCES]]


def sentences(text: str) -> list[str]:
    """Sentences of the prose, at most so many and so long."""
    parts = [part.strip() for one in paragraphs(text) for part in re.split(r"(?<=[.!?;])\s+", one) if part.strip()]
    return [part[:LONGEST_SENTENCE] for part in parts[:MOST_SENTENCES]]


def claims(text: str, ground: Ground) -> list[Claim]:
    """Every claim of a text that names an index, a scan, a spill, a gain or a number of the plans."""
    found: list[Claim] = []
    heading = ""
    for sentence in sentences(text):
        if sentence.startswith("#"):
            heading = sentence
            continue
        for verdict, because in _judged(sentence, heading, ground):
            found.append(Claim(text=sentence, verdict=verdict, because=because))
    return found


def _judged(sentence: str, heading: str, ground: Ground) -> Iterable[tuple[Verdict, str]]:
    yield from _indexes(sentence, ground)
    yield from _seq_scans(sentence, heading, ground)
    yield from _spills(sentence, heading, ground)
    yield from _gains(sentence, ground)
    yield from _numbers(sentence, ground)


def _indexes(sentence: str, ground: Ground) -> Iterable[tuple[Verdict, str]]:
    known = {name.lower() for name in (*ground.added, *ground.existing)}
    doubtful = words.DOUBTFUL.search(sentence) is not None
    mentioned = {name.lower() for name in words.INDEX_NAME.findall(sentence)} - words.NOT_NAMES
    mentioned |= {name for name in known if re.search(rf"\b{re.escape(name)}\b", sentence, re.IGNORECASE)}
    for name in sorted(mentioned):
        if name not in known:
            claimed = words.USES.search(sentence) or words.CREATES.search(sentence)
            if claimed and not doubtful and name not in ground.named.lower() and name not in ground.objects():
                yield "contradicted", f"there is no index {name}"
        elif name in used_indexes(ground.given, ground.final, *ground.others):
            yield "confirmed", f"the index {name} exists and a plan uses it"
        elif words.USES.search(sentence) and not doubtful:
            yield "contradicted", f"no plan uses the index {name}"
        else:
            yield "confirmed", f"the index {name} exists"


def _seq_scans(sentence: str, heading: str, ground: Ground) -> Iterable[tuple[Verdict, str]]:
    if not words.SEQ_SCAN.search(sentence):
        return
    gone = words.GONE.search(sentence) is not None
    before, after = _times(sentence, heading)
    for table in ground.tables:
        if not re.search(rf"\b{re.escape(table)}\b", sentence, re.IGNORECASE):
            continue
        had, has = _scans(ground.given, table), _scans(ground.final, table)
        if gone and has and not before and _says_none_is_left(sentence, ground):
            yield "contradicted", f"the new plan still has a Seq Scan on {table}"
        elif before and not after and not gone and not had and _says_there_was_one(sentence, heading, ground):
            yield "contradicted", f"the given query's plan has no Seq Scan on {table}"
        elif (had and not has) or (had and before) or (has and after):
            yield "confirmed", f"Seq Scan on {table}: {_yes(had)} before, {_yes(has)} after"
        else:
            yield "not checkable", f"Seq Scan on {table}: {_yes(had)} before, {_yes(has)} after"


def _says_none_is_left(sentence: str, ground: Ground) -> bool:
    """False where fewer scans, scans per row, or scans that might be gone can be meant: "one instead of 44"."""
    other = (words.FEWER, words.REPEATED, words.HYPOTHETICAL)
    return _names_one(sentence, ground) and not any(pattern.search(sentence) for pattern in other)


def _says_there_was_one(sentence: str, heading: str, ground: Ground) -> bool:
    """False where "was" is all that speaks of before, or where something is denied or supposed."""
    clearly = words.CLEARLY_BEFORE.search(sentence) or words.CLEARLY_BEFORE.search(heading)
    denied = words.DOUBTFUL.search(sentence) or words.HYPOTHETICAL.search(sentence)
    return clearly is not None and denied is None and _names_one(sentence, ground)


def _names_one(sentence: str, ground: Ground) -> bool:
    """True when a sentence is about one table only: with more it is unclear which one is meant."""
    return sum(1 for table in ground.tables if re.search(rf"\b{re.escape(table)}\b", sentence, re.IGNORECASE)) == 1


def _yes(there: bool) -> str:  # noqa: FBT001 - one word for a fact
    return "yes" if there else "no"


def _times(sentence: str, heading: str) -> tuple[bool, bool]:
    """Whether a sentence speaks of before, of after; its heading decides when it says neither."""
    before, after = words.BEFORE.search(sentence), words.AFTER.search(sentence)
    if not before and not after:
        before, after = words.BEFORE.search(heading), words.AFTER.search(heading)
    return before is not None, after is not None


def _spills(sentence: str, heading: str, ground: Ground) -> Iterable[tuple[Verdict, str]]:
    if not words.SPILL.search(sentence) or words.DOUBTFUL.search(sentence):
        return
    plans = (ground.given, ground.final, *ground.others)
    if any(node.temp or node.sort_on_disk for plan in plans for node in plan.walk()):
        yield "confirmed", "a plan uses temporary files"
    elif _times(sentence, heading) == (True, False):
        yield "contradicted", "no plan uses temporary files"
    else:
        yield "not checkable", "no plan uses temporary files"


def _gains(sentence: str, ground: Ground) -> Iterable[tuple[Verdict, str]]:
    if not words.FASTER.search(sentence) or words.DOUBTFUL.search(sentence):
        return
    if ground.gain < LEAST_GAIN:
        if words.FASTER_IN_WORDS.search(sentence):  # "44x" alone may be loops
            yield "contradicted", "the work did not become less"
    else:
        yield "confirmed", f"the work became {ground.gain:,.1f} times less"


def _numbers(sentence: str, ground: Ground) -> Iterable[tuple[Verdict, str]]:
    known = _plan_numbers(ground)
    for text in words.NUMBER.findall(sentence):
        value = _number(text)
        if value is None or value < 10 or (1900 <= value <= 2100):  # noqa: PLR2004 - small numbers and years say little
            continue
        if any(abs(value - number) <= NEAR * number for number in known):
            yield "confirmed", f"{text.strip()} is near a number of the plans"
        else:
            yield "not checkable", f"{text.strip()} is in none of the plans: other data, or another measure"


def _number(text: str) -> float | None:
    plain = re.sub(r"[\s_'\u2019]", "", text)
    plain = re.sub(r",(?=\d{3}\b)", "", plain).replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        return None


def _plan_numbers(ground: Ground) -> set[float]:
    found: set[float] = set()
    for plan in (ground.given, ground.final, *ground.others):
        for node in plan.walk():
            found |= {node.rows, node.removed, node.handled, float(node.loops), float(node.buffers), node.planned}
            found.add(node.rows + node.removed)
    return {number for number in found if number >= 10}  # noqa: PLR2004 - small numbers are near anything


def used_indexes(*plans: Node) -> set[str]:
    """Names, in lower case, of the indexes that any of the plans reads."""
    return {node.index.lower() for plan in plans for node in plan.walk() if node.index and node.loops}


def _scans(plan: Node, table: str) -> bool:
    return any(node.type == "Seq Scan" and node.relation.lower() == table.lower() for node in plan.walk())
