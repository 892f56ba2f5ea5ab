from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from grader.collectors.files import measuring, texts
from grader.collectors.files.collector import collect
from grader.collectors.files.texts import decoded
from grader.evidence.files import SourceFiles
from grader.job import Job
from grader.model import Challenge, Level
from grader.stages import Stages
from grader.submission import open_submission

PYTHON = "def short():\n    return 1\n\n\ndef branchy(a, b):\n    if a and b:\n        return 1\n    return 2\n"
TYPESCRIPT = "export function add(a: number, b: number): number {\n  return a > b ? a : b;\n}\n"


def collected(tmp_path: Path, given: dict[str, str | bytes]) -> SourceFiles:
    root = tmp_path / "answer"
    for name, text in given.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    pack = tmp_path / "pack"
    pack.mkdir(parents=True)
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


def test_code_that_is_there_twice_is_found_whatever_its_names_are(tmp_path: Path) -> None:
    block = "".join(
        f"    {name} = body.get({name!r})\n    if len({name}) > {n}:\n        raise ValueError({name!r})\n"
        for n, name in enumerate(("title", "text", "place", "colour"), 100)
    )
    other = block.replace("title", "name").replace("text", "words")
    first, second = f"def make(body):\n{block}    return title\n", f"\ndef put(body):\n{other}    return name\n"
    found = collected(tmp_path, {"a.py": first, "b.py": second})
    assert [[(place.file, place.line) for place in places] for places in found.repeats] == [[("a.py", 1), ("b.py", 2)]]
    assert all(place.end > place.line + 5 for place in found.repeats[0])
    assert collected(tmp_path / "more", {"main.py": PYTHON, "add.ts": TYPESCRIPT}).repeats == ()


def test_only_what_candidates_get_is_handed_out(tmp_path: Path) -> None:
    assert collected(tmp_path, {"main.py": ""}).handed_out == {"brief.md": "# The brief\n"}


def test_binaries_lock_files_and_large_files_are_left_out_with_a_reason(tmp_path: Path) -> None:
    found = collected(
        tmp_path, {"a.db": b"SQLite\0\1", "package-lock.json": "{}", "big.py": "x = 1\n" * 50_000, "main.py": PYTHON}
    )
    assert found.left_out == {"a.db": "not text", "big.py": "larger than 200 kB", "package-lock.json": "made by a tool"}
    assert set(found.texts) == {"main.py"}


def test_documents_are_read_before_code_when_there_is_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "MAX_TOTAL", 60)
    found = collected(tmp_path, {"a.py": "x = 1\n" * 9, "z.md": "# Read me\n"})
    assert set(found.texts) == {"z.md"}
    assert found.left_out == {"a.py": "beyond 0 MB in all"}


def test_a_file_that_keeps_the_measuring_busy_costs_only_the_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "MEASURE_SECONDS", 0.01)
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
