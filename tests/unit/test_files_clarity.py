from __future__ import annotations

from grader.checks.files import catalogue as files
from grader.checks.files.catalogue import clarity
from grader.checks.files.sources import is_test
from grader.evidence.files import FunctionFacts, SourceFiles
from grader.exhibits import CodeExhibit, RowsExhibit
from grader.model import Outcome


def function(name: str, *, lines: int, complexity: int, file: str = "main.py", line: int = 1) -> FunctionFacts:
    return FunctionFacts(file=file, name=name, line=line, lines=lines, complexity=complexity, parameters=2)


def test_clarity_is_left_to_people_with_the_places_to_look_at_first() -> None:
    submitted = SourceFiles(
        texts={"main.py": "\n".join(f"line {n}" for n in range(1, 200))},
        functions=(
            function("short", lines=3, complexity=1),
            function("long", lines=90, complexity=4, line=10),
            function("branches", lines=30, complexity=17, line=120),
        ),
    )
    found = clarity(submitted)
    assert found.outcome is Outcome.FOR_REVIEW
    assert found.message == "3 functions in main.py; the longest has 90 lines, the most branches are 17"
    sizes, longest, complex_ = found.exhibits
    assert isinstance(sizes, RowsExhibit)
    assert [row[1] for row in sizes.rows] == ["long", "branches", "short"]
    assert isinstance(longest, CodeExhibit)
    assert (longest.file, longest.line, longest.lines[0]) == ("main.py", 10, "line 10")
    assert isinstance(complex_, CodeExhibit)
    assert complex_.line == 120


def test_tests_and_foreign_code_are_not_what_is_reviewed() -> None:
    submitted = SourceFiles(
        functions=(
            function("test_everything", lines=300, complexity=1, file="tests/test_all.py"),
            function("generated", lines=900, complexity=99, file="vendor/lib.py"),
            function("mine", lines=5, complexity=2),
        )
    )
    assert "the longest has 5 lines" in clarity(submitted).message


def test_code_nobody_can_measure_is_still_for_review() -> None:
    found = clarity(SourceFiles(names=("main.clj",), unmeasured="no source file in a language that can be measured"))
    assert (found.outcome, found.message) == (Outcome.FOR_REVIEW, "no source file in a language that can be measured")


def test_tests_are_recognised_in_many_languages() -> None:
    tests = [
        "tests/api.py",
        "test_api.py",
        "src/app.test.ts",
        "app_test.go",
        "TodoTest.java",
        "spec/todo_spec.rb",
        "test.js",
    ]
    code = ["main.py", "latest.py", "contest.js", "src/attest.go", "Protest.java"]
    assert [name for name in tests if not is_test(name)] == []
    assert [name for name in code if is_test(name)] == []


def test_tests_are_information() -> None:
    assert files.tests_present(SourceFiles(names=("main.py", "tests/test_api.py"))).outcome is Outcome.PASS
    assert files.tests_present(SourceFiles(names=("main.py", "tests/data.json"))).outcome is Outcome.FAIL


def test_without_any_program_there_is_nothing_to_review() -> None:
    assert clarity(SourceFiles(names=("README.md", "openapi.yaml"))).outcome is Outcome.BLOCKED
