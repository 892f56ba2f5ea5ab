from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from grader.collectors.files import collector as files
from grader.collectors.files.collector import collect, decoded
from grader.evidence.files import SourceFiles
from grader.job import Job
from grader.model import Challenge, Level
from grader.stages import Stages
from grader.submission import open_submission

PYTHON = "def short():\n    return 1\n\n\ndef branchy(a, b):\n    if a and b:\n        return 1\n    return 2\n"
TYPESCRIPT = "export function add(a: number, b: number): number {\n  return a > b ? a : b;\n}\n"


def collected(tmp_path: Path, texts: dict[str, str | bytes]) -> SourceFiles:
    root = tmp_path / "answer"
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "brief.md").write_text("# The brief\n", encoding="utf-8")
    (pack / "challenge.toml").write_text("secret = 'rubric'\n", encoding="utf-8")
    challenge = Challenge(id="c", title="C", version="1", root=pack, digest="", collect=(), criteria=(), gates=())
    nothing = cast("Any", None)
    with open_submission(str(root)) as submission:
        job = Job(
            challenge=challenge,
            submission=submission,
            level=Level.MID,
            seed=1,
            public_only=False,
            sandbox=nothing,
            databases=nothing,
            stages=Stages(),
        )
        return collect(job)


def test_texts_and_functions_of_several_languages_are_read(tmp_path: Path) -> None:
    found = collected(tmp_path, {"main.py": PYTHON, "src/add.ts": TYPESCRIPT, "README.md": "# Hello\n"})
    assert set(found.texts) == {"README.md", "main.py", "src/add.ts"}
    assert [(f.file, f.name, f.line, f.complexity, f.parameters) for f in found.functions] == [
        ("main.py", "short", 1, 1, 0),
        ("main.py", "branchy", 5, 3, 2),
        ("src/add.ts", "add", 1, 2, 2),
    ]
    assert found.unmeasured == ""


def test_only_what_candidates_get_is_handed_out(tmp_path: Path) -> None:
    assert collected(tmp_path, {"main.py": ""}).handed_out == {"brief.md": "# The brief\n"}


def test_binaries_lock_files_and_large_files_are_left_out_with_a_reason(tmp_path: Path) -> None:
    found = collected(
        tmp_path, {"a.db": b"SQLite\0\1", "package-lock.json": "{}", "big.py": "x = 1\n" * 50_000, "main.py": PYTHON}
    )
    assert found.left_out == {"a.db": "not text", "big.py": "larger than 200 kB", "package-lock.json": "made by a tool"}
    assert set(found.texts) == {"main.py"}


def test_documents_are_read_before_code_when_there_is_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_TOTAL", 60)
    found = collected(tmp_path, {"a.py": "x = 1\n" * 9, "z.md": "# Read me\n"})
    assert set(found.texts) == {"z.md"}
    assert found.left_out == {"a.py": "beyond 0 MB in all"}


def test_a_file_that_keeps_the_measuring_busy_costs_only_the_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MEASURE_SECONDS", 0.01)
    found = collected(tmp_path, {"main.py": PYTHON})
    assert (found.functions, found.unmeasured) == ((), "measuring the functions took too long")
    assert found.texts == {"main.py": PYTHON}


def test_text_that_is_no_program_has_no_functions(tmp_path: Path) -> None:
    found = collected(tmp_path, {"main.py": "'" * 5_000 + "(" * 5_000, "b.py": PYTHON})
    assert {facts.file for facts in found.functions} == {"b.py"}


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("grün".encode(), "grün"),
        ("grün".encode("utf-8-sig"), "grün"),
        ("grün".encode("utf-16"), "grün"),
        ("grün".encode("cp1252"), "grün"),
        (b"a\0b", None),
    ],
)
def test_texts_in_other_encodings_are_read(data: bytes, text: str | None) -> None:
    assert decoded(data) == text
