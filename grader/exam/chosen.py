"""Which part of an exam is put to a service: it depends on the level and on whether a token is set, on nothing else."""

from __future__ import annotations

from grader.exam.plan import Exam, Scenario, TokenMode
from grader.model import Level, Visibility


def chosen(
    exam: Exam, level: Level, *, token: bool, public_only: bool = False
) -> tuple[list[Scenario], dict[str, str]]:
    """The scenarios that are put, and why the others are not."""
    put, left_out = [], {}
    for scenario in exam.scenario:
        if not level.reaches(scenario.level):
            left_out[scenario.id] = f"asked from {scenario.level} level upwards"
        elif public_only and scenario.visibility is not Visibility.PUBLIC:
            left_out[scenario.id] = "not part of the self-check"
        elif not token and _about_tokens(scenario):
            left_out[scenario.id] = "no token is set in this run"
        else:
            put.append(scenario)
    return put, left_out


def _about_tokens(scenario: Scenario) -> bool:
    """Whether a scenario sends anything but the right token."""
    return any(step.token is not TokenMode.VALID or any(v.token for v in step.each) for step in scenario.step)
