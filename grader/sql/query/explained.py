"""Whether an explanation names what made the difference, and holds what the brief asks for."""

from __future__ import annotations

import re
from collections.abc import Collection

import msgspec

from grader.sql.query import claim_words as words
from grader.sql.query.claims import LEAST_GAIN, Ground, used_indexes
from grader.sql.query.prose import paragraphs, sentences, sentences_of
from grader.sql.query.reading import reads_a_plan

FEW_WORDS = 60
LEAST_WORDS = 40
ENGLISH_SHARE = 0.06
FOREIGN_WORDS = 2
_WORD = re.compile(r"[^\W\d_]{1,}")


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """Something that made the difference: `what` in words, `named` when the text explains it."""

    what: str
    named: bool
    where: str = ""


def effects(
    text: str, ground: Ground, *, index_gain: float, rewrite_gain: float, wrong: Collection[str] = ()
) -> list[Effect]:
    """What the 2×2 says made the difference, each with the passage that explains it.

    The `wrong` sentences explain nothing; those beside them count for themselves. `index_gain` is how much less
    work the setup makes of the submitted query, `rewrite_gain` how much less the submitted query does than the
    given one under the same setup.
    """
    out = []
    told = [" ".join(s for s in sentences_of(paragraph) if s not in wrong) for paragraph in paragraphs(text)]
    used = [name for name in ground.added if name.lower() in used_indexes(ground.final)]
    if index_gain >= LEAST_GAIN and used:
        where = _index(told, ground, used)
        out.append(Effect(what=f"the index {', '.join(used)}", named=bool(where), where=where))
    if rewrite_gain >= LEAST_GAIN:
        where = _repeated(told, ground)
        out.append(Effect(what=_rewrite(ground), named=bool(where), where=where))
    return out


def _index(told: list[str], ground: Ground, used: list[str]) -> str:
    """The first paragraph that says "index" and which, or names one together with its table or column."""
    names = {name.lower() for name in used}
    columns = {part.lower() for name in used for part in ground.added[name][1:]}
    where = _paragraph(told, words.INDEX, names | columns)
    if where:
        return where
    about = columns | {ground.added[name][0].lower() for name in used}
    return next((p for p in told if _names(p, names) and _names(p, about)), "")


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
        if effect.search(paragraph.lower()) and _names(paragraph, objects):
            return paragraph
    return ""


def _names(text: str, objects: set[str]) -> bool:
    """True when the text names one of the objects. Scripts without blanks may follow a name at once."""
    return any(re.search(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])", text.lower()) for name in objects)


def names_any_object(text: str, ground: Ground) -> bool:
    """True when the prose names a table, a column or an index at all."""
    return _names("\n".join(paragraphs(text)), ground.objects())


def is_long(text: str) -> bool:
    """True when the prose is long enough that missing a word of ours proves nothing."""
    return len(_WORD.findall(" ".join(paragraphs(text)))) >= FEW_WORDS


def is_english(text: str) -> bool:
    """False when the prose is clearly written in another language."""
    found = [word.lower() for word in _WORD.findall(" ".join(paragraphs(text)))]
    english = sum(word in words.ENGLISH for word in found)
    if len(words.OTHER_SCRIPT.findall(text)) > len(found):
        return False
    if len(found) < LEAST_WORDS:
        other = sum(word in words.OTHER_LANGUAGES for word in found)
        return other < FOREIGN_WORDS or other <= english
    return english >= ENGLISH_SHARE * len(found)


def plan_readings(text: str, ground: Ground) -> list[str]:
    """Sentences of the prose that say something about a node of a plan; pasted plans and bare lists say nothing."""
    plans = (ground.given, ground.final, *ground.others)
    aliases = {node.alias.lower() for plan in plans for node in plan.walk()}
    shown = {form for alias in aliases if alias for form in (f"`{alias}`", f"on {alias}")}
    return [sentence for sentence in sentences(text) if reads_a_plan(sentence, ground.objects() | shown)]


def compares(text: str) -> bool:
    """True when the text sets something against something else: before and after, or an arrow between them."""
    both = words.BEFORE.search(text) is not None and words.AFTER.search(text) is not None
    return both or any(pattern.search(text) for pattern in (words.ARROW, words.GONE))
