"""The exams of the API challenges and the rubrics that ask about them fit together."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from grader import pipeline
from grader.exam.plan import Exam, read_exam
from grader.exam.values import draw
from grader.model import Challenge, CheckUse, Level, Visibility

CHALLENGES = Path(__file__).parents[2] / "challenges"
NAMING = ("step", "other", "read", "given", "holds", "lacks", "among", "restart")


@pytest.fixture(scope="module", params=["todo-api", "url-shortener"])
def root(request: pytest.FixtureRequest) -> Path:
    return CHALLENGES / str(request.param)


@pytest.fixture(scope="module")
def exam(root: Path) -> Exam:
    return read_exam(root / "exam.toml")


@pytest.fixture(scope="module")
def pack(root: Path) -> Challenge:
    return pipeline.load(root)


def asked(pack: Challenge) -> list[CheckUse]:
    return [use for use in pack.checks.values() if use.check.startswith("http.")]


def named(use: CheckUse, option: str) -> list[str]:
    value = use.options.get(option, ())
    names = [value] if isinstance(value, str) else [name for name in value if "." in name]
    return [name.partition("#")[0] for name in names]


def test_every_step_a_check_names_is_in_the_exam(exam: Exam, pack: Challenge) -> None:
    for use in asked(pack):
        for option in NAMING:
            for name in named(use, option):
                assert any(fnmatchcase(step, name) for step in exam.steps()), f"{use.id}: {option} = {name}"


def test_every_step_of_the_exam_is_asked_about(exam: Exam, pack: Challenge) -> None:
    particular = [use for use in asked(pack) if use.check != "http.own_contract"]  # which looks at all that was sent
    names = {name for use in particular for option in NAMING for name in named(use, option)}
    sent_for_itself = {
        name: step for name, step in exam.steps().items() if not (step.capture or step.restart or step.wait)
    }
    idle = [name for name in sent_for_itself if not any(fnmatchcase(name, asked_for) for asked_for in names)]
    assert idle == []


def test_public_checks_need_public_scenarios_only_and_private_input_stays_private(exam: Exam, pack: Challenge) -> None:
    public = {scenario.id for scenario in exam.scenario if scenario.visibility is Visibility.PUBLIC}
    for use in asked(pack):
        if use.visibility is Visibility.PUBLIC:
            used = {name.partition(".")[0] for option in NAMING for name in named(use, option)}
            assert used <= public, use.id


def test_no_check_is_scored_at_a_level_that_does_not_run_its_scenario(exam: Exam, pack: Challenge) -> None:
    levels = {scenario.id: scenario.level for scenario in exam.scenario}
    for use in asked(pack):
        for name in named(use, "step"):
            assert use.level.reaches(levels[name.partition(".")[0]]), use.id


def test_values_can_be_drawn_for_every_seed(exam: Exam) -> None:
    for seed in (0, 1, 7, 42, 2**63):
        assert draw(seed, exam.texts(), exam.words)


def test_words_sort_the_same_everywhere(exam: Exam) -> None:
    assert all(word.isascii() and word.islower() and word.isalpha() for word in exam.words)
    assert len(set(exam.words)) == len(exam.words)


def test_the_rubric_asks_enough_at_every_level(pack: Challenge) -> None:
    scored = {level: sum(level.reaches(use.level) for use in asked(pack)) for level in Level}
    assert scored[Level.JUNIOR] >= 20
    assert scored[Level.MID] >= 40
    share = sum(use.visibility is Visibility.PUBLIC for use in asked(pack)) / len(asked(pack))
    assert 0.2 < share < 0.5
