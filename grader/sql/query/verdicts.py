"""How the plans see what a text says, and what a sentence speaks of: before or after, supposed, denied."""

from __future__ import annotations

from typing import Literal

from grader.sql.query import claim_words as words
from grader.sql.query.ground import Ground, holds
from grader.sql.query.prose import Sentence

Verdict = Literal["confirmed", "confirmed in part", "contradicted", "not checkable"]
Found = tuple[Verdict, str]


def yes(there: object) -> str:
    """One word for a fact."""
    return "yes" if there else "no"


def times(sentence: Sentence) -> tuple[bool, bool]:
    """Whether a sentence speaks of before, of after; its heading decides when it says neither."""
    before, after = words.BEFORE.search(sentence.text), words.AFTER.search(sentence.text)
    if not before and not after:
        before, after = words.BEFORE.search(sentence.heading), words.AFTER.search(sentence.heading)
    return before is not None, after is not None


def clearly_before(sentence: Sentence) -> bool:
    """True when the sentence or its heading speaks of the given query, and not of the new one."""
    said = words.CLEARLY_BEFORE.search(sentence.text) or words.CLEARLY_BEFORE.search(sentence.heading)
    return said is not None and words.AFTER.search(sentence.text) is None


def denied(text: str) -> bool:
    """True where something is denied, supposed or taken back."""
    return words.DOUBTFUL.search(text) is not None or words.HYPOTHETICAL.search(text) is not None


def named_tables(text: str, ground: Ground) -> list[str]:
    """The tables of the exercise that a text names."""
    return [table for table in ground.tables if holds(text, table)]
