"""A text that a regular expression of a CHECK accepts, for the simple patterns that schemas use."""

from __future__ import annotations

import re
import string

MOST = 200
_TOKEN = re.compile(
    r"\\(?P<escape>.)|\[(?P<class>\^?(?:\\.|\[:\w+:\]|[^\]])+)\]|(?P<group>\((?:\?:)?)|(?P<close>\))|(?P<bar>\|)|"
    r"(?P<anchor>[\^$])|(?P<any>\.)|(?P<char>[^\\])",
    re.DOTALL,
)
_TIMES = re.compile(r"\{(\d+)(,)?(\d*)\}|([*+?])\??")
_ESCAPES = {"d": "0123456789", "w": "a0", "s": " ", "D": "a", "W": "-", "S": "a"}
_POSIX = {"alpha": "a", "alnum": "a0", "digit": "0", "upper": "A", "lower": "a", "space": " ", "punct": "-"}


def example(pattern: str, number: int) -> str:
    """A text for the pattern, checked against it; digits spell `number` where they fit. Empty when none is found."""
    try:
        text = _Generator(pattern, str(number)).sequence()
        return text if text and re.search(_python(pattern), text) else ""
    except (re.error, IndexError, ValueError, RecursionError):
        return ""


def _python(pattern: str) -> str:
    for name, sample in _POSIX.items():
        ranges = {"a": "a-zA-Z", "a0": "a-zA-Z0-9", "0": "0-9", "A": "A-Z", " ": r"\s", "-": r"\W"}
        pattern = pattern.replace(f"[:{name}:]", "a-z" if name == "lower" else ranges[sample])
    return pattern


class _Generator:
    """Walks the pattern once, taking the first branch and the fewest repetitions that are more than none."""

    def __init__(self, pattern: str, digits: str) -> None:
        self.pattern, self.at = pattern, 0
        self.digits = digits

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
            return "", "a"
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
            return piece * max(least, 1 if most == 1 and least else least)
        length = least if least == most else max(least, min(most, len(self.digits)))
        if set(string.digits) <= set(choices):
            return self.digits.rjust(length, "0")[-length:] if length else ""
        return choices[0] * max(length, least)


def _members(inside: str) -> str:
    """Characters of a bracket expression, letters first."""
    if inside.startswith("^"):
        return next(char for char in "a0-_ A" if not re.match(f"[{_python(inside)}]".replace("[^", "[", 1), char))
    found = "".join(sample for name, sample in _POSIX.items() if f"[:{name}:]" in inside)
    rest = re.sub(r"\[:\w+:\]", "", inside)
    for low, high in re.findall(r"(\w)-(\w)", rest):
        found += "".join(map(chr, range(ord(low), ord(high) + 1)))
    for escaped in re.findall(r"\\(.)", rest):
        found += _ESCAPES.get(escaped, escaped)
    rest = re.sub(r"\w-\w|\\.", "", rest)
    return found + rest
