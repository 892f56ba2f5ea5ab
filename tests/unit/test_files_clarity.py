from __future__ import annotations

from grader.checks.files import clarity as files
from grader.checks.files.clarity import clarity
from grader.checks.files.sources import is_test
from grader.evidence.files import FunctionFacts, Place, SourceFiles
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
    assert found.message == "3 functions in main.py; the longest has 90 lines, the highest complexity is 17"
    by_file, sizes, longest, complex_ = found.exhibits
    assert isinstance(by_file, RowsExhibit)
    assert by_file.rows == (("main.py", "199", "3", ""), ("tests, 0 files", "0", "0", ""))
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


def test_the_reviewer_sees_where_what_is_done() -> None:
    texts = {
        "app.py": "import flask\n@app.get('/things')\ndef things(): ...\n\n@app.post('/things')\ndef make(): ...\n",
        "server.js": "router.get('/things', list)\nfunction validateThing(body) {}\nconst things = new Map();\n",
        "main.go": 'http.HandleFunc("/things", list)\ntype ThingStore struct {}\n',
        "tests/test_app.py": "@app.get('/things')\n",
    }
    found = clarity(SourceFiles(names=tuple(texts), texts=texts, functions=(function("a", lines=1, complexity=1),)))
    by_file = found.exhibits[0]
    assert isinstance(by_file, RowsExhibit)
    assert by_file.rows == (
        ("app.py", "5", "0", "handlers :2"),
        ("server.js", "3", "0", "handlers :1, validation :2, storage :3"),
        ("main.go", "2", "0", "handlers :1, storage :2"),
        ("tests, 1 file", "1", "0", ""),
    )


def test_repeated_code_is_shown_with_where_else_it_is_and_not_in_tests() -> None:
    def place(file: str, line: int) -> Place:
        return Place(file=file, line=line, end=line + 11)

    submitted = SourceFiles(
        texts={"a.py": "\n".join(f"a {n}" for n in range(1, 40)), "b.py": "\n".join(f"b {n}" for n in range(1, 40))},
        functions=(function("a", lines=1, complexity=1, file="a.py"),),
        repeats=(
            (place("tests/test_a.py", 1), place("a.py", 1)),
            (place("a.py", 3), place("b.py", 20), place("tests/test_b.py", 2)),
        ),
    )
    assert len(clarity(submitted).exhibits) == 4
    repeat = clarity(submitted).exhibits[2]
    assert isinstance(repeat, CodeExhibit)
    assert (repeat.file, repeat.line, repeat.lines[0], repeat.lines[-1]) == ("a.py", 3, "a 3", "a 14")
    assert repeat.label == "repeated at b.py:20–31, names and constants aside"
