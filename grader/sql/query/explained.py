"""Whether an explanation names what made the difference, and holds what the brief asks for."""

from __future__ import annotations

import re
from collections.abc import Collection

import msgspec

from grader.sql.query import claim_words as words
from grader.sql.query.claims import LEAST_GAIN, Ground, paragraphs, used_indexes

FEW_WORDS = 60
LEAST_WORDS = 40
ENGLISH_SHARE = 0.06
_WORD = re.compile(r"[^\W\d_]{1,}")


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """Something that made the difference: `what` in words, `named` when the text explains it."""

    what: str
    named: bool
    where: str = ""


def effects(
    text: str, ground: Ground, *, index_gain: float, rewrite_gain: float, wrong: Collection[str] = ()
) -> list[Effect]:
    """What the 2×2 says made the difference, each with the paragraph that explains it.

    A paragraph with one of the `wrong` sentences explains nothing. `index_gain` is how much less work the setup
    makes of the submitted query, `rewrite_gain` how much less the submitted query does than the given one under
    the same setup.
    """
    out = []
    told = [paragraph for paragraph in paragraphs(text) if not any(sentence in paragraph for sentence in wrong)]
    used = [name for name in ground.added if name.lower() in used_indexes(ground.final)]
    if index_gain >= LEAST_GAIN and used:
        places = {part.lower() for name in used for part in (name, *ground.added[name][1:])}
        where = _paragraph(told, words.INDEX, places)
        out.append(Effect(what=f"the index {', '.join(used)}", named=bool(where), where=where))
    if rewrite_gain >= LEAST_GAIN:
        where = _repeated(told, ground)
        out.append(Effect(what=_rewrite(ground), named=bool(where), where=where))
    return out


def _rewrite(ground: Ground) -> str:
    loops = [node.loops for node in ground.given.walk() if node.role == "SubPlan" and node.loops > 1]
    if loops:
        return f"{len(loops)} subqueries of the given query ran again for every row ({max(loops):,} times)"
    return "the rewrite of the query"


def _repeated(told: list[str], ground: Ground) -> str:
    return _paragraph(told, words.REPEATED, ground.objects()) or _paragraph(told, words.REWRITTEN, ground.objects())


def _paragraph(told: list[str], effect: re.Pattern[str], objects: set[str]) -> str:
    """The first paragraph that names both an effect and an object."""
    for paragraph in told:
        low = paragraph.lower()
        if effect.search(low) and any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", low) for name in objects):
            return paragraph
    return ""


def names_any_object(text: str, ground: Ground) -> bool:
    """True when the prose names a table, a column or an index at all."""
    low = "\n".join(paragraphs(text)).lower()
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", low) for name in ground.objects())


def is_long(text: str) -> bool:
    """True when the prose is long enough that missing a word of ours proves nothing."""
    return len(_WORD.findall(" ".join(paragraphs(text)))) >= FEW_WORDS


def is_english(text: str) -> bool:
    """False when the prose is clearly written in another language."""
    found = [word.lower() for word in _WORD.findall(" ".join(paragraphs(text)))]
    if len(found) < LEAST_WORDS:
        return True
    return sum(word in words.ENGLISH for word in found) >= ENGLISH_SHARE * len(found)


def measured_numbers(text: str) -> set[str]:
    """Numbers of the text, code included, that may be measurements; empty when no unit is named anywhere."""
    if not words.UNITS.search(text):
        return set()
    found = {number.strip() for number in words.NUMBER.findall(text)}
    return {number for number in found if not re.fullmatch(r"(?:19|20)\d\d|[0-9]", number)}


def plan_nodes(text: str) -> set[str]:
    """Kinds of plan nodes that the text names, code included."""
    return {re.sub(r"[\s_-]+", " ", found.lower()).rstrip("s") for found in words.NODE_TYPES.findall(text)}
