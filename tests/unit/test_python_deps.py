"""What Python submissions depend on, and what is never handed to pip."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from grader.errors import OurFault, SubmissionFault
from grader.sandbox.python_deps import Requirements, requirements
from grader.sandbox.sources import Sources
from grader.submission import open_submission

Read = Callable[[Mapping[str, str | bytes]], Requirements]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def of(files: Mapping[str, str | bytes]) -> Requirements:
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        with open_submission(str(tmp_path)) as submission:
            return requirements(Sources(submission))

    return of


def test_comments_and_continued_lines_are_understood(read: Read) -> None:
    text = "# needed\nfastapi==0.110 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n\nuvicorn[standard] # server\n"
    found = read({"requirements.txt": text})
    assert [line.split() for line in found.lines] == [
        ["fastapi==0.110", "--hash=sha256:aa", "--hash=sha256:bb"],
        ["uvicorn[standard]"],
    ]
    assert found.names == {"fastapi", "uvicorn", "uvicorn[standard]"}


def test_included_files_and_constraints_are_followed(read: Read) -> None:
    found = read(
        {
            "requirements.txt": "-r requirements/base.txt\n-c limits.txt\n--requirement=more.txt\n",
            "requirements/base.txt": "-r web.txt\nSQLAlchemy\n",
            "requirements/web.txt": "flask\n-r ../requirements.txt\n",
            "limits.txt": "flask<4\n",
            "more.txt": "redis\n",
        }
    )
    assert found.lines == ("flask", "SQLAlchemy", "redis")
    assert found.constraints == ("flask<4",)
    assert "sqlalchemy" in found.names


def test_an_included_file_that_is_missing_is_named_with_its_line(read: Read) -> None:
    with pytest.raises(SubmissionFault) as raised:
        read({"requirements.txt": "flask\n-r dev.txt\n"})
    assert (raised.value.code, raised.value.problem.where) == ("E312", "requirements.txt:2")


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd"])
def test_an_included_file_outside_is_not_read(read: Read, name: str) -> None:
    with pytest.raises(SubmissionFault):
        read({"requirements.txt": f"-r {name}\n"})


@pytest.mark.parametrize(
    "line",
    [
        "git+https://example/x.git",
        "x @ git+ssh://git@example/x.git",
        "x @ https://example/x.tar.gz",
        "https://example/x-1.0-py3-none-any.whl",
        "x @ file:///etc",
        "-e git+https://example/x.git#egg=x",
        "file:///etc",
        "./wheels/x-1.0-py3-none-any.whl",
        "x-1.0.tar.gz",
        "venv/../venv",
    ],
)
def test_a_dependency_from_elsewhere_is_left_to_people(read: Read, line: str) -> None:
    with pytest.raises(OurFault) as raised:
        read({"requirements.txt": f"{line}\n"})
    assert (raised.value.code, raised.value.problem.where) == ("E219", "requirements.txt:1")


@pytest.mark.parametrize("line", [".", "-e .", "--editable .", "-e .[dev]", "./lib/thing", "-e src/", "/tmp/x"])
def test_the_project_itself_is_never_handed_to_pip(read: Read, line: str) -> None:
    found = read({"requirements.txt": f"flask\n{line}\n"})
    assert found.lines == ("flask",)
    assert any("runs from its own folder" in note for note in found.notes)


def test_a_project_installed_from_its_folder_still_gets_its_dependencies(read: Read) -> None:
    found = read({"requirements.txt": "-e .\n", "pyproject.toml": '[project]\ndependencies = ["flask>=3"]\n'})
    assert found.lines == ("flask>=3",)


@pytest.mark.parametrize(
    "option", ["--index-url https://evil/simple", "-i https://evil", "--find-links=./wheels", "-f x"]
)
def test_indexes_named_by_a_submission_are_not_used(read: Read, option: str) -> None:
    found = read({"requirements.txt": f"{option}\nflask\n"})
    assert found.lines == ("flask",)
    assert found.notes


def test_a_file_written_by_windows_tools_is_read(read: Read) -> None:
    assert read({"requirements.txt": "fastapi==1\r\nuvicorn\r\n".encode("utf-16")}).lines == ("fastapi==1", "uvicorn")
    assert read({"requirements.txt": "\ufefffastapi\n".encode()}).lines == ("fastapi",)


def test_a_project_file_is_read_when_there_are_no_requirements(read: Read) -> None:
    found = read({"pyproject.toml": '[project]\ndependencies = ["FastAPI[standard]>=0.110"]\n', "uv.lock": ""})
    assert found.lines == ("FastAPI[standard]>=0.110",)
    assert "fastapi[standard]" in found.names
    assert found.notes == (
        "uv.lock not used: it is not written as this tool does; versions are chosen from pyproject.toml",
    )


def test_tables_of_poetry_are_put_into_pips_words(read: Read) -> None:
    text = """
[tool.poetry.dependencies]
python = "^3.11"
fastapi = "^0.110.2"
uvicorn = {version = "~0.29", extras = ["standard"]}
redis = "*"
httpx = "0.27.0"
flask = ">=2,<4"
pydantic = "^2.1"
"""
    assert read({"pyproject.toml": text}).lines == (
        "fastapi>=0.110.2,<0.111",
        "uvicorn[standard]>=0.29,<0.30",
        "redis",
        "httpx==0.27.0",
        "flask>=2,<4",
        "pydantic>=2.1,<3",
    )


@pytest.mark.parametrize("text", ["[project", "[project]\ndependencies = 3\n", "project = 1\n"])
def test_a_strange_project_file_breaks_nothing_of_ours(read: Read, text: str) -> None:
    with contextlib.suppress(SubmissionFault):
        assert read({"pyproject.toml": text}).lines == ()


def test_a_package_json_of_half_a_megabyte_of_options_is_read_in_bounded_time(read: Read) -> None:
    assert len(read({"requirements.txt": "flask\n" * 50_000}).lines) == 50_000
