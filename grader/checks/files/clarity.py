"""What a reviewer with five minutes looks at: the code by file, its jobs, its largest functions, what is repeated.

No number comes of it: people disagree about clarity, so the places are shown and a person says the level.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from grader.checks.files.excerpts import excerpt
from grader.checks.files.jobs import JOBS, lines_about
from grader.checks.files.sources import is_foreign, is_program, is_test
from grader.evidence.files import FunctionFacts, SourceFiles
from grader.exhibits import AnyExhibit, RowsExhibit
from grader.model import Check, Finding, blocked, failed, for_review, passed
from grader.visible import one_line

MOST_FILES = 8
MOST_FUNCTIONS = 4  # of the longest, and of the most complex
MOST_PLACES = 3
HEAD_LINES = 14
MOST_EXHIBITS = 4  # so many does a report show of one check


def tests_present(files: SourceFiles) -> Finding:
    """How many files hold tests of the candidate's own: information for the talk."""
    tests = [name for name in files.names if is_test(name) and is_program(name)]
    if tests:
        return passed(f"{len(tests)} test files: {_names(tests)}")
    return failed("no tests were handed in", expected="tests of your own, as you would leave them to a colleague")


def clarity(files: SourceFiles) -> Finding:
    """Size of the code by file, where its jobs are done, its largest functions, what is repeated. No number."""
    own = [facts for facts in files.functions if _is_own(facts.file)]
    sources = {facts.file for facts in own}
    if not any(is_program(name) for name in files.names) and not own:
        return blocked("there is no program among the files")
    if not own:
        said = files.unmeasured or "no function was found in the code: read it as a whole"
        return for_review(said, exhibits=tuple(_overview(files, own)))
    longest = sorted(own, key=lambda facts: (-facts.lines, facts.file, facts.line))
    complex_ = sorted(own, key=lambda facts: (-facts.complexity, facts.file, facts.line))
    shown = list(dict.fromkeys([*longest[:MOST_FUNCTIONS], *complex_[:MOST_FUNCTIONS]]))
    heads = [_function_head(files, facts) for facts in dict.fromkeys([longest[0], complex_[0]])]
    where = f"{len(sources)} files" if len(sources) > 1 else sources.pop()
    told = f"{len(own)} functions in {one_line(where, 80)}; the longest has {longest[0].lines} lines, "
    found = (*_overview(files, own), _sizes(shown), *_repeated(files), *heads)
    return for_review(f"{told}the highest complexity is {complex_[0].complexity}", exhibits=found[:MOST_EXHIBITS])


def _is_own(name: str) -> bool:
    return not is_test(name) and not is_foreign(name)


def _overview(files: SourceFiles, own: Sequence[FunctionFacts]) -> Iterator[RowsExhibit]:
    """The code by file, the largest first, with the jobs that simple signs show in it."""
    sizes = {name: _filled(text) for name, text in files.texts.items() if is_program(name) and _is_own(name)}
    if not sizes:
        return
    ordered = sorted(sizes, key=lambda name: (-sizes[name], name))
    rows = [_row(files, name, sizes[name], own) for name in ordered[:MOST_FILES]]
    rest = ordered[MOST_FILES:]
    if rest:
        functions = sum(1 for facts in own if facts.file in rest)
        rows.append((f"{len(rest)} more", str(sum(sizes[name] for name in rest)), str(functions), ""))
    tests = [name for name in files.texts if is_test(name) and is_program(name)]
    lines, functions = sum(_filled(files.texts[name]) for name in tests), _tested(files)
    rows.append((f"tests, {len(tests)} file{'s' * (len(tests) != 1)}", str(lines), str(functions), ""))
    yield RowsExhibit(
        title="The code by file",
        head=("file", "lines", "functions", "what is there"),
        rows=tuple(rows),
        note="What is there is told by simple signs of common libraries, with the first line that shows one",
    )


def _row(files: SourceFiles, name: str, lines: int, own: Iterable[FunctionFacts]) -> tuple[str, ...]:
    functions = sum(1 for facts in own if facts.file == name)
    signs = ((job, lines_about(job, files.texts[name])) for job in JOBS)
    return (one_line(name, 80), str(lines), str(functions), ", ".join(f"{job} :{at[0]}" for job, at in signs if at))


def _tested(files: SourceFiles) -> int:
    return sum(1 for facts in files.functions if is_test(facts.file))


def _filled(text: str) -> int:
    return sum(1 for line in text.splitlines() if line.strip())


def _repeated(files: SourceFiles) -> Iterator[AnyExhibit]:
    """The longest code that is there more than once, with where else it is: the same but for names and constants."""
    groups = [own for group in files.repeats if len(own := [place for place in group if _is_own(place.file)]) > 1]
    if not groups:
        return
    first, *others = groups[0]
    listed = ", ".join(f"{one_line(place.file, 60)}:{place.line}–{place.end}" for place in others[:MOST_PLACES])
    more = f"; {len(groups) - 1} more such repeats" if len(groups) > 1 else ""
    lines = min(first.end - first.line + 1, HEAD_LINES)
    label = f"repeated at {listed}, names and constants aside{more}"
    yield excerpt(files, first.file, first.line, 0, lines, label=label)


def _sizes(functions: Sequence[FunctionFacts]) -> RowsExhibit:
    rows = tuple(
        (f"{f.file}:{f.line}", one_line(f.name, 60), str(f.lines), str(f.complexity), str(f.parameters))
        for f in functions
    )
    return RowsExhibit(
        title="The longest and the most complex functions",
        head=("where", "function", "lines", "complexity", "parameters"),
        rows=rows,
        note="Sizes are where to look, not a verdict; complexity counts the ways through a function",
    )


def _function_head(files: SourceFiles, facts: FunctionFacts) -> AnyExhibit:
    return excerpt(
        files, facts.file, facts.line, 0, HEAD_LINES, label=f"{facts.lines} lines, complexity {facts.complexity}"
    )


def _names(names: Iterable[str]) -> str:
    unique = list(dict.fromkeys(names))
    shown = ", ".join(one_line(name, 60) for name in unique[:3])
    return shown + (f" and {len(unique) - 3} more" if len(unique) > 3 else "")  # noqa: PLR2004 - three are shown


CHECKS: tuple[Check[Any], ...] = (
    Check(
        name="files.tests_present",
        needs=SourceFiles,
        ask=tests_present,
        title="Tests of your own",
        why="Tests show what the author thought of",
        fix="Add tests for what must not break",
    ),
    Check(
        name="files.clarity",
        needs=SourceFiles,
        ask=clarity,
        title="Where to look first in the code",
        why="People judge code; numbers only say where to begin",
        fix="Split what does several things; name what is not obvious",
    ),
)
