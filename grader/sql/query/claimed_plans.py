"""What a sentence says of scans, nodes, subqueries and CTEs, and how often they run."""

from __future__ import annotations

import re
from collections.abc import Iterable

from grader.sql.query import claim_words as words
from grader.sql.query import effect_words
from grader.sql.query.ground import Ground, has_node, holds, reads, scans, subplan_loops
from grader.sql.query.plan import Node
from grader.sql.query.prose import Sentence
from grader.sql.query.reading import node_types, reads_a_plan
from grader.sql.query.verdicts import Found, clearly_before, denied, named_tables, times, yes

FEW_BLOCKS = 0.05  # of a table: who reads less of it reads it by an index, on any data of this kind
_RUNS_ONCE = re.compile(
    r"\b(?:runs?|ran|executed|evaluated|computed|calculated|scanned|read|reads)\s(?:only\s|just\s|exactly\s)?once\b"
    r"(?!\s(?:per|for|in|every|each))|\b(?:only|just)\sonce\b(?!\s(?:per|for|in|every|each))"
    r"|\bnur\seinmal\b(?!\s(?:pro|je))|\bune\sseule\sfois\b(?!\spar)|\buna\ssola\svez\b(?!\spor)",
    re.IGNORECASE,
)
_ENOUGH = re.compile(
    r"\b(?:enough|suffic\w*|instead|although|though|needed|necessary|reich\w*|genüg\w*)\b", re.IGNORECASE
)
_TIMES = re.compile(
    r"\bloops?\s?=\s?([\d.,]+)|\b([\d][\d.,]*)\s?(?:times|loops|executions|x|×|-?mal|fois|veces|vezes|volte|раз|回|次)"
)
_NOT_MATERIALIZED = re.compile(r"\b(?:never|not|isn't|wasn't)\s(?:\w+\s)?materiali[sz]ed\b", re.IGNORECASE)


_KIND_GONE = re.compile(
    rf"(?:{words.NODE_TYPES.pattern})s?(?:\s(?:nodes?|on\s`?\w{{1,60}}`?))?\s"
    r"(?:(?:is|are|was|were|has|have|ist|sind|a|ont|est|sont)\s)?(?:now\s|all\s|been\s|jetzt\s)?"
    r"(?:gone\b|disappear\w*|no\slonger\b|vanish\w*|eliminated\b|removed\b|weg\b|verschw\w+|disparu\w*"
    r"|desaparec\w+|scompar\w+)"
    rf"|\b(?:no\slonger\s(?:an?|any)|no\smore|kein\w*|ohne)\s(?:{words.NODE_TYPES.pattern})",
    re.IGNORECASE,
)


def seq_scans(sentence: Sentence, ground: Ground) -> Iterable[Found]:
    """Whether tables are read from end to end, before and after."""
    text = sentence.text
    if not words.SEQ_SCAN.search(text):
        return
    if words.SUPPOSED.search(text):
        yield "not checkable", "it is supposed, not said of these plans"
        return
    gone = words.GONE.search(text) is not None
    before, after = times(sentence)
    for table in named_tables(text, ground):
        had, has = bool(scans(ground.given, table)), bool(scans(ground.final, table))
        if _is_unread(table, ground) and not denied(text):
            yield "contradicted", f"no query reads {table}"
        elif gone and has and not before and _says_none_is_left(text, ground) and not _might_flip(table, ground):
            yield "contradicted", f"the new plan still has a Seq Scan on {table}"
        elif before and not after and not gone and not had and _says_one_of_few(sentence, table, ground):
            yield "contradicted", f"the given query's plan has no Seq Scan on {table}"
        elif (had and not has) or (had and before) or (has and after):
            yield "confirmed", f"Seq Scan on {table}: {yes(had)} before, {yes(has)} after"
        else:
            yield "not checkable", f"Seq Scan on {table}: {yes(had)} before, {yes(has)} after"


def _is_unread(table: str, ground: Ground) -> bool:
    """True for a table that neither statement names."""
    return bool(ground.asked) and not holds(f"{ground.asked}\n{ground.named}", table)


def _says_none_is_left(text: str, ground: Ground) -> bool:
    """False where fewer scans, scans per row, or scans that might be gone can be meant: "one instead of 44"."""
    other = (words.FEWER, words.REPEATED, words.HYPOTHETICAL)
    return len(named_tables(text, ground)) == 1 and not any(pattern.search(text) for pattern in other)


def _might_flip(table: str, ground: Ground) -> bool:
    """True when an index could read the table on other data: then our Seq Scan proves nothing about theirs."""
    added = any(about[0].lower() == table.lower() for about in ground.added.values())
    return added or any(node.index for node in ground.nodes if node.relation.lower() == table.lower())


def _says_one_of_few(sentence: Sentence, table: str, ground: Ground) -> bool:
    """True for a Seq Scan that is said of the given plan, of a table of which that reads so little that none would.

    False where "was" is all that speaks of before, or where something is denied or supposed.
    """
    one = len(named_tables(sentence.text, ground)) == 1
    if not clearly_before(sentence) or denied(sentence.text) or not one:
        return False
    touched = sum(node.buffers for node in reads(ground.given, table))
    return touched <= FEW_BLOCKS * ground.table_blocks.get(table, touched / FEW_BLOCKS)


def nodes(sentence: Sentence, ground: Ground) -> Iterable[Found]:
    """Nodes that a sentence says something about; that a plan of ours has none is no contradiction."""
    text = sentence.text
    if not reads_a_plan(text, ground.names):
        return
    if words.SUPPOSED.search(text):
        yield "not checkable", "it is supposed, not said of these plans"
        return
    for kind in sorted(node_types(text)):
        had, has = has_node(ground.given, kind), has_node(ground.final, kind)
        if has and _says_gone(kind, text):
            yield "not checkable", f"{kind}: the new plan has one too; another of them may be meant"
        elif kind == "Seq Scan" and _of_unscanned_tables(text, ground):
            yield "not checkable", "none of our plans reads this table by a Seq Scan"
        elif had or has or any(has_node(plan, kind) for plan in ground.others):
            yield "confirmed", f"{kind}: {yes(had)} before, {yes(has)} after"
        else:
            yield "not checkable", f"none of our plans has a {kind}"


def _says_gone(kind: str, text: str) -> bool:
    """True for "the Nested Loop is gone"; "a Nested Loop instead of the SubPlan" says it of the SubPlan."""
    return any(kind in node_types(found[0]) for found in _KIND_GONE.finditer(text))


def _of_unscanned_tables(text: str, ground: Ground) -> bool:
    """True where tables are named and none of our plans reads any of them from end to end."""
    about = named_tables(text, ground)
    return bool(about) and not any(scans(plan, table) for plan in ground.plans for table in about)


def subqueries(sentence: Sentence, ground: Ground) -> Iterable[Found]:
    """Subqueries on a table, in the words of the query instead of the plan's."""
    text = sentence.text
    if not words.SUBQUERY.search(text):
        return
    if _impossible_subquery(sentence, ground):
        yield "contradicted", "the given query has no subquery"
    for table in named_tables(text, ground):
        if loops := subplan_loops(ground.given, table):
            after = subplan_loops(ground.final, table)
            left = f"up to {after:,} times" if after else "none"
            yield "confirmed", f"subqueries on {table} ran up to {loops:,} times before, {left} after"


def _impossible_subquery(sentence: Sentence, ground: Ground) -> bool:
    """True for correlated subqueries of a given query that is one SELECT: no data can make that true."""
    says = re.search(r"\bcorrelated\b|\bkorreliert\w*|\bcorrél\w*|\bcorrelacionad\w*", sentence.text, re.IGNORECASE)
    one = len(re.findall(r"\bselect\b", ground.asked, re.IGNORECASE)) == 1
    return says is not None and one and clearly_before(sentence) and not denied(sentence.text)


def repeats(sentence: Sentence, ground: Ground) -> Iterable[Found]:
    """How often something ran: "once", "44 times", "for every row"."""
    text = sentence.text
    about = named_tables(text, ground)
    if len(about) != 1:
        return
    table = about[0]
    if "Seq Scan" in node_types(text) and _of_unscanned_tables(text, ground):
        return  # what is said of a scan that no plan has is not told by how often an index is asked
    before, after = _loops(ground.given, table), _loops(ground.final, table)
    once = _RUNS_ONCE.search(text)
    if once and before > 1 and _only_repeated(ground.given, table):
        if clearly_before(sentence) and not denied(text) and not _ENOUGH.search(text):
            yield "contradicted", f"the given query's plan reads {table} {before:,} times"
    elif before > 1 and words.REPEATED.search(text) and (told := _told_times(text)):
        yield "confirmed", f"{table} was read again {before:,} times on our data, {told} in the text"
    elif before > 1 and words.FOR_EACH.search(text):
        yield "confirmed", f"{table} was read again {before:,} times before, {_or_once(after)} after"


def _or_once(loops: int) -> str:
    return f"{loops:,} times" if loops > 1 else "not again"


def _loops(plan: Node, table: str) -> int:
    """How often a table is read again as a whole or for a row: by subplans, or as the inner side of a loop."""
    inner = [node.loops for node in scans(plan, table)]
    return max([subplan_loops(plan, table), *inner])


def _only_repeated(plan: Node, table: str) -> bool:
    found = [node.loops for node in plan.walk() if node.relation.lower() == table.lower()]
    return bool(found) and min(found) > 1


def _told_times(text: str) -> str:
    found = _TIMES.search(text)
    return next(filter(None, found.groups()), "").rstrip(".,") if found else ""


def ctes(sentence: Sentence, ground: Ground) -> Iterable[Found]:
    """CTEs of the given query by their names."""
    for node in ground.given.walk():
        name = node.cte_name
        if not name or not holds(sentence.text, name):
            continue
        if _NOT_MATERIALIZED.search(sentence.text) and words.BEFORE.search(sentence.text) and not _softened(sentence):
            yield "contradicted", f"the given query's plan makes the CTE {name} in full: {node.rows:,.0f} rows"
        elif any(pattern.search(sentence.text) for pattern in (effect_words.FENCE, effect_words.SPILL, words.GONE)):
            left = "still there" if any(n.cte_name == name for n in ground.final.walk()) else "gone"
            yield (
                "confirmed",
                f"the given plan makes {node.rows:,.0f} rows of the CTE {name}; in the new plan it is {left}",
            )


def _softened(sentence: Sentence) -> bool:
    return words.HYPOTHETICAL.search(sentence.text) is not None or words.AFTER.search(sentence.text) is not None
