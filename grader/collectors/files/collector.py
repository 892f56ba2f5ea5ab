"""Read the submitted files: bounded texts, and the size of every function in any language lizard knows."""

from __future__ import annotations

import codecs
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import msgspec

from grader.evidence.files import FunctionFacts, SourceFiles
from grader.job import Job
from grader.model import Collector, Submission

MAX_FILE = 200_000
MAX_TOTAL = 2_000_000
MAX_NAMES = 2_000
MEASURE_SECONDS = 20.0
_PROGRAM = Path(__file__).with_name("function_sizes.py")
_LOCKS = frozenset(
    {
        *(
            "package-lock.json",
            "npm-shrinkwrap.json",
            "yarn.lock",
            "pnpm-lock.yaml",
            "bun.lock",
            "bun.lockb",
            "uv.lock",
        ),
        *(
            "poetry.lock",
            "Pipfile.lock",
            "pdm.lock",
            "Cargo.lock",
            "composer.lock",
            "Gemfile.lock",
            "go.sum",
            "mix.lock",
        ),
    }
)
_CODE = frozenset(
    {
        *(".py", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".java", ".kt", ".go", ".rs", ".rb", ".php", ".cs"),
        *(".scala", ".swift", ".c", ".cc", ".cpp", ".h", ".hpp", ".lua", ".erl", ".ex", ".exs", ".zig"),
    }
)
_MADE_BY_TOOLS = (".min.js", ".min.css", ".map", ".bundle.js")
_READ_FIRST = (".md", ".markdown", ".rst", ".adoc", ".txt", ".yaml", ".yml", ".json", ".toml")
_HANDED_OUT = (".md", ".yaml", ".yml", ".json")


def collect(job: Job) -> SourceFiles:
    """Texts (UTF-8, UTF-16 with its mark, or Latin), function sizes, and what was left out."""
    with job.stages.measure("files"):
        texts, left_out = _texts(job.submission)
        functions, unmeasured = _functions({name: text for name, text in texts.items() if is_code(name)})
    return SourceFiles(
        names=job.submission.files[:MAX_NAMES],
        texts=texts,
        functions=functions,
        left_out=left_out,
        handed_out=_handed_out(job.challenge.root),
        unmeasured=unmeasured,
    )


def is_code(name: str) -> bool:
    """True for a source file in a language whose functions can be measured."""
    return PurePosixPath(name).suffix.lower() in _CODE and not name.endswith(_MADE_BY_TOOLS)


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


def _texts(submission: Submission) -> tuple[dict[str, str], dict[str, str]]:
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
    if PurePosixPath(name).name in _LOCKS or name.endswith(_MADE_BY_TOOLS):
        return "made by a tool"
    size = (submission.root / name).stat().st_size
    if size > MAX_FILE:
        return f"larger than {MAX_FILE // 1000} kB"
    return f"beyond {MAX_TOTAL // 1_000_000} MB in all" if total + size > MAX_TOTAL else ""


def _functions(texts: dict[str, str]) -> tuple[tuple[FunctionFacts, ...], str]:
    """Measured functions in the order of the files; what is missing when the measuring was cut short."""
    if not texts:
        return (), "no source file in a language that can be measured"
    command = [sys.executable, "-I", str(_PROGRAM)]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(texts).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=MEASURE_SECONDS,
            check=False,
        )
        output, cut = done.stdout, ""
    except subprocess.TimeoutExpired as late:
        output, cut = late.stdout or b"", "measuring the functions took too long"
    return tuple(_facts(output.decode("utf-8", "replace").split("\n")[:-1])), cut


def _facts(lines: Iterable[str]) -> Iterable[FunctionFacts]:
    for line in lines:
        file, rows = msgspec.json.decode(line, type=tuple[str, list[tuple[str, int, int, int, int]]])
        for name, start, size, complexity, parameters in rows:
            yield FunctionFacts(
                file=file, name=name, line=start, lines=size, complexity=complexity, parameters=parameters
            )


def _handed_out(root: Path) -> dict[str, str]:
    """The texts of the pack that candidates get: a brief and a contract lie at its top."""
    files = sorted(path for path in root.iterdir() if path.is_file() and path.suffix in _HANDED_OUT)
    return {path.name: path.read_text(encoding="utf-8", errors="replace")[:MAX_FILE] for path in files}


COLLECTOR = Collector(name="files", gathers=SourceFiles, collect=collect)
