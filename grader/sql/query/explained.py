"""Whether an explanation names what made the difference, and holds what the brief asks for."""

from __future__ import annotations

import re
from collections.abc import Collection

import msgspec

from grader.sql.query import claim_words as words
from grader.sql.query import effect_words
from grader.sql.query.effects import LEAST_PART, Aspect, Effect, decisive
from grader.sql.query.ground import Ground, holds_any
from grader.sql.query.lists import is_list
from grader.sql.query.prose import Sentence, paragraphs, read
from grader.sql.query.reading import reads_a_plan
from grader.sql.query.unknown_indexes import unknown_indexes

FEW_WORDS = 60
LEAST_WORDS = 40
ENGLISH_SHARE = 0.06
FOREIGN_WORDS = 2
LEAST_DESCRIBED = 2
_WORD = re.compile(r"[^\W\d_]{1,}")
_CASE_OF = re.compile(r"\b(?:lower|upper)\s?\(\s?(?:\w+\.)?(\w+)\s?\)", re.IGNORECASE)


class NamedAspect(msgspec.Struct, frozen=True, kw_only=True):
    """One way in which an effect shows in the plans, and the passage that tells it; `line` is 0 when none does.

    `enough` says that telling it explains the effect: it stands for more than next to nothing of the work.
    """

    what: str
    enough: bool = True
    where: str = ""
    line: int = 0


class NamedEffect(msgspec.Struct, frozen=True, kw_only=True):
    """Something that made the difference: `what` in words, `named` when the text explains it in one of its ways."""

    what: str
    about: str
    aspects: tuple[NamedAspect, ...]

    @property
    def named(self) -> bool:
        """Whether any of its ways that count is told."""
        return any(aspect.line and aspect.enough for aspect in self.aspects)


def effects(
    text: str,
    ground: Ground,
    *,
    index_gain: float,
    rewrite_gain: float,
    setting_gain: float = 1.0,
    wrong: Collection[str] = (),
) -> list[NamedEffect]:
    """What made the difference, each with the passages that explain it; the `wrong` sentences explain nothing."""
    found = decisive(ground, index_gain=index_gain, rewrite_gain=rewrite_gain, setting_gain=setting_gain)
    told = _told(text, ground, wrong)
    strictly = bool(unknown_indexes(_told(text, ground, ()), ground))
    return [_named(effect, told, strictly=strictly) for effect in found]


def _told(text: str, ground: Ground, wrong: Collection[str]) -> list[Sentence]:
    names = ground.names
    return [s for s in read(text) if s.text not in wrong and not is_list(s.text, names)]


def _named(effect: Effect, told: list[Sentence], *, strictly: bool) -> NamedEffect:
    """The effect with what tells it; `strictly` for a text about other indexes, which names these by chance."""
    specific = any(aspect.way != "less" for aspect in effect.aspects)
    least = LEAST_PART * max(aspect.weight for aspect in effect.aspects)
    ways = []
    for aspect in effect.aspects:
        found = _passage(aspect, told, loosely=not specific, strictly=strictly)
        # That a table is read less explains only where nothing more can be said.
        enough = aspect.weight >= least and not (specific and aspect.way == "less")
        where, line = (found.text, found.line) if found else ("", 0)
        ways.append(NamedAspect(what=aspect.what, enough=enough, where=where, line=line))
    return NamedEffect(what=effect.what, about=effect.about, aspects=tuple(ways))


def _passage(aspect: Aspect, told: list[Sentence], *, loosely: bool, strictly: bool) -> Sentence | None:
    """The sentence that tells the aspect best, together with the one before it in its paragraph."""
    found: list[tuple[int, int, Sentence]] = []
    for place, sentence in enumerate(told):
        before = told[place - 1] if place and told[place - 1].paragraph == sentence.paragraph else None
        context = f"{before.text} {sentence.text}" if before else sentence.text
        by_chance = strictly and aspect.way == "index" and not _names_index(aspect, sentence.text)
        if not by_chance and _tells(aspect, sentence, context, loosely=loosely):
            found.append((_plainness(aspect, sentence), -place, sentence))
    return max(found)[2] if found else None


def _plainness(aspect: Aspect, sentence: Sentence) -> int:
    """How plainly a sentence tells an aspect: by its name, by more of its objects, without taking anything back."""
    named = aspect.name != "" and holds_any(sentence.text, {aspect.name})
    doubtful = words.DOUBTFUL.search(sentence.text) is not None
    return 4 * named + min(3, sum(holds_any(sentence.text, {one}) for one in aspect.objects)) - 2 * doubtful


def _tells(aspect: Aspect, sentence: Sentence, context: str, *, loosely: bool) -> bool:
    text = sentence.text
    if aspect.way == "index":
        return _tells_index(aspect, sentence, context)
    if aspect.way == "setting":
        return holds_any(text, aspect.objects)
    if aspect.way == "repeated":
        effect = effect_words.REPEATED.search(text) or effect_words.ONCE.search(text)
    elif aspect.way == "less":
        effect = effect_words.LESS.search(text) if not loosely else _says_less(text)
    else:
        effect = _WORDS[aspect.way].search(_of_its_columns(text, aspect) if aspect.way == "function" else text)
    works = (
        aspect.way in _NEEDS_NO_VERB
        or words.SUBQUERY.search(text)
        or effect_words.ACCESS.search(context)
        or words.NODE_TYPES.search(context)
    )
    named = holds_any(context, aspect.objects) or (aspect.way == "not in" and _tells_list_again(text))
    return bool(effect and works) and named


def _tells_list_again(text: str) -> bool:
    """True for "the NOT IN ran 779 times": the list has no other name in the query than the words before it."""
    again = effect_words.REPEATED.search(words.SUBQUERY.sub(" ", text))
    return again is not None and effect_words.NOT_IN_LIST.search(text) is not None


def _of_its_columns(text: str, aspect: Aspect) -> str:
    """Without lower(status), which an index may hold, where the function that is gone stood around another column."""
    return _CASE_OF.sub(lambda found: found[0] if found[1].lower() in aspect.objects else " ", text)


def _says_less(text: str) -> re.Match[str] | None:
    return next(
        (
            found
            for p in (effect_words.LESS, effect_words.ONCE, effect_words.REPEATED, effect_words.FUNCTION)
            if (found := p.search(text))
        ),
        None,
    )


def _names_index(aspect: Aspect, text: str) -> bool:
    """True for an index by its name, or "index" with its table and every column that it is on."""
    in_full = words.INDEX.search(text) is not None and all(holds_any(text, {key}) for key in aspect.keys)
    return holds_any(text, {aspect.name}) or in_full


def _tells_index(aspect: Aspect, sentence: Sentence, context: str) -> bool:
    """An index by its name, or "index" with the column or table it is on; the word may stand in the heading."""
    if effect_words.UNSURE.search(sentence.text):
        return False
    heard = f"{sentence.heading} {context}"
    says_index = words.INDEX.search(heard) or effect_words.BTREE.search(heard)
    return holds_any(sentence.text, {aspect.name}) or (
        says_index is not None and holds_any(sentence.text, aspect.objects)
    )


_WORDS = {
    "function": effect_words.FUNCTION,
    "fence": effect_words.FENCE,
    "spill": re.compile(effect_words.SPILL.pattern + r"|\bwork_mem\b", re.IGNORECASE),
    "not in": effect_words.NOT_IN,
    "or": effect_words.OR,
    "statistics": effect_words.STATISTICS,
}
_NEEDS_NO_VERB = {"function", "or", "spill", "statistics"}


def names_any_object(text: str, ground: Ground) -> bool:
    """True when the prose names a table, a column or an index at all."""
    return holds_any("\n".join(paragraphs(text)), ground.objects)


def is_long(text: str) -> bool:
    """True when the prose is long enough that missing a word of ours proves nothing."""
    return len(_WORD.findall(" ".join(paragraphs(text)))) >= FEW_WORDS


def is_english(text: str) -> bool:
    """False when the prose is clearly written in another language."""
    prose = " ".join(paragraphs(text))
    found = [word.lower() for word in _WORD.findall(prose)]
    english = sum(word in words.ENGLISH for word in found)
    if len(words.OTHER_SCRIPT.findall(prose)) > len(found):
        return False
    if len(found) < LEAST_WORDS:
        other = sum(word in words.OTHER_LANGUAGES for word in found)
        return other < FOREIGN_WORDS or other <= english
    return english >= ENGLISH_SHARE * len(found)


def says_nothing(text: str, ground: Ground) -> bool:
    """True when the prose holds no sentence at all, or only lists of terms."""
    return not _told(text, ground, ())


def plan_readings(text: str, ground: Ground, wrong: Collection[str] = ()) -> list[str]:
    """Sentences of the prose that say something about a node of a plan, the `wrong` ones left out.

    Pasted plans and bare lists say nothing.
    """
    aliases = {node.alias.lower() for plan in ground.plans for node in plan.walk()}
    shown = {form for alias in aliases if alias for form in (f"`{alias}`", f"on {alias}")}
    names = ground.names
    return [s.text for s in _told(text, ground, wrong) if reads_a_plan(s.text, names | shown)]


def compares(text: str) -> bool:
    """True when the text sets something against something else: before and after, or an arrow between them."""
    both = words.BEFORE.search(text) is not None and words.AFTER.search(text) is not None
    return both or any(pattern.search(text) for pattern in (words.ARROW, words.GONE))


def describes_the_work(text: str, ground: Ground) -> bool:
    """True when at least two sentences say what the database does with a table or CTE, in whatever words."""
    names = {name.lower() for name in ground.tables} | ground.ctes
    patterns = (effect_words.REPEATED, effect_words.ONCE, effect_words.LESS, effect_words.SPILL, effect_words.FENCE)
    told = [s.text for s in _told(text, ground, ())]
    found = [
        s
        for s in told
        if holds_any(s, names) and effect_words.ACCESS.search(s) and any(pattern.search(s) for pattern in patterns)
    ]
    return len(found) >= LEAST_DESCRIBED
