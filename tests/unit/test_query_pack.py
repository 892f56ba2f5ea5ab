from __future__ import annotations

from pathlib import Path

import pytest
from query_samples import PACK, REFERENCE

from grader.checks import CHECKS
from grader.collectors import COLLECTORS
from grader.collectors.query.exercise import exercise_for, read_exercise
from grader.collectors.query.pack import inspect
from grader.errors import UsageError
from grader.model import Level
from grader.pipeline import load

EXERCISE = """
title = "t"
data = "../../data"
[grading]
seed = 1
size = 2
[practice]
seed = 2
size = 2
[private]
size = 1
[small]
databases = 1
[limits]
query = 1
private = 1
small = 1
setup = 1
"""


def pack(root: Path, *names: str, text: str = EXERCISE) -> Path:
    (root / "data").mkdir()
    for name in ("schema.sql", "data.sql"):
        (root / "data" / name).write_text("SELECT 1")
    for name in names:
        folder = root / "exercises" / name
        folder.mkdir(parents=True)
        (folder / "exercise.toml").write_text(text)
        for file in ("original.sql", "reference.sql", "reference-setup.sql"):
            (folder / file).write_text("-- what\nSELECT 1;")
    return root / "exercises"


def test_the_pack_loads_and_quotes_its_brief_in_every_scored_check() -> None:
    challenge = load(PACK)
    assert sum(criterion.points for criterion in challenge.criteria) == 100
    assert all(use.brief for use in challenge.checks.values() if use.weight)
    assert {use.check for use in challenge.checks.values()} <= set(CHECKS)
    assert all(use.name in COLLECTORS for use in challenge.collect)


def test_every_check_of_this_challenge_is_used_by_its_pack() -> None:
    used = {use.check for use in load(PACK).checks.values()}
    assert {name for name in CHECKS if name.startswith("query.")} == used


def test_there_are_good_flawed_empty_and_forging_answers() -> None:
    names = {folder.name for folder in REFERENCE.iterdir()}
    assert {"empty", "forging", "endless", "broken-sql", "hard-coded", "unchanged"} <= names
    assert len([name for name in names if name.startswith("good")]) >= 3


def test_the_nearest_easier_exercise_serves_a_level_without_its_own(tmp_path: Path) -> None:
    folder = pack(tmp_path, "junior", "mid")
    assert [exercise_for(folder, level).name for level in Level] == ["junior", "mid", "mid"]


def test_the_only_exercise_serves_every_level(tmp_path: Path) -> None:
    folder = pack(tmp_path, "mid")
    assert [exercise_for(folder, level).name for level in Level] == ["mid", "mid", "mid"]


def test_a_pack_without_exercises_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="E118"):
        exercise_for(tmp_path, Level.MID)


def test_a_misspelt_key_of_an_exercise_is_refused(tmp_path: Path) -> None:
    folder = pack(tmp_path, "mid", text=EXERCISE.replace("title =", "titel ="))
    with pytest.raises(UsageError, match="E101"):
        exercise_for(folder, Level.MID)


def test_a_missing_file_of_an_exercise_is_named(tmp_path: Path) -> None:
    folder = pack(tmp_path, "mid")
    (folder / "mid" / "reference.sql").unlink()
    with pytest.raises(UsageError, match=r"reference\.sql"):
        exercise_for(folder, Level.MID)


def test_every_exercise_is_read_when_the_pack_is_loaded(tmp_path: Path) -> None:
    folder = pack(tmp_path, "junior", "mid")
    assert inspect(folder.parent, {"exercises": folder.name}).names == ()
    (folder / "junior" / "original.sql").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="is no UTF-8"):
        inspect(folder.parent, {"exercises": folder.name})
    with pytest.raises(UsageError, match="E118"):
        inspect(tmp_path, {"exercises": "nowhere"})


def test_an_exercise_for_no_level_is_refused(tmp_path: Path) -> None:
    folder = pack(tmp_path, "mid", "snior")
    with pytest.raises(UsageError, match="called like no level"):
        inspect(folder.parent, {"exercises": folder.name})


def test_two_statements_are_no_exercise(tmp_path: Path) -> None:
    folder = pack(tmp_path, "mid")
    (folder / "mid" / "original.sql").write_text("SELECT 1; SELECT 2")
    with pytest.raises(UsageError, match="one statement"):
        exercise_for(folder, Level.MID)


def test_what_measurements_depend_on_names_them() -> None:
    exercise = read_exercise(PACK / "exercises" / "mid")
    assert exercise.given.startswith("SELECT")
    assert exercise.digest != exercise.data_digest
    assert set(exercise.fixtures) >= {"nobody-orders", "year-edges"}
