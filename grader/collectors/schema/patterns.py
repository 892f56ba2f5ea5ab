"""A text that a regular expression of a CHECK accepts, for the simple patterns that schemas use."""

from __future__ import annotations

import re
import string

MOST = 200
LONGEST = 1_000
_TOKEN = re.compile(
    r"\\(?P<escape>.)|\[(?P<class>\^?(?:\\.|\[:\w+:\]|[^\]])+)\]|(?P<group>\((?:\?:)?)|(?P<close>\))|(?P<bar>\|)|"
    r"(?P<anchor>[\^$])|(?P<any>\.)|(?P<char>[^\\])",
    re.DOTALL,
)
_TIMES = re.compile(r"\{(\d{1,3})(,)?(\d{0,3})\}\??|([*+?])\??")
_OTHERS = "0-_ A.x~/:"
_LAST = 0x7E
_LETTERS = "abcdefghij"
_ESCAPES = {"d": "0123456789", "w": _LETTERS, "s": " ", "D": _LETTERS, "W": "-", "S": _LETTERS}
_POSIX = {
    "alpha": (_LETTERS, "a-zA-Z"),
    "alnum": (_LETTERS, "a-zA-Z0-9"),
    "digit": ("0123456789", "0-9"),
    "upper": (_LETTERS.upper(), "A-Z"),
    "lower": (_LETTERS, "a-z"),
    "space": (" ", r"\s"),
    "punct": ("-", r"\W"),
}


def example(pattern: str, number: int) -> str:
    """A text for the pattern, as a first try; characters spell `number` where they may. Empty when none comes to mind.

    It is not matched here: the pattern is a stranger's, and a search of ours could take for ever. PostgreSQL, which
    is bounded in time, says whether the text fits.
    """
    try:
        return _Generator(pattern[:LONGEST], number).sequence()[:MOST]
    except (re.error, IndexError, ValueError, RecursionError):
        return ""


def _python(inside: str) -> str:
    """The inside of a bracket expression in Python's words."""
    for name, (_, ranges) in _POSIX.items():
        inside = inside.replace(f"[:{name}:]", ranges)
    return inside


class _Generator:
    """Walks the pattern once, taking the first branch and the fewest repetitions that are more than none."""

    def __init__(self, pattern: str, number: int) -> None:
        self.pattern, self.at = pattern, 0
        self.number, self.digits = number, str(number)

    def sequence(self) -> str:
        """Text for everything up to the end or the closing parenthesis."""
        out = ""
        skipping = False
        while self.at < len(self.pattern) and len(out) < MOST:
            token = _TOKEN.match(self.pattern, self.at)
            if token is None:
                raise ValueError(self.pattern)
            if token["close"]:
                break
            self.at = token.end()
            piece, choices = self._piece(token)
            skipping = skipping or bool(token["bar"])
            least, most = self._times()
            if not skipping:
                out += self._repeated(piece, choices, least, most)
        return out

    def _piece(self, token: re.Match[str]) -> tuple[str, str]:
        """A fixed text, or the characters to choose from."""
        if token["group"]:
            inner = self.sequence()
            self.at += 1
            return inner, ""
        if token["anchor"] or token["bar"]:
            return "", ""
        if token["any"]:
            return "", _LETTERS
        if token["class"]:
            return "", _members(token["class"])
        if token["escape"]:
            return ("", _ESCAPES[token["escape"]]) if token["escape"] in _ESCAPES else (token["escape"], "")
        return token["char"], ""

    def _times(self) -> tuple[int, int]:
        found = _TIMES.match(self.pattern, self.at)
        if not found:
            return 1, 1
        self.at = found.end()
        if found[4]:
            return {"*": (0, 8), "+": (1, 8), "?": (0, 1)}[found[4]]
        least = int(found[1])
        return least, int(found[3]) if found[3] else (least + 8 if found[2] else least)

    def _repeated(self, piece: str, choices: str, least: int, most: int) -> str:
        if not choices:
            return (piece * min(least, MOST))[:MOST]
        length = least if least == most else max(least, min(most, len(self.digits)))
        if set(string.digits) <= set(choices):
            return self.digits.rjust(length, "0")[-length:] if length else ""
        return self._spelt(choices, max(length, least))

    def _spelt(self, choices: str, length: int) -> str:
        """The number in as many characters, so that two rows of a unique column differ."""
        out, rest = "", self.number
        for _ in range(min(length, MOST)):
            rest, at = divmod(rest, len(choices))
            out = choices[at] + out
        return out


def _members(inside: str) -> str:
    """Characters of a bracket expression, letters first."""
    if inside.startswith("^"):
        barred = re.compile(f"[{_python(inside)}]".replace("[^", "[", 1))
        letters = "".join(char for char in _LETTERS if not barred.match(char))
        return letters or next((char for char in _OTHERS if not barred.match(char)), "")
    found = "".join(sample for name, (sample, _) in _POSIX.items() if f"[:{name}:]" in inside)
    rest = re.sub(r"\[:\w+:\]", "", inside)
    for low, high in re.findall(r"(\w)-(\w)", rest):
        found += "".join(map(chr, range(ord(low), min(ord(high), _LAST) + 1)))
    for escaped in re.findall(r"\\(.)", rest):
        found += _ESCAPES.get(escaped, escaped)
    rest = re.sub(r"\w-\w|\\.", "", rest)
    return found + rest
