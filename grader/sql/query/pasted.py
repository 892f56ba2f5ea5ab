"""What a candidate pasted beside the prose: fenced code, plans, statements, hidden comments. It explains nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FENCE = re.compile(r"[ \t>]{0,12}(?:[-*+]\s{1,4}|\d{1,3}[.)]\s{1,4})?(`{3,}|~{3,})\s*([\w+-]*)([^`]*)$")
_PROSE_IN_A_FENCE = {"md", "markdown"}
_NODES = (
    r"(?:Parallel\s|Partial\s|Finalize\s|Incremental\s)*(?:Seq Scan|Index (?:Only )?Scan|Bitmap\w*|Nested Loop"
    r"|Hash|Merge|Sort|Limit|Aggregate|GroupAggregate|HashAggregate|MixedAggregate|WindowAgg|CTE|Materialize|Memoize|Unique"
    r"|Result|Append|Subquery Scan|Gather|Group|Values Scan|Function Scan|SetOp|HashSetOp)"
)
_PLAN_LINE = re.compile(
    rf"[\s|>`+*-]{{0,200}}(?:(?:->|→)\s*\S|{_NODES}\b.{{0,300}}?\((?:cost|actual|rows|never)\b[^()]{{0,200}}\)"
    r"\s*(?:\([^()]{0,200}\)\s*)*[|+`\s]*$)"
)
_DETAIL = re.compile(
    r"[\s|>`+]*(?:Filter|Join Filter|One-Time Filter|Index Cond|Recheck Cond|Hash Cond|Merge Cond|Sort Key|Sort Method"
    r"|Rows Removed by [\w ]+|Presorted Key|Group Key|Buffers|Buckets|Batches|Heap (?:Blocks|Fetches)|Index Searches"
    r"|Output|Planning(?: Time)?|Execution Time|Worker \d+|Cache \w+|Hits|Storage|Memory|Inner Unique|Window|Disabled"
    r"|Workers (?:Planned|Launched)|I/O Timings|Settings|Planned Partitions|Order By|Peak Memory Usage|QUERY PLAN)\b"
    r"\s*[:=|]?"
    r"|[\s|>`+]*(?:SubPlan|InitPlan|CTE) \w+(?: \(returns [^()]*\))?\s*[|+]?\s*$|\s*\(\d+ rows\)\s*$|[\s|+]*-{5,}\s*$"
)
_STATEMENT = re.compile(
    r"[\s>`*+-]*(?:CREATE\s+(?:UNIQUE\s+)?(?:INDEX|STATISTICS)|SELECT|WITH\s+\w+\s+AS|SET\s+\w+\s*(?:=|TO)|ANALYZE"
    r"|EXPLAIN)\b[^;]*;\s*`*\s*$",
    re.IGNORECASE,
)


def without_pasted(lines: list[str]) -> list[str]:
    """The lines with everything pasted made empty, so that every line keeps its number."""
    return list(_without_plans(_without_fences(_without_comments(lines))))


def _without_comments(lines: list[str]) -> Iterator[str]:
    """Comments do not show; one without an end is shown by most readers, so it stays."""
    text = "\n".join(lines)
    out: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        out += (text[at:start], "\n" * text.count("\n", start, end))
        at = end + 3
    return iter("".join([*out, text[at:]]).split("\n"))


def _without_fences(lines: Iterator[str]) -> Iterator[str]:
    """A fence that is never closed ends at the first empty line: what comes after is taken for prose again."""
    rows = list(lines)
    number = 0
    while number < len(rows):
        fence = _FENCE.match(rows[number])
        if fence is None:
            yield rows[number]
            number += 1
            continue
        end = _end_of_fence(rows, number, fence[1])
        keep = fence[2].lower() in _PROSE_IN_A_FENCE
        yield ""
        yield from (row if keep else "" for row in rows[number + 1 : end])
        if end < len(rows):
            yield ""
        number = end + 1


def _end_of_fence(rows: list[str], start: int, mark: str) -> int:
    closing = re.compile(rf"[ \t>]*{re.escape(mark[0])}{{{len(mark)},}}\s*$")
    empty = len(rows)
    for number in range(start + 1, len(rows)):
        if closing.match(rows[number]):
            return number
        if not rows[number].strip() and empty == len(rows):
            empty = number
    return empty


def _without_plans(lines: Iterator[str]) -> Iterator[str]:
    inside = False
    for line in lines:
        if _PLAN_LINE.match(line):
            inside = True
        elif not (inside and _DETAIL.match(line)) and not _STATEMENT.match(line):
            inside = False
            yield line
            continue
        yield ""
