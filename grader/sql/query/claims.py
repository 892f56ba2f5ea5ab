"""Claims of an explanation compared with the plans: confirmed, contradicted, or not checkable.

A claim is contradicted only where no honest reader could see it otherwise: an index that does not exist or that
no plan uses, a scan that the plans have or have not, a gain where there is none. Whether a number is right is held
against nobody: it was measured on other data. What says "every" or "44 times" is compared with the loops of the
plans where they can tell, else it is confirmed in part at most.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Literal

import msgspec

from grader.sql.query import claim_words as words
from grader.sql.query.claimed_numbers import gains, numbers, spills
from grader.sql.query.claimed_objects import functions, index_columns, indexes, settings, tables
from grader.sql.query.claimed_plans import ctes, nodes, repeats, seq_scans, subqueries
from grader.sql.query.ground import Ground
from grader.sql.query.lists import is_list
from grader.sql.query.prose import Sentence, read
from grader.sql.query.unknown_indexes import unknown_indexes
from grader.sql.query.verdicts import Found, Verdict

About = Literal["index", "object", "scan", "node", "spill", "gain", "figure"]
Judged = tuple[About, Verdict, str]


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence, what was found in it, and how the plans see it; `line` is where it starts in the text.

    `again` are the lines on which the same sentence starts once more.
    """

    text: str
    verdict: Verdict
    because: str
    about: tuple[About, ...] = ()
    line: int = 1
    again: tuple[int, ...] = ()


def claims(text: str, ground: Ground) -> list[Claim]:
    """What a text says about indexes, scans, nodes, spills, a gain or numbers: one claim for each sentence."""
    said: dict[str, list[Sentence]] = {}
    names = ground.names
    told = [sentence for sentence in read(text) if not is_list(sentence.text, names)]
    for sentence in told:
        said.setdefault(sentence.text, []).append(sentence)
    unknown = {sentence.text: because for sentence, because in unknown_indexes(told, ground).items()}
    found = ((same, list(_judged(same[0], ground, unknown.get(same[0].text, "")))) for same in said.values())
    return [_claim(same, judged) for same, judged in found if judged]


def _claim(same: list[Sentence], judged: list[Judged]) -> Claim:
    verdicts = {verdict for _, verdict, _ in judged}
    verdict: Verdict = "confirmed in part"
    if "contradicted" in verdicts:
        verdict = "contradicted"
        judged = [one for one in judged if one[1] == "contradicted"]
    elif len(verdicts) == 1:
        verdict = judged[0][1]
    because = dict.fromkeys(because for _, _, because in judged)
    about = dict.fromkeys(about for about, said, _ in judged if said != "not checkable")
    first, *others = same
    again = tuple(sentence.line for sentence in others)
    return Claim(
        text=first.text, verdict=verdict, because="; ".join(because), about=tuple(about), line=first.line, again=again
    )


_JUDGES: tuple[tuple[About, Callable[[Sentence, Ground], Iterable[Found]]], ...] = (
    ("index", indexes),
    ("index", index_columns),
    ("object", tables),
    ("object", functions),
    ("object", settings),
    ("scan", seq_scans),
    ("node", nodes),
    ("node", subqueries),
    ("node", repeats),
    ("node", ctes),
    ("spill", spills),
    ("gain", gains),
    ("figure", numbers),
)
# "each of the subqueries" is not what loops tell
_EACH_SUBQUERY = re.compile(
    r"\b(?:each|every|all|both|jede\w*|alle\w*|chaque|cada|tod[oa]s)\s(?:[\w']+\s){0,3}(?:sub|unterabf|sous)\w*",
    re.IGNORECASE,
)


def _judged(sentence: Sentence, ground: Ground, unknown: str) -> Iterable[Judged]:
    """What each judge finds; `unknown` is what is wrong with an index that the sentence or its neighbours name."""
    if unknown:
        yield "index", "contradicted", unknown
    quantified = words.QUANTIFIED.search(words.NODE_TYPES.sub(" ", sentence.text)) is not None  # no "Index Only Scan"
    found = [(about, judge, *one) for about, judge in _JUDGES for one in judge(sentence, ground)]
    counted = any(judge is repeats and verdict == "confirmed" for _, judge, verdict, _ in found)
    counted = counted and not _EACH_SUBQUERY.search(sentence.text)
    for about, _, verdict, because in found:
        in_part = quantified and not counted and verdict == "confirmed" and about in ("index", "scan", "node")
        shown = f"{because} (for how many or how often was not checked)" if in_part else because
        yield about, "confirmed in part" if in_part else verdict, shown
