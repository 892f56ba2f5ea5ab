"""The few lines of a text around one place, with a caret under it."""

from __future__ import annotations

from grader.visible import visible


def excerpt(text: str, line: int, column: int, *, length: int = 1, label: str = "") -> str:
    """Lines `line`-1 to `line`+1 of `text`, numbered, with carets under `column` (both count from 1)."""
    rows = text.splitlines() or [""]
    line = min(max(line, 1), len(rows))
    shown = range(max(1, line - 1), min(len(rows), line + 1) + 1)
    width = len(str(shown[-1]))
    out = []
    for number in shown:
        row = visible(rows[number - 1].expandtabs(4), keep="")
        out.append(f"{number:>{width}} | {row}")
        if number == line:
            before = visible(rows[number - 1][: column - 1].expandtabs(4), keep="")
            out.append(f"{' ' * width} | {' ' * len(before)}{'^' * max(1, length)} {label}".rstrip())
    return "\n".join(out)


def position(text: str, offset: int) -> tuple[int, int]:
    """Line and column (from 1) of the character at `offset`."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
