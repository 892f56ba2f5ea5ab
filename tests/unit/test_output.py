from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest
from rubrics import CHECKS, Numbers, challenge, criterion, saved, use

from grader.assess import assess
from grader.cli import main, output
from grader.errors import OurFault, Problem, UsageError
from grader.evidence import NotCollected
from grader.result import Result, decode


def graded(value: int = 4) -> Result:
    return assess(challenge(criterion(use("a"))), saved({Numbers: Numbers(values={"a": value})}), CHECKS)


def undecided() -> Result:
    ours = NotCollected(problem=Problem(code="E201", what="no engine"))
    return assess(challenge(criterion(use("a"))), saved({Numbers: ours}), CHECKS)


def test_all_three_files_appear_and_nothing_else(tmp_path: Path) -> None:
    folder = output.write_all(tmp_path / "new" / "place", graded(), b"{}\n")
    assert sorted(path.name for path in folder.iterdir()) == ["evidence.json", "report.html", "result.json"]
    assert decode((folder / "result.json").read_bytes()) == graded()


def test_an_undecided_result_never_replaces_a_decided_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output.write_all(tmp_path, graded(), b"{}\n")
    folder = output.write_all(tmp_path, undecided(), b"{}\n")
    assert folder == tmp_path / "undecided"
    assert decode((tmp_path / "result.json").read_bytes()).status == "graded"
    assert "kept" in capsys.readouterr().err


def test_a_decided_result_replaces_an_undecided_one(tmp_path: Path) -> None:
    output.write_all(tmp_path, undecided(), b"{}\n")
    assert output.write_all(tmp_path, graded(), b"{}\n") == tmp_path
    assert decode((tmp_path / "result.json").read_bytes()).status == "graded"


def test_a_full_disk_leaves_the_earlier_result_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output.write_all(tmp_path, graded(4), b"{}\n")
    real = output._aside
    calls: list[str] = []

    def full(folder: Path, name: str, content: bytes) -> Path:
        calls.append(name)
        if len(calls) > 1:
            raise OSError(28, "No space left on device", name)
        return real(folder, name, content)

    monkeypatch.setattr(output, "_aside", full)
    with pytest.raises(OurFault) as caught:
        output.write_all(tmp_path, graded(0), b"{}\n")
    assert caught.value.code == "E203"
    assert decode((tmp_path / "result.json").read_bytes()) == graded(4)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_formats_go_to_stdout_or_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = output.asked(["json", f"md={tmp_path / 'summary.md'}"])
    output.emit(graded(), asked)
    assert msgspec.json.decode(capsys.readouterr().out)["status"] == "graded"
    assert (tmp_path / "summary.md").read_text().strip()


def test_a_pipe_a_device_or_a_link_is_written_into_and_not_replaced(tmp_path: Path) -> None:
    pipe, target, link = tmp_path / "pipe", tmp_path / "target.md", tmp_path / "link.md"
    os.mkfifo(pipe)
    target.write_text("older")
    link.symlink_to(target)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        output.emit(graded(), output.asked([f"md={pipe}", f"md={link}"]))
        assert os.read(reader, 1 << 16) == target.read_bytes()
    finally:
        os.close(reader)
    assert pipe.is_fifo()
    assert link.is_symlink()
    assert "A tiny challenge" in target.read_text()


def test_an_unknown_format_is_answered_with_a_near_one() -> None:
    with pytest.raises(UsageError) as caught:
        output.asked(["jsn"])
    assert (caught.value.code, caught.value.problem.help) == ("E109", "did you mean `json`?")


def test_something_that_is_no_result_is_told(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text('{"schema_version": 7}')
    with pytest.raises(UsageError) as caught:
        output.read_result(str(tmp_path))
    assert (caught.value.code, caught.value.problem.help) == ("E108", output.WHICH)
    with pytest.raises(UsageError):
        output.read_result(str(tmp_path / "nothing"))


def test_results_in_our_own_folder_are_kept_out_of_commits(tmp_path: Path) -> None:
    output.write_all(tmp_path / "grader-out" / "k7", graded(), None)
    assert (tmp_path / "grader-out" / ".gitignore").read_text() == "*\n"
    (tmp_path / "grader-out" / ".gitignore").write_text("mine")
    output.write_all(tmp_path / "grader-out" / "k7", graded(), None)
    assert (tmp_path / "grader-out" / ".gitignore").read_text() == "mine"
    output.write_all(tmp_path / "elsewhere", graded(), None)
    assert not list(tmp_path.glob("elsewhere/.gitignore"))


def test_a_named_format_goes_to_stdout_also_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output.write_all(tmp_path, graded(), None)
    assert main(["report", str(tmp_path), "-f", "html"]) == 0
    assert capsys.readouterr().out.startswith("<!doctype html>")
    assert main(["report", str(tmp_path), "--view", "candidate"]) == 0
    assert capsys.readouterr().out == f"Report   {tmp_path / 'candidate.html'}\n"


def test_something_that_is_no_evidence_is_answered_with_what_to_give(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cand.html").write_text("<!doctype html>")
    assert main(["rejudge", str(tmp_path / "cand.html")]) == 2
    assert "give the folder that `grader grade` wrote, or its evidence.json" in capsys.readouterr().err


def test_a_place_that_cannot_take_results_is_told_before_anything_is_graded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "query.sql").write_text("SELECT 1")
    output.ready(tmp_path / "new" / "place")
    for taken in (tmp_path / "query.sql", tmp_path / "query.sql" / "below"):
        assert main(["grade", "slow-query", str(tmp_path), "--no-progress", "-o", str(taken)]) == 3
        assert "query.sql: Not a directory" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["query.sql"]
