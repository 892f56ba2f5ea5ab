"""Indexes that a text says exist and that nobody knows: it was written for another answer.

A name counts only when the text itself calls it an index; it is contradicted only where it is said to be there, to
be made or to be used. What was tried, dropped, denied or supposed may have any name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from grader.sql.query import claim_words as words
from grader.sql.query.ground import Ground, holds
from grader.sql.query.prose import Sentence

NEAR = 60  # characters around a name in which a "not" is about it
_NAME = r"(?=[a-z0-9]{0,60}_)([a-z]\w{3,62})"
_INDEX = r"(?:index(?!ing)\w*|indices|indici|índices?|indices?|indeks\w*|индекс\w*|索引|インデックス)"
_CALLED = r"(?:(?:called|named|namens|genannt|nommée?|appelée?|llamad[oa]|chamad[oa]|chiamato|nazwany)\s)?"
_ON = r"(?:on|auf|sur|sobre|en|em|na|su)"
_KIND = (
    r"(?:(?:partial|covering|composite|multi-?column|single-?column|expression|functional|unique|b-?tree|new|small|plain"
    r"|existing|partiel|couvrant|parcial|parziale|partielle[rn]?|zusammengesetzte[rn]?|neue[rn]?)[\s,]{1,2}){0,3}"
)
_CALLS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:(?<!\w)|(?=[\u3040-\u9fff])){_INDEX}\s{{0,2}}{_CALLED}`{{1,2}}{_NAME}`",
        rf"(?<!\w){_INDEX}\s{_CALLED}{_NAME}(?![\w`]|\s?\()",
        rf"`{_NAME}`{{1,2}}[\s-]{_KIND}{_INDEX}(?!\w)(?!\sscan)",
        rf"`{_NAME}`{{1,2}},?\s(?:(?:is|ist|est|es|é|è)\s)?(?:an?|ein|une?|una?|um)\s(?:[^\W\d_]+[\s-]){{0,3}}{_INDEX}(?!\w)",
        r"\bcreate\s(?:unique\s)?index\s(?:concurrently\s)?(?:if\snot\sexists\s)?`?" + _NAME,
        rf"\bindex(?:[\s-]only)?[\s-]?scan(?:\sbackward)?\s(?:using|mit|avec|con|com|via)\s`{{0,2}}{_NAME}",
        r"(?<![\w.])((?:idx|ix)_\w{1,60}|[a-z]\w{0,60}_idx\d{0,3})(?!\w)",
    )
)
_SHAPED = r"((?:idx|ix)_\w{1,60}|\w{1,60}_idx\d{0,3})"
_LISTED = re.compile(  # `x`: partial index on …; two indexes: `x_idx`; `x_idx` on placed_at; `x_idx` for the join
    rf"`{_NAME}`{{1,2}}\s?[:(-]\s?{_KIND}{_INDEX}\s{_ON}\s|{_INDEX}:\s`{_SHAPED}`"
    rf"|`{_SHAPED}`\s(?:{_ON}|for|für|pour|para|per)\s",
    re.IGNORECASE,
)
_ON_COLUMNS = re.compile(  # `x` on `orders (placed_at)`, `x` on orders(placed_at), `x` on `(placed_at)`
    rf"(?<![\w.]){_NAME}`{{0,2}}\s{_ON}\s(?:the\s)?(?:table\s)?`{{0,2}}([a-z]\w{{2,62}})?`{{0,2}}\s?`?\({{1,2}}`?([a-z]\w{{2,62}})",
    re.IGNORECASE,
)
_HOLDS = re.compile(  # a sentence that begins with the name of what the one before calls an index
    rf"(?:[-*+•]\s|\d{{1,3}}[.)]\s)?[*_]{{0,2}}`{{1,2}}{_NAME}`{{1,2}}[*_]{{0,2}}\s(?:only\s)?"
    r"(?:holds|contains|covers|stores|carries|serves|enthält|umfasst|deckt|contient|couvre|contiene|cubre|contém)\b",
    re.IGNORECASE,
)
_AN_INDEX = re.compile(rf"\b(?:an?|ein(?:en)?|une?|una?|um)\s(?:[\w-]+\s){{0,3}}{_INDEX}(?!\w)", re.IGNORECASE)
# Functions and settings that stand beside the word "index" without being one.
_NO_INDEX = re.compile(
    r"(?:to_char|to_date|date_\w+|regexp_\w+|work_mem|hash_mem_multiplier|random_page_cost|seq_page_cost|enable_\w+|pg_\w+"
    r"|effective_\w+|maintenance_\w+|max_\w+|default_\w+|half_open|index_\w+|text_pattern_ops|varchar_\w+"
    r"|shared_\w+|jit\w*|\w+_ops|setup_sql|query_sql|(?:with|without|no|only|bare|new|old|both)_ind\w+)",
    re.IGNORECASE,
)


_SQL_NOT = re.compile(r"\bnot[\s`]+(?:in|exists|null|materiali[sz]ed)\b", re.IGNORECASE)  # denies nothing


def _any(patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns.split()), re.IGNORECASE)


_TAKEN_BACK = _any(r"""
    \?  \bwould\b  \bcould\b  \bmight\b  \bmay\b  \bshould\b  \bif\b  \bunless\b  \bconsider\w*  \btried\b  \btry\w*
    \breject\w*  \bdrop\w*  \balternativ\w*  \bdecided\sagainst\b  \bdiscard\w*  \babandon\w*  \bdelet\w*  \brevert\w*
    \bexperiment\w*  \bfirst\sversion\b  \bat\sfirst\b  \bi\sfirst\b  \binitially\b  \bearlier\b  \bredundant\w*
    \bsuperfluous\b  \buseless\b  \bunused\b  \bunnecessary\b  \bneither\b  \bremoved\s(?:it|again|this|that|them)\b
    \bthought\b  \bexpected\b  \bassum\w*  \bsuppos\w*  \bimagin\w*  \be\.g\.  \bfor\sexample\b  \bsuch\sas\b  \blike\s
    \banother\s(?:answer|candidate|exercise|query|report)\b  \bproduction\b  \blater\b  \bnext\b  \bfuture\b
    \bignor\w*  \bchose\b  \bwent\sfor\b  \bpreferred\b  \bslower\b  \bworse\b
    \bverw[oa]rf\w*  \bentfern\w*  \bgelöscht\w*  \bwäre\w*  \bhätte\w*  \bwürde\w*  \bkönnte\w*  \bzuerst\b
    \bzunächst\b  \büberflüssig\w*  \bunnötig\w*  \bweder\b  \bversucht\w*  \bprobier\w*  \bwenn\b  \bzum\sbeispiel\b
    \bsupprim\w*  \bretir\w*  \bessa(?:y|i)\w*  \bserait\b  \baurait\b  \bpourrait\w*  \bd'abord\b  \binutile\w*  \bni\b
    \bpar\sexemple\b  \bsería\b  \bhabría\b  \bpodría\w*  \bprobé\b  \bquit\w*  \belimin\w*  \bdescart\w*  \binútil\w*
    \bpor\sejemplo\b  \bsarebbe\b  \bpotrebbe\w*  \btolt\w*  \bprovat\w*  \bseria\b  \bpoderia\w*  \btentei\b
    \bbyłob\w*  \bpróbow\w*  \busun\w*  бы\b  пробовал\w*  удал\w*  试过  删除  如果  試し  削除
""")
_NEGATION = _any(r"""
    \bno(?:t|r|ne)?\b  n't\b  \bnever\b  \bwithout\b(?!\s\w+ing\b)  \binstead\sof\b  \brather\sthan\b
    \bavoid\w*  \bnicht\b  \bkein\w*  \bohne\b(?!\s[^.;]{0,40}\szu\s)  \bstatt\b  \bsans\b(?!\s\w+(?:er|ir|re)\b)
    \bpas\b  \bau\slieu\b  \bsin\b(?!\s\w+[aei]r\b)  \bnão\b  \bsem\b(?!\s\w+[aei]r\b)  \bnon\b  \bsenza\b(?!\s\w+re\b)
    \bnie\b  \bbez\b  (?<!\w)не(?!\w)  (?<!\w)без(?!\w)  没有  不  ない
    \bremov\w*\s(?:it|this|that|them|again|the\sindex)\b
""")
_NOT_USED = re.compile(
    r"(?:\bno(?:t|ne|body|thing)?\b|n't\b|\bnever\b)\s(?:\w+\s){0,2}"
    r"(?:use[sd]?|using|pick\w*|help\w*|chose\w*|choos\w*|need\w*|add\w*|ke?pt|creat\w*|worth|mak\w*|exist\w*|effect"
    r"|difference|there|gain|benefit)\b",
    re.IGNORECASE,
)
_BESIDE = _any(r"""
    \btried\b  \btry\b  \bexperiment\w*  \breject\w*  \bdropped\b  \bdiscard\w*  \babandon\w*  \bconsidered\b
    \balternativ\w*  \bdecided\sagainst\b  \bwould\b  \bcould\b  \bremoved\sit\b  \bgave\s(?:it|that|this)\sup\b
    \bverw[oa]rf\w*  \bversucht\w*  \bwürde\w*  \bwäre\w*  \bhätte\w*  \bessay\w*  \bserait\b  \bprobé\b  \bsería\b
    \bdescart\w*  \bidea\w*  \blater\b  \bfuture\b  \bnext\b  \boptions?\b  \bausblick\b
""")
_SAID = re.compile(
    rf"{words.USES.pattern}|{words.CREATES.pattern}"
    r"|\b(?:holds?|looks?|look|contains?|covers?|carr(?:y|ies)|answers?|supports?|supplies|lets?|finds?|gives?|makes?|turns?|helps?"
    r"|serves?|stores?|has|have|does|do|now|is|are|was|takes?|reads?|allows?|belegt|enthält|findet|liefert|genügt"
    r"|umfasst|macht|ist|sind|wird|dient|hilft|beantwort\w*|contient|trouve|est|sert|permet\w*|répond|contiene|encuentra"
    r"|permite|es|sirve|contém|encontra|é|trova|è|serve|zawiera|jest|znajduje"
    r"|criei|cri(?:ou|ado)|cre(?:é|ado)|benutz\w*|nutz\w*|verwend\w*)\b"
    r"|позволя\w*|наход\w*|создан\w*|建|创建|作成|読",
    re.IGNORECASE,
)


def unknown_indexes(told: Sequence[Sentence], ground: Ground) -> dict[Sentence, str]:
    """The sentences that say of an index nobody knows that it is there, each with what is wrong with it."""
    called = _called(told, ground)
    out: dict[Sentence, str] = {}
    for place, sentence in enumerate(told):
        before, after = _beside(told, place, -1), _beside(told, place, 1)
        for name in sorted(called):
            if holds(sentence.text, name) and _is_said(name, sentence, (before, after), ground):
                out[sentence] = f"there is no index {name}"
                break
    return out


def _beside(told: Sequence[Sentence], place: int, step: int) -> Sentence | None:
    """The sentence before or after one, when it stands in the same paragraph."""
    there = place + step
    same = 0 <= there < len(told) and told[there].paragraph == told[place].paragraph
    return told[there] if same else None


def _called(told: Sequence[Sentence], ground: Ground) -> set[str]:
    """Names that the text calls an index, in lower case, and that are in no plan, statement or catalog."""
    if not ground.named:
        return set()
    found = {name for place in range(len(told)) for name in _called_here(told, place, ground)}
    planned = {name.lower() for node in ground.nodes for name in (node.index, node.alias, node.cte, node.cte_name)}
    unknown = found - ground.words - planned - words.NOT_NAMES
    return {name for name in unknown if not _NO_INDEX.fullmatch(name)}


def _called_here(told: Sequence[Sentence], place: int, ground: Ground) -> Iterator[str]:
    text, before = told[place].text, _beside(told, place, -1)
    for pattern in _CALLS:
        yield from (name.lower() for name in pattern.findall(text))
    yield from _listed(text)
    yield from _on_columns(text, ground)
    start = _HOLDS.match(text)
    if start is not None and before is not None and _AN_INDEX.search(before.text):
        yield start[1].lower()


def _listed(text: str) -> Iterator[str]:
    for found in _LISTED.findall(text):
        yield next(filter(None, found)).lower()


def _on_columns(text: str, ground: Ground) -> Iterator[str]:
    """Names, in lower case, of what is said to be on a table's columns."""
    for name, table, column in _ON_COLUMNS.findall(text):
        if table.lower() in ground.tables or (not table and column.lower() in ground.objects):
            yield name.lower()


def _is_said(name: str, sentence: Sentence, beside: tuple[Sentence | None, ...], ground: Ground) -> bool:
    """True when the index is said to be there: by a verb here or behind, or by what it is on."""
    text = _SQL_NOT.sub(" ", sentence.text)
    if _TAKEN_BACK.search(text) or _NOT_USED.search(text) or _BESIDE.search(sentence.heading):
        return False
    if any(one is not None and (_BESIDE.search(one.text) or _is_unused(one.text)) for one in beside):
        return False
    return not _is_denied(name, text) and (_SAID.search(text) is not None or _is_defined(name, text, ground))


def _is_unused(text: str) -> bool:
    return _NOT_USED.search(_SQL_NOT.sub(" ", text)) is not None


def _is_denied(name: str, text: str) -> bool:
    """True where a "not" stands near the name, in the same cell of a table."""
    text = next((cell for cell in text.split("|") if holds(cell, name)), text)
    at = text.lower().find(name)
    near = text[max(0, at - NEAR) : at + len(name) + NEAR].replace(text[at : at + len(name)], " ")
    return _NEGATION.search(near) is not None


def _is_defined(name: str, text: str, ground: Ground) -> bool:
    """True for "`x` on orders (placed_at)" and "`x`: partial index on …": who lists it so says that it is there."""
    return name in _on_columns(text, ground) or name in _listed(text)
