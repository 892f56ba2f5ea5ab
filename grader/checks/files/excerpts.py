"""Lines of a submitted file as an exhibit."""

from __future__ import annotations

from grader.evidence.files import SourceFiles
from grader.exhibits import CodeExhibit

MAX_SHOWN_LINE = 200


def excerpt(files: SourceFiles, file: str, line: int, before: int, after: int, *, label: str) -> CodeExhibit:
    """Lines around a line of a file: `before` it, and `after` of them with itself."""
    rows = files.texts.get(file, "").splitlines()
    first = max(1, line - before)
    lines = tuple(row[:MAX_SHOWN_LINE] for row in rows[first - 1 : line + after - 1])
    return CodeExhibit(
        file=file,
        line=line,
        lines=lines,
        first_line=first,
        length=len(lines[line - first].strip()) if lines else 1,
        label=label,
    )
