"""Every reference answer gets exactly the grade its expected.toml says, and together they prove every check."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from grader import pipeline
from grader.assess import assess
from grader.packs import find_pack
from grader.checks import CHECKS
from grader.database.container import ContainerDatabases
from grader.model import Challenge, Level, Outcome
from grader.pipeline import Request, World
from grader.sandbox.container import DockerSandbox
from grader.sandbox.engine import Engine
from grader.stages import Stages
from grader.validation import Answer, answers, differences, uncaught, with_outcome

ROOT = Path(__file__).parents[2]
CHALLENGES = ("ecommerce-schema", "slow-query", "todo-api")
SEED = 1


@cache
def pack(name: str) -> Challenge:
    return pipeline.load(find_pack(name, ROOT / "challenges"))


def cases() -> list[tuple[str, Answer, Level]]:
    return [
        (name, answer, level)
        for name in CHALLENGES
        for answer in answers(ROOT / "reference" / name)
        for level in answer.expected
    ]


@pytest.mark.engine
@pytest.mark.reference
@pytest.mark.parametrize(
    ("name", "answer", "level"), [pytest.param(n, a, v, id=f"{n}/{a.name}/{v}") for n, a, v in cases()]
)
def test_answer_gets_its_grade_and_saved_evidence_gives_it_again(
    engine: Engine, name: str, answer: Answer, level: Level
) -> None:
    stages = Stages()
    databases = ContainerDatabases(engine)
    sandbox = DockerSandbox(engine, stages, postgres=databases.beside)
    world = World(sandbox=sandbox, databases=databases, stages=stages)
    saved = pipeline.grade(pack(name), str(answer.root), Request(level=level, seed=SEED), world)
    result = pipeline.judge_saved(pack(name), saved)
    assert differences(result, answer.expected[level]) == []
    if answer.good:
        assert with_outcome(result, Outcome.FAIL) == []
    assert assess(pack(name), pipeline.decode(pipeline.encode(saved), "evidence.json"), CHECKS) == result


@pytest.mark.parametrize("name", CHALLENGES)
def test_every_scored_check_is_the_one_that_fails_some_flawed_answer(name: str) -> None:
    """That the answers do fail what they are expected to fail is proved by grading them."""
    flawed = [a.expected[level].fails for case, a, level in cases() if case == name and not a.good]
    assert uncaught(pack(name), flawed) == []


@pytest.mark.parametrize("name", CHALLENGES)
def test_there_are_good_flawed_empty_and_forging_answers(name: str) -> None:
    names = {answer.name for answer in answers(ROOT / "reference" / name)}
    assert {"empty", "forging"} <= names
    good = {answer for answer in names if answer.startswith("good")}
    assert good
    assert len(names - good - {"empty", "forging"}) >= 4


@pytest.mark.parametrize("name", CHALLENGES)
@pytest.mark.parametrize("worthless", ["empty", "forging"])
def test_what_does_nothing_is_expected_to_earn_next_to_nothing(name: str, worthless: str) -> None:
    answer = next(a for a in answers(ROOT / "reference" / name) if a.name == worthless)
    for expected in answer.expected.values():
        assert expected.score[1] <= 10
