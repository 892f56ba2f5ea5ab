"""Find the command in a document that starts a service, whatever it is written in."""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_LINE = 400
_NO_START = r"(?!(?:tests?|lint|check|build|install|format|fmt|clean|coverage|typecheck|seed|migrate)\b)"
# Nothing else looks like these, so they count wherever they stand.
_PLAIN = re.compile(
    r"(?<![\w.-])(?:"
    r"python3?(?:\.\d{1,2})?\s+(?:-\w+\s+){0,3}(?:-m\s+(?!(?:venv|pip|pytest|unittest|ensurepip|black|ruff|mypy|alembic)\b)[\w.]+"
    r"|(?!setup\.py|\S{0,80}tests?/)\S{1,80}\.py\b)"
    r"|(?:uv|poetry|pdm|pipenv|hatch|rye)\s+run\s+(?!(?:pytest|ruff|mypy|alembic|tests?|lint)\b)\S+"
    r"|(?:uvicorn|gunicorn|hypercorn|daphne|granian)\s+\S{0,80}\w:\w+|waitress-serve\s+\S+"
    r"|flask\s[^\n]{0,60}\brun\b|flask run\b|fastapi\s+(?:run|dev)\b"
    rf"|(?:npm|yarn|pnpm|bun)\s+(?:start\b|run\s+{_NO_START}[\w:-]+)|(?:yarn|pnpm|bun)\s+(?:dev|serve)\b"
    r"|(?:node|nodemon|bun|deno\s+run|tsx|ts-node)\s+(?:-\S+\s+){0,5}\S{0,80}\.[cm]?[jt]s\b"
    r"|go\s+run\s+[\w./-]+|cargo\s+run\b|java\s+(?:-\S+\s+){0,5}-jar\s+\S+|dotnet\s+(?:run|watch)\b"
    r"|(?:mvn|\./mvnw|gradle|\./gradlew)\s+\S{0,40}[rR]un\w*"
    r"|docker(?:-compose|\s+compose)\s+(?:\S+\s+){0,4}up\b|(?:docker|podman)\s+run\s+\S+"
    r"|bundle\s+exec\s+(?!rspec|rubocop|rake\s+db)\S+|(?:bin/)?rails\s+s(?:erver)?\b|rackup\b|ruby\s+\S{1,80}\.rb\b"
    r"|php\s+(?:-S\s+\S+|artisan\s+serve)|symfony\s+serve|mix\s+(?:phx\.server|run)\b|sbt\s+run|swift\s+run|stack\s+run"
    r")"
)
# These are words as well, so they count in code only.
_IN_CODE = re.compile(
    rf"(?<![\w.-])(?:(?:make|just|task|invoke|inv|nox)\s+{_NO_START}[a-z][\w-]*|(?:node|bun|deno)\s+[\w./-]+"
    r"|(?:sh|bash)\s+[\w./-]+|\./[\w./-]*(?:start|run|serve|main|app)[\w./-]*|puma\b|rake\s+\w+|npx\s+\S+)"
)
_FENCES = ("```", "~~~", "----", "....")
_PROMPTS = ("$ ", "> ", "% ", "PS> ")


def start_command(text: str) -> str:
    """The first command that starts something, empty when there is none."""
    for line, is_code in _lines(text):
        found = _PLAIN.search(line) or (_IN_CODE.search(line) if is_code else None)
        if found:
            return found[0]
        for piece in re.findall(r"`([^`\n]{1,200})`", line):
            inline = _IN_CODE.match(piece.strip())
            if inline:
                return str(inline[0])
    return ""


def starts_something(command: str) -> bool:
    """True for a command that starts something, in whatever language."""
    return bool(_PLAIN.match(command) or _IN_CODE.match(command))


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Every line, and whether it is code: fenced, indented, or behind a prompt."""
    fenced = False
    for line in text.splitlines():
        if line.strip().startswith(_FENCES):
            fenced = not fenced
            continue
        yield line[:MAX_LINE], fenced or line.startswith(("    ", "\t")) or line.strip().startswith(_PROMPTS)
