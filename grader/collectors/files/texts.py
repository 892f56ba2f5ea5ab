"""The texts of a submission and of what its candidate was given, bounded in number and size."""

from __future__ import annotations

import codecs
from pathlib import Path, PurePosixPath

from grader.model import Submission

MAX_FILE = 200_000
MAX_TOTAL = 2_000_000
MAX_NAMES = 2_000
MADE_BY_TOOLS = (".min.js", ".min.css", ".map", ".bundle.js")
_LOCKS = frozenset(
    {
        *("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb"),
        *("uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock"),
        *("Cargo.lock", "composer.lock", "Gemfile.lock", "go.sum", "mix.lock"),
    }
)
_READ_FIRST = (".md", ".markdown", ".rst", ".adoc", ".txt", ".yaml", ".yml", ".json", ".toml")
_HANDED_OUT = (".md", ".yaml", ".yml", ".json")


def decoded(data: bytes) -> str | None:
    """The text of a file, None when it is binary."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def read_texts(submission: Submission) -> tuple[dict[str, str], dict[str, str]]:
    """Documents first, so that a large program does not push the README out."""
    texts: dict[str, str] = {}
    left_out: dict[str, str] = {}
    total = 0
    for name in sorted(submission.files, key=lambda name: (not name.lower().endswith(_READ_FIRST), name)):
        reason = _not_read(submission, name, total)
        text = decoded((submission.root / name).read_bytes()) if not reason else None
        if text is None:
            left_out[name] = reason or "not text"
            continue
        total += len(text)
        texts[name] = text
    return dict(sorted(texts.items())), dict(sorted(left_out.items())[:MAX_NAMES])


def _not_read(submission: Submission, name: str, total: int) -> str:
    if PurePosixPath(name).name in _LOCKS or name.endswith(MADE_BY_TOOLS):
        return "made by a tool"
    size = (submission.root / name).stat().st_size
    if size > MAX_FILE:
        return f"larger than {MAX_FILE // 1000} kB"
    return f"beyond {MAX_TOTAL // 1_000_000} MB in all" if total + size > MAX_TOTAL else ""


def handed_out(root: Path) -> dict[str, str]:
    """The texts of the pack that candidates get: a brief and a contract lie at its top."""
    files = sorted(path for path in root.iterdir() if path.is_file() and path.suffix in _HANDED_OUT)
    return {path.name: path.read_text(encoding="utf-8", errors="replace")[:MAX_FILE] for path in files}
