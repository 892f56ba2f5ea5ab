"""Claims of an explanation compared with the plans: confirmed, contradicted, or not checkable.

A claim is contradicted only where no honest reader could see it otherwise: an index that does not exist or that
no plan uses, a scan that the plans have or have not, a gain where there is none. Whether a number is right is held
against nobody: it was measured on other data. What says "every" or "44 times" is confirmed in part at most: that a
node is there is compared, how often it runs is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

import msgspec

from grader.sql.query import claim_words as words
from grader.sql.query.plan import Node
from grader.sql.query.prose import sentences
from grader.sql.query.reading import node_types, reads_a_plan

Verdict = Literal["confirmed", "confirmed in part", "contradicted", "not checkable"]
About = Literal["index", "scan", "node", "spill", "gain", "figure"]
Judged = tuple[About, Verdict, str]
NEAR = 0.2
LEAST_GAIN = 1.25


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence, what was found in it, and how the plans see it."""

    text: str
    verdict: Verdict
    because: str
    about: tuple[About, ...] = ()


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


def claims(text: str, ground: Ground) -> list[Claim]:
    """What a text says about indexes, scans, nodes, spills, a gain or numbers: one claim for each sentence."""
    found: dict[str, list[Judged]] = {}
    heading = ""
    for sentence in sentences(text):
        if sentence.startswith("#"):
            heading = sentence
        elif sentence not in found:
            found[sentence] = list(_judged(sentence, heading, ground))
    return [_claim(sentence, judged) for sentence, judged in found.items() if judged]


def _claim(sentence: str, judged: list[Judged]) -> Claim:
    verdicts = {verdict for _, verdict, _ in judged}
    verdict: Verdict = "confirmed in part"
    if "contradicted" in verdicts:
        verdict = "contradicted"
        judged = [one for one in judged if one[1] == "contradicted"]
    elif len(verdicts) == 1:
        verdict = judged[0][1]
    because = dict.fromkeys(because for _, _, because in judged)
    about = dict.fromkeys(about for about, said, _ in judged if said != "not checkable")
    return Claim(text=sentence, verdict=verdict, because="; ".join(because), about=tuple(about))


def _judged(sentence: str, heading: str, ground: Ground) -> Iterable[Judged]:
    quantified = words.QUANTIFIED.search(sentence) is not None
    for about, found in (
        ("index", [*_indexes(sentence, ground), *_indexed_columns(sentence, ground)]),
        ("scan", _seq_scans(sentence, heading, ground)),
        ("node", [*_nodes(sentence, ground), *_subqueries(sentence, ground)]),
    ):
        for verdict, because in found:
            in_part = quantified and verdict == "confirmed"
            shown = f"{because} (for how many or how often was not checked)" if in_part else because
            yield about, "confirmed in part" if in_part else verdict, shown  # type: ignore[misc] # the names above
    for verdict, because in _spills(sentence, heading, ground):
        yield "spill", verdict, because
    for verdict, because in _gains(sentence, ground):
        yield "gain", verdict, because
    for verdict, because in _numbers(sentence, ground):
        yield "figure", verdict, because


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


def _indexed_columns(sentence: str, ground: Ground) -> Iterable[tuple[Verdict, str]]:
    """An index told by what it is on instead of by its name."""
    if not words.INDEX.search(sentence) or words.DOUBTFUL.search(sentence):
        return
    used = used_indexes(ground.given, ground.final, *ground.others)
    for name, (table, *columns) in ground.added.items():
        if columns and not _holds(sentence, name) and _holds(sentence, table) and _holds(sentence, columns[0]):
            uses = "a plan uses it" if name.lower() in used else "no plan uses it"
            yield "confirmed", f"there is an index on {table} ({columns[0]}) and {uses}"


def _holds(sentence: str, name: str) -> bool:
    return re.search(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])", sentence, re.IGNORECASE) is not None


def _nodes(sentence: str, ground: Ground) -> Iterable[tuple[Verdict, str]]:
    """Nodes that a sentence says something about; that a plan of ours has none is no contradiction."""
    if not reads_a_plan(sentence, _plan_names(ground)):
        return
    for kind in sorted(node_types(sentence)):
        had, has = _has(ground.given, kind), any(_has(plan, kind) for plan in (ground.final, *ground.others))
        if had or has:
            yield "confirmed", f"{kind}: {_yes(had)} before, {_yes(_has(ground.final, kind))} after"
        else:
            yield "not checkable", f"none of our plans has a {kind}"


def _subqueries(sentence: str, ground: Ground) -> Iterable[tuple[Verdict, str]]:
    """Subqueries on a table, in the words of the query instead of the plan's."""
    if not words.SUBQUERY.search(sentence):
        return
    for table in ground.tables:
        if _holds(sentence, table) and (loops := _subplan_loops(ground.given, table)):
            after = _subplan_loops(ground.final, table)
            times = f"up to {after:,} times" if after else "none"
            yield "confirmed", f"subqueries on {table} ran up to {loops:,} times before, {times} after"


def _subplan_loops(plan: Node, table: str) -> int:
    """How often the subplans that read a table ran, at most; 0 when there is none."""
    subplans = [node for node in plan.walk() if node.role == "SubPlan"]
    return max((s.loops for s in subplans if any(n.relation.lower() == table.lower() for n in s.walk())), default=0)


def _has(plan: Node, kind: str) -> bool:
    return any(kind in (node.type, node.role) for node in plan.walk())


def _plan_names(ground: Ground) -> set[str]:
    """What a plan is about: tables, columns, indexes and WITH names, in lower case."""
    plans = (ground.given, ground.final, *ground.others)
    return ground.objects() | {node.cte.lower() for plan in plans for node in plan.walk() if len(node.cte) > 1}


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
    elif re.search(r"\d", sentence):
        yield "confirmed in part", f"the work became {ground.gain:,.1f} times less; time was not compared"
    else:
        yield "confirmed", f"the work became {ground.gain:,.1f} times less"


def _numbers(sentence: str, ground: Ground) -> Iterable[tuple[Verdict, str]]:
    known = _plan_numbers(ground)
    for text in words.NUMBER.findall(sentence):
        value = _number(text)
        if value is None or value < 10 or (1900 <= value <= 2100):  # noqa: PLR2004 - small numbers and years say little
            continue
        if any(abs(value - number) <= NEAR * number for number in known):
            yield "confirmed in part", f"{text.strip()} is near a number of the plans"
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
