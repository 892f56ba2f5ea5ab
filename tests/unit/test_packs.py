from __future__ import annotations

from pathlib import Path

import pytest

from grader import packs
from grader.errors import UsageError
from grader.packs import find_pack, pack_roots


@pytest.fixture(autouse=True)
def no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRADER_CHALLENGES", raising=False)


def pack(place: Path, folder: str, id_: str = "") -> Path:
    root = place / folder
    root.mkdir(parents=True)
    (root / "challenge.toml").write_text(f'id = "{id_ or folder}"\n')
    return root


def refusal(name: str, extra: Path | None = None) -> UsageError:
    with pytest.raises(UsageError) as caught:
        find_pack(name, extra)
    return caught.value


def test_an_unknown_challenge_is_answered_with_a_near_name(tmp_path: Path) -> None:
    mine = pack(tmp_path, "tiny")
    error = refusal("tini", tmp_path)
    assert (error.code, error.problem.help) == ("E105", "did you mean `tiny`?")
    assert find_pack("tiny", tmp_path) == mine
    assert find_pack(str(mine)) == mine


def test_a_folder_that_is_no_pack_says_so(tmp_path: Path) -> None:
    assert "has no challenge.toml" in refusal(str(tmp_path)).problem.what


def test_a_pack_of_ones_own_wins_over_the_shipped_one_whatever_its_folder_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = pack(tmp_path / "a", "my-todo", "todo-api")
    assert find_pack("todo-api", tmp_path / "a") == mine
    assert [root for id_, root in pack_roots(tmp_path / "a").items() if id_ == "todo-api"] == [mine]
    assert find_pack("todo-api") != mine
    monkeypatch.setenv("GRADER_CHALLENGES", str(tmp_path / "a"))
    assert find_pack("todo-api") == mine
    other = pack(tmp_path / "b", "todo-api")
    assert find_pack("todo-api", tmp_path / "b") == other


def test_a_folder_that_is_called_otherwise_than_its_pack_says_so(tmp_path: Path) -> None:
    pack(tmp_path, "my-todo", "todo-api")
    error = refusal("my-todo", tmp_path)
    assert "has the id `todo-api`, not `my-todo`" in error.problem.what


def test_two_packs_with_one_id_in_one_place_are_refused_with_both_names(tmp_path: Path) -> None:
    first, second = pack(tmp_path, "one", "same"), pack(tmp_path, "two", "same")
    error = refusal("slow-query", tmp_path)
    assert (error.code, error.exit_code) == ("E107", 2)
    assert str(first) in error.problem.what
    assert str(second) in error.problem.what


def test_what_is_written_as_a_path_is_taken_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack(tmp_path, "todo-api")
    monkeypatch.chdir(tmp_path)
    assert find_pack("./todo-api") == Path("todo-api")
    assert find_pack("todo-api") == Path(packs.__file__).parents[1] / "challenges" / "todo-api"
    monkeypatch.chdir(tmp_path / "todo-api")
    assert find_pack(".") == Path()


def test_a_place_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert refusal("todo-api", tmp_path / "nowhere").code == "E102"


def test_a_pack_that_cannot_be_read_keeps_its_folders_name_and_hides_nobody(tmp_path: Path) -> None:
    root = pack(tmp_path, "broken")
    (root / "challenge.toml").write_text("id = = 3")
    assert pack_roots(tmp_path)["broken"] == root
