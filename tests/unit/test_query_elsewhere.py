from __future__ import annotations

import pytest
from query_samples import answer

from grader.checks.query.runs import ask_setup
from grader.checks.query.work import ask_work
from grader.evidence.query import Elsewhere, Setting
from grader.model import Outcome


@pytest.mark.parametrize(
    ("elsewhere", "outcome"),
    [
        (None, Outcome.PASS),  # a self-check
        (Elsewhere(given=90_000, submitted=300, reference=300), Outcome.PASS),
        (Elsewhere(given=90_000, submitted=6_000, reference=300), Outcome.PASS),  # small tables are scanned
        (Elsewhere(given=90_000, submitted=90_000, reference=300), Outcome.FOR_REVIEW),
    ],
)
def test_a_gain_that_is_not_there_on_other_data_is_for_a_person(elsewhere: Elsewhere | None, outcome: Outcome) -> None:
    found = ask_work(answer(elsewhere=elsewhere))
    assert found.outcome is outcome, found.message
    assert (outcome is Outcome.FOR_REVIEW) is ("another seed" in found.message)


def test_a_setup_without_an_index_earns_nothing_for_economy() -> None:
    settings = (Setting(name="work_mem", value="256MB"),)
    found = ask_setup(answer(setup="SET work_mem = '256MB';", added=(), settings=settings))
    assert found.outcome is Outcome.NOT_APPLICABLE
