"""Every reference answer and every variant gets exactly the grade it must, and together they prove every check."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from grader import pipeline
from grader.assess import assess
from grader.checks import CHECKS
from grader.database.container import ContainerDatabases
from grader.database.reused import ReusedDatabases
from grader.model import Challenge, Level
from grader.packs import find_pack
from grader.pipeline import Request, World
from grader.sandbox.container import DockerSandbox
from grader.sandbox.engine import Engine
from grader.stages import Stages
from grader.validation.answers import answers
from grader.validation.proof import Case, complaints, uncaught
from grader.validation.variants import Variant, variants

ROOT = Path(__file__).parents[2]
CHALLENGES = ("ecommerce-schema", "slow-query", "todo-api", "url-shortener")
SEED = 1
EVERY = {"slow-query": 3}  # every third variant: each copies and measures two million rows; validate grades them all


@cache
def pack(name: str) -> Challenge:
    return pipeline.load(find_pack(name, ROOT / "challenges"))


def known(name: str) -> list[Case]:
    folder = ROOT / "reference" / name
    whole = answers(folder)
    return [*whole, *variants(folder, whole, tuple(pack(name).checks))]


def cases() -> list[tuple[str, Case, Level]]:
    return [(name, case, level) for name in CHALLENGES for case in graded(name) for level in case.expected]


def graded(name: str) -> list[Case]:
    """What is graded here: every whole answer, and all variants or a fixed share of them."""
    whole = [case for case in known(name) if not isinstance(case, Variant)]
    return [*whole, *[case for case in known(name) if isinstance(case, Variant)][:: EVERY.get(name, 1)]]


@pytest.fixture(scope="session")
def databases_of_variants() -> Iterator[ReusedDatabases]:
    """Variants are many and harmless, so they share a server; each gets an empty database."""
    with Engine.connect() as engine, ReusedDatabases(ContainerDatabases(engine)) as databases:
        yield databases


@pytest.mark.engine
@pytest.mark.reference
@pytest.mark.parametrize(
    ("name", "case", "level"), [pytest.param(n, c, v, id=f"{n}/{c.name}/{v}") for n, c, v in cases()]
)
def test_answer_gets_its_grade_and_saved_evidence_gives_it_again(
    engine: Engine, request: pytest.FixtureRequest, name: str, case: Case, level: Level
) -> None:
    stages = Stages()
    own = ContainerDatabases(engine)
    databases = request.getfixturevalue("databases_of_variants") if isinstance(case, Variant) else own
    sandbox = DockerSandbox(engine, stages, postgres=own.beside)
    world = World(sandbox=sandbox, databases=databases, stages=stages)
    # Variants are many: here they get the challenge's own exam, `grader challenge validate` sends them everything
    fails = case.expected[level].fails
    asked = pipeline.scoring_part(pack(name), expecting=fails) if isinstance(case, Variant) else pack(name)
    with case.made() as root:
        saved = pipeline.grade(asked, str(root), Request(level=level, seed=SEED, confirm=False), world)
    result = pipeline.judge_saved(asked, saved)
    assert complaints(case, result, case.expected[level]) == []
    assert assess(asked, pipeline.decode(pipeline.encode(saved), "evidence.json"), CHECKS) == result


@pytest.mark.parametrize("name", CHALLENGES)
def test_every_scored_check_is_the_one_that_fails_some_flawed_answer(name: str) -> None:
    """That the answers do fail what they are expected to fail is proved by grading them."""
    flawed = [expected.fails for case in known(name) if not case.good for expected in case.expected.values()]
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
