from __future__ import annotations

from pathlib import Path

import pytest
from rubrics import CHECKS, COLLECTORS
from test_challenge import PACK

from grader import pipeline
from grader.challenge import load_challenge
from grader.cli import main
from grader.errors import UsageError
from grader.handout import handed_out, handed_out_at_all
from grader.model import Challenge, Level
from grader.packs import find_pack

SHOP = {"data/shop/schema.sql", "data/shop/data.sql", "data/shop/settings.sql"}


def load(root: Path, *handout: str) -> Challenge:
    """A tiny pack that hands out these files beside its brief; `one.txt` and two of three levels' files are there."""
    for name in ("one.txt", "mid/task.txt", "junior/task.txt"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    (root / "brief.md").write_text("There is enough of it.")
    named = ", ".join(f'"{file}"' for file in handout)
    (root / "challenge.toml").write_text(f"handout = [{named}]\n{PACK}")
    return load_challenge(root, collectors=COLLECTORS, checks=CHECKS)


def written(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("todo-api", {"openapi.yaml"}),
        ("url-shortener", {"openapi.yaml"}),
        ("ecommerce-schema", set()),
        ("slow-query", {*SHOP, "exercises/mid/original.sql", "exercises/mid/plan.txt"}),
    ],
)
def test_a_candidate_gets_the_brief_and_the_files_it_speaks_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, files: set[str]
) -> None:
    assert main(["challenge", "handout", name, "-o", str(tmp_path / "new")]) == 0
    assert written(tmp_path / "new") == {"brief.md", *files}
    told = capsys.readouterr().out
    assert all(f"  {file}\n" in told for file in ("brief.md", *files))
    root = find_pack(name)
    for file in written(tmp_path / "new"):
        assert (tmp_path / "new" / file).read_bytes() == (root / file).read_bytes()
        assert file == "brief.md" or file.replace("mid", "LEVEL") in (root / "brief.md").read_text()


@pytest.mark.parametrize("level", list(Level))
def test_nothing_that_only_a_grader_may_see_is_handed_out(tmp_path: Path, level: Level) -> None:
    assert main(["challenge", "handout", "slow-query", "--level", level, "-o", str(tmp_path)]) == 0
    own = {f"exercises/{level}/original.sql", f"exercises/{level}/plan.txt"}
    assert written(tmp_path) == {"brief.md", *SHOP, *own}


def test_a_folder_that_holds_something_is_left_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "query.sql").write_text("mine")
    assert main(["challenge", "handout", "slow-query", "-o", str(tmp_path)]) == 2
    assert "E119" in capsys.readouterr().err
    assert written(tmp_path) == {"query.sql"}
    assert main(["challenge", "handout", "slow-query", "-o", str(tmp_path / "query.sql")]) == 2
    assert "is no folder" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_our_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["challenge", "handout", "slow-query", "-o", str(tmp_path / "file" / "below")]) == 3
    assert "E203" in capsys.readouterr().err


def test_files_may_differ_by_level(tmp_path: Path) -> None:
    (tmp_path / "senior").mkdir()
    (tmp_path / "senior" / "task.txt").write_text("")
    pack = load(tmp_path, "one.txt", "{level}/task.txt")
    assert [str(path) for path in handed_out(pack, Level.SENIOR)] == ["brief.md", "one.txt", "senior/task.txt"]
    every = [str(path) for path in handed_out_at_all(pack)]
    assert every == ["brief.md", "one.txt", "junior/task.txt", "mid/task.txt", "senior/task.txt"]


@pytest.mark.parametrize(
    ("handout", "message"),
    [
        (["two.txt"], "`handout` names two.txt, which is not there"),
        (["{level}/task.txt"], "`handout` names senior/task.txt, which is not there"),
        (["mid"], "`handout` names mid, which is not there"),
        (["../one.txt"], "no path inside the pack"),
        (["/etc/hosts"], "no path inside the pack"),
        (["."], "no path inside the pack"),
        (["one.txt", "one.txt"], "names one.txt twice"),
        (["brief.md"], "names brief.md, which everybody gets"),
    ],
)
def test_a_pack_that_hands_out_what_it_does_not_have_is_refused(
    tmp_path: Path, handout: list[str], message: str
) -> None:
    with pytest.raises(UsageError, match="E101") as caught:
        load(tmp_path, *handout)
    assert message in str(caught.value)


def test_every_shipped_brief_names_what_is_handed_out() -> None:
    pack = pipeline.load(find_pack("slow-query"))
    brief = (pack.root / "brief.md").read_text()
    assert all(f"`{file.replace('{level}', 'LEVEL')}`" in brief for file in pack.handout)
