"""Find secrets that are written down in code or settings: known formats, and literals given to secret names.

Own patterns instead of detect-secrets, although it is the known library. It is not kept up (1.5.0 is of May 2024; its
issues 926 and 953 ask in vain whether it lives), and it was measured without its entropy and keyword detectors: of 32
correct lines (development passwords in compose files, examples, defaults for localhost) it named 16, in the reference
answers 13 times `0.0.0.0` as a public address. Without the detectors for addresses, URLs with a password and JWT
nothing is left that is wrong, but then it misses Google, npm and fine-grained GitHub tokens and OpenAI's of today, so
that it would save six lines of patterns. What it knew and was missing here was taken over as a format. Here a line is
named only when it can hardly be anything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

from grader.checks.files.sources import is_example, is_local_setup, is_test

MAX_LINE = 2_000
_FORMATS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("a private key", r"-----BEGIN (?:RSA |EC |DSA |OPENSSH |PGP |ENCRYPTED )?PRIVATE KEY(?: BLOCK)?-----"),
        ("an AWS access key", r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])"),
        ("a GitHub token", r"(?<![A-Za-z0-9_])(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,90})"),
        ("a GitLab token", r"(?<![A-Za-z0-9_])glpat-[A-Za-z0-9_-]{20}"),
        ("a Slack token", r"(?<![A-Za-z0-9])xox[abprs]-[A-Za-z0-9-]{20,200}"),
        ("a Stripe key", r"(?<![A-Za-z0-9_])[sr]k_live_[A-Za-z0-9]{20,100}"),
        ("a Google API key", r"(?<![A-Za-z0-9_])AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
        ("an npm token", r"(?<![A-Za-z0-9_])npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])"),
        ("a SendGrid key", r"(?<![A-Za-z0-9_])SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
        (
            "an OpenAI key",
            r"(?<![A-Za-z0-9_-])sk-(?:proj-[A-Za-z0-9_-]{40,200}|\w{20}T3BlbkFJ\w{20})",
        ),
        ("a PyPI token", r"(?<![A-Za-z0-9_-])pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{70,300}"),
        ("a Telegram token", r"(?<![A-Za-z0-9_:])\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])"),
    )
)
_NAME = r"[A-Za-z0-9_.-]{0,60}?(?:password|passwd|pwd|secret|secret[_-]?key|api[_-]?key|private[_-]?key|token)"
_ASSIGNED = re.compile(
    rf"(?i)(?<![A-Za-z0-9_.$-])(?P<name>{_NAME})['\"]?\s{{0,8}}"
    r"(?::\s{0,3}[A-Za-z.\[\]| ]{1,30})?(?::=|=>|=|:)\s{0,8}"
    r"[rbuf]?(?P<quote>['\"`])(?P<value>[^'\"`\s]{8,200})(?P=quote)\s{0,8}(?:[;,)}\]]|#|//|$)"
)
_ENV_LINE = re.compile(
    rf"(?i)^(?:export\s{{1,4}})?(?P<name>{_NAME})=(?P<quote>['\"]?)(?P<value>[^'\"\s#]{{8,200}})(?P=quote)\s*$"
)
# Only of hosts that others can reach: `db`, `localhost` and example domains guard nothing.
_URL = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,20}://(?P<user>[^\s:/@'\"`]{1,60}):(?P<value>[^\s:/@'\"`]{8,200})@"
    r"(?P<host>(?:[A-Za-z0-9-]{1,60}\.){1,6}[A-Za-z]{2,20})(?![A-Za-z0-9.-])"
)
_NO_HOST = re.compile(r"(?i)(?:^|\.)(?:example|test|invalid|localhost|local|internal|docker)(?:\.(?:com|org|net))?$")
_FROM_OUTSIDE = re.compile(
    r"(?i)environ|getenv|process\.env|\benv[.(\[]|config[.(\[]|secrets?\.(?:token|get)|settings[.(\[]|vault"
)
_PLACEHOLDER = re.compile(
    r"(?i)example|placeholder|change[-_]?me|change[-_]?this|your|dummy|fake|test|sample|xxx|todo|default|postgres|localhost"
    r"|^[<{$%\[(]|^\*|^(?P<one>.)(?P=one)*$|\.\.\.|insert|replace|redacted|not[-_]?set|bearer|^pass(?:word)?$|^admin|^root|^none$|^null$"
)
_WORDS = re.compile(r"[A-Za-z]+(?:[ _-][A-Za-z]+)*")
_CONFIGURED = frozenset({".env", ".properties", ".ini", ".cfg", ".conf"})


class Secret(NamedTuple):
    """Where a secret is written down. `value` is what must not be shown."""

    file: str
    line: int
    column: int
    kind: str
    value: str


def secrets(texts: Mapping[str, str]) -> Iterator[Secret]:
    """Every secret outside of tests, examples and documents, in the order of the files."""
    for name, text in texts.items():
        if is_test(name) or is_example(name):
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            found = _in_line(name, line[:MAX_LINE])
            if found:
                kind, column, value = found
                yield Secret(name, number, column + 1, kind, value)


def _in_line(name: str, line: str) -> tuple[str, int, str] | None:
    for kind, pattern in _FORMATS:
        match = pattern.search(line)
        if match and not re.search(r"EXAMPLE|(?i:x{6})", match[0]):
            return kind, match.start(), match[0]
    if is_local_setup(name):
        return None
    address = _URL.search(line)
    if address and not _NO_HOST.search(address["host"]) and not _means_nothing(address["value"], address["user"]):
        return "an address with its password", address.start("value"), address["value"]
    if _is_settings(name):
        return _assigned(_ENV_LINE.search(line))
    if _FROM_OUTSIDE.search(line) or line.lstrip().startswith(("#", "//", "*", "--")):
        return None
    return _assigned(_ASSIGNED.search(line))


def _is_settings(name: str) -> bool:
    path = PurePosixPath(name)
    return path.name == ".env" or path.name.startswith(".env.") or path.suffix in _CONFIGURED


def _assigned(match: re.Match[str] | None) -> tuple[str, int, str] | None:
    """A literal given to a secret name, unless it says itself that it is none: a placeholder, plain words, a name."""
    if match is None:
        return None
    if _means_nothing(match["value"], match["name"]):
        return None
    return f"a literal for `{match['name'][:40]}`", match.start("value"), match["value"]


def _means_nothing(value: str, name: str) -> bool:
    """True for a placeholder, for plain words, and for what only repeats the name beside it."""
    return bool(_PLACEHOLDER.search(value) or _WORDS.fullmatch(value) or value.lower() == name.lower())
