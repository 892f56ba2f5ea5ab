"""Read a README as somebody new would who types along: what to type, in which order, and what it is for.

A document holds far more than commands, and commands for many machines. So a step is only taken for what it surely is;
what is not understood is kept as such, because behind it no command can be blamed for not working.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from grader.documents.commands import starts_something

MOST_STEPS = 200
MAX_STEP = 400
_SHELLS = frozenset(
    {"", "sh", "bash", "shell", "zsh", "console", "terminal", "shell-session", "text", "txt", "plaintext"}
)
_FENCE = re.compile(r"^\s*(`{3,}|~{3,}|-{4,}|\.{4,})\s*\{?\.?([\w+-]*)")
_DIRECTIVE = re.compile(r"^\.\.\s+(?:code-block|code|sourcecode|highlight)::\s*([\w+-]*)|^\[source,\s*([\w+-]*)")
_PROMPT = re.compile(r"^\s*(?:\([\w.-]+\)\s*)?(?:[$%>]|[\w.-]+@[\w.-]+:\S*[$#])\s+")
_INLINE = re.compile(r"(?<!`)`([^`\n]{1,200})`(?!`)")
_WINDOWS = re.compile(
    r"(?i)^(?:set\s+\w+=|\$env:|ps\s?>|[a-z]:\\|copy\s|py\s+-|py\s+\S+\.py)|\\scripts\\|\.bat\b|\.ps1\b"
)
_ASSIGNED = re.compile(r"""^(?:\w+=(?:"[^"]*"|'[^']*'|[^\s"']*)(?:\s+|$))+""")
_AROUND = re.compile(r"^(?:sudo|exec|nohup|time|env|cross-env|command|winpty)\s+(?=\S)")
_MANAGED = re.compile(r"^(?:uv|poetry|pdm|pipenv|hatch|rye)\s+run\s+(?:--?[\w-]+\s+)*(?=\S)")
_SCRIPT_RUN = re.compile(r"^(?:yarn|pnpm)\s+(?:run\s+)?(?!install\b|add\b|ci\b|i\b|dlx\b|exec\b)(?=\w)")
_PLACEHOLDER = re.compile(r"<[A-Za-z][\w .-]{0,40}>")
_PREPARES = re.compile(
    r"(?i)seed|init|migrat|create|setup|load|import|generate|install|schema|fixture|bench|check|test|client|demo"
)
_SERVERS = r"uvicorn|gunicorn|hypercorn|daphne|granian|waitress-serve"
_START = re.compile(
    rf"^(?:python3?(?:\.\d+)?\s+(?:-[uBEIOXW]\w*\s+)*-m\s+(?:{_SERVERS}|flask\b.*\srun|fastapi\s+(?:run|dev))\b"
    rf"|(?:{_SERVERS})\s|flask\s(?:.*\s)?run\b|fastapi\s+(?:run|dev)\b"
    r"|python3?(?:\.\d+)?\s+\S*manage\.py\s+runserver\b"
    r"|npm\s+(?:start|run\s+[\w:-]+)(?=\s|$)"
    r"|nodemon\b|go\s+run\s)"
)
_SCRIPT = re.compile(
    r"^(?:python3?(?:\.\d+)?\s+(?:-[uBEIOXW]\w*\s+)*(?:-m\s+(?P<module>[\w.]+)|(?P<script>[\w./-]+\.py)\b)"
    r"|(?:node|tsx|ts-node)\s+(?:--?\S+\s+)*(?P<program>\.(?!\S)|[\w./-]+\.[cm]?[jt]s\b|[A-Za-z][\w-]*(?:/[\w-]+)*(?=\s|$)))"
)
_NO_SERVICE = re.compile(
    r"^(?:venv|virtualenv|pip|ensurepip|pytest|unittest|coverage|black|ruff|mypy|flake8|isort|alembic|json|timeit)\b"
)
_PREPARING = re.compile(
    r"^(?:mkdir|cp|touch|mv|chmod|ln|export|set|alembic|go\s+(?:build|generate)\b|flask\s(?:.*\s)?(?:db|init|create)"
    r"|(?:source|\.)\s+\S*env(?:\.\w+)?$"
    r"|python3?(?:\.\d+)?\s+\S*manage\.py\s+(?!runserver\b)|(?:npm|yarn|pnpm)\s+run\s+(?:build|compile|migrat|seed|db|init|setup|prepare|generate))"
)
_INSTALLING = re.compile(
    r"^(?:python3?(?:\.\d+)?\s+-m\s+(?:venv|virtualenv|ensurepip)\b|virtualenv\s|uv\s+(?:venv|sync|lock)\b|deactivate\b"
    r"|(?:source|\.)\s+\S*activate\b"
    r"|(?:python3?(?:\.\d+)?\s+-m\s+|uv\s+)?pip3?\s+install\s+(?:(?:-U|--upgrade|-q|--no-cache-dir)\s+)*"
    r"(?:-r\s*requirements\.txt|(?:-e\s+)?\.(?:\[[\w,]+\])?|pip)(?:\s+(?:-r\s*requirements\.txt|pip))*$"
    r"|(?:poetry|pdm|pipenv|rye)\s+(?:install|sync|shell|lock)\b"
    r"|(?:npm|pnpm|yarn)\s+(?:ci|i|install)(?:\s+--?[\w=-]+)*$|(?:npm|pnpm|yarn)$|corepack\b|nvm\b|pyenv\b"
    r"|go\s+(?:mod|get|install|version)\b)"
)
_ASIDE = re.compile(
    r"^(?:git|gh|curl|http|https|wget|brew|apt|apt-get|dnf|apk|choco|winget|echo|printf|cat|ls|tree|pwd|open|xdg-open"
    r"|clear|which|code|vim|nano|jq|sqlite3|psql|node\s+(?:-v|--version|--test\b)|python3?\s+(?:-V|--version|-c)|pytest|tox|nox"
    r"|ruff|black|mypy|flake8|pre-commit|go\s+(?:test|vet|fmt)|python3?(?:\.\d+)?\s+-m\s+(?:pytest|unittest|ruff|black|mypy|json)"
    r"|npx\s+(?:jest|vitest|mocha|eslint|prettier)|(?:npm|yarn|pnpm)\s+(?:run\s+)?(?:t|test|lint|format|coverage|typecheck)\b"
    r"|python3?(?:\.\d+)?\s+\S*manage\.py\s+(?:test|createsuperuser|shell)\b)(?=\s|$)"
)
_BUILT = re.compile(r"^(?:\w+=\S*\s+)*\./[\w./-]+$")
_FOLLOWS = re.compile(r"\s*(?:&&|;)\s*")
_BACKGROUND = re.compile(r"\s*&\s*$")


class Kind(StrEnum):
    """What a step is for."""

    START = "start"  # starts a service
    PREPARE = "prepare"  # something to be done before, such as a migration or an exported variable
    FOLDER = "folder"  # goes to another folder
    ELSEWHERE = "elsewhere"  # starts it in a way that needs more than a shell and its language, such as Docker
    ASIDE = "aside"  # installs, tests, asks: not needed to start what is installed already
    UNKNOWN = "unknown"


class Step(NamedTuple):
    """One command as it stands on `line` of a document, and `command`: how a shell of ours understands it."""

    line: int
    text: str
    kind: Kind
    command: str = ""


def steps(text: str) -> list[Step]:
    """What a document tells to type, in its order. Commands within a sentence count when no block starts anything."""
    blocks = [step for block in _blocks(text) for step in _understood(block)]
    if not any(step.kind in (Kind.START, Kind.ELSEWHERE) for step in blocks):
        blocks += [step for step in _inline(text) if step.kind in (Kind.START, Kind.ELSEWHERE)]
    return sorted(blocks, key=lambda step: step.line)[:MOST_STEPS]


def _understood(block: list[tuple[int, str]]) -> list[Step]:
    """The steps of a block; nothing when it holds no command at all, such as a JSON example or a tree of files."""
    found = [step for line, text in _joined(block) for step in _steps(line, text)]
    if any(step.command.startswith("go build") for step in found):
        found = [step._replace(kind=Kind.START) if _BUILT.match(step.text) else step for step in found]
    return found if any(step.kind is not Kind.UNKNOWN for step in found) else []


def _blocks(text: str) -> Iterator[list[tuple[int, str]]]:
    """Lines that are code, with their numbers: fenced, indented, or behind a prompt. Other languages are left out."""
    block: list[tuple[int, str]] = []
    fence, language, before = "", "", ""
    for number, line in enumerate(text.splitlines(), start=1):
        mark = _FENCE.match(line)
        underlined = bool(mark) and not fence and line.strip()[0] in "-." and before.strip()[:1] not in ("", "[")
        before = line
        if mark and not underlined and (not fence or line.strip().startswith(fence)):
            yield block
            block, fence, language = [], "" if fence else mark[1], mark[2].lower() or language
            if not fence:
                language = ""
            continue
        if directive := _DIRECTIVE.match(line):
            language = (directive[1] or directive[2] or "").lower()
        elif not fence and line.strip() and not line.startswith((" ", "\t")):
            language = ""
        if (fence or line.startswith(("    ", "\t", "   ")) or _PROMPT.match(line)) and language in _SHELLS:
            block.append((number, line[:MAX_STEP]))
        elif line.strip():
            yield block
            block = []
    yield block


def _joined(block: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Lines without prompts and comments, those that end in a backslash with the next one."""
    begun, first = "", 0
    for number, raw in block:
        line = re.sub(r"(?:^|\s)#.*$", "", _PROMPT.sub("", raw)).strip()
        first = first or number
        if line.endswith("\\"):
            begun += line[:-1] + " "
            continue
        if whole := (begun + line).strip():
            yield first, whole
        begun, first = "", 0


def _inline(text: str) -> Iterator[Step]:
    for number, line in enumerate(text.splitlines(), start=1):
        for piece in _INLINE.findall(line[: 4 * MAX_STEP]):
            yield from _steps(number, piece.strip())


def _steps(line: int, text: str) -> Iterator[Step]:
    for piece in _FOLLOWS.split(text):
        if piece := _BACKGROUND.sub("", piece).strip():
            yield _step(line, piece)


def _step(line: int, text: str) -> Step:
    if _WINDOWS.search(text):
        return Step(line, text, Kind.ASIDE)
    settings, bare = bare_command(text)
    kind = _kind(bare, settings)
    return Step(line, text, kind, f"{settings}{bare}".strip())


def bare_command(text: str) -> tuple[str, str]:
    """`(variables set for it, command)` without what stands around it: `uv run`, `sudo`, placeholders, yarn for npm."""
    text = _PLACEHOLDER.sub(lambda found: "8000" if "port" in found[0].lower() else "value", text)
    settings = ""
    while True:
        if found := _ASSIGNED.match(text):
            settings, text = settings + found[0].rstrip() + " ", text[found.end() :]
        elif found := _AROUND.match(text) or _MANAGED.match(text):
            text = text[found.end() :]
        else:
            break
    if re.match(r"[\w./-]+\.py\b", text):  # `uv run main.py`
        text = f"python {text}"
    text = re.sub(r"^python3(?:\.\d+)?(?=\s)", "python3", text)
    return settings, re.sub(
        r"^(?:yarn|pnpm)\s+(?:run\s+)?(?!install\b|add\b|ci\b|i\b|dlx\b|exec\b)(?=\w)", "npm run ", text
    )


def _kind(bare: str, settings: str) -> Kind:
    if not bare:
        return Kind.PREPARE if settings else Kind.UNKNOWN
    if re.match(r"cd(?:\s|$)", bare):
        return Kind.FOLDER
    if re.search(r"[|<>`]|\$\(", bare):
        return Kind.ASIDE if _ASIDE.match(bare) else Kind.UNKNOWN
    for pattern, kind in (
        (_INSTALLING, Kind.ASIDE),
        (_ASIDE, Kind.ASIDE),
        (_PREPARING, Kind.PREPARE),
        (_START, Kind.START),
    ):
        if pattern.match(bare):
            return kind
    if found := _SCRIPT.match(bare):
        return _script_kind(found["module"] or found["script"] or found["program"])
    return Kind.ELSEWHERE if starts_something(bare) else Kind.UNKNOWN


def _script_kind(name: str) -> Kind:
    if _NO_SERVICE.match(name):
        return Kind.ASIDE
    return Kind.PREPARE if _PREPARES.search(name.rpartition("/")[2]) else Kind.START
