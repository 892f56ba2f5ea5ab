"""Where in the text of a TOML file a key or a value stands: the standard library's reader does not say.

A place is the way to a value, such as `("criterion", 0, "check", 2, "severity")`. It is found by tables first and
then by keys, on a copy of the text whose strings and comments are blanked: no word in them is taken for a key.
"""

from __future__ import annotations

import re

Place = tuple[str | int, ...]

_OPAQUE = re.compile(
    r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*',
    re.DOTALL,
)
_TABLE = re.compile(r"(?m)^[ \t]*(\[\[?)[ \t]*([\w-]+(?:[ \t]*\.[ \t]*[\w-]+)*)[ \t]*\]\]?[ \t]*$")
_WORD = re.compile(r"[^\s,}\]]+")


def key_at(text: str, place: Place) -> int:
    """Offset of the key that ends `place`, -1 when it is not found."""
    return _find(_blanked(text), place)[0]


def value_at(text: str, place: Place, wrong: str) -> tuple[int, int]:
    """Offset and length of `wrong` in the value or table at `place`, else of that itself; offset -1: not found."""
    masked = _blanked(text)
    _, start, table = _find(masked, place)
    if start < 0:
        return -1, 1
    end = table or _end(masked, start)
    inside = text.find(wrong, start, end) if wrong else -1
    if inside >= 0:
        return inside, len(wrong)
    return start, max(1, len(text[start:end].partition("\n")[0]))


def _find(masked: str, place: Place) -> tuple[int, int, int]:
    """Offsets of the last key of `place` and of its value, and where it ends when it is a table with a heading."""
    head, start, end = max(
        (table for table in _tables(masked) if table[0] == place[: len(table[0])]), key=lambda table: len(table[0])
    )
    rest = place[len(head) :]
    if not rest:
        return start, start, end
    key, at = -1, start
    for part in rest:
        if isinstance(part, int):
            key = at = _element(masked, at, part, end)
            continue
        found = re.compile(rf"(?m)(?:^|(?<=[\s{{,])){re.escape(part)}(?=[ \t]*[=.])").search(masked, at, end)
        if not found:
            return -1, -1, 0
        key, at = (
            found.start(),
            found.end() + len(masked[found.end() : end]) - len(masked[found.end() : end].lstrip(" \t=.")),
        )
    return key, at, 0


def _tables(masked: str) -> list[tuple[Place, int, int]]:
    """Every table with its place and where it begins and ends; the first is what stands above all of them."""
    heads: list[tuple[Place, int]] = [((), 0)]
    counts: dict[tuple[str, ...], int] = {}
    for found in _TABLE.finditer(masked):
        names = tuple(name.strip() for name in found[2].split("."))
        if found[1] == "[[":
            counts = {key: n for key, n in counts.items() if key == names or key[: len(names)] != names}
            counts[names] = counts.get(names, -1) + 1
        place: list[str | int] = []
        for i, name in enumerate(names, start=1):
            place += [name, counts[names[:i]]] if names[:i] in counts else [name]
        heads.append((tuple(place), found.start(2)))
    ends = [start for _, start in heads[1:]] + [len(masked)]
    return [(place, start, end) for (place, start), end in zip(heads, ends, strict=True)]


def _element(masked: str, start: int, number: int, end: int) -> int:
    """Where entry `number` of the array that begins after `start` begins; `start` when there is none."""
    depth = 0
    for i in range(max(masked.find("[", start, end), start), end):
        depth += (masked[i] in "[{") - (masked[i] in "]}")
        number -= masked[i] == "," and depth == 1
        if depth == 1 and masked[i] in "[," and number == 0:
            return i + 1 + len(masked[i + 1 : end]) - len(masked[i + 1 : end].lstrip())
        if depth == 0:
            break
    return start


def _end(masked: str, start: int) -> int:
    """Where the value that begins at `start` ends."""
    opaque = re.compile(r"([\"'])[^\"']*\1").match(masked, start)
    if opaque:
        return opaque.end()
    depth = 0
    for i in range(start, len(masked)):
        depth += (masked[i] in "[{") - (masked[i] in "]}")
        if depth == 0 and masked[start] in "[{":
            return i + 1
        if depth == 0:
            break
    word = _WORD.match(masked, start)
    return word.end() if word else start + 1


def _blanked(text: str) -> str:
    """The text with strings and comments blanked: same length, same lines."""

    def blank(found: re.Match[str]) -> str:
        inner = re.sub(r"[^\n]", " ", found[0])
        return inner if found[0].startswith("#") else f"{found[0][0]}{inner[1:-1]}{found[0][-1]}"

    return _OPAQUE.sub(blank, text)
