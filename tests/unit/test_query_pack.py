from __future__ import annotations

import re
from pathlib import Path

import pytest
from query_samples import PACK, REFERENCE

from grader.checks import CHECKS
from grader.collectors import COLLECTORS
from grader.collectors.query.data import private_data, template
from grader.collectors.query.exercise import Exercise, exercise_for, read_exercise
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
    assert {"empty", "forging", "endless", "hard-coded", "unchanged"} <= names
    good = [name for name in names if name.startswith("good")]
    expected = [(REFERENCE / name / "expected.toml").read_text() for name in good]
    assert all(any(f"[{level}]" in text for text in expected) for level in Level)


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


@pytest.mark.parametrize(("seed", "message"), [(1, "one seed for practice and grading"), (100_000, "private data")])
def test_data_that_a_candidate_has_are_refused_for_grading(tmp_path: Path, seed: int, message: str) -> None:
    folder = pack(tmp_path, "mid", text=EXERCISE.replace("seed = 2", f"seed = {seed}"))
    with pytest.raises(UsageError, match=message):
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


EXERCISES = {level.value: read_exercise(PACK / "exercises" / level.value) for level in Level}


def test_every_level_has_an_exercise_of_its_own_and_all_share_one_set_of_data() -> None:
    assert [exercise_for(PACK / "exercises", level).name for level in Level] == ["junior", "mid", "senior"]
    assert len({template(exercise, exercise.about.grading).key for exercise in EXERCISES.values()}) == 1
    assert len({template(exercise, exercise.about.practice).key for exercise in EXERCISES.values()}) == 1
    assert len({exercise.digest for exercise in EXERCISES.values()}) == len(EXERCISES)
    assert all(exercise.about.small.databases >= 80 for exercise in EXERCISES.values())


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_no_data_that_a_candidate_has_are_data_of_a_grade(exercise: Exercise) -> None:
    about = exercise.about
    assert about.practice.seed != about.grading.seed
    assert about.practice.size != about.grading.size
    private = {private_data(exercise, seed, "digest").seed for seed in (0, 1, 4711, 10**9, -1)}
    assert len(private) == 5
    assert private.isdisjoint({about.practice.seed, about.grading.seed})


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_a_given_query_sorts_its_rows_and_has_fixtures(exercise: Exercise) -> None:
    assert exercise.about.total_order
    assert re.search(r"ORDER BY [^)]*$", exercise.given)
    assert len(exercise.fixtures) >= 3


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_the_brief_says_what_the_exercise_says(exercise: Exercise) -> None:
    brief = (PACK / "brief.md").read_text()
    practice = exercise.about.practice
    assert f"-c data.seed={practice.seed} -c data.size={practice.size}" in brief
    for name, bound in exercise.about.settings.items():
        row = next(line for line in brief.splitlines() if line.startswith(f"| `{name}` |"))
        assert [amount(cell) for cell in row.split("|")[2:4]] == [bound.min, bound.max]


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_the_plan_is_that_of_the_practice_data_and_the_given_query(exercise: Exercise) -> None:
    plan = (exercise.folder / "plan.txt").read_text()
    practice = exercise.about.practice
    assert f"exercises/{exercise.name}/original.sql" in plan
    assert f"(data.seed={practice.seed}, data.size={practice.size})" in plan
    for table in re.findall(r"(?:FROM|JOIN) (orders|order_items|customers|blocked_customers) \w", exercise.given):
        assert re.search(rf"on {table} \w", plan)
    assert "Execution Time: " in plan


def test_how_the_server_is_set_belongs_to_the_data(tmp_path: Path) -> None:
    folder = pack(tmp_path, "mid")
    plain = read_exercise(folder / "mid")
    (tmp_path / "data" / "settings.sql").write_text("SELECT 2")
    assert (plain.server, read_exercise(folder / "mid").server) == ("", "SELECT 2")
    assert read_exercise(folder / "mid").data_digest != plain.data_digest


def amount(cell: str) -> float:
    """`64 kB` as PostgreSQL's kilobytes, `4` as itself."""
    number, unit = (*cell.split(), "kB")[:2]
    return float(number) * {"kB": 1, "MB": 1024, "GB": 1024**2}[unit]
