"""The candidate's own lines that a question can point at."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from grader.checks.files.sources import is_foreign, is_program, is_test
from grader.evidence.files import FunctionFacts, SourceFiles
from grader.evidence.query import QueryAnswer
from grader.evidence.schema import SchemaFacts
from grader.exhibits import CodeExhibit

MOST_LINES = 14
LONGEST_LINE = 160
TAB = 4
MOST_DECORATORS = 4
_NAME = re.compile(r"\.|::")


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """Texts by file name, and the functions of the candidate's own programs: no tests, no code of others."""

    texts: Mapping[str, str] = {}
    functions: tuple[FunctionFacts, ...] = ()


def sources(evidence: Mapping[type[Any], Any]) -> Sources:
    """What evidence holds of the submitted files; none where nothing was collected."""
    texts: dict[str, str] = {}
    functions: tuple[FunctionFacts, ...] = ()
    schema, query, files = (evidence.get(kind) for kind in (SchemaFacts, QueryAnswer, SourceFiles))
    if isinstance(schema, SchemaFacts):
        texts |= {file.name: file.text for file in schema.files}
    if isinstance(query, QueryAnswer):
        texts |= {"query.sql": query.query, "setup.sql": query.setup}
    if isinstance(files, SourceFiles):
        texts |= files.texts
        functions = tuple(facts for facts in files.functions if is_own(facts.file))
    return Sources(texts={name: text for name, text in texts.items() if text.strip()}, functions=functions)


def is_own(name: str) -> bool:
    """True for a program that the candidate wrote: no test, no code of others."""
    return is_program(name) and not is_test(name) and not is_foreign(name)


def last_line(facts: FunctionFacts) -> int:
    """Where a function ends; evidence that does not say so knows how many lines of code it has."""
    return max(facts.end, facts.line + facts.lines - 1)


def short_name(facts: FunctionFacts) -> str:
    """The name as it is called, without what it is nested in; empty for a function that has none."""
    name = _NAME.split(facts.name)[-1]
    return "" if "anonymous" in name or not re.fullmatch(r"[\w$]+", name) else name


def most_branches(known: Sources) -> FunctionFacts | None:
    """The function with the most branches; of several one that has a name, and the longest."""
    return min(
        known.functions, key=lambda f: (-f.complexity, not short_name(f), -f.lines, f.file, f.line), default=None
    )


def function_lines(known: Sources, facts: FunctionFacts, label: str) -> CodeExhibit:
    """The beginning of a function with what is written over it (`@app.patch(…)`)."""
    rows = known.texts.get(facts.file, "").splitlines()
    first = facts.line - decorators(known, facts).count("\n")
    last = min(last_line(facts), first + MOST_LINES - 1)
    return _excerpt(facts.file, rows, facts.line, (first, last), label=label, name=short_name(facts))


def decorators(known: Sources, facts: FunctionFacts) -> str:
    """The lines right over a function that begin with `@`."""
    above = known.texts.get(facts.file, "").splitlines()[max(0, facts.line - 1 - MOST_DECORATORS) : facts.line - 1]
    over = itertools.takewhile(lambda row: row.lstrip().startswith("@"), reversed(above))
    return "".join(f"{row}\n" for row in reversed(list(over)))


def lines_around(known: Sources, file: str, line: int) -> CodeExhibit:
    """A line with some before and more after it, where a statement goes on."""
    rows = known.texts[file].splitlines()
    return _excerpt(file, rows, line, (max(1, line - 2), min(len(rows), line + 7)))


def beginning(known: Sources, file: str) -> CodeExhibit:
    """The first lines that say something."""
    rows = known.texts[file].splitlines()
    first = next((number for number, row in enumerate(rows, start=1) if row.strip()), 1)
    return _excerpt(file, rows, first, (first, first + MOST_LINES - 1))


def _excerpt(
    file: str, rows: list[str], line: int, shown: tuple[int, int], *, label: str = "", name: str = ""
) -> CodeExhibit:
    """The lines with a caret under `name`, or under all of the line that is meant."""
    first, last = shown
    lines = tuple(row.expandtabs(TAB)[:LONGEST_LINE] for row in rows[first - 1 : last])
    meant = lines[line - first] if first <= line < first + len(lines) else ""
    word = name if name and name in meant else meant.strip()
    return CodeExhibit(
        file=file,
        line=line,
        lines=lines,
        first_line=first,
        column=meant.find(word) + 1,
        length=max(1, len(word)),
        label=label,
    )
